"""Duty, fees and landed costs once more, in whole cents and by hand: imports nothing of EntryGo."""

from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import NamedTuple

# A code, its origin, the claim, and headings in the order of filing, each with its addition in tenths of a
# percent; the goods' own code is last. No headings: the rate is on no list.
Goods = tuple[str, str, str, tuple[tuple[str, int], ...]]

# Read off the decision table for entries of 2026-11-27, not off the rows that the estimate reads.
GOODS: Mapping[str, Goods] = {
    "backpack": ("4202923120", "CN", "", (("9903.88.03", 250), ("9903.05.31", 125), ("4202.92.31.20", 176))),
    "cotton tee": ("6109100012", "VN", "", (("9903.05.84", 125), ("6109.10.00.12", 165))),
    "free tee": ("6109100012", "MX", "S", (("9903.05.94", 0), ("6109.10.00.12", 0))),
    "claimed hoodie": (
        "6110202041",
        "CA",
        "S",
        (("9903.05.93", 0), ("9903.03.14", 500), ("6110.20.20.41", 0)),
    ),
    "hoodie": ("6110202041", "CA", "", (("9903.05.29", 100), ("9903.03.14", 500), ("6110.20.20.41", 165))),
    "cream": ("3304995000", "KR", "", (("9903.05.71", 125), ("3304.99.50.00", 0))),
    "steel pan": ("7323930045", "CN", "", (("9903.05.90", 0), ("9903.82.09", 250), ("7323.93.00.45", 20))),
    "shoe": ("6404199060", "IN", "", (("9903.05.44", 100), ("6404.19.90.60", 90))),
    "column 2 tee": ("6109100012", "BY", "", (("6109.10.00.12", 900),)),
    "battery": ("8507600090", "CN", "", (("9903.91.06", 250), ("9903.05.31", 125), ("8507.60.00.90", 34))),
}
FREE_OF_FEE = frozenset({"free tee", "claimed hoodie"})
CHARGE_338 = (("9903.05.93", 0), ("9903.03.14", 500))
# The products of a warehouse's week, likewise. Of books, mugs and others no rate ships; of the flatware the
# rate is that of the dearest article in the set, which nobody gave.
WEEK: Mapping[str, Goods] = {
    "BAG-030": ("4202923131", "CN", "", (("9903.88.03", 250), ("9903.05.31", 125), ("4202.92.31.31", 176))),
    "BOK-130": ("4901990092", "CA", "S", ()),
    "BTL-070": ("9617001000", "CN", "", (("9903.05.31", 125), ("9617.00.10.00", 72))),
    "CAP-002": ("6505003030", "CN", "", ()),
    "CND-120": ("3406000000", "CA", "S", (*CHARGE_338, ("3406.00.00.00", 0))),
    "COF-150": ("0901210045", "CO", "", ()),
    "CUT-060": ("8215200000", "IN", "", ()),
    "DSK-160": (
        "9403200082",
        "CN",
        "",
        (("9903.88.03", 250), ("9903.05.90", 0), ("9903.82.09", 250), ("9403.20.00.82", 0)),
    ),
    "EAR-080": ("8518302000", "VN", "", ()),
    "HOD-010": ("6110202041", "CA", "S", (*CHARGE_338, ("6110.20.20.41", 0))),
    "JKT-001": ("6202308061", "CA", "S", ()),
    "MUG-110": ("6912003550", "PT", "", ()),
    "PAN-050": ("7323930045", "CN", "", (("9903.05.90", 0), ("9903.82.09", 250), ("7323.93.00.45", 20))),
    "PAN-051": ("7615107155", "CN", "", (("9903.05.90", 0), ("9903.82.09", 250), ("7615.10.71.55", 31))),
    "PWR-081": ("8507600020", "CN", "", (("9903.91.06", 250), ("9903.05.31", 125), ("8507.60.00.20", 34))),
    "SHO-040": ("6404199060", "VN", "", (("9903.05.84", 125), ("6404.19.90.60", 90))),
    "SKN-100": ("3304995000", "CA", "S", (("9903.05.93", 0), ("3304.99.50.00", 0))),
    "SUP-140": ("2106909898", "CA", "S", ()),
    "TEE-020": ("6109100012", "VN", "", (("9903.05.84", 125), ("6109.10.00.12", 165))),
    "TOY-090": ("9503000073", "CA", "S", (*CHARGE_338, ("9503.00.00.73", 0))),
}
WEEK_FREE_OF_FEE = frozenset(name for name, (_, _, claim, _) in WEEK.items() if claim)
INFORMAL_UP_TO = 2_500_00
# Cents, and hundred-thousandths of a percent: fiscal year 2027.
FEE_RATE, FEE_MINIMUM, FEE_MAXIMUM, FEE_INFORMAL = 3464, 3458, 67086, 277


