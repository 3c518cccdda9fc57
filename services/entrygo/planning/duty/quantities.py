"""Quantities that specific duties count, in the tariff's units, and how they are rounded (19 CFR 159.3)."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from entrygo.planning.duty.rates import EACH, PerUnit

ONE = Decimal(1)
HUNDREDTH = Decimal("0.01")
# Up to this duty for a unit (USD), fractions of a unit do not count.
WHOLE_UNITS_UP_TO = Fraction(1)

# A unit as so many of another: what is reported in one serves for a rate on the other.
SAME = {
    EACH: {"no": Fraction(1), "pcs": Fraction(1), "doz": Fraction(12), "gross": Fraction(144)},
    "doz": {"no": Fraction(1, 12), "gross": Fraction(12)},
    "gross": {"no": Fraction(1, 144), "doz": Fraction(1, 12)},
    "prs": {"doz prs": Fraction(12)},
    "doz prs": {"prs": Fraction(1, 12)},
    "kg": {"g": Fraction(1, 1000), "t": Fraction(1000)},
    "g": {"kg": Fraction(1000)},
    "t": {"kg": Fraction(1, 1000)},
}


def quantity_in(unit: str, quantities: Mapping[str, Decimal | Fraction]) -> Fraction | None:
    """The quantity in `unit`, given in it or in a unit that it is so many of; None where neither is known."""
    if unit in quantities:
        return Fraction(quantities[unit])
    known = SAME.get(unit, {})
    return next(
        (Fraction(quantities[name]) * times for name, times in known.items() if name in quantities), None
    )


def dutiable_quantity(rate: PerUnit, quantity: Fraction) -> Decimal:
    """Whole units, half up, for a duty of at most a dollar a unit; hundredths above that."""
    step = ONE if rate.amount <= WHOLE_UNITS_UP_TO else HUNDREDTH
    return rounded(quantity, step)


def rounded(number: Fraction, step: Decimal) -> Decimal:
    """Half up to a multiple of `step`, from the exact number."""
    units = number / Fraction(step)
    return (Decimal((2 * units.numerator + units.denominator) // (2 * units.denominator)) * step).quantize(
        step, rounding=ROUND_HALF_UP
    )


def to_cents(number: Fraction) -> Decimal:
    """The amount in USD, rounded half up to the cent."""
    return rounded(number, HUNDREDTH)
