"""Several entries in one set of documents are released by a number each, and every document has it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from entrygo.domain.snapshot import PlannedEntry
from tests.unit.execution.shipments import make_shipment, package_of
from tests.unit.execution.snapshots import make_snapshot
from tests.unit.execution.test_entry_documents import page_of, rendered

ENTRIES = tuple(
    PlannedEntry(number=number, order_ids=(order,), lines=1, value_usd=Decimal(1))
    for number, order in ((1, "ord_123"), (2, "ord_124"))
)


def documents(numbers: Mapping[int, str], entries: tuple[PlannedEntry, ...] = ENTRIES) -> tuple[Any, str]:
    """The entry data, and the invoice as a person reads it."""
    trip = {"entries": [{"entry": entry, "paps_number": number} for entry, number in numbers.items()]}
    found = rendered(make_snapshot(entries=entries), package_of(make_shipment(trip=trip, paps_number=None)))
    invoice = found["commercial_customs_invoice.html"]
    return orjson.loads(found["entry_dataset.json"].content), page_of(invoice)


def test_the_numbers_of_all_entries_stand_in_the_entry_data_and_on_the_invoice() -> None:
    data, invoice = documents({1: "PCXL0001", 2: "PCXL0002"})

    assert data["entry"]["control_numbers"] == [
        {"entry": 1, "control_number": "PCXL0001"},
        {"entry": 2, "control_number": "PCXL0002"},
    ]
    assert (data["entry"]["paps_number"], data["entry"]["bill_of_lading"]) == (None, None)
    left = {*data["left_to_the_broker"]["entry"]}
    assert not left & {"paps_number", "bill_of_lading", "control_numbers"}
    assert "PAPS PCXL0001 (entry 1), PCXL0002 (entry 2)" in invoice


def test_an_entry_without_its_number_is_left_to_the_broker() -> None:
    data, invoice = documents({2: "PCXL0002"})

    assert data["entry"]["control_numbers"][0] == {"entry": 1, "control_number": None}
    assert "control_numbers" in data["left_to_the_broker"]["entry"]
    assert "PAPS PCXL0002 (entry 2)" in invoice


def test_without_any_number_one_for_all_of_them_is_left_to_the_broker() -> None:
    data, _ = documents({})

    assert "control_numbers" not in data["entry"]
    assert {"paps_number", "bill_of_lading"} <= {*data["left_to_the_broker"]["entry"]}


def test_many_numbers_are_counted_on_the_invoice() -> None:
    many = tuple(
        PlannedEntry(number=number, order_ids=("ord_123",), lines=1, value_usd=Decimal(1))
        for number in range(1, 10)
    )

    _, invoice = documents({number: f"PCXL000{number}" for number in range(1, 10)}, many)

    assert "PCXL0006 (entry 6), and 3 more" in invoice
