"""Importers that orders name: one entry has one, and it is the one on file."""

import pytest

from entrygo.planning.decide import Decision
from tests.factories import make_order, make_warehouse
from tests.unit.planning.decisions import decide_on, found

CODE = "BATCH_IMPORTER_MIXED"
ON_FILE, OTHER = "98-7654321", "12-3456789"


def decision_on(*numbers: str | None, number_on_file: str | None = ON_FILE) -> Decision:
    """An order for each number, of a warehouse with another number."""
    importer = make_warehouse().importer_of_record.model_dump() | {"number": number_on_file}
    orders = (make_order(f"ord_{n}", importer_number=number) for n, number in enumerate(numbers))
    return decide_on(*orders, warehouse=make_warehouse(importer_of_record=importer))


@pytest.mark.parametrize(
    "numbers", [[None, None], [ON_FILE, None], [ON_FILE], ["987654321", "98-765432100", None]]
)
def test_orders_of_the_importer_on_file_go_together(numbers: list[str | None]) -> None:
    assert found(decision_on(*numbers), CODE) == []


def test_orders_of_two_importers_are_told_apart_by_what_may_be_shown_of_their_numbers() -> None:
    [message] = found(decision_on(None, OTHER, None), CODE)
    assert message.message == (
        "Orders have different importers of record"
        " (****4321: 2, first wms-ord_0, ****6789: 1, first wms-ord_1); plan them apart."
    )
    assert message.severity == "error"


def test_orders_of_one_importer_who_is_not_the_one_on_file_are_an_error_too() -> None:
    [message] = found(decision_on(OTHER, "123456789"), CODE)
    assert message.message == "Orders name importer ****6789; the one on file is ****4321."


def test_importer_of_the_orders_does_not_stand_in_for_one_that_is_not_on_file() -> None:
    [message] = found(decision_on(OTHER, number_on_file=None), CODE)
    assert message.message.endswith("the one on file is none.")
    assert len(found(decision_on(OTHER, None, number_on_file=None), CODE)) == 1


def test_no_number_is_told_in_full_anywhere_in_the_findings() -> None:
    decision = decision_on(OTHER, "261121-00017", "123-45-6789", None, "11-1111111")
    assert found(decision, CODE)
    told = decision.messages + decision.issues.by_order
    for number in (OTHER, "26112100017", "261121-00017", "123-45-6789", ON_FILE):
        assert number not in repr(told)


def test_order_that_stays_behind_mixes_nothing() -> None:
    away = make_order("ord_1", destination_country="CA", importer_number=OTHER)
    assert found(decide_on(away, make_order("ord_2")), CODE) == []
