"""What a successor takes from the export that it follows, and how it differs from it. Pure."""

from collections.abc import Callable, Iterator, Sequence

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.facts import Order
from entrygo.domain.snapshot import Amendment, Change, Snapshot
from entrygo.planning.plan_diff import FieldChanges, Item, ItemChanges, diff_plans
from entrygo.planning.requests import NamedOrders

LISTED = 200  # changes
# What may be wrong with an order that is named, with the issue's code.
THERE = ("is in the export", "duplicate")
NOT_THERE = ("is not in the export", "unknown")
# What the plan says of itself that a broker has to know.
_OF_THE_EXPORT = frozenset(
    {"entry_date", "entry_type", "orders", "lines", "entries", "total_value_usd", "destination_country"}
)


def successor_orders(orders: Sequence[Order], leave_out: NamedOrders, add: NamedOrders) -> tuple[str, ...]:
    """The orders of the successor in their order, by our ids; but for those added by the warehouse's own.

    Raises ValidationFailed for one to leave out that is not there, one to add that is, and when none is left.
    """
    ids = frozenset(order.id for order in orders)
    external_ids = {order.external_id: order.id for order in orders}
    issues = [
        *_issues("leaveOutOrderIds", leave_out.ids, lambda name: name not in ids, NOT_THERE),
        *_issues(
            "leaveOutExternalOrderIds",
            leave_out.external_ids,
            lambda name: name not in external_ids,
            NOT_THERE,
        ),
        *_issues("addOrderIds", add.ids, lambda name: name in ids, THERE),
        *_issues("addExternalOrderIds", add.external_ids, lambda name: name in external_ids, THERE),
    ]
    gone = {*leave_out.ids, *(external_ids.get(name) for name in leave_out.external_ids)}
    left = (*(order.id for order in orders if order.id not in gone), *add.ids)
    if not left and not add.external_ids:
        issues.append(("leaveOutOrderIds", "No order would be left: withdraw the export", "too_small"))
    if issues:
        raise ValidationFailed.of(issues)
    return left


def _issues(
    path: str, names: Sequence[str], is_wrong: Callable[[str], bool], wrong: tuple[str, str]
) -> Iterator[tuple[str, str, str]]:
    message, code = wrong
    for index, name in enumerate(names):
        if is_wrong(name):
            yield f"{path}.{index}", f"Order {name} {message}", code


def with_changes(amendment: Amendment, before: Snapshot, after: Snapshot) -> Amendment:
    """The amendment with the first differences between both plans, and how many there are besides."""
    diff = diff_plans(before, after, LISTED)
    changes = [
        *_fields("export", after.export_id, "", diff.plan, _OF_THE_EXPORT),
        *_fields("broker", after.broker.id, after.broker.name or "", diff.broker),
        *_fields("warehouse", after.warehouse.id, after.warehouse.name or "", diff.warehouse),
        *_items("order", diff.orders),
        *_items("product", diff.products),
    ]
    total = len(changes) + _unlisted(diff.orders) + _unlisted(diff.products)
    listed = tuple(changes[:LISTED])
    return amendment.model_copy(update={"changes": listed, "more_changes": total - len(listed)})


def _fields(
    subject: str, id: str, name: str, changes: FieldChanges, only: frozenset[str] | None = None
) -> Iterator[Change]:
    for each in changes.first:
        if only is None or each.field in only:
            yield Change(
                subject=subject, id=id, name=name, field=each.field, before=each.before, after=each.after
            )


def _items(subject: str, items: ItemChanges) -> Iterator[Change]:
    for item in items.removed:
        yield Change(subject=subject, id=item.id, name=item.name, before=item.id)
    for item in items.added:
        yield Change(subject=subject, id=item.id, name=item.name, after=item.id)
    for item in items.changed:
        yield from _item(subject, item)


def _item(subject: str, item: Item) -> Iterator[Change]:
    if item.changes is not None:
        yield from _fields(subject, item.id, item.name, item.changes)


def _unlisted(items: ItemChanges) -> int:
    counts = items.added_count + items.removed_count + items.changed_count
    return counts - len(items.added) - len(items.removed) - len(items.changed)
