"""Writes a warehouse's week as its exports look: 21 products, thousands of orders, and real files' faults.

Made up from a seed, so that every run tests the same week and knows what is wrong with it.
"""

import csv
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

PRODUCT_COLUMNS = (
    "sku,name,customs_description,hts_code,country_of_origin,material_composition,manufacturer_name,"
    "manufacturer_city,manufacturer_country,net_weight_kg,unit_value_usd,section_232_status,usmca_criterion"
).split(",")
ORDER_COLUMNS = (
    "order_id,ship_to_country,ship_to_state,ship_to_zip,sku,quantity,unit_price_usd,pick_wave,facility_code"
).split(",")

# HTS-10 codes that exist in the schedule; prices in USD, weights in kg.
PRODUCTS = """
JKT-001|Insulated jacket|Women's woven jacket, 100% polyester shell, metal zipper|6202308061|CA|100% polyester|0.82|110|review
CAP-002|Baseball cap|Men's cotton twill baseball cap|6505003030|CN|100% cotton|0.09|35|not_applicable
HOD-010|Pullover hoodie|Men's knitted cotton hooded pullover|6110202041|CA|80% cotton 20% polyester|0.55|68|not_applicable
TEE-020|T-shirt|Men's knitted cotton T-shirt|6109100012|VN|100% cotton|0.18|24|not_applicable
BAG-030|Backpack|Backpack with outer surface of woven polyester|4202923131|CN|100% polyester|0.74|59|not_applicable
SHO-040|Running shoes|Athletic shoes, textile upper, rubber sole|6404199060|VN|textile upper; rubber sole|0.66|89|not_applicable
PAN-050|Steel frying pan|Stainless steel frying pan, household use|7323930045|CN|100% stainless steel|1.15|49|applicable
PAN-051|Aluminium pan|Aluminium saucepan, household use|7615107155|CN|95% aluminium 5% phenolic|0.8|39|applicable
CUT-060|Flatware set|Stainless steel flatware set of knives and forks|8215200000|IN|100% stainless steel|1.3|45|applicable
BTL-070|Insulated bottle|Vacuum insulated drinking bottle of stainless steel|9617001000|CN|95% stainless steel|0.38|32|not_assessed
EAR-080|Wireless earbuds|Wireless earbuds with charging case|8518302000|VN|plastic; lithium-ion battery|0.06|79|not_applicable
PWR-081|Power bank|Lithium-ion power bank 10000 mAh|8507600020|CN|lithium-ion cells; plastic|0.22|29|not_applicable
TOY-090|Wooden puzzle|Children's wooden jigsaw puzzle|9503000073|CA|100% maple wood|0.4|27|not_applicable
SKN-100|Face cream|Moisturizing face cream 50 ml|3304995000|CA|water, glycerin, shea butter|0.11|38|not_applicable
MUG-110|Stoneware mug|Stoneware coffee mug 350 ml|6912003550|PT|100% stoneware|0.42|18|not_applicable
CND-120|Soy candle|Scented soy wax candle in glass jar|3406000000|CA|soy wax; glass|0.35|26|not_applicable
BOK-130|Paperback book|Printed paperback book, English|4901990092|CA|paper|0.31|19|not_applicable
SUP-140|Vitamin supplement|Vitamin D dietary supplement, 90 softgels|2106909898|CA|vitamin D3, sunflower oil|0.12|22|not_applicable
COF-150|Roasted coffee|Roasted coffee beans, not decaffeinated|0901210045|CO|100% arabica coffee|0.36|21|not_applicable
GFT-900|Gift box|gift||CN||0.5|40|not_applicable
DSK-160|Steel desk|Steel office desk, flat packed|9403200082|CN|90% steel 10% particle board|28|240|applicable
""".strip().splitlines()  # fmt: skip

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
    """The two files, and what is wrong in them: external order ids by fault."""

    products: Path
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
    week = Week(folder / "products.csv", folder / "orders.csv", ids, faults, lines=len(rows))
    per_order = Counter(row["order_id"] for row in rows)
    week.rejected_lines = sum(per_order[order_id] for order_id in faults.get("bad_row", ()))
    _write(week.products, PRODUCT_COLUMNS, [_product(line) for line in PRODUCTS])
    _write(week.orders, ORDER_COLUMNS, rows)
    return week


def _product(line: str) -> dict[str, str]:
    sku, name, description, hts, origin, composition, weight, value, status = line.split("|")
    return {
        "sku": sku,
        "name": name,
        "customs_description": description,
        "hts_code": hts,
        "country_of_origin": origin,
        "material_composition": composition,
        "manufacturer_name": f"{name} Works Ltd",
        "manufacturer_city": "Vancouver" if origin == "CA" else "Port City",
        "manufacturer_country": origin,
        "net_weight_kg": weight,
        "unit_value_usd": value,
        "section_232_status": status,
        "usmca_criterion": "A" if origin == "CA" else "",
    }


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


def _write(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


PRICES = {line.split("|")[0]: line.split("|")[7] for line in PRODUCTS}
# The gift box and the desk are rare, as such things are.
SKUS = [sku for sku in PRICES if sku not in ("GFT-900", "DSK-160")] * 8 + ["GFT-900", "DSK-160"]
