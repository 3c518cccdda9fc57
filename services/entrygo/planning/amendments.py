"""What a successor takes from the export that it follows, and how it differs from it. Pure."""

from collections.abc import Iterator, Sequence

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.snapshot import Amendment, Change, Snapshot
from entrygo.planning.plan_diff import FieldChanges, Item, ItemChanges, diff_plans

LISTED = 200  # changes
# What the plan says of itself that a broker has to know.
_OF_THE_EXPORT = frozenset(
    {"entry_date", "entry_type", "orders", "lines", "entries", "total_value_usd", "destination_country"}
)


def successor_orders(orders: Sequence[str], leave_out: Sequence[str], add: Sequence[str]) -> tuple[str, ...]:
    """The orders of the successor in their order, those added last.

    Raises ValidationFailed for one to leave out that is not there, one to add that is, and when none is left.
    """
    there, issues = frozenset(orders), []
    for index, order_id in enumerate(leave_out):
        if order_id not in there:
            issues.append((f"leaveOutOrderIds.{index}", f"Order {order_id} is not in the export", "unknown"))
    for index, order_id in enumerate(add):
        if order_id in there:
            issues.append((f"addOrderIds.{index}", f"Order {order_id} is in the export", "duplicate"))
    left = (*(each for each in orders if each not in frozenset(leave_out)), *add)
    if not left:
        issues.append(("leaveOutOrderIds", "No order would be left: withdraw the export", "too_small"))
    if issues:
        raise ValidationFailed.of(issues)
    return left


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
