"""A package in short: which entry of a package takes the place of which of the one before."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from entrygo.execution.package.summary import (
    PackageSummary,
    SummarisedEntry,
    entry_in_place_of,
    summarised,
    summary_of,
)
from tests.unit.execution.snapshots import make_snapshot


def kept(*importers: str) -> str:
    """The summary of a package with an entry of each of these, as it is kept."""
    entries = tuple(
        SummarisedEntry(
            number=number, importer=importer, orders=1, lines=1, value_usd=Decimal(1), entry_type="11"
        )
        for number, importer in enumerate(importers, start=1)
    )
    return PackageSummary(
        shipper="Shipper", shipper_place="", contact="", broker="Broker", port="",
        arrives_on=date(2026, 11, 27), orders=1, value_usd=Decimal(1), entries=entries,
    ).model_dump_json()  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "entry", "found"),
    [
        # Another importer goes, too, and is numbered first.
        (["north", "prairie"], ["island", "north", "prairie"], 1, 2),
        (["north", "prairie"], ["island", "north", "prairie"], 2, 3),
        (["north", "north", "prairie"], ["north", "north"], 2, 2),
        # Its second entry is no longer needed.
        (["north", "north", "prairie"], ["north", "prairie"], 2, 1),
        # Its importer was left out, or the package went as a whole.
        (["north", "prairie"], ["north"], 2, None),
        (["north", "prairie"], ["north", "prairie"], None, None),
        (["north"], ["north"], 7, None),
    ],
)
def test_an_entry_is_followed_by_that_of_its_importer(
    before: list[str], after: list[str], entry: int | None, found: int | None
) -> None:
    assert entry_in_place_of(kept(*before), kept(*after), entry) == found


def test_of_a_package_from_before_summaries_nothing_is_known() -> None:
    assert entry_in_place_of("", kept("north"), 1) is None
    assert entry_in_place_of(kept("north"), "", 1) is None


def test_a_weight_of_more_digits_than_one_article_may_have_is_summed() -> None:
    heaviest = Decimal("999999999999.9999")
    products = [each.model_copy(update={"gross_weight_kg": heaviest}) for each in make_snapshot().products]
    found = summarised(make_snapshot(products=tuple(products))).gross_weight_kg
    assert found is not None
    assert found > heaviest


def test_a_weight_of_a_fraction_of_an_article_is_kept_with_all_its_decimals() -> None:
    snapshot = make_snapshot()
    products = [each.model_copy(update={"gross_weight_kg": Decimal("1.0505")}) for each in snapshot.products]
    orders = tuple(
        replace(order, items=tuple(replace(item, quantity=Decimal("1.5001")) for item in order.items))
        for order in snapshot.orders
    )
    made = summarised(make_snapshot(products=tuple(products), orders=orders))
    found = summary_of(made.model_dump_json())
    assert found is not None
    assert found.gross_weight_kg == Decimal("1.57585505") * sum(len(order.items) for order in orders)
    assert found == made