class Sale(NamedTuple):
    """One line of an order; `cents` is its value."""

    order: str
    goods: str
    cents: int


class Result(NamedTuple):
    """Cents: the duty of each heading by goods, the fee, and value, duty and fee of each order.

    None is a duty of which a rate is not known.
    """

    headings: Mapping[str, Sequence[tuple[str, int]]]
    fee: int
    orders: Mapping[str, tuple[int, int | None, int]]


class Entry(NamedTuple):
    """One importer's, or a part of it where the broker takes only so many orders in one."""

    importer: str
    entry_type: str
    cents: int
    # None where a rate is not known.
    duty: int | None
    result: Result


def recompute_truck(
    entries: Sequence[tuple[str, Sequence[str]]],
    sales: Sequence[Sale],
    *,
    goods: Mapping[str, Goods] = WEEK,
    free_of_fee: Collection[str] = WEEK_FREE_OF_FEE,
) -> list[Entry]:
    """What each entry costs, given by its importer and orders; its lines by code, their parts by order."""
    sorted_goods = dict(sorted(goods.items(), key=itemgetter(1)))
    return [
        _entry(
            importer, _own(sales, orders), _importation(entries, sales, importer), sorted_goods, free_of_fee
        )
        for importer, orders in entries
    ]


def _own(sales: Sequence[Sale], orders: Sequence[str]) -> list[Sale]:
    return sorted((sale for sale in sales if sale.order in orders), key=attrgetter("order"))


def _importation(entries: Sequence[tuple[str, Sequence[str]]], sales: Sequence[Sale], importer: str) -> int:
    """What is formal is decided by the importation, not by the parts that a broker files it in."""
    orders = {order for named, of_entry in entries if named == importer for order in of_entry}
    return sum(sale.cents for sale in sales if sale.order in orders)


def _entry(
    importer: str,
    own: Sequence[Sale],
    importation: int,
    goods: Mapping[str, Goods],
    free_of_fee: Collection[str],
) -> Entry:
    entry_type = "11" if importation <= INFORMAL_UP_TO else "01"
    result = recompute(own, entry_type, goods, free_of_fee)
    known = all(goods[sale.goods][3] for sale in own)
    duty = sum(amount for line in result.headings.values() for _, amount in line) if known else None
    return Entry(importer, entry_type, sum(sale.cents for sale in own), duty, result)


def recompute(
    sales: Sequence[Sale],
    entry_type: str,
    goods: Mapping[str, Goods] = GOODS,
    free_of_fee: Collection[str] = FREE_OF_FEE,
) -> Result:
    """The lines of one entry are the goods, in the order of `goods`."""
    kinds = [name for name in goods if any(sale.goods == name for sale in sales)]
    dollars = {name: half_up(sum(sale.cents for sale in sales if sale.goods == name), 100) for name in kinds}
    headings = {
        name: [(heading, half_up(dollars[name] * tenths, 10)) for heading, tenths in goods[name][3]]
        for name in kinds
    }
    paying = [name for name in kinds if name not in free_of_fee]
    fee = fee_of(sum(dollars[name] for name in paying), bool(paying), entry_type)
    fees = dict(zip(paying, divide(fee, [dollars[name] for name in paying]), strict=True))
    orders = {sale.order: [0, 0, 0] for sale in sales}
    unknown = {sale.order for sale in sales if not goods[sale.goods][3]}
    for name in kinds:
        parts = [sale for sale in sales if sale.goods == name]
        weights = [sale.cents for sale in parts]
        duties = divide(sum(amount for _, amount in headings[name]), weights)
        for sale, duty, part in zip(parts, duties, divide(fees.get(name, 0), weights), strict=True):
            order = orders[sale.order]
            order[0] += sale.cents
            order[1] += duty
            order[2] += part
    costs = {
        name: (value, None if name in unknown else duty, part) for name, (value, duty, part) in orders.items()
    }
    return Result(headings, fee, costs)


def fee_of(dollars: int, is_due: bool, entry_type: str) -> int:
    if not is_due:
        return 0
    if entry_type == "11":
        return FEE_INFORMAL
    # 0.3464 % of a dollar is 0.3464 cents.
    return min(max(half_up(dollars * FEE_RATE, 10_000), FEE_MINIMUM), FEE_MAXIMUM)


def half_up(number: int, divisor: int) -> int:
    return (number + divisor // 2) // divisor


def divide(cents: int, weights: Sequence[int]) -> list[int]:
    """Cent by cent, each to whoever lacks most of a fair share; of equals, to the earlier."""
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [cents * weight // whole for weight in weights]
    for _ in range(cents - sum(parts)):
        lacks = [cents * weight - part * whole for weight, part in zip(weights, parts, strict=True)]
        parts[lacks.index(max(lacks))] += 1
    return parts
