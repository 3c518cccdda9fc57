"""Checks of decimals, which travel as text: plain notation, 12 digits before the point and 4 after it."""

import re
from decimal import Decimal
from functools import lru_cache

from entrygo.domain.money import parse_decimal, plain
from entrygo.requests.issues import Wrong

MAX_DECIMAL_TEXT = 64  # characters

_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")


@lru_cache(maxsize=16_384)
def decimal(value: str) -> Decimal:
    """Any decimal of the contract. Prices and quantities repeat, hence the cache."""
    if len(value) > MAX_DECIMAL_TEXT or not _DECIMAL.fullmatch(value):
        raise Wrong("Expected a decimal number", "invalid_type")
    try:
        return parse_decimal(value)
    except ValueError as error:
        code = "not_multiple_of" if "decimal places" in str(error) else "too_big"
        raise Wrong(str(error), code) from None


def not_negative(value: str) -> Decimal:
    """A decimal of 0 or more; Wrong otherwise."""
    number = decimal(value)
    if number < 0:
        raise Wrong("Must not be negative", "too_small")
    return number


def positive(value: str) -> Decimal:
    """A decimal above 0; Wrong otherwise."""
    number = decimal(value)
    if number <= 0:
        raise Wrong("Must be greater than 0", "too_small")
    return number


def amount(value: str) -> str:
    """A decimal that is not negative, as canonical text: 2 for 2.00."""
    return plain(not_negative(value))


def amount_above_zero(value: str) -> str:
    """A decimal above 0, as canonical text."""
    return plain(positive(value))


def percent(value: str) -> str:
    """A decimal from 0 to 100, as canonical text."""
    number = not_negative(value)
    if number > 100:
        raise Wrong("Must be at most 100", "too_big")
    return plain(number)
