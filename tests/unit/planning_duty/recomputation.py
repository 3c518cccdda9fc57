"""Duty, fees and landed costs once more, in whole cents and by hand: imports nothing of EntryGo."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

# Headings in the order of filing, each with its addition in tenths of a percent; the goods' own code is last.
# Read off the decision table for entries of 2026-11-27, not off the rows that the estimate reads.
GOODS: Mapping[str, tuple[str, str, str, tuple[tuple[str, int], ...]]] = {
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
# Cents, and hundred-thousandths of a percent: fiscal year 2027.
FEE_RATE, FEE_MINIMUM, FEE_MAXIMUM, FEE_INFORMAL = 3464, 3458, 67086, 277


class Sale(NamedTuple):
    """One line of an order; `cents` is its value."""

    order: str
    goods: str
    cents: int


class Result(NamedTuple):
    """Cents: the duty of each heading by goods, the fee, and value, duty and fee of each order."""

    headings: Mapping[str, Sequence[tuple[str, int]]]
    fee: int
    orders: Mapping[str, tuple[int, int, int]]


def recompute(sales: Sequence[Sale], entry_type: str) -> Result:
    """The lines of one entry are the goods, in the order of GOODS."""
    kinds = [name for name in GOODS if any(sale.goods == name for sale in sales)]
    dollars = {name: half_up(sum(sale.cents for sale in sales if sale.goods == name), 100) for name in kinds}
    headings = {
        name: [(heading, half_up(dollars[name] * tenths, 10)) for heading, tenths in GOODS[name][3]]
        for name in kinds
    }
    paying = [name for name in kinds if name not in FREE_OF_FEE]
    fee = fee_of(sum(dollars[name] for name in paying), bool(paying), entry_type)
    fees = dict(zip(paying, divide(fee, [dollars[name] for name in paying]), strict=True))
    orders = {sale.order: [0, 0, 0] for sale in sales}
    for name in kinds:
        parts = [sale for sale in sales if sale.goods == name]
        weights = [sale.cents for sale in parts]
        duties = divide(sum(amount for _, amount in headings[name]), weights)
        for sale, duty, part in zip(parts, duties, divide(fees.get(name, 0), weights), strict=True):
            order = orders[sale.order]
            order[0] += sale.cents
            order[1] += duty
            order[2] += part
    return Result(headings, fee, {name: (value, duty, part) for name, (value, duty, part) in orders.items()})


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
    whole = sum(weights)
    parts = [cents * weight // whole for weight in weights] if whole else [0] * len(weights)
    for _ in range(cents - sum(parts)):
        lacks = [cents * weight - part * whole for weight, part in zip(weights, parts, strict=True)]
        parts[lacks.index(max(lacks))] += 1
    return parts
