"""What changed between two plans of one export, bounded: counts of all, and the first of each. Pure."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from pydantic import TypeAdapter

from entrygo.domain.facts import Fact, Order
from entrygo.domain.importer_number import masked
from entrygo.domain.money import plain
from entrygo.domain.snapshot import ReferenceRow, Snapshot, ValidationMessage

MAX_CHANGES = 50  # listed of one order or product
MAX_TEXT = 1000  # characters

# Numbers of importers, of an order, of the warehouse and of a record; one may be a person's Social Security
# number.
MASKED = frozenset({"importer_number", "importer_of_record.number", "number"})

_Compared = Fact | Order
_ORDER = TypeAdapter(Order)

# What a plan says of itself; savings and totals follow.
PLAN_FIELDS = frozenset(
    {
        "readiness_state", "compliance_score", "destination_country", "entry_date", "ruleset_version",
        "reference_version", "recommended_strategy", "next_recommended_action", "entry_type",
        "asked_entry_type", "informal_limit_usd", "savings",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value; None where there was or is nothing."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class FieldChanges:
    """How many fields differ, and the first of them."""

    count: int
    first: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An importer, an order, a product or a reference row; `name` is what people call it."""

    id: str
    name: str
    changes: FieldChanges | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChanges:
    """Records that came, went or changed: how many of each, and the first of them."""

    added_count: int
    removed_count: int
    changed_count: int
    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    changed: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageChanges:
    """Validation messages that appeared or disappeared: how many, and the first of them."""

    appeared_count: int
    disappeared_count: int
    appeared: tuple[ValidationMessage, ...]
    disappeared: tuple[ValidationMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiff:
    """How one plan differs from another, by part."""

    plan: FieldChanges
    warehouse: FieldChanges
    broker: FieldChanges
    importers: ItemChanges
    orders: ItemChanges
    products: ItemChanges
    reference_rows: ItemChanges
    messages: MessageChanges


def diff_plans(before: Snapshot, after: Snapshot, limit: int) -> PlanDiff:
    """Lists at most `limit` of each kind."""
    return PlanDiff(
        plan=_changes(_plan(before), _plan(after), limit),
        warehouse=_changes(_document(before.warehouse), _document(after.warehouse), limit),
        broker=_changes(_document(before.broker), _document(after.broker), limit),
        importers=_items(_importers(before), _importers(after), limit),
        orders=_items(
            {order.id: (order.external_id, order) for order in before.orders},
            {order.id: (order.external_id, order) for order in after.orders},
            limit,
        ),
        products=_items(
            {product.id: (product.sku, product) for product in before.products},
            {product.id: (product.sku, product) for product in after.products},
            limit,
        ),
        reference_rows=_items(_rows(before.reference_rows), _rows(after.reference_rows), limit),
        messages=_messages(before.validation_messages, after.validation_messages, limit),
    )


def _plan(snapshot: Snapshot) -> Mapping[str, Any]:
    value = sum((order.total_value_usd for order in snapshot.orders), Decimal(0))
    return {
        **snapshot.model_dump(mode="json", include=set(PLAN_FIELDS)),
        "flags": ", ".join(snapshot.flags),
        "orders": len(snapshot.orders),
        "lines": sum(len(order.items) for order in snapshot.orders),
        "excluded_orders": len(snapshot.excluded_orders),
        "entries": len(snapshot.entries),
        "total_value_usd": plain(value),
    }


def _importers(snapshot: Snapshot) -> Mapping[str, tuple[str, _Compared]]:
    """The records that entries name."""
    return {each.id: (each.name or each.external_id, each) for each in snapshot.importers}


def _rows(rows: Sequence[ReferenceRow]) -> Mapping[str, tuple[str, _Compared]]:
    """By table and key, and from the second on the day: a list that grew has several rows under one key."""
    named: dict[str, tuple[str, _Compared]] = {}
    for row in rows:
        name = f"{row.table} {row.key}"
        if name in named:
            name = f"{name} from {row.effective_from} by {row.source}"
        named[name] = ("", row)
    return named


def _items(
    before: Mapping[str, tuple[str, _Compared]], after: Mapping[str, tuple[str, _Compared]], limit: int
) -> ItemChanges:
    added = sorted(after.keys() - before.keys())
    removed = sorted(before.keys() - after.keys())
    changed = sorted(id for id in before.keys() & after.keys() if before[id][1] != after[id][1])
    return ItemChanges(
        added_count=len(added),
        removed_count=len(removed),
        changed_count=len(changed),
        added=tuple(Item(id, after[id][0]) for id in added[:limit]),
        removed=tuple(Item(id, before[id][0]) for id in removed[:limit]),
        changed=tuple(
            Item(
                id,
                after[id][0],
                _changes(_document(before[id][1]), _document(after[id][1]), MAX_CHANGES),
            )
            for id in changed[:limit]
        ),
    )


def _messages(
    before: Iterable[ValidationMessage], after: Iterable[ValidationMessage], limit: int
) -> MessageChanges:
    appeared, disappeared = _missing(after, before), _missing(before, after)
    return MessageChanges(
        appeared_count=len(appeared),
        disappeared_count=len(disappeared),
        appeared=tuple(appeared[:limit]),
        disappeared=tuple(disappeared[:limit]),
    )


def _missing(
    messages: Iterable[ValidationMessage], others: Iterable[ValidationMessage]
) -> list[ValidationMessage]:
    """The items that the others lack, each as many times as it is missing."""
    left = Counter(_meaning(message) for message in others)
    found = []
    for message in messages:
        meaning = _meaning(message)
        if left[meaning]:
            left[meaning] -= 1
        else:
            found.append(message)
    return found


def _meaning(message: ValidationMessage) -> tuple[str | None, ...]:
    """Without the field: the place of an order in the request is no difference."""
    return (message.code, message.severity, message.message, message.product_id, message.order_id)


def _document(compared: _Compared) -> Mapping[str, Any]:
    document: Mapping[str, Any] = (
        _ORDER.dump_python(compared, mode="json")
        if isinstance(compared, Order)
        else compared.model_dump(mode="json")
    )
    return document


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], limit: int) -> FieldChanges:
    found = list(_walk("", before, after))
    first = tuple(
        FieldChange(path, _shown(path, old), _shown(path, new)) for path, old, new in islice(found, limit)
    )
    return FieldChanges(len(found), first)


def _walk(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """The deepest paths that differ: into objects by name, into lists by place."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            yield from _walk(f"{path}.{name}" if path else name, before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            yield from _walk(f"{path}[{index}]", _at(before, index), _at(after, index))
    else:
        yield path, before, after


def _at(values: Sequence[Any], index: int) -> Any:
    return values[index] if index < len(values) else None


def _shown(path: str, value: Any) -> str | None:
    return masked(_text(value)) or None if path in MASKED else _text(value)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
