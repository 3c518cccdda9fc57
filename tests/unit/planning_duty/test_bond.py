"""What a bond must cover (CBP Directive 3510-004), and what a saving is measured against."""

from datetime import date
from decimal import Decimal

import pytest

from entrygo.domain.snapshot import SavingsBasis
from entrygo.planning.duty.bond import Paid, continuous_bond, single_bond
from entrygo.planning.duty.savings_basis import DatedOrder, alternative_entries

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("year", "amount"),
    [
        ("0", "50000"),
        ("380000", "50000"),
        ("500000", "50000"),
        ("500000.01", "60000"),
        ("612340", "70000"),
        ("1000000", "100000"),
        ("1000001", "200000"),
        ("1234000", "200000"),
        ("4628000", "500000"),
    ],
)
def test_continuous_bond_is_a_tenth_of_the_year_in_steps(year: str, amount: str) -> None:
    bond = continuous_bond([Paid(TODAY, Decimal(year))], TODAY)
    assert bond.amount_usd == Decimal(amount)


def test_year_ends_with_the_day_asked_about() -> None:
    days = [date(2025, 11, 27), date(2025, 11, 28), TODAY, date(2026, 11, 28)]
    bond = continuous_bond([Paid(day, Decimal(10**place)) for place, day in enumerate(days)], TODAY)
    assert (bond.twelve_months_usd, bond.entries) == (Decimal(110), 2)
    assert (bond.first_day, bond.last_day) == (date(2025, 11, 28), TODAY)
    assert continuous_bond([], date(2028, 2, 29)).first_day == date(2027, 3, 1)
    assert continuous_bond([], date.min).first_day == date.min


def test_new_importer_is_bonded_by_the_year_ahead() -> None:
    bond = continuous_bond([Paid(TODAY, Decimal(1000))], TODAY, expected_twelve_months=Decimal(700_000))
    assert bond.amount_usd == Decimal(70_000)
    assert continuous_bond([Paid(TODAY, Decimal(900_000))], TODAY, Decimal(1)).amount_usd == Decimal(90_000)


def test_single_bond_covers_the_entry_or_three_times_agency_goods() -> None:
    assert single_bond(Decimal(1000), Decimal(290), has_agency_goods=False) == Decimal(1290)
    assert single_bond(Decimal(1000), Decimal(290), has_agency_goods=True) == Decimal(3000)
    assert single_bond(Decimal(1000), Decimal(2290), has_agency_goods=True) == Decimal(3290)


def test_alternative_is_each_order_or_each_importers_day() -> None:
    orders = [
        DatedOrder("ord_1", "12-3456789", TODAY),
        DatedOrder("ord_2", "98-7654321", TODAY),
        DatedOrder("ord_3", "12-3456789", TODAY),
        DatedOrder("ord_4", "12-3456789", date(2026, 11, 28)),
    ]
    assert alternative_entries(orders, SavingsBasis.PER_ORDER) == (
        ("ord_1",),
        ("ord_2",),
        ("ord_3",),
        ("ord_4",),
    )
    assert alternative_entries(orders, SavingsBasis.PER_IMPORTER_DAY) == (
        ("ord_1", "ord_3"),
        ("ord_2",),
        ("ord_4",),
    )
