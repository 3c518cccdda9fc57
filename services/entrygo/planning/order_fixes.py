"""Suggested fixes for orders, where only one value is possible. Pure.

A suggestion is for a person to confirm, and is never applied by itself: a ZIP code in the wrong state may as
well be a wrong ZIP code.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from entrygo.domain.facts import Order
from entrygo.domain.us_states import state_code
from entrygo.planning.reference.postal import zip5_of
from entrygo.planning.rules.base import Context
from entrygo.planning.rules.destination import (
    ORDER_POSTAL_CODE_INVALID,
    ORDER_POSTAL_REGION_MISMATCH,
    ORDER_REGION_MISSING,
)

ZIP_DIGITS = 5
# What a spreadsheet leaves of a ZIP code of New England or Puerto Rico, with or without its four digits more.
_ZEROS_LOST = re.compile(r"([0-9]{3,4})(-[0-9]{4})?")


class OrderFix(NamedTuple):
    """A field of an order, in the names of facts.py, and the value that would hold."""

    field: str
    value: str


def _zeros_back(order: Order, context: Context) -> OrderFix | None:
    """The ZIP code with its leading zeros, if it is in the order's state."""
    match = _ZEROS_LOST.fullmatch((order.destination_postal_code or "").strip())
    if match is None or order.destination_region is None:
        return None
    regions = context.reference.regions
    zip5 = match[1].zfill(ZIP_DIGITS)
    if not regions.holds(state_code(order.destination_region), zip5):
        return None
    return OrderFix("destination_postal_code", zip5 + (match[2] or ""))


def _state_of_the_zip(order: Order, context: Context) -> OrderFix | None:
    """The state of the ZIP code; None if two states share it."""
    zip5 = zip5_of(order.destination_postal_code or "")
    states = context.reference.regions.regions_of(zip5) if zip5 else ()
    return OrderFix("destination_region", states[0]) if len(states) == 1 else None


# By the code of what was found.
ORDER_FIXES: dict[str, Callable[[Order, Context], OrderFix | None]] = {
    ORDER_POSTAL_CODE_INVALID.code: _zeros_back,
    ORDER_POSTAL_REGION_MISMATCH.code: _state_of_the_zip,
    ORDER_REGION_MISSING.code: _state_of_the_zip,
}


def fix_for(code: str, order: Order, context: Context) -> OrderFix | None:
    """The suggested fix of the order, or None."""
    find = ORDER_FIXES.get(code)
    return find(order, context) if find is not None else None
