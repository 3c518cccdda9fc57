"""The fingerprint of a plan: the canonical bytes of what it was decided on, and their SHA-256. Pure.

The recipe is docs/plan-hash.md; a change to it is a new FORMAT, but for what is left out where nobody gave
it. What is not listed here is not covered: no id of the batch, no clock, no idempotency key, nothing about
other open batches, not the entry date itself, but whether that was over.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

import orjson

from entrygo.domain.facts import Broker, Fact, FeeSchedule, Importer, Order, OrderItem, Product, Warehouse
from entrygo.domain.money import plain
from entrygo.domain.snapshot import ReferenceRow

# Prices and quantities repeat.
_text = lru_cache(maxsize=16_384)(plain)

FORMAT = 2
PREFIX = "planhash_"

# Every field of a fact by name: a field added later is covered from the format on that lists it.
PRODUCT_FIELDS = (
    "id", "external_id", "sku", "name", "status", "customs_description", "hts_code", "country_of_origin",
    "material_composition", "manufacturer", "net_weight_kg", "gross_weight_kg", "unit_of_measure",
    "unit_value_usd", "usmca", "section_232", "hts_codes", "pga", "dangerous_goods", "section_301",
    "section_338", "adcvd_case", "supply_chain", "chapter_98",
)  # fmt: skip
WAREHOUSE_FIELDS = (
    "id", "external_id", "name", "address", "responsible_employee", "phone", "email", "transit_days",
    "importer_of_record", "transport", "seller", "buyer", "related_parties", "location_of_goods",
)  # fmt: skip
BROKER_FIELDS = (
    "id", "external_id", "name", "email", "port_code", "filer_code", "fee_schedules", "channel", "https",
    "sftp", "max_lines_per_entry", "max_orders_per_entry", "documents", "attach", "template", "submit_per",
    "manifest_per",
)  # fmt: skip

IMPORTER_FIELDS = (
    "id", "external_id", "name", "number", "address", "non_resident", "bond", "powers_of_attorney",
    "section_301", "related_parties", "seller", "buyer",
)  # fmt: skip

ORDER_FIELDS = ("id", "external_id", "destination_country", "destination_region", "destination_postal_code")
LINE_FIELDS = ("product_id", "quantity", "unit_value_usd")

# These came after the format: they are left out where nobody gave them, so that plans without them have the
# bytes that they had before.
LATER_ORDER_FIELDS = ("importer_number", "importer_external_id")
LATER_LINE_FIELDS: Sequence[str] = ()
LATER_FIELDS = frozenset(
    {
        "chapter_98", "documents", "attach", "template", "submit_per", "manifest_per", "seller", "buyer",
        "related_parties", "location_of_goods",
    }
)  # fmt: skip

_values_of_order = attrgetter(*ORDER_FIELDS)
_values_of_line = attrgetter(*LINE_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedPlan:
    """What the fingerprint covers. Orders, products, ids and rows may come in any order."""

    ruleset_version: str
    rule_codes: Sequence[str]
    reference_rows: Sequence[ReferenceRow]
    destination_country: str
    warehouse: Warehouse
    broker: Broker
    fee_schedule: FeeSchedule | None
    # Every requested order, also those that stay behind.
    orders: Sequence[Order]
    products: Sequence[Product]
    usmca_product_ids: frozenset[str]
    exported_order_ids: frozenset[str]
    included_order_ids: Sequence[str]
    # Covered where somebody asked for one.
    asked_entry_type: str | None = None
    # Covered where the entry date was over.
    is_of_the_past: bool = False
    # Covered where orders name one.
    importers: Sequence[Importer] = ()
    # Id, whether the bond holds on the entry date, and whether the power of attorney does.
    importers_in_order: Sequence[tuple[str, bool, bool]] = ()
    # Covered where an entry was filed: its number and the orders that it was filed for, then the others.
    filed: Sequence[tuple[str, Collection[str]]] = ()
    not_filed: Collection[str] = ()
    # Covered where one is too small: the importer, and what its bond must cover, in USD.
    bonds_short: Sequence[tuple[str, Decimal]] = ()
    # Covered where there are any: the importers with a bond that could not be compared.
    bonds_undecided: Sequence[str] = ()


def plan_hash(plan: HashedPlan) -> str:
    """The SHA-256 of the canonical bytes of what the plan depends on: `planhash_` and 64 hex digits."""
    return PREFIX + hashlib.sha256(canonical_bytes(plan)).hexdigest()


def canonical_bytes(plan: HashedPlan) -> bytes:
    """JSON in UTF-8 without blanks, keys sorted by code point, decimals as plain text."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "ruleset_version": plan.ruleset_version,
        "rules": sorted(plan.rule_codes),
        "reference": sorted([row.table, row.key, row.value] for row in plan.reference_rows),
        "destination_country": plan.destination_country,
        "warehouse": _fields(plan.warehouse, WAREHOUSE_FIELDS),
        "broker": _fields(plan.broker, BROKER_FIELDS),
        "fee_schedule_valid_from": plan.fee_schedule.valid_from.isoformat() if plan.fee_schedule else None,
        "orders": [order_document(order) for order in sorted(plan.orders, key=lambda order: order.id)],
        "products": [
            _fields(product, PRODUCT_FIELDS) for product in sorted(plan.products, key=lambda one: one.id)
        ],
        "usmca_product_ids": sorted(plan.usmca_product_ids),
        "exported_order_ids": sorted(plan.exported_order_ids),
        "included_order_ids": sorted(plan.included_order_ids),
    }
    if plan.asked_entry_type is not None:
        document["entry_type"] = plan.asked_entry_type
    if plan.is_of_the_past:
        document["entry_date_past"] = True
    if plan.importers:
        document["importers"] = [
            _fields(one, IMPORTER_FIELDS) for one in sorted(plan.importers, key=lambda one: one.id)
        ]
        document["importers_in_order"] = sorted(plan.importers_in_order)
    if plan.filed:
        document["filed"] = sorted([number, sorted(order_ids)] for number, order_ids in plan.filed)
        document["not_filed"] = sorted(plan.not_filed)
    if plan.bonds_short:
        document["bonds_short"] = sorted([importer, plain(needed)] for importer, needed in plan.bonds_short)
    if plan.bonds_undecided:
        document["bonds_undecided"] = sorted(plan.bonds_undecided)
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def _fields(fact: Fact, names: Sequence[str]) -> Mapping[str, Any]:
    later = LATER_FIELDS.intersection(names)
    absent = {name for name in later if getattr(fact, name) == type(fact).model_fields[name].default}
    return fact.model_dump(mode="json", include=set(names) - absent)


def order_document(order: Order) -> Mapping[str, Any]:
    """What the hash covers of an order. Without pydantic, because there are thousands."""
    document: dict[str, Any] = dict(zip(ORDER_FIELDS, _values_of_order(order), strict=True))
    document["items"] = [_line_document(item) for item in order.items]
    return _with_given(document, order, LATER_ORDER_FIELDS)


def _line_document(item: OrderItem) -> Mapping[str, Any]:
    product_id, quantity, unit_value = _values_of_line(item)
    document = {"product_id": product_id, "quantity": _text(quantity), "unit_value_usd": _text(unit_value)}
    return _with_given(document, item, LATER_LINE_FIELDS) if LATER_LINE_FIELDS else document


def _with_given(document: dict[str, Any], fact: Order | OrderItem, later: Sequence[str]) -> dict[str, Any]:
    for name in later:
        value = getattr(fact, name)
        if value is not None:
            document[name] = value
    return document
