"""Quantities in the units that the tariff reports in. Exact fractions, rounded once, half up; pure.

Counts come from the commercial quantity, weights from the net weight (a commercial unit of weight gives its
own). Pieces and pairs are never taken for each other. Which commercial units count as what is what
PRODUCT_UOM_UNCONVERTIBLE lets pass; a test compares.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from entrygo.domain.facts import Product

PIECES, PAIRS, WEIGHT, LENGTH, AREA, VOLUME = "pieces", "pairs", "weight", "length", "area", "volume"

_KG_PER_POUND = Fraction("0.45359237")
_METERS_PER_FOOT = Fraction("0.3048")
_NAMES_OF_A_PIECE = ("pc", "pce", "pcs", "piece", "pieces")
# What one of each unit holds: articles, pairs, kg, meters, square meters, or liters.
_COMMERCIAL = {
    **dict.fromkeys(_NAMES_OF_A_PIECE, (PIECES, Fraction(1))),
    **dict.fromkeys(("ea", "each", "no", "number", "unit", "units"), (PIECES, Fraction(1))),
    **dict.fromkeys(("doz", "dozen", "dz"), (PIECES, Fraction(12))),
    **dict.fromkeys(("pair", "pairs", "pr", "prs"), (PAIRS, Fraction(1))),
    **dict.fromkeys(("kg", "kgs", "kilogram", "kilograms"), (WEIGHT, Fraction(1))),
    **dict.fromkeys(("g", "gram", "grams"), (WEIGHT, Fraction(1, 1000))),
    **dict.fromkeys(("lb", "lbs"), (WEIGHT, _KG_PER_POUND)),
    "oz": (WEIGHT, _KG_PER_POUND / 16),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), (LENGTH, Fraction(1))),
    "cm": (LENGTH, Fraction(1, 100)),
    "ft": (LENGTH, _METERS_PER_FOOT),
    "yd": (LENGTH, 3 * _METERS_PER_FOOT),
    **dict.fromkeys(("m2", "sqm"), (AREA, Fraction(1))),
    "sqft": (AREA, _METERS_PER_FOOT**2),
    **dict.fromkeys(("l", "liter", "liters", "litre", "litres"), (VOLUME, Fraction(1))),
    "ml": (VOLUME, Fraction(1, 1000)),
}
# The tariff's pieces: an article that is sold as a set has several, which only a count of pieces shows.
_PIECES_OF_SETS = "pcs"
# The tariff's units: what one holds, and the decimals that a quantity is rounded to.
_REPORTED = {
    **dict.fromkeys(("no", _PIECES_OF_SETS), (PIECES, Fraction(1), 0)),
    "doz": (PIECES, Fraction(12), 2),
    "doz pcs": (PIECES, Fraction(12), 2),
    "hundreds": (PIECES, Fraction(100), 2),
    "gross": (PIECES, Fraction(144), 2),
    "thousands": (PIECES, Fraction(1000), 2),
    "prs": (PAIRS, Fraction(1), 0),
    "doz prs": (PAIRS, Fraction(12), 2),
    "kg": (WEIGHT, Fraction(1), 3),
    "g": (WEIGHT, Fraction(1, 1000), 1),
    "t": (WEIGHT, Fraction(1000), 3),
    "m": (LENGTH, Fraction(1), 2),
    "m2": (AREA, Fraction(1), 2),
    "liters": (VOLUME, Fraction(1), 2),
}
_DECIMALS_OF_OTHERS = 2
UNITS = tuple(_REPORTED)
# What the tariff prints where it asks for no quantity.
_NONE_ASKED = "x"


@dataclass(frozen=True, slots=True)
class HtsQuantity:
    """`amount` is None where the data do not give it."""

    unit: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Measure:
    """How a product is reported in one unit: so much for one of its commercial unit, or not known."""

    unit: str
    each: Fraction | None


def measures_of(product: Product, hts_units: Sequence[str]) -> tuple[Measure, ...]:
    """A measure for each unit in which the tariff asks for a quantity."""
    return tuple(
        Measure(unit, _each(product, _name(unit))) for unit in hts_units if _name(unit) != _NONE_ASKED
    )


def hts_quantities(parts: Iterable[tuple[Decimal, Sequence[Measure]]]) -> tuple[HtsQuantity, ...]:
    """The sum over goods of one code, each as its commercial quantity and measures; rounded after summing."""
    goods = [(quantity, {measure.unit: measure.each for measure in measures}) for quantity, measures in parts]
    units = dict.fromkeys(unit for _, each in goods for unit in each)
    return tuple(HtsQuantity(unit, _sum(unit, goods)) for unit in units)


def unit_of(product: Product) -> str:
    """What a product is sold by, written as the tariff writes units; without one, quantities count pieces."""
    return _name(product.unit_of_measure or "") or "pcs"


def _sum(unit: str, goods: Sequence[tuple[Decimal, Mapping[str, Fraction | None]]]) -> Decimal | None:
    """One part that is not known leaves the whole unknown."""
    total = Fraction(0)
    for quantity, measures in goods:
        each = measures.get(unit)
        if each is None:
            return None
        total += Fraction(quantity) * each
    return _rounded(total, unit)


def _each(product: Product, hts_unit: str) -> Fraction | None:
    unit = unit_of(product)
    if hts_unit not in _REPORTED:
        # Packs, carats, head: what is sold by such a unit is reported in it, and nothing else is.
        return Fraction(1) if unit == hts_unit else None
    kind, size, _ = _REPORTED[hts_unit]
    if hts_unit == _PIECES_OF_SETS and unit not in _NAMES_OF_A_PIECE:
        return None
    given, holds = _COMMERCIAL.get(unit, (None, Fraction(0)))
    if kind == WEIGHT and product.net_weight_kg:
        return Fraction(product.net_weight_kg) / size
    return holds / size if given == kind else None


@lru_cache(maxsize=1024)
def _name(unit: str) -> str:
    """`Doz. prs.` is doz prs."""
    return " ".join(unit.replace(".", " ").lower().split())


def _rounded(amount: Fraction, unit: str) -> Decimal:
    _, _, decimals = _REPORTED.get(_name(unit), (None, None, _DECIMALS_OF_OTHERS))
    doubled = 2 * amount * 10**decimals
    return Decimal((doubled + 1) // 2).scaleb(-decimals)
