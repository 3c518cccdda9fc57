"""Orders that look like one order synced twice. Pure, and linear in the number of orders.

Two single items to one ZIP code are an ordinary week, so the same content is not enough: either there are
several lines that agree to the cent, or the ids are one id with a mark of repetition.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from entrygo.domain.facts import Order

# From here on it is no chance that two buyers of one ZIP code order the same.
MIN_LINES = 2

_MARK = r"dup(?:licate)?|copy|resend|reship|repeat"
_PREFIX = re.compile(rf"^(?:{_MARK})[-_ ./#]+")
_SUFFIX = re.compile(rf"[-_ ./#]+(?:(?:{_MARK})[-_ ]?[0-9]?|[1-9])$")


def look_alikes(orders: Iterable[Order]) -> Mapping[str, str]:
    """Order id → the external id of the order that it repeats: the shortest one, which has no mark."""
    found: dict[str, str] = {}
    for alike in _grouped((order for order in orders if _is_comparable(order)), _content):
        is_enough = len(alike[0].items) >= MIN_LINES
        for same in [alike] if is_enough else _grouped(alike, lambda order: stem(order.external_id)):
            first, *others = sorted(same, key=lambda order: (len(order.external_id), order.external_id))
            found |= {order.id: first.external_id for order in others}
    return found


def _grouped(orders: Iterable[Order], key: Callable[[Order], Hashable]) -> Sequence[Sequence[Order]]:
    """Those that share a key with another one."""
    groups: dict[Hashable, list[Order]] = {}
    for order in orders:
        groups.setdefault(key(order), []).append(order)
    return [group for group in groups.values() if len(group) > 1]


def _is_comparable(order: Order) -> bool:
    return bool(order.items and (order.destination_postal_code or "").strip())


def _content(order: Order) -> Hashable:
    """Where it goes, by the five digits of its ZIP code, and what is in it."""
    lines = [(item.product_id, item.quantity, item.unit_value_usd) for item in order.items]
    lines.sort()
    place = (order.destination_postal_code or "").strip().upper()[:5]
    return (order.destination_country, place, *lines)


def stem(external_id: str) -> str:
    """The id without a mark of repetition: SO-1001 for SO-1001-1, so-1001_dup and COPY-SO-1001."""
    folded = external_id.strip().lower()
    bare = _SUFFIX.sub("", _PREFIX.sub("", folded))
    # SO-1 and SO-2 are two orders: what is left must still differ between orders.
    return bare if re.search("[0-9]", bare) else folded
