"""The alternative that a saving is measured against: which orders would be entered together without us."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class SavingsBasis(StrEnum):
    """What would happen instead; documents print it beside the saving."""

    # Each order an entry of its own, as parcels that a carrier clears one by one.
    PER_ORDER = "per_order_entry"
    # Each importer one entry a day, as 19 CFR 141.51 has it for what comes on one conveyance.
    PER_IMPORTER_DAY = "per_importer_daily_entry"


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
