"""Writes the made-up week as three brands that share a truck: `python -m tests.e2e.brand_week FOLDER`."""

import csv
import sys
import tempfile
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from tests.e2e.warehouse_week import FIXES, PRODUCTS, write_week

ORDERS = 120
YEAR = "2026"  # of the entry date that the page plans for: its certifications and rates

# Whose products they are. Of books and mugs no rate is shipped: an entry with them has no duty computed.
BRANDS = {
    "northshore": ("HOD-010", "TEE-020", "SHO-040"),
    "prairie": ("PAN-050", "PAN-051", "BTL-070", "PWR-081", "TOY-090", "SKN-100", "CND-120", "DSK-160"),
    "island": ("BAG-030", "MUG-110", "BOK-130"),
}
BRAND_OF = {sku: brand for brand, skus in BRANDS.items() for sku in skus}


def write_brand_week(folder: Path) -> None:
    """products.csv and orders.csv: the week's faultless orders, each of one brand.

    An order is of the brand of its first line that is of any, and keeps that brand's lines.
    """
    fixes = {row["sku"]: row for row in _rows(FIXES)}
    products = [
        row | {name: cell.replace("YEAR", YEAR) for name, cell in fixes.get(row["sku"], {}).items() if cell}
        for row in _rows(PRODUCTS)
        if row["sku"] in BRAND_OF
    ]
    with tempfile.TemporaryDirectory() as scratch:
        week = write_week(Path(scratch), orders=ORDERS)
        lines = _rows(week.orders)
    faulty = set().union(*week.faults.values())
    _write(folder / "products.csv", products)
    kept = (
        list(of_order)
        for order_id, of_order in groupby(lines, itemgetter("order_id"))
        if order_id not in faulty
    )
    _write(folder / "orders.csv", [line for of_order in kept for line in _of_one_brand(of_order)])


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def _write(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, {name: None for row in rows for name in row})
        writer.writeheader()
        writer.writerows(rows)


def _of_one_brand(lines: list[dict[str, str]]) -> list[dict[str, str]]:
    branded = [line | {"importer": BRAND_OF[line["sku"]]} for line in lines if line["sku"] in BRAND_OF]
    return [line for line in branded if line["importer"] == branded[0]["importer"]]


if __name__ == "__main__":
    given = Path(sys.argv[1])
    given.mkdir(parents=True, exist_ok=True)
    write_brand_week(given)
