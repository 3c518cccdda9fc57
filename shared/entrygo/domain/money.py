"""Decimals of the contract: how they are read, rounded and shown. Never a binary float in between."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
MAX_DECIMAL_PLACES = 4
MAX_INTEGER_DIGITS = 12
MAX_WRITTEN_DIGITS = 28  # the precision of the decimal context
LARGEST_INTEGER = 2**63  # no larger one is written as JSON
# As nearly all are written: within the bounds, which need not be looked for.
_WITHIN_BOUNDS = re.compile(rf"-?[0-9]{{1,{MAX_INTEGER_DIGITS}}}(?:\.[0-9]{{1,{MAX_DECIMAL_PLACES}}})?")


def parse_decimal(value: str | int | Decimal, integer_digits: int = MAX_INTEGER_DIGITS) -> Decimal:
    """A finite decimal with at most so many integer digits and 4 decimals; ValueError otherwise."""
    if isinstance(value, str) and integer_digits >= MAX_INTEGER_DIGITS and _WITHIN_BOUNDS.fullmatch(value):
        return Decimal(value)
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise ValueError("Expected a decimal number") from None
    if not number.is_finite():
        raise ValueError("Must be a finite number")
    digits, exponent = number.as_tuple().digits, number.as_tuple().exponent
    assert isinstance(exponent, int)
    # Beyond this, normalising overflows or rounds to zero, and writing it out takes megabytes.
    if abs(exponent) > MAX_WRITTEN_DIGITS or len(digits) > MAX_WRITTEN_DIGITS:
        raise ValueError(f"At most {MAX_WRITTEN_DIGITS} digits")
    normal_exponent = number.normalize().as_tuple().exponent
    assert isinstance(normal_exponent, int)
    if -normal_exponent > MAX_DECIMAL_PLACES:
        raise ValueError(f"At most {MAX_DECIMAL_PLACES} decimal places")
    if len(digits) + exponent > integer_digits:
        raise ValueError(f"At most {integer_digits} digits before the decimal point")
    return number


def parse_sum(value: str | int | Decimal) -> Decimal:
    """As `parse_decimal`, of what may be made of many such: as many digits as are reckoned with exactly."""
    return parse_decimal(value, MAX_WRITTEN_DIGITS - MAX_DECIMAL_PLACES)


def to_cents(amount: Decimal) -> Decimal:
    """Rounded half up to the cent, as invoices and brokers do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def line_value(quantity: Decimal, unit_value: Decimal) -> Decimal:
    """The value of one line in whole cents: rounded once, so every total is a sum of these."""
    return to_cents(quantity * unit_value)


def plain(number: Decimal) -> str:
    """Canonical text: no exponent, no trailing zeros, so equal numbers have equal text."""
    text = format(number.normalize(), "f")
    return "0" if text in ("-0", "") else text


def json_number(number: Decimal | str) -> int | float:
    """The JSON number of the contract: 255, 18.5. Exact for up to 15 significant digits."""
    value = Decimal(number)
    is_whole = abs(value) < LARGEST_INTEGER and value == value.to_integral_value()
    return int(value) if is_whole else float(value)
