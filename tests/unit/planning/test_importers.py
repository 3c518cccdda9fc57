"""Several importers of record on one truck: an entry for each, errors by importer, one left behind whole."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from entrygo.domain.facts import Bond
from entrygo.domain.snapshot import Readiness
from entrygo.planning.decide import Decision
from entrygo.planning.plan_to_proto import plan_to_proto
from tests.factories import (
    GOLDEN_ENTRY_DATE,
    make_broker,
    make_importer,
    make_item,
    make_order,
    make_warehouse,
)
from tests.unit.planning.decisions import codes, decide_on, found

ON_FILE, NORTH_NUMBER, OTHER = "98-7654321", "98-1122334", "12-3456789"
PRAIRIE_NUMBER = "98-5566778"
NORTH = make_importer("brand-north")
PRAIRIE = make_importer("brand-prairie", number=PRAIRIE_NUMBER)
LAPSED = {"valid_to": "2026-03-10"}
BROKER = make_broker().external_id


def order(number: int, importer: str | None = None, *, value: str = "35", **changes: Any) -> Any:
    item = make_item("prod_cap_002", "1", value)
    return make_order(f"ord_{number}", item, importer_external_id=importer, **changes)


def plan(*orders: Any, **changes: Any) -> Decision:
    importers = changes.pop("importers", (NORTH, PRAIRIE))
    return decide_on(*orders, importers=importers, **changes)


def test_every_importer_has_an_entry_of_its_own_with_its_type_and_value() -> None:
    decision = plan(
        order(1), order(2, "brand-prairie", value="3000"), order(3, "brand-north"), order(4, "brand-prairie")
    )
    assert [(each.importer_id, each.order_ids, each.entry_type) for each in decision.entries] == [
        (None, ("ord_1",), "11"),
        ("imp_brand-north", ("ord_3",), "11"),
        ("imp_brand-prairie", ("ord_2", "ord_4"), "01"),
    ]
    assert [each.value_usd for each in decision.entries] == [35, 35, 3035]
    assert decision.entry_type == "01"
    assert decision.importers == (NORTH, PRAIRIE)
    assert decision.readiness is not Readiness.BLOCKED
    [formal] = found(decision, "FORMAL_ENTRY_REQUIRED")
    assert (
        formal.message
        == "Value by importer exceeds the informal limit 2500 (brand-prairie 3035.00); type 01."
    )


def test_fees_of_the_entries_are_those_of_the_plan() -> None:
    decision = plan(order(1), order(2, "brand-prairie", value="3000"), order(3, "brand-north"))
    assert decision.savings is not None
    total = sum((each.cost.total for each in decision.entries if each.cost), Decimal(0))
    assert decision.savings.consolidated.total == total
    assert decision.savings.consolidated.entry_type == "mixed"


@pytest.mark.parametrize(
    "named",
    [
        {"importer_external_id": "brand-north"},
        {"importer_number": NORTH_NUMBER},
        {"importer_number": "981122334"},
        {"importer_number": "98-112233400"},
    ],
)
def test_an_order_names_its_importer_by_external_id_or_any_form_of_its_number(
    named: dict[str, str],
) -> None:
    decision = plan(make_order("ord_1", **named))
    assert [each.importer_id for each in decision.entries] == ["imp_brand-north"]
    assert not found(decision, "BATCH_IMPORTER_MIXED")


def test_two_records_with_one_number_and_the_warehouses_importer_by_record_are_one_entry_each() -> None:
    twin = make_importer("brand-twin", number="981122334")
    decision = plan(order(1, "brand-north"), order(2, "brand-twin"), importers=(NORTH, twin))
    assert [each.importer_id for each in decision.entries] == ["imp_brand-north"]
    own = make_importer("own", number=ON_FILE)
    decision = plan(order(1), order(2, "own"), importers=(own,))
    assert [(each.importer_id, each.order_ids) for each in decision.entries] == [
        ("imp_own", ("ord_1", "ord_2"))
    ]


def test_an_importer_is_split_at_the_brokers_limit_and_entries_are_numbered_through() -> None:
    orders = [order(n, "brand-north" if n < 3 else "brand-prairie") for n in range(6)]
    decision = plan(*orders, broker=make_broker(max_orders_per_entry=2))
    assert [(each.number, each.importer_id, len(each.order_ids)) for each in decision.entries] == [
        (1, "imp_brand-north", 2),
        (2, "imp_brand-north", 1),
        (3, "imp_brand-prairie", 2),
        (4, "imp_brand-prairie", 1),
    ]


@pytest.mark.parametrize(
    ("changes", "code", "field", "message"),
    [
        (
            {"bond": {"type": "continuous", **LAPSED}},
            "BOND_NOT_VALID",
            "importers[brand-north].bond",
            "Importer brand-north: its continuous bond ended on 2026-03-10,"
            " before the entry date 2026-03-11.",
        ),
        (
            {"bond": {"type": "single", "valid_from": "2026-03-12"}},
            "BOND_NOT_VALID",
            "importers[brand-north].bond",
            "Importer brand-north: its single bond begins on 2026-03-12, after the entry date 2026-03-11.",
        ),
        (
            {"bond": {}},
            "BOND_REQUIRED",
            "importers[brand-north].bond",
            "Formal entry of importer brand-north needs a bond and none is on file.",
        ),
        (
            {"powers_of_attorney": [{"broker": BROKER, **LAPSED}]},
            "POWER_OF_ATTORNEY_NOT_VALID",
            "importers[brand-north].powers_of_attorney",
            f"Importer brand-north: its power of attorney for {BROKER} ended on 2026-03-10,"
            " before the entry date 2026-03-11.",
        ),
        (
            {"powers_of_attorney": [{"broker": "another"}]},
            "IMPORTER_OF_RECORD_INCOMPLETE",
            "importers[brand-north].powers_of_attorney",
            f"Importer brand-north lacks POA for broker {BROKER}.",
        ),
        (
            {"number": None},
            "IMPORTER_OF_RECORD_INCOMPLETE",
            "importers[brand-north].number",
            "Importer brand-north lacks IOR number.",
        ),
    ],
)
def test_what_an_importer_lacks_is_an_error_of_its_entries_alone(
    changes: dict[str, Any], code: str, field: str, message: str
) -> None:
    importers = (make_importer("brand-north", **changes), PRAIRIE)
    decision = plan(order(1, "brand-north"), order(2, "brand-prairie"), importers=importers, entry_type="01")
    assert [(each.field, each.message, each.severity) for each in found(decision, code)] == [
        (field, message, "error")
    ]
    north, prairie = decision.entries
    assert decision.readiness is north.readiness is Readiness.BLOCKED
    assert prairie.readiness is not Readiness.BLOCKED
    assert [(each.code, each.count) for each in north.issues if each.severity == "error"] == [(code, 1)]
    assert code not in {each.code for each in prairie.issues}
    assert not found(plan(order(1, "brand-north"), order(2, "brand-prairie"), entry_type="01"), code)


def test_what_covers_the_entry_date_is_enough_and_an_informal_entry_needs_no_bond() -> None:
    day = GOLDEN_ENTRY_DATE.isoformat()
    dated = {"valid_from": day, "valid_to": day}
    importer = make_importer(
        "brand-north",
        bond={"type": "continuous", **dated},
        powers_of_attorney=[{"broker": BROKER, **LAPSED}, {"broker": make_broker().id, **dated}],
    )
    assert (
        plan(order(1, "brand-north"), importers=(importer,), entry_type="01").readiness
        is not Readiness.BLOCKED
    )
    lapsed = make_importer("brand-north", bond={"type": "continuous", **LAPSED})
    assert plan(order(1, "brand-north"), importers=(lapsed,)).readiness is not Readiness.BLOCKED


def test_an_importer_with_an_error_can_be_left_behind_whole() -> None:
    importers = (make_importer("brand-north", powers_of_attorney=[{"broker": BROKER, **LAPSED}]), PRAIRIE)
    orders = [order(1, "brand-north"), order(2, "brand-prairie"), order(3, "brand-north")]
    assert plan(*orders, importers=importers).readiness is Readiness.BLOCKED
    decision = plan(*orders, importers=importers, on_blocked="exclude")
    assert decision.readiness is not Readiness.BLOCKED
    assert [each.importer_id for each in decision.entries] == ["imp_brand-prairie"]
    stated = plan_to_proto(decision, datetime(2026, 3, 11, tzinfo=UTC)).excluded_orders
    assert [(each.order_id, tuple(each.reasons)) for each in stated] == [
        (each.order_id, each.reasons) for each in decision.excluded
    ]
    assert [(each.order_id, each.reasons) for each in decision.excluded] == [
        ("ord_1", ("POWER_OF_ATTORNEY_NOT_VALID",)),
        ("ord_3", ("POWER_OF_ATTORNEY_NOT_VALID",)),
    ]
    assert [each.severity for each in found(decision, "POWER_OF_ATTORNEY_NOT_VALID")] == ["info"]
    assert not decision.advice.missing_data
    assert decision.importers == (PRAIRIE,)


def test_where_every_importer_has_an_error_nothing_is_left_behind() -> None:
    importers = [make_importer("brand-north", bond={}), PRAIRIE.model_copy(update={"bond": Bond()})]
    orders = [order(1, "brand-north"), order(2, "brand-prairie")]
    decision = plan(*orders, importers=importers, on_blocked="exclude", entry_type="01")
    assert (decision.excluded, decision.readiness) == ((), Readiness.BLOCKED)
    assert len(found(decision, "BOND_REQUIRED")) == 2


def test_an_importer_of_the_warehouse_without_orders_need_not_be_complete() -> None:
    importer = make_warehouse().importer_of_record.model_dump() | {"name": None, "bond": None}
    warehouse = make_warehouse(importer_of_record=importer)
    decision = plan(order(1, "brand-north"), warehouse=warehouse, entry_type="01")
    assert {"IMPORTER_OF_RECORD_INCOMPLETE", "BOND_REQUIRED"}.isdisjoint(codes(decision))
    assert "IMPORTER_OF_RECORD_INCOMPLETE" in codes(plan(order(1), warehouse=warehouse))


def decision_on(*numbers: str | None, number_on_file: str | None = ON_FILE) -> Decision:
    """An order for each number, of a warehouse with another number, where no importer has a record."""
    importer = make_warehouse().importer_of_record.model_dump() | {"number": number_on_file}
    orders = (make_order(f"ord_{n}", importer_number=number) for n, number in enumerate(numbers))
    return decide_on(*orders, warehouse=make_warehouse(importer_of_record=importer))


@pytest.mark.parametrize(
    "numbers", [[None, None], [ON_FILE, None], [ON_FILE], ["987654321", "98-765432100", None]]
)
def test_orders_of_the_importer_on_file_go_together(numbers: list[str | None]) -> None:
    decision = decision_on(*numbers)
    assert found(decision, "BATCH_IMPORTER_MIXED") == []
    assert len(decision.entries) == 1


def test_importer_without_a_record_blocks_its_entry_and_is_named_by_what_may_be_shown() -> None:
    decision = decision_on(None, OTHER, None, "123456789")
    [message] = found(decision, "BATCH_IMPORTER_MIXED")
    assert message.message == (
        "No importer is on file for ****6789, named by 2 orders, first wms-ord_1:"
        " sync it as an importer, or correct the orders."
    )
    assert (message.severity, message.field) == ("error", "importers[****6789]")
    assert [each.readiness is Readiness.BLOCKED for each in decision.entries] == [False, True]
    own = decide_on(make_order("ord_1"), make_order("ord_2", importer_number=OTHER), on_blocked="exclude")
    assert [each.order_id for each in own.excluded] == ["ord_2"]


def test_no_number_is_shown_in_full_anywhere_in_the_findings() -> None:
    decision = decision_on(OTHER, "261121-00017", "123-45-6789", None, "11-1111111")
    assert len(found(decision, "BATCH_IMPORTER_MIXED")) == 3
    shown = decision.messages + decision.issues.by_order + decision.entries
    for number in (OTHER, "26112100017", "261121-00017", "123-45-6789", ON_FILE):
        assert number not in repr(shown)


def test_order_that_stays_behind_mixes_nothing() -> None:
    away = make_order("ord_1", destination_country="CA", importer_number=OTHER)
    assert found(decide_on(away, make_order("ord_2")), "BATCH_IMPORTER_MIXED") == []


def test_hash_covers_importers_where_orders_name_one_and_what_holds_on_the_day() -> None:
    plain = decide_on(make_order("ord_1"))
    # A record that no order names is not gathered; one rule more or less on records changes no other plan.
    assert plain.plan_hash == decide_on(make_order("ord_1")).plan_hash
    named = plan(order(1, "brand-north"), importers=(NORTH,))
    other = make_importer("brand-north", name="Another name")
    assert named.plan_hash not in (
        plain.plan_hash,
        plan(order(1, "brand-north"), importers=(other,)).plan_hash,
    )
    dated = make_importer("brand-north", bond={"type": "continuous", "valid_to": "2026-03-11"})
    days = (date(2026, 3, 11), date(2026, 3, 12))
    hashes = {plan(order(1, "brand-north"), importers=(dated,), entry_date=day).plan_hash for day in days}
    assert len(hashes) == 2
    assert len({decide_on(make_order("ord_1"), entry_date=day).plan_hash for day in days}) == 1


def test_entries_are_answered_with_importer_readiness_fees_and_issues() -> None:
    decision = plan(order(1), order(2, "brand-north"), entry_type="01")
    entries = plan_to_proto(decision, datetime(2026, 3, 11, tzinfo=UTC)).entries
    assert [(each.importer, each.importer_external_id, each.entry_type) for each in entries] == [
        ("****4321", "", "01"),
        ("****2334", "brand-north", "01"),
    ]
    assert all(each.readiness_state and each.broker_fees_usd for each in entries)
    assert "1122334" not in str(entries)
