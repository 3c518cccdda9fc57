"""What a caller wants stored, checked and normalised, and what is stored. No I/O, no wire format."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

import orjson

from entrygo.domain.ids import IdKind
from entrygo.records.order import ORDER, ORDER_LINE
from entrygo.records.reading import Facts


class Subject(StrEnum):
    """The kinds of setup facts; the value names the table."""

    PRODUCTS = "products"
    WAREHOUSES = "warehouses"
    BROKERS = "brokers"
    IMPORTERS = "importers"

    @property
    def id_kind(self) -> IdKind:
        """Which prefix the ids of such records have: `prod_`, `wh_`, `br_` or `imp_`."""
        return _ID_KINDS[self]


_ID_KINDS = {
    Subject.PRODUCTS: IdKind.PRODUCT,
    Subject.WAREHOUSES: IdKind.WAREHOUSE,
    Subject.BROKERS: IdKind.BROKER,
    Subject.IMPORTERS: IdKind.IMPORTER,
}


# Of what a line says beside its product.
LINE_FIELDS = tuple(field for field in ORDER_LINE if field.name not in {"sku", "product_id"})
_REST_NAMES = {field.name: field.rest_name for field in LINE_FIELDS}
# The fields of a line under the names that they are stored under: what JSON of the API calls them.
STORED_NAMES = {"productId": "product_id", **{rest: name for name, rest in _REST_NAMES.items()}}


# Named tuples: hundreds of these are made in a request, at a quarter of the cost of a frozen dataclass.
class LineDraft(NamedTuple):
    """A line: its product, or the SKU for as long as there is none, and its other fields that were given."""

    product_id: str
    sku: str
    # Pairs of name and text, in the order of the declaration: a line is looked up by what it says.
    fields: tuple[tuple[str, str], ...]

    @property
    def json(self) -> str:
        """As it is stored; with the SKU for as long as there is no product."""
        name, value = ("sku", self.sku) if self.sku else ("productId", self.product_id)
        return orjson.dumps({name: value, **{_REST_NAMES[name]: text for name, text in self.fields}}).decode()

    @classmethod
    def stored(cls, item: Mapping[str, str]) -> "LineDraft":
        """What was kept as JSON, where each line has its product."""
        fields = ((name, item[shown]) for name, shown in _REST_NAMES.items() if shown in item)
        return cls(item["productId"], "", tuple(fields))


class OrderDraft(NamedTuple):
    """One order to store: of the fields that ORDER declares those that were given, as text, by name.

    `items_json` and `metadata_json` are canonical; decimals are canonical text.
    """

    fields: Mapping[str, str]
    lines: tuple[LineDraft, ...]
    items_json: str
    total_value_usd: Decimal
    metadata_json: str | None

    @property
    def external_id(self) -> str:
        """The caller's own id of the order; "" in a draft that is refused for want of it."""
        return self.fields.get("external_id", "")

    @property
    def importer_external_id(self) -> str | None:
        """The record of the importer whom the order names, if it names one that way."""
        return self.fields.get("importer_external_id")


@dataclass(frozen=True, slots=True)
class FactsDraft:
    """One product, warehouse, broker or importer to store: only the fields that were given."""

    external_id: str
    id: str | None
    facts: Facts


@dataclass(frozen=True, slots=True)
class FactsUpdate:
    """A change of one stored record: the fields to set, and the paths of those to clear."""

    id: str
    facts: Facts
    clear: tuple[str, ...]


class Stamp(NamedTuple):
    """What storing an order gave it."""

    id: str
    created_at: datetime
    updated_at: datetime


class StoredOrder(NamedTuple):
    """An order as it is kept."""

    draft: OrderDraft
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """A product, warehouse, broker or importer as it is kept."""

    id: str
    external_id: str
    facts: Facts
    created_at: datetime
    updated_at: datetime


def orders_fingerprint(account_id: str, orders: Sequence[OrderDraft]) -> bytes:
    """SHA-256 of what is asked for, after normalising: 2 and 2.0 are the same request over any door."""
    return _digest("orders", account_id, [_canonical(order) for order in orders])


# The first fields have a place whether they are given or not. Those that came later count only where they are
# given, so that a key that was used before there were any stays that request's; each under its name, but for
# two that were there before this was settled.
_IN_PLACE = ("external_id", "destination_country", "destination_region", "destination_postal_code")
_SHOWN: Mapping[str, str | None] = {"importer_number": None, "importer_external_id": "importer"}
_LATER = tuple(
    (field.name, _SHOWN.get(field.name, field.name)) for field in ORDER if field.name not in _IN_PLACE
)


def _canonical(order: OrderDraft) -> Sequence[object]:
    fields = order.fields
    canonical: list[object] = [*map(fields.get, _IN_PLACE), order.items_json, order.metadata_json]
    for name, shown in _LATER:
        if name in fields:
            canonical.append({shown: fields[name]} if shown else fields[name])
    return canonical


def facts_fingerprint(account_id: str, subject: Subject, drafts: Sequence[FactsDraft]) -> bytes:
    """As orders_fingerprint, for setup facts."""
    return _digest(subject, account_id, [(draft.external_id, draft.id, draft.facts) for draft in drafts])


def update_fingerprint(update: FactsUpdate) -> bytes:
    """As orders_fingerprint, for a change of one record."""
    # Whatever the record is: products came first, and a fingerprint is never changed.
    return _digest("products.update", update.id, [update.facts, update.clear])


def _digest(operation: str, scope: str, content: object) -> bytes:
    canonical = orjson.dumps([operation, scope, content], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).digest()
