"""The entry type that is asked for: formal whenever wanted, informal up to the limit, low value never."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from entrygo.domain.principal import Mode, Tenant
from entrygo.planning.snapshots import snapshot_of
from tests.factories import CAP, golden_orders, make_item, make_order, make_product
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


def test_value_over_the_limit_makes_the_entry_formal_whatever_is_asked() -> None:
    for asked in (None, "01", "11"):
        decision = decide_on(DEAR, entry_type=asked)
        assert decision.entry_type == "01"
        assert len(found(decision, "FORMAL_ENTRY_REQUIRED")) == 1


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
