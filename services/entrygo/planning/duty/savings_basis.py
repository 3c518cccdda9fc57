"""The alternative that a saving is measured against: which orders would be entered together without us."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from entrygo.domain.snapshot import SavingsBasis


@dataclass(frozen=True, slots=True)
class DatedOrder:
    """An order under its importer's number, on the day on which it would have gone (US Eastern)."""

    order_id: str
    importer_number: str
    day: date


def alternative_entries(orders: Iterable[DatedOrder], basis: SavingsBasis) -> tuple[tuple[str, ...], ...]:
    """The ids of the orders of each entry of the alternative, in the order in which they are first met."""
    entries: dict[tuple[str, ...], list[str]] = {}
    for order in orders:
        alone = (order.order_id,)
        together = (order.importer_number, order.day.isoformat())
        entries.setdefault(alone if basis is SavingsBasis.PER_ORDER else together, []).append(order.order_id)
    return tuple(tuple(ids) for ids in entries.values())
