"""The snapshot of a plan: made from a decision, packed for the store, unpacked for who executes it."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson
from pydantic import TypeAdapter

from entrygo.domain.duty import OrderCost
from entrygo.domain.errors import SnapshotUnreadable
from entrygo.domain.facts import Order
from entrygo.domain.money import line_value
from entrygo.domain.principal import Tenant
from entrygo.domain.snapshot import Snapshot
from entrygo.domain.time import rfc3339
from entrygo.planning.decide import Decision
from entrygo.planning.reference.sets import ReferenceSet, packed

# Where the rows stand in the JSON. No text in it can hold this: there, quotation marks are escaped.
_NO_ROWS = b'"reference_rows":[]'
_ROWS = b'"reference_rows":'
# A snapshot as JSON.
Document = dict[str, Any]
# What is compressed was at least so many times as long where it is of many orders.
_COMPRESSED_TO_A = 8

# Writes bytes; `model_dump_json` writes a text, which of a large plan is 20 MB to be encoded.
_SNAPSHOT = TypeAdapter(Snapshot)
# What a large plan has thousands of, in the order in which a snapshot has it, and what writes it.
_LONG: Mapping[str, Callable[[Any], bytes]] = {
    "validation_messages": orjson.dumps,
    "orders": TypeAdapter(tuple[Order, ...]).dump_json,
    "landed_costs": TypeAdapter(tuple[OrderCost, ...]).dump_json,
}
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedSnapshot:
    """A snapshot as it is stored: JSON, compressed, and beside it the reference rows that many plans share.

    `reference_rows` are compressed JSON. Without a digest the content has its rows itself, as it had in
    earlier releases.
    """

    content: bytes
    reference_digest: str | None
    reference_rows: bytes | None


def snapshot_of(
    decision: Decision, *, tenant: Tenant, export_id: str, revision: int, planned_at: datetime
) -> Snapshot:
    """The decision as one revision of an export."""
    return Snapshot(
        schema_version=2 if decision.importers else 1,
        account_id=tenant.account_id,
        mode=str(tenant.mode),
        export_id=export_id,
        revision=revision,
        plan_hash=decision.plan_hash,
        planned_at=rfc3339(planned_at),
        destination_country=decision.destination_country,
        entry_date=decision.entry_date,
        ruleset_version=decision.ruleset_version,
        reference_version=decision.reference_version,
        reference_rows=decision.reference_set.rows,
        readiness_state=decision.readiness,
        compliance_score=decision.score,
        validation_messages=decision.messages,
        flags=decision.advice.flags,
        missing_data=decision.advice.missing_data,
        recommended_strategy=decision.advice.strategy,
        next_recommended_action=decision.advice.next_action,
        entry_type=decision.entry_type,
        asked_entry_type=decision.asked_entry_type,
        informal_limit_usd=decision.informal_limit,
        savings=decision.savings,
        warehouse=decision.warehouse,
        broker=decision.broker,
        importers=decision.importers,
        orders=decision.included,
        products=decision.products,
        excluded_orders=decision.excluded,
        entries=decision.entries,
        coverage=decision.coverage,
        entry_duties=decision.duties.entries if decision.duties else (),
        landed_costs=decision.duties.orders if decision.duties else (),
        bonds=decision.bonds,
        tariff={product.id: decision.tariff[product.id] for product in decision.products},
    )


def pack(snapshot: Snapshot, reference: ReferenceSet) -> PackedSnapshot:
    """Canonical JSON (fields in their declared order, decimals as text), the rows of `reference` apart."""
    return PackedSnapshot(
        content=packed(_written(snapshot)),
        reference_digest=reference.digest,
        reference_rows=reference.packed_rows,
    )


def _written(snapshot: Snapshot) -> Iterator[bytes]:
    """The JSON without reference rows, part by part: while one is written, the event loop has to wait."""
    empty: dict[str, tuple[Any, ...]] = {"reference_rows": (), **dict.fromkeys(_LONG, ())}
    rest = _SNAPSHOT.dump_json(snapshot.model_copy(update=empty))
    for name, write in _LONG.items():
        begun = f'"{name}":['.encode()
        before, rest = rest.split(begun + b"]", 1)
        yield before + begun
        values = getattr(snapshot, name)
        for start in range(0, len(values), _AT_ONCE):
            written = write(values[start : start + _AT_ONCE])
            yield (b"," if start else b"") + written[1:-1]
        yield b"]"
    yield rest


def unpack(stored: PackedSnapshot) -> bytes:
    """The canonical JSON of the whole snapshot; SnapshotUnreadable when bytes are damaged or missing."""
    content = _inflated(stored.content)
    if stored.reference_digest is None:
        return content
    if stored.reference_rows is None:
        raise SnapshotUnreadable
    return content.replace(_NO_ROWS, _ROWS + _inflated_rows(stored.reference_rows), 1)


def longest_packed(at_most: int) -> int:
    """The longest content that `unpack_small` looks at."""
    return at_most // _COMPRESSED_TO_A


def unpack_small(stored: PackedSnapshot, at_most: int) -> bytes:
    """As `unpack`; empty for one that is longer than `at_most`, or cannot be read: `unpack` says why."""
    if len(stored.content) > longest_packed(at_most):
        return b""
    try:
        content = unpack(stored)
    except SnapshotUnreadable:
        return b""
    return content if len(content) <= at_most else b""


def document_of(stored: PackedSnapshot) -> Document:
    """The snapshot without its reference rows, as JSON, for who needs a little of a large plan."""
    with _readable():
        document: Document = orjson.loads(_inflated(stored.content))
    return document


def messages_in(stored: PackedSnapshot) -> list[dict[str, Any]]:
    """The validation messages alone."""
    with _readable():
        messages: list[dict[str, Any]] = document_of(stored)["validation_messages"]
    return messages


def products_with(document: Document, code: str) -> list[str]:
    """How people call the products that go and that have a finding of this code, sorted."""
    with _readable():
        found = {each["product_id"] for each in document["validation_messages"] if each["code"] == code}
        return sorted(
            each["sku"] or each["external_id"] for each in document["products"] if each["id"] in found
        )


@dataclass(frozen=True, slots=True)
class NamedProduct:
    """A product that goes; texts that nobody stated are empty."""

    hts_code: str
    fda_registration: str
    # Of the code that was asked for.
    has_finding: bool


def named_products(document: Document, code: str) -> dict[str, NamedProduct]:
    """The products that go by each name that people may call them: SKU, external id and id.

    `code` is that of the finding which is looked for.
    """
    with _readable():
        found = {each["product_id"] for each in document["validation_messages"] if each["code"] == code}
        return {
            each[name]: NamedProduct(
                hts_code=each["hts_code"] or "",
                fda_registration=each["pga"]["fda"]["registration"] or "",
                has_finding=each["id"] in found,
            )
            for each in document["products"]
            for name in ("sku", "external_id", "id")
        }


def numbers_of_entries(document: Document) -> frozenset[int]:
    """The entries that the plan makes; empty for a plan that was stored before plans said so."""
    with _readable():
        return frozenset(each["number"] for each in document.get("entries", ()))


def entries_by_product(document: Document) -> dict[str, list[int]]:
    """The numbers of the entries that each product goes in, by its SKU, external id and id."""
    with _readable():
        entry_of = {id: each["number"] for each in document.get("entries", ()) for id in each["order_ids"]}
        numbers: dict[str, set[int]] = {}
        for order in document["orders"]:
            for item in order["items"]:
                numbers.setdefault(item["product_id"], set()).add(entry_of.get(order["id"], 1))
        return {
            each[name]: sorted(numbers.get(each["id"], ()))
            for each in document["products"]
            for name in ("sku", "external_id", "id")
        }


def entry_date_of(document: Document) -> str:
    """The day that the plan goes by, YYYY-MM-DD."""
    with _readable():
        return str(document["entry_date"])


def goods_value_of(document: Document) -> Decimal:
    """What the goods that go are sold for, in USD."""
    with _readable():
        return sum(
            (
                line_value(Decimal(item["quantity"]), Decimal(item["unit_value_usd"]))
                for order in document["orders"]
                for item in order["items"]
            ),
            Decimal(0),
        )


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise SnapshotUnreadable from error


# Plans of a few days are claimed at a time, and all of a day rest on the same rows.
@lru_cache(maxsize=4)
def _inflated_rows(packed_rows: bytes) -> bytes:
    return _inflated(packed_rows)


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompress(content)
    except zlib.error as error:
        raise SnapshotUnreadable from error
