"""What a successor takes from the export that it follows, and how it differs from it. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.facts import Order
from entrygo.domain.snapshot import Amendment, Change, FiledEntry, Snapshot
from entrygo.planning.inputs import FiledOrders
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


def filed_entries(before: Snapshot, given: Mapping[int, str]) -> tuple[FiledEntry, ...]:
    """The entries of an export that were filed: those its broker numbered, and those that it corrects."""
    numbers = {entry.number: entry.filed_as for entry in before.entries if entry.filed_as is not None}
    earlier = before.amendment
    if earlier is not None and earlier.after_entry and earlier.entry_number and not earlier.filed:
        # From before several were known: all of it corrected one.
        numbers |= dict.fromkeys([entry.number for entry in before.entries] or [1], earlier.entry_number)
    numbers |= dict(given)
    return tuple(FiledEntry(entry=entry, entry_number=number) for entry, number in sorted(numbers.items()))


def filed_orders(amendment: Amendment, before: Snapshot) -> tuple[FiledOrders, ...]:
    """The entries that were filed with the orders that they were filed for."""
    return tuple(
        FiledOrders(
            entry=each.entry,
            entry_number=each.entry_number,
            order_ids=frozenset(_orders_of_entry(before, each.entry)),
        )
        for each in amendment.filed
    )


def not_filed(amendment: Amendment, before: Snapshot) -> frozenset[str]:
    """The orders of the other entries."""
    filed = frozenset(chain.from_iterable(each.order_ids for each in filed_orders(amendment, before)))
    return frozenset(order.id for order in before.orders if order.id not in filed)


def _orders_of_entry(snapshot: Snapshot, number: int) -> Sequence[str]:
    """Plans from before entries were kept are of one."""
    if not snapshot.entries:
        return [order.id for order in snapshot.orders]
    return next((each.order_ids for each in snapshot.entries if each.number == number), ())


def with_changes(amendment: Amendment, before: Snapshot, after: Snapshot) -> Amendment:
    """The amendment with the first differences between both plans, and how many there are besides."""
    diff = diff_plans(before, after, LISTED)
    changes = [
        *_fields("export", after.export_id, "", diff.plan, _OF_THE_EXPORT),
        *_fields("broker", after.broker.id, after.broker.name or "", diff.broker),
        *_fields("warehouse", after.warehouse.id, after.warehouse.name or "", diff.warehouse),
        *_items("importer", diff.importers),
        *_items("order", diff.orders),
        *_items("product", diff.products),
    ]
    total = len(changes) + sum(map(_unlisted, (diff.importers, diff.orders, diff.products)))
    corrections = Corrections(amendment, before, after)
    listed = tuple(corrections.marked(each) for each in changes[:LISTED])
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


class Corrections:
    """Which filed entries a change between two plans is a correction of."""

    def __init__(self, amendment: Amendment, before: Snapshot, after: Snapshot) -> None:
        self._all = tuple(each.entry_number for each in amendment.filed)
        self._is_of_one = len(before.entries) < 2
        orders: dict[str, set[str]] = defaultdict(set)
        for filed in filed_orders(amendment, before):
            orders[filed.entry_number].update(filed.order_ids)
        for entry in after.entries:
            if entry.filed_as is not None:
                orders[entry.filed_as].update(entry.order_ids)
        # Goods that an order no longer holds were filed all the same.
        there = chain(before.orders, after.orders)
        held = {(order.id, item.product_id) for order in there for item in order.items}
        importers = _importers_filed(amendment, before, after)
        self._about = {
            number: {*ids, *importers[number]} | {product for order, product in held if order in ids}
            for number, ids in orders.items()
        }

    def marked(self, change: Change) -> Change:
        """The change with the numbers of the entries that it corrects; parties are those of all."""
        match change.subject:
            case "order" | "product" | "importer":
                corrects = tuple(each for each in self._all if change.id in self._about.get(each, ()))
            case "export":
                corrects = self._all if self._is_of_one else ()
            case _:
                corrects = self._all
        return change.model_copy(update={"corrects": corrects}) if corrects else change


def _importers_filed(amendment: Amendment, before: Snapshot, after: Snapshot) -> defaultdict[str, set[str]]:
    """By the number of a filed entry, the records of who imported it and who imports it now."""
    filed_as = {each.entry: each.entry_number for each in amendment.filed}
    entries = [(filed_as.get(each.number), each) for each in before.entries]
    entries += [(each.filed_as, each) for each in after.entries]
    found: defaultdict[str, set[str]] = defaultdict(set)
    for number, entry in entries:
        if number is not None and entry.importer_id is not None:
            found[number].add(entry.importer_id)
    return found
