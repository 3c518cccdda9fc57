"""Rules on an order as a whole: it is of this plan, it has lines, and it leaves once."""

from entrygo.domain.facts import Order
from entrygo.domain.snapshot import Severity
from entrygo.planning.rules.base import Context, OrderRule, Problem, Rule


def _mismatch(order: Order, context: Context) -> Problem | None:
    if order.destination_country == context.destination_country:
        return None
    return Problem(
        f"Order {order.external_id} ships to {order.destination_country},"
        f" not {context.destination_country}; excluded."
    )


def _items_missing(order: Order, context: Context) -> Problem | None:
    return None if order.items else Problem(f"Order {order.external_id} has no items.")


def _exceeds_limit(order: Order, context: Context) -> Problem | None:
    """Orders are put into entries whole, so one that is too long fits into none."""
    limit = context.max_lines_per_entry
    if limit is None or len(order.items) <= limit:
        return None
    lines = len({context.entry_lines[item.product_id] for item in order.items})
    if lines <= limit:
        return None
    return Problem(
        f"Order {order.external_id} alone makes {lines} lines; the broker takes {limit} in one entry."
    )


def _duplicate(order: Order, context: Context) -> Problem | None:
    other = context.look_alikes.get(order.id)
    if other is None:
        return None
    return Problem(f"Order {order.external_id} may be order {other} a second time.")


def _already_exported(order: Order, context: Context) -> Problem | None:
    if order.id not in context.exported:
        return None
    export = context.exported[order.id] or "an export of another warehouse"
    return Problem(f"Order {order.external_id} already left with {export}; excluded.")


def _in_open_batch(order: Order, context: Context) -> Problem | None:
    if order.id not in context.open_exports:
        return None
    export_id = context.open_exports[order.id]
    batch = f"open batch {export_id}" if export_id else "an open batch of another warehouse"
    return Problem(f"Order {order.external_id} is also in {batch}.")


ORDER_DESTINATION_MISMATCH = OrderRule(
    code="ORDER_DESTINATION_MISMATCH",
    severity=Severity.INFO,
    penalty=1,
    field="destination_country",
    basis="The scope of the plan",
    flag="orders_excluded",
    excludes=True,
    check=_mismatch,
)

ORDER_ITEMS_MISSING = OrderRule(
    code="ORDER_ITEMS_MISSING",
    severity=Severity.ERROR,
    penalty=10,
    field="items",
    basis="19 CFR 141.86(a)(3)",
    is_datum_missing=True,
    check=_items_missing,
)

ORDER_EXCEEDS_BROKER_LIMIT = OrderRule(
    code="ORDER_EXCEEDS_BROKER_LIMIT",
    severity=Severity.ERROR,
    penalty=8,
    field="items",
    basis="The broker's limit of lines in one entry",
    check=_exceeds_limit,
)

ORDER_DUPLICATE_SUSPECTED = OrderRule(
    code="ORDER_DUPLICATE_SUSPECTED",
    severity=Severity.WARNING,
    penalty=3,
    field="",
    basis="19 CFR 141.86(a): an invoice lists what is shipped, once",
    check=_duplicate,
)

ORDER_ALREADY_EXPORTED = OrderRule(
    code="ORDER_ALREADY_EXPORTED",
    severity=Severity.INFO,
    penalty=1,
    field="",
    basis="An order leaves once",
    flag="orders_excluded",
    excludes=True,
    check=_already_exported,
)

# Which batch runs first is open, so this must not weigh: no penalty, and it is no part of the plan hash.
ORDER_IN_OPEN_BATCH = OrderRule(
    code="ORDER_IN_OPEN_BATCH",
    severity=Severity.INFO,
    penalty=0,
    field="",
    basis="An order leaves once",
    check=_in_open_batch,
)

RULES: tuple[Rule, ...] = (
    ORDER_DESTINATION_MISMATCH,
    ORDER_ALREADY_EXPORTED,
    ORDER_ITEMS_MISSING,
    ORDER_EXCEEDS_BROKER_LIMIT,
    ORDER_IN_OPEN_BATCH,
    ORDER_DUPLICATE_SUSPECTED,
)
