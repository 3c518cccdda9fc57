"""The entry type that is asked for: formal whenever wanted, informal up to the limit, low value never."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from entrygo.domain.facts import Order
from entrygo.domain.principal import Mode, Tenant
from entrygo.planning.plan_to_proto import plan_to_proto
from entrygo.planning.snapshots import snapshot_of
from tests.factories import CAP, golden_orders, make_importer, make_item, make_order, make_product
from tests.unit.planning.decisions import codes, decide_on, found

DEAR = make_order("ord_1", make_item(CAP, "1", "2500.01"))


def test_formal_entry_that_is_asked_for_costs_what_it_costs_and_is_no_finding() -> None:
    asked, by_value = decide_on(*golden_orders(), entry_type="01"), decide_on(*golden_orders())
    assert (asked.entry_type, by_value.entry_type) == ("01", "11")
    assert "FORMAL_ENTRY_REQUIRED" not in codes(asked)
    assert asked.savings is not None
    assert by_value.savings is not None
    assert asked.savings.consolidated.entry_type == "01"
    assert asked.savings.consolidated.broker_fee == Decimal(95)
    # On their own the orders would go by their value.
    assert asked.savings.separate == by_value.savings.separate
    assert asked.savings.estimated_usd == 0


@pytest.mark.parametrize(("asked", "stated"), [("01", "01"), (None, "")])
def test_plan_says_which_entry_type_was_asked_for(asked: str | None, stated: str) -> None:
    decision = decide_on(*golden_orders(), entry_type=asked)
    assert plan_to_proto(decision, datetime(2026, 3, 11, tzinfo=UTC)).asked_entry_type == stated


def test_value_over_the_limit_makes_the_entry_formal_whatever_is_asked() -> None:
    for asked in (None, "01", "11"):
        decision = decide_on(DEAR, entry_type=asked)
        assert decision.entry_type == "01"
        assert len(found(decision, "FORMAL_ENTRY_REQUIRED")) == 1


def priced(*values: str) -> list[Order]:
    return [make_order(f"ord_{n}", make_item(CAP, "1", value)) for n, value in enumerate(values, start=1)]


@pytest.mark.parametrize(
    ("values", "split"),
    [
        # Just under, at and over the 2,500 of 19 CFR 143.21.
        (("1250", "1249.99"), [2]),
        (("1250", "1250"), [2]),
        (("1250", "1250.01"), [1, 1]),
        (("2500", "2500"), [1, 1]),
        (("1000", "1000", "1000", "1000", "1000"), [2, 2, 1]),
        # Greedy by id: 3 entries, where 1500+1000 and 1500+1000 would be two.
        (("1500", "1500", "1000", "1000"), [1, 2, 1]),
    ],
)
def test_informal_entries_that_are_asked_for_are_split_at_their_limit(
    values: tuple[str, ...], split: list[int]
) -> None:
    decision = decide_on(*priced(*values), entry_type="11")
    assert [len(entry.order_ids) for entry in decision.entries] == split
    assert {entry.entry_type for entry in decision.entries} == {"11"}
    assert all(entry.value_usd <= 2500 for entry in decision.entries)
    again = decide_on(*reversed(priced(*values)), entry_type="11")
    assert [entry.order_ids for entry in again.entries] == [entry.order_ids for entry in decision.entries]
    warned = [message.message for message in found(decision, "INFORMAL_ENTRIES_SPLIT")]
    assert bool(warned) is (len(split) > 1)
    assert all("by leave of the port director" in message for message in warned)
    assert "FORMAL_ENTRY_REQUIRED" not in codes(decision)


def test_a_split_pays_the_informal_fee_for_each_entry() -> None:
    """19 CFR 24.23: a fixed fee for each informal entry."""
    no_claim = make_product(CAP, usmca={})
    informal = decide_on(*priced("2000", "2000"), products=[no_claim], entry_type="11")
    assert informal.savings is not None
    fee = decide_on(*priced("2000"), products=[no_claim]).savings
    assert fee is not None
    assert (
        informal.savings.consolidated.merchandise_processing_fee
        == 2 * fee.consolidated.merchandise_processing_fee
    )


@pytest.mark.parametrize("asked", [None, "01"])
def test_nothing_is_split_by_value_where_nobody_asked(asked: str | None) -> None:
    """19 CFR 141.51: goods of one consignee on one conveyance are one entry."""
    decision = decide_on(*priced("2000", "2000"), entry_type=asked)
    assert [(each.entry_type, len(each.order_ids)) for each in decision.entries] == [("01", 2)]
    assert found(decision, "INFORMAL_ENTRIES_SPLIT") == []


def test_an_order_over_the_limit_leaves_its_importer_with_a_formal_entry() -> None:
    decision = decide_on(*priced("2000", "2500.01"), entry_type="11")
    assert [(each.entry_type, len(each.order_ids)) for each in decision.entries] == [("01", 2)]
    assert len(found(decision, "FORMAL_ENTRY_REQUIRED")) == 1


def test_each_importer_is_split_by_its_own_goods() -> None:
    orders = [
        *priced("2000", "2000"),
        make_order("ord_9", make_item(CAP, "1", "2000"), importer_external_id="brand-north"),
    ]
    decision = decide_on(*orders, entry_type="11", importers=[make_importer()])
    assert [(each.importer_id, each.order_ids) for each in decision.entries] == [
        (None, ("ord_1",)),
        (None, ("ord_2",)),
        ("imp_brand-north", ("ord_9",)),
    ]
    assert len(found(decision, "INFORMAL_ENTRIES_SPLIT")) == 1


def test_informal_entry_up_to_the_limit_is_what_it_would_be_anyway() -> None:
    asked, by_value = decide_on(*golden_orders(), entry_type="11"), decide_on(*golden_orders())
    assert (asked.entry_type, asked.messages, asked.savings) == ("11", by_value.messages, by_value.savings)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2025, 8, 28), "Entries of type 86 are not planned; ask for 11 or 01."),
        (date(2025, 8, 29), "Section 321 / type 86 is suspended on 2025-08-29."),
        (date(2026, 6, 24), "Section 321 / type 86 is suspended on 2026-06-24."),
        (date(2027, 7, 1), "Section 321 / type 86 is repealed on 2027-07-01."),
    ],
)
def test_low_value_entry_is_refused_by_what_holds_on_the_entry_date(day: date, said: str) -> None:
    decision = decide_on(products=[make_product()], entry_type="86", entry_date=day)
    assert [message.message for message in found(decision, "DE_MINIMIS_UNAVAILABLE")] == [said]
    assert (decision.readiness, decision.entry_type) == ("BLOCKED", "11")


def test_snapshot_states_what_was_asked_for_and_what_was_planned() -> None:
    decision = decide_on(DEAR, entry_type="11")
    snapshot = snapshot_of(
        decision,
        tenant=Tenant("acc_123", Mode.LIVE),
        export_id="batch_1",
        revision=1,
        planned_at=datetime(2026, 3, 11, tzinfo=UTC),
    )
    assert (snapshot.asked_entry_type, snapshot.entry_type) == ("11", "01")
