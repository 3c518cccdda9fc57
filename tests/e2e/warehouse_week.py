"""Writes a warehouse's week as its exports look: 21 products, thousands of orders, and real files' faults.

Made up from a seed, so that every run tests the same week and knows what is wrong with it.
"""

import csv
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

# HTS-10 codes that exist in the schedule; prices in USD, weights in kg.
PRODUCTS = Path(__file__).with_name("week_products.csv")
# What the products' makers and the agencies had to be asked for, in a file of its own.
FIXES = Path(__file__).with_name("week_fixes.csv")

ORDER_COLUMNS = (
    "order_id",
    "ship_to_country",
    "ship_to_state",
    "ship_to_zip",
    "sku",
    "quantity",
    "unit_price_usd",
    "pick_wave",
    "facility_code",
)

# One real ZIP code of each state, with the state's share of the population in 0.1 %.
STATES = {
    "CA": ("94105", 118), "TX": ("78701", 90), "FL": ("33101", 67), "NY": ("10001", 59), "PA": ("19103", 39),
    "IL": ("60601", 38), "OH": ("43215", 35), "GA": ("30303", 33), "NC": ("27601", 32), "MI": ("48201", 30),
    "NJ": ("07102", 28), "VA": ("23219", 26), "WA": ("98101", 24), "AZ": ("85004", 22), "MA": ("02108", 21),
    "TN": ("37203", 21), "IN": ("46204", 20), "MO": ("63101", 18), "MD": ("21201", 18), "WI": ("53202", 18),
    "CO": ("80202", 17), "MN": ("55401", 17), "SC": ("29201", 16), "AL": ("35203", 15), "LA": ("70112", 14),
    "KY": ("40202", 13), "OR": ("97201", 13), "OK": ("73102", 12), "CT": ("06103", 11), "UT": ("84101", 10),
    "NV": ("89101", 10), "IA": ("50309", 9), "AR": ("72201", 9), "KS": ("67202", 9), "MS": ("39201", 9),
    "NM": ("87102", 6), "NE": ("68102", 6), "ID": ("83702", 6), "WV": ("25301", 5), "HI": ("96813", 4),
    "NH": ("03101", 4), "ME": ("04101", 4), "MT": ("59601", 3), "RI": ("02903", 3), "DE": ("19801", 3),
    "SD": ("57104", 3), "ND": ("58102", 2), "AK": ("99501", 2), "DC": ("20001", 2), "VT": ("05401", 2),
    "WY": ("82001", 2), "PR": ("00901", 9),
}  # fmt: skip


@dataclass
class Week:
    """The files, and what is wrong in them: external order ids by fault."""

    products: Path
    fixes: Path
    orders: Path
    order_ids: list[str]
    faults: dict[str, set[str]] = field(default_factory=dict)
    lines: int = 0
    rejected_lines: int = 0


def write_week(folder: Path, *, orders: int, seed: int = 20260311) -> Week:
    """A week of `orders` orders; some rows no importer can take, some orders no plan can let go."""
    chance = random.Random(seed)
    rows: list[dict[str, str]] = []
    faults: dict[str, set[str]] = {}
    ids = [f"SO-{100_000 + number}" for number in range(orders)]
    for number, order_id in enumerate(ids):
        made, fault = _order(chance, number, order_id)
        rows += made
        if fault:
            faults.setdefault(fault, set()).add(order_id)
        if any(row["sku"] == "GFT-900" for row in made):
            faults.setdefault("no_hts_code", set()).add(order_id)
    week = Week(
        folder / "products.csv", folder / "fixes.csv", folder / "orders.csv", ids, faults, lines=len(rows)
    )
    per_order = Counter(row["order_id"] for row in rows)
    week.rejected_lines = sum(per_order[order_id] for order_id in faults.get("bad_row", ()))
    shutil.copyfile(PRODUCTS, week.products)
    # Certifications hold for a year: that of the run.
    fixes = FIXES.read_text(encoding="utf-8").replace("YEAR", str(datetime.now(UTC).year))
    week.fixes.write_text(fixes, encoding="utf-8")
    _write(week.orders, rows)
    return week


def _order(chance: random.Random, number: int, order_id: str) -> tuple[list[dict[str, str]], str | None]:
    state = chance.choices(list(STATES), [share for _, share in STATES.values()])[0]
    country, zip_code = "US", STATES[state][0]
    fault = None
    match number % 100:
        case 7:
            fault, zip_code = "zip_too_short", zip_code[1:]
        case 31:
            fault, zip_code = "zip_missing", ""
        case 53:
            fault, country, state, zip_code = "not_us", "CA", "ON", "M5V 2T6"
        case 71:
            fault, state, zip_code = "outside_customs_territory", "GU", "96910"
        case 89:
            fault, state, zip_code = "military", "AE", "09012"
        case 97:
            fault = "bad_row"
    lines = []
    for sku in chance.sample(SKUS, k=chance.choice((1, 1, 1, 2, 2, 3, 4))):
        price = round(float(PRICES[sku]) * chance.uniform(0.85, 1.05), 2)
        lines.append(
            {
                "order_id": order_id,
                "ship_to_country": country,
                "ship_to_state": state,
                "ship_to_zip": zip_code,
                "sku": sku,
                "quantity": chance.choice(("1", "1", "1", "2", "3")),
                "unit_price_usd": f"{price:.2f}",
                "pick_wave": f"wave-{1 + number % 20:02d}",
                "facility_code": "yvr-01",
            }
        )
    if fault == "bad_row":
        lines[-1]["quantity"] = "two"
    return lines, fault


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, ORDER_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def _prices() -> dict[str, str]:
    with PRODUCTS.open(encoding="utf-8", newline="") as file:
        return {row["sku"]: row["unit_value_usd"] for row in csv.DictReader(file)}


PRICES = _prices()
# The gift box and the desk are rare, as such things are.
SKUS = [sku for sku in PRICES if sku not in ("GFT-900", "DSK-160")] * 8 + ["GFT-900", "DSK-160"]
