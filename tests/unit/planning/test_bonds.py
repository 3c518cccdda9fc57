"""What each importer's bond must cover (CBP Directive 3510-004): by its own year, this plan included."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from entrygo.domain.bonds import BondNeed
from entrygo.domain.importer_number import comparable
from entrygo.planning.decide import Decision
from entrygo.planning.duty.bond import Paid
from entrygo.planning.duty.book import book_on, shipped_tables
from entrygo.planning.reference.in_force import shipped_book
from tests.factories import CAP, make_importer, make_item, make_order, make_product, make_warehouse
from tests.unit.planning.decisions import decide_on

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


def test_who_has_no_bond_on_file_has_no_need_and_a_plan_is_the_same_plan_whatever_was_paid() -> None:
    importer = make_importer("north", bond={})
    assert bonds(make_order(importer_external_id="north", items=[make_item(CAP)]), importers=[importer]) == ()
    paid = {OF_WAREHOUSE: [Paid(DAY, Decimal(10**7))]}
    assert decided(paid=paid).plan_hash == decided().plan_hash
