"""The findings for a broker: one per problem of a product, with a count. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from entrygo.domain.shipment import Trip
from entrygo.domain.snapshot import Snapshot, ValidationMessage

# Where a finding's path enters the product that a line names.
INTO_PRODUCT = ".product."
# Notes to whoever plans: which other plans hold an order is nothing that a broker could act on.
OWN_NOTES = frozenset({"ORDER_IN_OPEN_BATCH"})
FOOD_WITHOUT_NOTICE = "FDA_PRIOR_NOTICE_MISSING"


@dataclass(frozen=True, slots=True)
class CountedFinding:
    """The first of several equal findings, and their number."""

    message: ValidationMessage
    count: int


def findings_for_broker(snapshot: Snapshot, trip: Trip) -> Sequence[CountedFinding]:
    """Findings in the order of the plan, without those of orders left out and those that the trip answers."""
    left_behind = {order.order_id for order in snapshot.excluded_orders}
    noticed = _noticed(snapshot, trip) if trip.prior_notices else frozenset()
    return _counted(
        each
        for each in snapshot.validation_messages
        if each.order_id not in left_behind
        and not (each.code == FOOD_WITHOUT_NOTICE and each.product_id in noticed)
    )


def _noticed(snapshot: Snapshot, trip: Trip) -> frozenset[str]:
    """The products of which FDA was notified in each entry that they go in."""
    entry_of = snapshot.entry_of_orders()
    product_of = {product.id: product for product in snapshot.products}
    placed = {(item.product_id, entry_of[order.id]) for order in snapshot.orders for item in order.items}
    lacking = {id for id, entry_number in placed if not trip.notices_of(product_of[id], entry_number)}
    return frozenset(product_of.keys() - lacking)


def findings_of_plan(snapshot: Snapshot) -> Sequence[CountedFinding]:
    """Findings in the order of the plan, including those of orders that are left out."""
    return _counted(snapshot.validation_messages)


def _counted(messages: Iterable[ValidationMessage]) -> Sequence[CountedFinding]:
    first: dict[tuple[str, ...], ValidationMessage] = {}
    counts: dict[tuple[str, ...], int] = {}
    for each in messages:
        if each.code not in OWN_NOTES:
            same = _same(each)
            first.setdefault(same, each)
            counts[same] = counts.get(same, 0) + 1
    return [CountedFinding(each, counts[same]) for same, each in first.items()]


def _same(message: ValidationMessage) -> tuple[str, ...]:
    if message.product_id is not None:
        _, _, part = message.field.partition(INTO_PRODUCT)
        if part:
            return (message.code, message.product_id, part)
    return (message.code, message.message, message.severity)


def left_behind(orders: int) -> str:
    """What is said of the orders that stay behind; empty where none does."""
    if not orders:
        return ""
    stay, them = ("order is", "it") if orders == 1 else ("orders are", "them")
    return f"{orders:,} requested {stay} not in this shipment; manifest.json names {them} and says why."
