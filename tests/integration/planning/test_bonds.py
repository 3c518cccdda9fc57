"""The year of an importer: what was executed counts, once, and what was taken back does not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.planning.duty_books import DutyBooks
from entrygo.planning.reference.in_force import shipped_book
from tests.factories import CAP, HOODIE, make_product
from tests.integration.planning.conftest import ALICE, ALICE_TEST, BOB, Planner


@pytest.fixture
def estimating(planner: Planner) -> Planner:
    """A planner that estimates duty, of goods whose rates ship."""
    backpack = {"hts_code": "4202923120", "country_of_origin": "CN", "usmca": {}}
    for id_ in (HOODIE, CAP):
        planner.facts.products[id_] = make_product(id_, **backpack)
    return replace(planner, duty_on=DutyBooks(lambda: shipped_book().tables).on)


DAY = "2026-11-27"  # when the rates of the goods are in force


async def year_of(planner: Planner, *order_ids: str, **fields: str) -> tuple[Decimal, int]:
    """What a plan says of the warehouse's importer."""
    planned = await planner.plan(*order_ids, dry_run=True, **{"entry_date": DAY, **fields})
    [need] = planned.plan.bonds
    return Decimal(need.twelve_months_usd), need.entries


async def test_executed_exports_count_into_the_year_of_their_importer(estimating: Planner) -> None:
    alone, entries = await year_of(estimating, "ord_123")
    assert (alone > 0, entries) == (True, 1)
    await estimating.plan("ord_124", entry_date=DAY)
    assert await year_of(estimating, "ord_123") == (alone, 1)
    await estimating.executed("ord_123", entry_date=DAY)
    within, entries = await year_of(estimating, "ord_124", entry_date="2027-11-26")
    after, of_its_own = await year_of(estimating, "ord_124", entry_date="2027-11-27")
    # A year later the entry does not count any more.
    assert (within - after, entries, of_its_own) == (alone, 2, 1)


async def test_an_executed_entry_whose_duty_nobody_could_estimate_leaves_the_year_open(
    estimating: Planner,
) -> None:
    alone, _ = await year_of(estimating, "ord_124")
    products = dict(estimating.facts.products)
    # Sets have the rate of their highest article, which no product names.
    sets = {id_: make_product(id_, hts_code="8211100000", usmca={}) for id_ in (HOODIE, CAP)}
    estimating.facts.products.update(sets)
    await estimating.executed("ord_123", entry_date=DAY)
    estimating.facts.products.update(products)
    for day, is_complete in ((DAY, False), ("2027-11-27", True)):
        planned = await estimating.plan("ord_124", dry_run=True, entry_date=day)
        assert [each.is_complete for each in planned.plan.bonds] == [is_complete]
    assert (await year_of(estimating, "ord_124"))[0] == alone


async def test_an_entry_counts_for_its_own_account_and_mode(estimating: Planner) -> None:
    await estimating.executed("ord_123", entry_date=DAY)
    for tenant in (BOB, ALICE_TEST):
        assert (await year_of(estimating.as_(tenant), "ord_124"))[1] == 1
    assert (await year_of(estimating.as_(ALICE, warehouse_id="wh_123"), "ord_124"))[1] == 2


async def test_what_was_withdrawn_or_replaced_counts_no_more(estimating: Planner) -> None:
    export_id = await estimating.executed("ord_123", entry_date=DAY)
    await estimating.withdraw(export_id)
    assert (await year_of(estimating, "ord_124"))[1] == 1

    export_id = await estimating.executed("ord_123", "ord_124", execution_id="exe_2", entry_date=DAY)
    amended = await estimating.amend(export_id, leave_out_order_ids=["ord_124"], entry_date=DAY)
    # A successor is planned as if what it replaces had not been.
    assert amended.plan.bonds[0].entries == 1
    await estimating.claim(amended.export_id, "exe_3")
    await estimating.complete(amended.export_id, "exe_3")
    assert (await year_of(estimating, "ord_124"))[1] == 2
    assert await estimating.count("importer_costs") == 1


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31"])
async def test_an_entry_date_before_all_lists_is_refused_however_far_before(
    estimating: Planner, day: str
) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await estimating.plan("ord_123", entry_date=day)
    assert refused.value.field == "entryDate"


async def test_an_entry_date_of_a_mistyped_year_is_refused(estimating: Planner) -> None:
    for day in ("2028-03-11", "2062-11-26"):
        with pytest.raises(ValidationFailed) as refused:
            await estimating.plan("ord_123", entry_date=day)
        assert refused.value.field == "entryDate"
        assert "days ahead" in str(refused.value.details)
    farthest = await estimating.plan("ord_123", entry_date="2028-03-10", dry_run=True)
    assert farthest.plan.entry_date == "2028-03-10"
