"""A whole truck, of several importers and entries, agrees to the cent with arithmetic of another kind."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from entrygo.domain.duty import EntryDuty
from entrygo.domain.facts import Order, Product
from entrygo.planning.decide import Decision
from entrygo.planning.duty.book import book_on, shipped_tables
from entrygo.planning.reference.in_force import shipped_book
from tests.e2e.brand_week import write_brand_week
from tests.e2e.warehouse_week import FIXES, PRODUCTS
from tests.factories import make_broker, make_importer, make_item, make_order, make_product
from tests.unit.planning.decisions import decide_on
from tests.unit.planning_duty.books import LISTS
from tests.unit.planning_duty.recomputation import WEEK, Entry, Sale, recompute_truck

NOVEMBER = date(2026, 11, 27)
BOOK = book_on(NOVEMBER, {**shipped_book().tables, **shipped_tables()}, LISTS)
BRANDS = ("island", "northshore", "prairie")
IMPORTERS = [make_importer(brand, number=f"98-112233{place}") for place, brand in enumerate(BRANDS)]
METAL_COUNTRIES = {"steel": ("melt_pour",), "aluminum": ("smelt_1", "smelt_2", "cast")}


def week_products() -> Sequence[Product]:
    """The products of the week's files with what was found out about them, under their SKU as id."""
    fixes = {row["sku"]: row for row in rows_of(FIXES)}
    rows = [row for row in rows_of(PRODUCTS) if row["sku"] in WEEK]
    found = [{name: cell for name, cell in fixes.get(row["sku"], {}).items() if cell} for row in rows]
    return [product_of(row | known) for row, known in zip(rows, found, strict=True)]


def rows_of(file: Path) -> Sequence[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def product_of(row: Mapping[str, str]) -> Product:
    claim = {"criterion": "A", "certification": "C-1", "blanket_to": "2026-12-31"}
    metals = [
        {"metal": metal, "weight_kg": weight, **{name: row[f"section_232_{metal}_{name}"] for name in names}}
        for metal, names in METAL_COUNTRIES.items()
        if (weight := row.get(f"section_232_{metal}_weight_kg"))
    ]
    return make_product(
        row["sku"],
        hts_code=row["hts_code"],
        country_of_origin=row["country_of_origin"],
        usmca=claim if row["usmca_criterion"] else {},
        section_232={
            "status": row["section_232_status"],
            "metals": metals,
            "metal_weight_pct": row.get("section_232_metal_weight_pct") or None,
        },
    )


CATALOGUE = week_products()


def planned(sales: Sequence[Sale], importer_of: Mapping[str, str], orders_in_entry: int) -> Decision:
    orders: dict[str, list[Any]] = {}
    for sale in sales:
        price = str(Decimal(sale.cents).scaleb(-2))
        orders.setdefault(sale.order, []).append(make_item(sale.goods, "1", price))
    return decide_on(
        *(order_of(id, items, importer_of[id]) for id, items in orders.items()),
        products=CATALOGUE,
        importers=IMPORTERS,
        broker=make_broker(max_orders_per_entry=orders_in_entry),
        entry_date=NOVEMBER,
        duty_book=BOOK,
    )


def order_of(id: str, items: Sequence[Any], importer: str) -> Order:
    return make_order(id, *items, importer_external_id=importer)


def agrees(sales: Sequence[Sale], importer_of: Mapping[str, str], orders_in_entry: int) -> None:
    decision = planned(sales, importer_of, orders_in_entry)
    entries = [(str(each.importer_id).removeprefix("imp_"), each.order_ids) for each in decision.entries]
    # Which orders go together is the plan's to decide: each in one entry, of its importer, within the limit.
    assert sorted(order for _, orders in entries for order in orders) == sorted(importer_of)
    assert all(importer_of[order] == importer for importer, orders in entries for order in orders)
    assert max(len(orders) for _, orders in entries) <= orders_in_entry
    expected = recompute_truck(entries, sales)
    assert decision.duties is not None
    assert [entry_as_stated(decision, each) for each in decision.duties.entries] == [
        entry_as_expected(each) for each in expected
    ]
    found = {
        cost.order_id: (cents(cost.value_usd), optional_cents(cost.duty_low_usd), cents(cost.fees_usd))
        for cost in decision.duties.orders
    }
    assert found == {order: cost for entry in expected for order, cost in entry.result.orders.items()}
    assert cents(decision.value_usd) == sum(entry.cents for entry in expected)


def entry_as_stated(decision: Decision, duty: EntryDuty) -> Any:
    [entry] = [each for each in decision.entries if each.number == duty.number]
    lines = {
        (line.hts_code, line.country_of_origin): [(each.heading, cents(each.amount_usd)) for each in line.low]
        for line in duty.lines
    }
    total = optional_cents(duty.duty_low_usd)
    assert total == optional_cents(duty.duty_high_usd)
    fee = cents(duty.processing_fee_usd)
    return entry.importer_id, duty.entry_type, cents(entry.value_usd), total, fee, lines


def entry_as_expected(entry: Entry) -> Any:
    lines = {WEEK[name][:2]: list(figures) for name, figures in entry.result.headings.items()}
    return f"imp_{entry.importer}", entry.entry_type, entry.cents, entry.duty, entry.result.fee, lines


def cents(amount: Decimal) -> int:
    whole = amount.scaleb(2)
    assert whole == whole.to_integral_value()
    return int(whole)


def optional_cents(amount: Decimal | None) -> int | None:
    return None if amount is None else cents(amount)


def test_brands_week_on_one_truck_costs_what_an_independent_recomputation_says(tmp_path: Path) -> None:
    """The orders of the guide, whose documents an end-to-end test reads."""
    write_brand_week(tmp_path)
    rows = rows_of(tmp_path / "orders.csv")
    sales = [
        Sale(row["order_id"], row["sku"], int(row["quantity"]) * cents(Decimal(row["unit_price_usd"])))
        for row in rows
    ]
    importer_of = {row["order_id"]: row["importer"] for row in rows}
    assert set(importer_of.values()) == set(BRANDS)
    agrees(sales, importer_of, 10_000)
    agrees(sales, importer_of, 9)


SALES = st.tuples(st.integers(0, 11), st.sampled_from(sorted(WEEK)), st.integers(1, 90_000))


@settings(max_examples=20, deadline=None)
@given(
    baskets=st.lists(SALES, min_size=1, max_size=40),
    owners=st.lists(st.sampled_from(BRANDS), min_size=12, max_size=12),
    orders_in_entry=st.integers(1, 12),
)
def test_any_truck_costs_what_an_independent_recomputation_says(
    baskets: list[tuple[int, str, int]], owners: list[str], orders_in_entry: int
) -> None:
    sales = [Sale(f"ord_{order:02}", goods, value) for order, goods, value in baskets]
    agrees(sales, {sale.order: owners[int(sale.order[4:])] for sale in sales}, orders_in_entry)
