"""What each importer's bond must cover (CBP Directive 3510-004): by its own year, this plan included."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from entrygo.domain.bonds import BondNeed
from entrygo.domain.facts import Product
from entrygo.domain.importer_number import comparable
from entrygo.domain.money import plain, to_cents
from entrygo.domain.snapshot import Readiness, Severity
from entrygo.planning.decide import Decision
from entrygo.planning.duty.bond import Paid
from entrygo.planning.duty.book import book_on, shipped_tables
from entrygo.planning.reference.in_force import shipped_book
from entrygo.planning.rules import RULES
from entrygo.planning.rules.importer import BOND_INSUFFICIENT
from tests.factories import CAP, make_importer, make_item, make_order, make_product, make_warehouse
from tests.unit.planning.decisions import decide_on, found
from tests.unit.planning_duty.books import make_book, rate_row

DAY = date(2026, 11, 27)
BOOK = book_on(DAY, {**shipped_book().tables, **shipped_tables()})
OF_WAREHOUSE = comparable(make_warehouse().importer_of_record.number)


# Of a code whose rates ship.
BACKPACK = {"hts_code": "4202923120", "country_of_origin": "CN", "usmca": {}}


def decided(*orders: Any, **changes: Any) -> Decision:
    """Of backpacks, unless a test has other goods."""
    goods = {"products": [make_product(CAP, **BACKPACK)], **changes}
    return decide_on(
        *(orders or (make_order(items=[make_item(CAP)]),)), entry_date=DAY, duty_book=BOOK, **goods
    )


def bonds(*orders: Any, **changes: Any) -> tuple[BondNeed, ...]:
    return decided(*orders, **changes).bonds


def test_a_continuous_bond_goes_by_what_was_paid_in_twelve_months_and_by_this_plan() -> None:
    decision = decided(paid={OF_WAREHOUSE: [Paid(date(2026, 6, 1), Decimal(612_300), 40)]})
    [need] = decision.bonds
    assert decision.duties is not None
    [entry] = decision.duties.entries
    assert entry.duty_high_usd is not None
    now = entry.duty_high_usd + entry.processing_fee_usd
    assert now > 0
    assert need.twelve_months_usd == Decimal(612_300) + now
    # A tenth, up to the next 10,000.
    assert (need.type, need.needed_usd, need.entries) == ("continuous", Decimal(70_000), 41)
    assert (need.first_day, need.last_day) == (date(2025, 11, 28), DAY)
    # The warehouse's record says that there is a bond, and not of how much.
    assert (need.importer, need.on_file_usd, need.is_sufficient) == (None, None, None)


def test_another_importers_year_is_none_of_this_ones() -> None:
    [need] = bonds(paid={"000000000": [Paid(DAY, Decimal(10**7))]})
    assert need.needed_usd == Decimal(50_000)


@pytest.mark.parametrize(("amount", "is_sufficient"), [("50000", True), ("49999.99", False), (None, None)])
def test_the_bond_on_file_is_compared_with_what_is_needed(
    amount: str | None, is_sufficient: bool | None
) -> None:
    importer = make_importer("north", bond={"type": "continuous", "amount_usd": amount})
    [need] = bonds(make_order(importer_external_id="north", items=[make_item(CAP)]), importers=[importer])
    assert (need.importer, need.needed_usd) == ("north", Decimal(50_000))
    assert need.is_sufficient is is_sufficient


@pytest.mark.parametrize(("food", "times"), [(False, 1), (True, 3)])
def test_a_single_bond_covers_its_entry_or_three_times_the_value_of_agency_goods(
    food: bool, times: int
) -> None:
    importer = make_importer("north", bond={"type": "single"})
    changes = {"hts_code": "0901210045", "customs_description": "Roasted coffee beans"} if food else {}
    order = make_order(importer_external_id="north", items=[make_item(CAP, "10", "100")])
    goods = make_product(CAP, **(BACKPACK | changes))
    decision = decided(order, importers=[importer], products=[goods])
    [need] = decision.bonds
    assert (need.type, need.twelve_months_usd) == ("single", None)
    assert decision.duties is not None
    [entry] = decision.duties.entries
    paid = (entry.duty_high_usd or Decimal(0)) + entry.processing_fee_usd
    assert need.needed_usd == (Decimal(3000) if times == 3 else Decimal(1000) + paid)


CONTINUOUS = {"type": "continuous"}
NUMBER = comparable(make_importer("north").number)
# What the order's own duty adds: these two are a cent apart beside it.
YEAR_OF_60_000 = Decimal(600_000)


def warned(
    bond: dict[str, Any], *, paid: Decimal = Decimal(0), value: str = "3000", **changes: Any
) -> list[str]:
    """The messages about a bond that is too small, of one order of an importer."""
    order = make_order(importer_external_id="north", items=[make_item(CAP, "1", value)])
    year = {NUMBER: [Paid(DAY, paid)]} if paid else {}
    decision = decided(order, importers=[make_importer("north", bond=bond)], paid=year, **changes)
    return [message.message for message in found(decision, "BOND_INSUFFICIENT")]


def own_costs() -> Decimal:
    """Duty at most and fees of the order above."""
    order = make_order(importer_external_id="north", items=[make_item(CAP, "1", "3000")])
    decision = decided(order, importers=[make_importer("north", bond=CONTINUOUS)])
    assert decision.bonds[0].twelve_months_usd is not None
    return decision.bonds[0].twelve_months_usd


@pytest.mark.parametrize(
    ("amount", "over", "is_short"),
    [
        ("60000", "0", False),
        ("59999.99", "0", True),
        ("60000", "0.01", True),
        ("70000", "0.01", False),
        ("69999.99", "0.01", True),
    ],
)
def test_a_bond_below_the_step_that_its_twelve_months_reach_is_found(
    amount: str, over: str, is_short: bool
) -> None:
    """CBP Directive 3510-004: a tenth of the year, up to the next 10,000."""
    paid = YEAR_OF_60_000 - own_costs() + Decimal(over)
    assert bool(warned(CONTINUOUS | {"amount_usd": amount}, paid=paid)) is is_short


def test_a_bond_that_is_too_small_warns_in_numbers_and_blocks_where_the_account_raised_it() -> None:
    """19 CFR 113.13: CBP may ask for more security; it does not refuse the entry by itself."""
    [message] = warned(CONTINUOUS | {"amount_usd": "50000"}, paid=YEAR_OF_60_000)
    total = to_cents(YEAR_OF_60_000 + own_costs())
    assert message == (
        "Importer north: its continuous bond of 50000 USD is less than the 70000 USD that duties and fees"
        f" of the twelve months to 2026-11-27 ask for ({plain(total)} USD at most)."
    )
    order = make_order(importer_external_id="north", items=[make_item(CAP, "1", "3000")])
    short = [make_importer("north", bond=CONTINUOUS | {"amount_usd": "49999"})]
    decision = decided(order, importers=short)
    [finding] = found(decision, "BOND_INSUFFICIENT")
    assert (finding.severity, finding.field) == ("warning", "importers[north].bond.amount_usd")
    assert decision.readiness is Readiness.REVIEW_REQUIRED
    raise_it = [replace(BOND_INSUFFICIENT, severity=Severity.ERROR, is_raised=True)]
    others = [rule for rule in RULES if rule is not BOND_INSUFFICIENT]
    # With nobody else on the truck it blocks; beside others the importer stays behind.
    assert decided(order, importers=short, rules=[*others, *raise_it]).readiness is Readiness.BLOCKED
    beside = make_order("ord_2", items=[make_item(CAP)])
    left = decided(order, beside, importers=short, rules=[*others, *raise_it], on_blocked="exclude")
    assert [each.order_id for each in left.excluded] == [order.id]


def test_where_nothing_was_estimated_the_least_bond_is_asked_for() -> None:
    [message] = warned(
        CONTINUOUS | {"amount_usd": "40000"}, products=[make_product(CAP, hts_code="0199999999", usmca={})]
    )
    assert message.endswith(
        "bond of 40000 USD is less than the 50000 USD that a continuous bond is at least."
    )


def test_a_single_bond_is_compared_with_its_entry_to_the_cent() -> None:
    needed = to_cents(Decimal(3000) + own_costs())
    assert warned({"type": "single", "amount_usd": str(needed)}) == []
    [message] = warned({"type": "single", "amount_usd": str(needed - Decimal("0.01"))})
    assert "its single bond of" in message
    asked = "its entry asks for: value, duties and fees, or three times what an agency may refuse."
    assert message.endswith(f"the {plain(needed)} USD that {asked}")
    assert warned({"type": "single"}) == [], "an amount that nobody stated is not 0"


def test_an_informal_entry_needs_no_bond_and_the_warehouses_states_no_amount() -> None:
    """19 CFR 142.4 asks for one of formal entries."""
    assert warned(CONTINUOUS | {"amount_usd": "100"}, value="35") == []
    assert found(decided(paid={OF_WAREHOUSE: [Paid(DAY, Decimal(10**7))]}), "BOND_INSUFFICIENT") == []


def test_the_hash_of_a_plan_covers_that_a_bond_is_too_small_and_what_it_must_cover() -> None:
    order = make_order(importer_external_id="north", items=[make_item(CAP, "1", "3000")])
    short = [make_importer("north", bond=CONTINUOUS | {"amount_usd": "50000"})]

    def hashed(paid: int) -> str:
        return decided(order, importers=short, paid={NUMBER: [Paid(DAY, Decimal(paid))]}).plan_hash

    enough, once, same_step, twice = (hashed(paid) for paid in (1000, 600_000, 610_000, 900_000))
    assert once == same_step
    assert len({enough, once, twice}) == 3
    assert enough == hashed(2000), "what was paid is no part of it where the bond is enough"


def test_what_could_not_be_estimated_leaves_the_need_incomplete() -> None:
    assert all(need.is_complete for need in bonds())
    order = make_order(items=[make_item(CAP)])
    [need] = bonds(order, products=[make_product(CAP, hts_code="0199999999")])
    assert not need.is_complete
    assert need.twelve_months_usd is None, "nothing was estimated, which is not 0"


@pytest.mark.parametrize(("amount", "is_sufficient"), [("60000", None), ("49999.99", False)])
def test_a_bond_is_never_enough_for_what_could_not_be_estimated(
    amount: str, is_sufficient: bool | None
) -> None:
    importer = make_importer("north", bond={"type": "continuous", "amount_usd": amount})
    order = make_order(importer_external_id="north", items=[make_item(CAP)])
    [need] = bonds(order, importers=[importer], products=[make_product(CAP, hts_code="0199999999")])
    assert need.is_sufficient is is_sufficient


SET = make_product(CAP, hts_code="8215200000", country_of_origin="CN", usmca={})


def not_compared(bond: dict[str, Any], *, value: str = "3000", goods: Product = SET) -> Decision:
    order = make_order(importer_external_id="north", items=[make_item(CAP, "1", value)])
    return decided(order, importers=[make_importer("north", bond=bond)], products=[goods])


def test_a_plan_says_that_a_bond_was_not_compared_where_a_duty_is_not_computed() -> None:
    """HTS 8215.20: the rate of the article of the set that has the highest."""
    decision = not_compared(CONTINUOUS | {"amount_usd": "50000"})
    [finding] = found(decision, "BOND_NOT_COMPARED")
    assert finding.message == (
        "Importer north: whether its continuous bond of 50000 USD is enough was not looked at:"
        " the duty of an entry could not be estimated."
    )
    assert (finding.severity, finding.field) == ("warning", "importers[north].bond.amount_usd")
    [single] = found(not_compared({"type": "single", "amount_usd": "10000"}), "BOND_NOT_COMPARED")
    assert "its single bond of 10000 USD" in single.message


def test_nothing_is_left_to_compare_where_a_bond_is_too_small_absent_or_not_needed() -> None:
    short = not_compared(CONTINUOUS | {"amount_usd": "49999"})
    assert [len(found(short, code)) for code in ("BOND_INSUFFICIENT", "BOND_NOT_COMPARED")] == [1, 0]
    enough, stated = CONTINUOUS | {"amount_usd": "50000"}, make_product(CAP, **BACKPACK)
    informal, unstated = not_compared(enough, value="35"), not_compared(CONTINUOUS)
    estimated = not_compared(enough, goods=stated)
    for decision in (informal, unstated, estimated):
        assert found(decision, "BOND_NOT_COMPARED") == []


def test_the_hash_of_a_plan_covers_that_a_bond_could_not_be_compared() -> None:
    order = make_order(importer_external_id="north", items=[make_item(CAP, "1", "3000")])
    goods: dict[str, Any] = {"products": [make_product(CAP, **(BACKPACK | {"hts_code": "0199999999"}))]}
    goods |= {"importers": [make_importer("north", bond=CONTINUOUS | {"amount_usd": "50000"})]}
    rated = make_book(rates=[rate_row("0199999999", "Free")])
    looked_at = decide_on(order, entry_date=DAY, duty_book=rated, **goods)
    assert looked_at.plan_hash != decided(order, **goods).plan_hash


def test_who_has_no_bond_on_file_has_no_need_and_a_plan_is_the_same_plan_whatever_was_paid() -> None:
    importer = make_importer("north", bond={})
    assert bonds(make_order(importer_external_id="north", items=[make_item(CAP)]), importers=[importer]) == ()
    paid = {OF_WAREHOUSE: [Paid(DAY, Decimal(10**7))]}
    assert decided(paid=paid).plan_hash == decided().plan_hash
