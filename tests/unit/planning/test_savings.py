"""The savings estimate on the worked cases, to the cent."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from entrygo.domain.facts import FeeSchedule
from entrygo.planning.law.entry_types import entry_type_of
from entrygo.planning.reference.in_force import reference_on
from entrygo.planning.savings import (
    Entry,
    Terms,
    consolidate,
    entry_cost,
    estimate,
    schedule_on,
)
from tests.factories import make_broker, make_fee_schedule, make_importer, make_order
from tests.unit.planning.decisions import decide_on

FY2026, FY2027 = date(2026, 3, 11), date(2026, 11, 21)
BROKER_PAYS = {"payment_mode": "broker", "disbursement_pct": "2.5", "disbursement_min": "15.00"}


def terms(day: date, **changes: Any) -> Terms:
    reference = reference_on(day)
    return Terms(
        schedule=FeeSchedule.model_validate(make_fee_schedule(**changes)),
        processing_fee=reference.processing_fee,
        informal_limit=reference.informal_limit,
    )


def entries(
    count: int, value: str, *, lines: int = 1, is_usmca: bool = False, duty: str | None = None
) -> list[Entry]:
    """`count` orders of one line each, which together have `lines` different ones."""
    worth = Decimal(value)
    return [
        Entry(
            value_usd=worth,
            fee_values={} if is_usmca else {index % lines: worth},
            lines=frozenset({index % lines}),
            duty_usd=Decimal(duty) if duty else None,
        )
        for index in range(count)
    ]


@pytest.mark.parametrize(
    ("orders", "conditions", "separate", "together", "signed"),
    [
        pytest.param(entries(2, "145", is_usmca=True), terms(FY2026), "40.00", "21.50", "18.50", id="A"),
        pytest.param(entries(2, "145"), terms(FY2026), "45.38", "24.19", "21.19", id="B-2026"),
        pytest.param(entries(2, "145"), terms(FY2027), "45.54", "24.27", "21.27", id="B-2027"),
        pytest.param(entries(2, "145"), terms(FY2027, **BROKER_PAYS), "75.54", "39.27", "36.27", id="C"),
        pytest.param(
            entries(40, "100", lines=6, duty="16.50"),
            terms(FY2027, **BROKER_PAYS),
            "1510.80",
            "207.58",
            "1303.22",
            id="D",
        ),
        pytest.param(entries(2, "1300"), terms(FY2027, **BROKER_PAYS), "75.54", "146.08", "-70.54", id="E"),
        pytest.param(entries(3, "900"), terms(FY2027), "68.31", "132.58", "-64.27", id="F"),
        pytest.param(
            entries(200, "85", lines=12, is_usmca=True), terms(FY2027), "4000.00", "414.50", "3585.50", id="G"
        ),
        pytest.param(entries(6, "1200", lines=3), terms(FY2027), "136.62", "137.08", "-0.46", id="H"),
    ],
)
def test_estimate_of_worked_cases(
    orders: list[Entry], conditions: Terms, separate: str, together: str, signed: str
) -> None:
    savings = estimate(orders, conditions)
    assert (savings.separate.total, savings.consolidated.total) == (Decimal(separate), Decimal(together))
    assert savings.signed_usd == Decimal(signed)
    assert savings.estimated_usd == max(Decimal(0), Decimal(signed))


def test_estimate_names_the_dated_rows_it_rests_on() -> None:
    savings = estimate(entries(2, "100"), terms(FY2027))
    assert (savings.mpf_fiscal_year, savings.fee_schedule_valid_from) == (2027, date(2025, 1, 1))


@pytest.mark.parametrize(
    ("value", "fee"),
    [("2500.01", "34.58"), ("9981", "34.58"), ("9983", "34.58"), ("9984", "34.58"), ("10000", "34.64"),
     ("193666", "670.86"), ("5000000", "670.86"), ("10625", "36.81")],
)  # fmt: skip
def test_processing_fee_of_a_formal_entry_is_clamped(value: str, fee: str) -> None:
    (entry,) = entries(1, value)
    assert entry_cost(entry, terms(FY2027)).merchandise_processing_fee == Decimal(fee)


def test_processing_fee_counts_only_what_claims_no_preference() -> None:
    mixed = consolidate([*entries(1, "40000", is_usmca=True), *entries(1, "20000")])
    assert entry_cost(mixed, terms(FY2027)).merchandise_processing_fee == Decimal("69.28")


def test_single_bond_is_paid_on_a_formal_entry_alone() -> None:
    conditions = terms(FY2027, bond_mode="single", single_bond_rate="6.50", single_bond_min="55")
    small, formal, large = (entries(1, value)[0] for value in ("2500", "2501", "100000"))
    bonds = [entry_cost(entry, conditions).bond for entry in (small, formal, large)]
    assert bonds == [Decimal(0), Decimal(55), Decimal(650)]


def test_duty_of_a_consolidated_entry_is_unknown_when_one_is() -> None:
    known, unknown = entries(1, "10", duty="2")[0], entries(1, "10")[0]
    assert consolidate([known, unknown]).duty_usd is None
    assert consolidate([known, known]).duty_usd == 4


def test_entry_is_informal_up_to_and_at_the_limit() -> None:
    limit = Decimal(2500)
    assert [entry_type_of(Decimal(value), limit) for value in ("2500", "2500.01")] == ["11", "01"]


def test_schedule_in_force_is_the_latest_one_in_usd_that_covers_the_day() -> None:
    schedules = [
        FeeSchedule.model_validate(make_fee_schedule(source=name, **changes))
        for name, changes in {
            "old": {"valid_from": "2025-01-01", "valid_to": "2025-12-31"},
            "new": {"valid_from": "2025-12-01"},
            "foreign": {"valid_from": "2026-02-01", "currency": "CAD"},
        }.items()
    ]
    chosen = [
        schedule.source if (schedule := schedule_on(schedules, day)) else None
        for day in (date(2024, 12, 31), date(2025, 11, 30), date(2025, 12, 1), date(2026, 3, 1))
    ]
    assert chosen == [None, "old", "new", "new"]


def test_a_saving_is_measured_against_the_alternative_that_the_account_chose() -> None:
    orders = [
        make_order("ord_1", importer_external_id="brand-north"),
        make_order("ord_2", importer_external_id="brand-north"),
        make_order("ord_3", importer_external_id="brand-prairie"),
    ]
    importers = (make_importer("brand-north"), make_importer("brand-prairie", number="98-5566778"))
    plain = decide_on(*orders, importers=importers)
    chosen = decide_on(*orders, importers=importers, savings_basis="per_importer_daily_entry")
    assert chosen.plan_hash == plain.plan_hash
    assert plain.savings is not None
    assert chosen.savings is not None
    assert plain.savings.measured is None
    # What the contract promises stays against an entry for each order.
    assert chosen.savings.estimated_usd == plain.savings.estimated_usd > 0
    measured = chosen.savings.measured
    assert measured is not None
    # One entry for each importer is what the plan itself makes: nothing is saved against that.
    assert measured.alternative.entries == 2
    assert measured.saving_usd == 0
    split = decide_on(
        *orders,
        importers=importers,
        broker=make_broker(max_orders_per_entry=1),
        savings_basis="per_importer_daily_entry",
    ).savings
    assert split is not None
    assert split.measured is not None
    # Where the broker's limit makes three, the alternative of two costs less.
    assert split.measured.saving_usd < 0


def test_fees_below_a_cent_are_billed_in_cents_so_that_the_parts_are_the_total() -> None:
    below_a_cent = {"fee_informal": "20.005", "line_fee": "0.333", "order_fee": "0.255", "included_lines": 2}
    conditions = terms(FY2027, **below_a_cent)
    cost = entry_cost(consolidate(entries(2, "145", lines=2) + entries(3, "7", lines=3)), conditions)
    parts = (cost.broker_fee, cost.line_fees, cost.order_fees, cost.merchandise_processing_fee)
    assert parts == (Decimal("20.01"), Decimal("0.33"), Decimal("1.02"), Decimal("2.77"))
    assert cost.total == sum(parts)
    saving = estimate(entries(3, "145"), conditions)
    assert saving.signed_usd == saving.separate.total - saving.consolidated.total
    assert saving.consolidated.order_fees == Decimal("0.51")
