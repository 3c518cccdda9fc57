"""FDA's prior notices of the food in entry lines: which are confirmed, and whether one is lacking. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entrygo.domain.shipment import Trip
from entrygo.execution.package.findings import FOOD_WITHOUT_NOTICE
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.shipped_products import ShippedProduct


@dataclass(frozen=True, slots=True)
class LineNotices:
    """Confirmation numbers for the food of a line; incomplete if some of it has none."""

    confirmed: Sequence[str]
    is_complete: bool
    has_food: bool = False

    @property
    def left(self) -> Sequence[str]:
        """What is to be added of food: notices, and the importer who verifies suppliers (21 CFR 1.509(a))."""
        return [
            *([] if self.is_complete else ["prior_notices"]),
            *(["fsvp_importer"] if self.has_food else []),
        ]


def notices_by_line(
    invoice: Invoice, goods: Mapping[int, Sequence[ShippedProduct]]
) -> Mapping[int, LineNotices]:
    """By the line's number; food is what planning found to need a notice of its arrival (21 CFR 1.279)."""
    trip = invoice.package.shipment.trip or Trip()
    found = invoice.snapshot.validation_messages
    food = {each.product_id for each in found if each.code == FOOD_WITHOUT_NOTICE}
    entry_of = {line.number: line.entry_number for line in invoice.consolidated}
    return {number: _notices(trip, shipped, food, entry_of[number]) for number, shipped in goods.items()}


def _notices(
    trip: Trip, goods: Sequence[ShippedProduct], food: set[str | None], entry_number: int
) -> LineNotices:
    confirmed = {each.product.id: trip.notices_of(each.product, entry_number) for each in goods}
    return LineNotices(
        confirmed=[number for numbers in confirmed.values() for number in numbers],
        is_complete=all(numbers for product_id, numbers in confirmed.items() if product_id in food),
        has_food=not food.isdisjoint(confirmed),
    )
