"""Turns orders into entries: one for each order, and those that remain when orders are put together. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from decimal import Decimal
from functools import cache

from entrygo.domain.consolidation import Comparable, Limits, split_orders
from entrygo.domain.facts import Broker, Order
from entrygo.domain.snapshot import EntryType, PlannedEntry
from entrygo.planning.inputs import FiledOrders
from entrygo.planning.savings import ZERO, Entry, consolidate

# An entry summary numbers its lines with three digits.
MAX_LINES = 999

# Lines, those of them that agencies are told of, and whether some may be under antidumping duty.
_Goods = tuple[frozenset[Comparable], frozenset[Comparable], bool]


def entries_of(
    orders: Sequence[Order],
    keys: Mapping[str, Comparable],
    paying: AbstractSet[str],
    declared: AbstractSet[str] = frozenset(),
    under_adcvd: AbstractSet[str] = frozenset(),
) -> tuple[Entry, ...]:
    """One entry for each order, from the line of each product; lines with equal `keys` are one.

    Ids of products: `paying` the merchandise processing fee, `declared` to agencies, `under_adcvd`.
    """

    # Ten thousand orders have few choices of products.
    @cache
    def goods_of(product_ids: frozenset[str]) -> _Goods:
        return (
            frozenset([keys[id] for id in product_ids]),
            frozenset([keys[id] for id in product_ids & declared]),
            not product_ids.isdisjoint(under_adcvd),
        )

    return tuple([_entry(order, keys, paying, goods_of) for order in orders])


def _entry(
    order: Order,
    keys: Mapping[str, Comparable],
    paying: AbstractSet[str],
    goods_of: Callable[[frozenset[str]], _Goods],
) -> Entry:
    value = ZERO
    fee_values: dict[Comparable, Decimal] = {}
    for item in order.items:
        product_id, line_value = item.product_id, item.value_usd
        value += line_value
        if product_id in paying:
            key = keys[product_id]
            fee_values[key] = fee_values.get(key, ZERO) + line_value
    lines, agency_lines, has_adcvd = goods_of(frozenset([item.product_id for item in order.items]))
    return Entry(
        value_usd=value, fee_values=fee_values, lines=lines, agency_lines=agency_lines, has_adcvd=has_adcvd
    )


def filed_before(
    orders: Iterable[Order], filed: Sequence[FiledOrders], not_filed: AbstractSet[str]
) -> Mapping[str, Sequence[str]]:
    """Of the orders of one importer those of entries that were filed, by the entry's number.

    Where all that the importer had was filed, what was added stands in its last correction: whether that
    needs an entry of its own is for the broker to say.
    """
    if not filed:
        return {}
    found: dict[str, list[str]] = {}
    added: list[str] = []
    for order in orders:
        number = next((each.entry_number for each in filed if order.id in each.order_ids), None)
        (added if number is None else found.setdefault(number, [])).append(order.id)
    if found and not_filed.isdisjoint(added):
        found[list(found)[-1]] += added
    return found


def corrected(
    filed: Mapping[str, Sequence[str]], of_order: Mapping[str, Entry], *, kind: EntryType, first: int = 1
) -> tuple[tuple[PlannedEntry, Entry], ...]:
    """The entries of one importer that are corrected, not filed again: no limit splits them."""
    return tuple(
        _planned(number, sorted(ids), consolidate(of_order[id] for id in ids), kind, filed_as=entry_number)
        for number, (entry_number, ids) in enumerate(filed.items(), start=first)
    )


def consolidated(
    orders: Sequence[Order],
    entries: Sequence[Entry],
    broker: Broker,
    *,
    kind: EntryType,
    first: int = 1,
    max_value: Decimal | None = None,
) -> tuple[tuple[PlannedEntry, Entry], ...]:
    """Few entries within the broker's limits, each with what the plan shows of it and what it costs.

    The orders are those of one importer, whose entries are all of one `kind`; `first` is their first number.
    `max_value` (USD) is the limit of informal entries where they are split by it.
    """
    of_order = {order.id: entry for order, entry in zip(orders, entries, strict=True)}
    split = split_orders(
        {order_id: entry.lines for order_id, entry in of_order.items()},
        Limits(
            lines=min(broker.max_lines_per_entry or MAX_LINES, MAX_LINES),
            orders=broker.max_orders_per_entry,
            value_usd=max_value,
        ),
        {order_id: entry.value_usd for order_id, entry in of_order.items()},
    )
    priced = [(ids, consolidate(of_order[order_id] for order_id in ids)) for ids in split]
    return tuple(
        _planned(number, ids, entry, kind) for number, (ids, entry) in enumerate(priced, start=first)
    )


def _planned(
    number: int, ids: Sequence[str], entry: Entry, kind: EntryType, *, filed_as: str | None = None
) -> tuple[PlannedEntry, Entry]:
    planned = PlannedEntry(
        number=number,
        order_ids=tuple(ids),
        lines=len(entry.lines),
        value_usd=entry.value_usd,
        entry_type=kind,
        filed_as=filed_as,
    )
    return planned, replace(entry, kind=kind)
