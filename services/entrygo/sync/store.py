"""All SQL of sync. A store works within the caller's transaction, on what one caller may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import asyncpg
import orjson

from entrygo.domain.errors import OutsideWarehouse, ServiceUnavailable
from entrygo.domain.importer_number import comparable
from entrygo.domain.principal import Visible
from entrygo.postgres.pool import Connection
from entrygo.records.order import ORDER
from entrygo.records.reading import Facts
from entrygo.requests.pages import PageRequest
from entrygo.sync.drafts import (
    FactsDraft,
    FactsUpdate,
    LineDraft,
    OrderDraft,
    Stamp,
    StoredFacts,
    StoredOrder,
    Subject,
)
from entrygo.sync.skus import Named

Row = asyncpg.Record

# The columns of the declared fields of an order, each named as its field: `external_id` is the first.
FIELDS = tuple(field.name for field in ORDER)
COLUMNS = ", ".join(FIELDS)
# Beside the external id, what other records have in their place where they are selected with orders.
_NOTHING = ", NULL" * (len(FIELDS) - 1)
_GIVEN = ", ".join(f"EXCLUDED.{name}" for name in FIELDS)
_FIRST_ARRAY = 8  # the parameter that holds the values of the first field
_ARRAYS = ", ".join(f"${number}::text[]" for number, _ in enumerate(FIELDS, _FIRST_ARRAY))


@dataclass(frozen=True, slots=True)
class PlanningRows:
    """What one plan is decided on. Orders stay rows until they are sent, chunk by chunk."""

    warehouse: StoredFacts | None
    broker: StoredFacts | None
    products: list[StoredFacts]
    # Those that the orders name.
    importers: list[StoredFacts]
    order_rows: list[Row]

    def orders(self, start: int, stop: int) -> list[StoredOrder]:
        """Some of the rows as orders: a chunk at a time, so that thousands never lie in memory twice."""
        return [_order_from_row(row) for row in self.order_rows[start:stop]]


class SyncStore:
    """Orders, products, brokers and importers are the account's; of the warehouses a bound key has one."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._visible = visible
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))

    def _own(self, subject: Subject) -> str | None:
        """The one record of this kind that may be seen; None when all may."""
        return self._visible.warehouse_id if subject is Subject.WAREHOUSES else None

    async def known_products(self, product_ids: Iterable[str]) -> set[str]:
        """Which of these products exist."""
        rows = await self._connection.fetch(
            "SELECT id FROM products WHERE account_id = $1 AND mode = $2 AND id = ANY($3::text[])",
            *self._scope,
            list(product_ids),
        )
        return {row["id"] for row in rows}

    async def products_named(self, skus: Iterable[str]) -> list[Named]:
        """The products that go by one of these SKUs, or have one as their external id."""
        rows = await self._connection.fetch(
            "SELECT id, sku, external_id FROM products"
            " WHERE account_id = $1 AND mode = $2 AND sku = ANY($3::text[])"
            " UNION SELECT id, sku, external_id FROM products"
            " WHERE account_id = $1 AND mode = $2 AND external_id = ANY($3::text[])",
            *self._scope,
            list(skus),
        )
        return [Named(row["id"], row["sku"], row["external_id"]) for row in rows]

    async def upsert_orders(
        self, drafts: Sequence[OrderDraft], new_ids: Sequence[str], now: datetime
    ) -> dict[str, Stamp]:
        """Writes orders, each replacing the one with its external id; gives their stamps by external id."""
        # In one order everywhere, so that two requests with common orders wait instead of deadlocking.
        ordered = sorted(zip(drafts, new_ids, strict=True), key=lambda pair: pair[0].external_id)
        rows = await self._connection.fetch(
            f"INSERT INTO orders (account_id, mode, id, items, total_value_usd, metadata, {COLUMNS},"  # noqa: S608
            " created_at, updated_at)"
            f" SELECT $1, $2, id, items::jsonb, total, metadata::jsonb, {COLUMNS}, $3, $3"
            f" FROM unnest($4::text[], $5::text[], $6::numeric[], $7::text[], {_ARRAYS})"
            f" AS given (id, items, total, metadata, {COLUMNS})"
            " ON CONFLICT (account_id, mode, external_id) DO UPDATE SET"
            " items = EXCLUDED.items, total_value_usd = EXCLUDED.total_value_usd,"
            f" metadata = EXCLUDED.metadata, ({COLUMNS}) = ROW ({_GIVEN}), updated_at = EXCLUDED.updated_at"
            " RETURNING external_id, id, created_at",
            *self._scope,
            now,
            [new_id for _, new_id in ordered],
            [draft.items_json for draft, _ in ordered],
            [draft.total_value_usd for draft, _ in ordered],
            [draft.metadata_json for draft, _ in ordered],
            *[[draft.fields.get(name) for draft, _ in ordered] for name in FIELDS],
        )
        return {row[0]: Stamp(row[1], row[2], now) for row in rows}

    async def known_importers(self, external_ids: Iterable[str]) -> set[str]:
        """Which of these external ids are those of importers."""
        rows = await self._connection.fetch(
            "SELECT external_id FROM importers"
            " WHERE account_id = $1 AND mode = $2 AND external_id = ANY($3::text[])",
            *self._scope,
            list(external_ids),
        )
        return {row["external_id"] for row in rows}

    async def ids_in_use(
        self, subject: Subject, external_ids: Sequence[str], ids: Sequence[str]
    ) -> list[tuple[str, str]]:
        """(external id, id) of every stored row that has one of either."""
        rows = await self._connection.fetch(
            f"SELECT external_id, id FROM {subject} WHERE account_id = $1 AND mode = $2"  # noqa: S608
            " AND (external_id = ANY($3::text[]) OR id = ANY($4::text[])) AND ($5::text IS NULL OR id = $5)",
            *self._scope,
            external_ids,
            ids,
            self._own(subject),
        )
        return [(row["external_id"], row["id"]) for row in rows]

    async def upsert_facts(
        self, subject: Subject, drafts: Sequence[FactsDraft], new_ids: Sequence[str], now: datetime
    ) -> dict[str, StoredFacts]:
        """Creates or merges; gives what is stored now, by external id.

        ServiceUnavailable when another request takes one of the given ids at the same moment,
        OutsideWarehouse when an external id is that of a warehouse the caller may not see.
        """
        ordered = sorted(zip(drafts, new_ids, strict=True), key=lambda pair: pair[0].external_id)
        try:
            rows = await self._connection.fetch(
                f"INSERT INTO {subject} AS stored"  # noqa: S608
                " (account_id, mode, id, external_id, facts, created_at, updated_at)"
                " SELECT $1, $2, id, external_id, facts::jsonb, $6, $6"
                " FROM unnest($3::text[], $4::text[], $5::text[]) AS given (id, external_id, facts)"
                " ON CONFLICT (account_id, mode, external_id) DO UPDATE SET"
                " facts = merge_facts(stored.facts, EXCLUDED.facts), updated_at = EXCLUDED.updated_at"
                " RETURNING id, external_id, facts, created_at, updated_at",
                *self._scope,
                # A bound key cannot so much as propose another id than its warehouse's.
                [draft.id or self._own(subject) or new_id for draft, new_id in ordered],
                [draft.external_id for draft, _ in ordered],
                [orjson.dumps(draft.facts).decode() for draft, _ in ordered],
                now,
            )
        except asyncpg.InsufficientPrivilegeError as error:
            raise OutsideWarehouse(details={"warehouseId": self._own(subject)}) from error
        except asyncpg.UniqueViolationError as error:
            raise ServiceUnavailable("Another request took one of these ids; retry.") from error
        return {row["external_id"]: _facts_from_row(row) for row in rows}

    async def update_facts(self, subject: Subject, update: FactsUpdate, now: datetime) -> StoredFacts | None:
        """Clears, then merges; gives what is stored now."""
        row = await self._connection.fetchrow(
            f"UPDATE {subject} SET facts = merge_facts(clear_facts(facts, $4::text[]), $5::jsonb),"  # noqa: S608
            " updated_at = $6"
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND ($7::text IS NULL OR id = $7)"
            " RETURNING id, external_id, facts, created_at, updated_at",
            *self._scope,
            update.id,
            update.clear,
            orjson.dumps(update.facts).decode(),
            now,
            self._own(subject),
        )
        return _facts_from_row(row) if row is not None else None

    async def find_order(self, order_id: str) -> StoredOrder | None:
        """The order, or None where there is none in this scope."""
        row = await self._connection.fetchrow(
            f"SELECT id, {COLUMNS}, items, total_value_usd, metadata, created_at, updated_at"  # noqa: S608
            " FROM orders WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            order_id,
        )
        return _order_from_row(row) if row is not None else None

    async def find_facts(self, subject: Subject, fact_id: str) -> StoredFacts | None:
        """The record, or None where there is none in this scope."""
        row = await self._connection.fetchrow(
            f"SELECT id, external_id, facts, created_at, updated_at FROM {subject}"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND ($4::text IS NULL OR id = $4)",
            *self._scope,
            fact_id,
            self._own(subject),
        )
        return _facts_from_row(row) if row is not None else None

    async def list_orders(self, page: PageRequest) -> list[StoredOrder]:
        """One row more than the page holds, when there is one."""
        rows = await self._connection.fetch(
            f"SELECT id, {COLUMNS}, items, total_value_usd, metadata, created_at, updated_at FROM orders"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND id > $3 AND ($4::text IS NULL OR external_id = $4)"
            " ORDER BY id LIMIT $5",
            *self._scope,
            page.after,
            page.external_id,
            page.limit + 1,
        )
        return [_order_from_row(row) for row in rows]

    async def list_facts(self, subject: Subject, page: PageRequest) -> list[StoredFacts]:
        """One row more than the page holds, when there is one. Only products go by a SKU."""
        of_sku = "$7::text IS NULL OR sku = $7" if subject is Subject.PRODUCTS else "$7::text IS NULL"
        rows = await self._connection.fetch(
            f"SELECT id, external_id, facts, created_at, updated_at FROM {subject}"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND id > $3 AND ($4::text IS NULL OR external_id = $4)"
            f" AND ($6::text IS NULL OR id = $6) AND ({of_sku}) ORDER BY id LIMIT $5",
            *self._scope,
            page.after,
            page.external_id,
            page.limit + 1,
            self._own(subject),
            page.sku,
        )
        return [_facts_from_row(row) for row in rows]

    async def planning_rows(
        self,
        order_ids: Sequence[str],
        external_order_ids: Sequence[str],
        warehouse_id: str,
        broker_id: str,
    ) -> PlanningRows:
        """Orders with products and importers, the warehouse and the broker: one statement, so one moment.

        An order that is named by both of its ids comes twice.
        """
        rows = await self._connection.fetch(
            "WITH wanted AS MATERIALIZED ("  # noqa: S608
            f" SELECT id, {COLUMNS}, items, total_value_usd, created_at, updated_at FROM orders"
            " WHERE account_id = $1 AND mode = $2 AND id = ANY($3::text[])"
            f" UNION ALL SELECT id, {COLUMNS}, items, total_value_usd, created_at, updated_at FROM orders"
            " WHERE account_id = $1 AND mode = $2 AND external_id = ANY($6::text[])),"
            " sold AS MATERIALIZED ("
            " SELECT DISTINCT line ->> 'productId' AS id FROM wanted, jsonb_array_elements(items) AS line)"
            " SELECT 'orders' AS subject, id, NULL::jsonb AS facts, created_at, updated_at,"
            f" items, total_value_usd, NULL AS metadata, {COLUMNS} FROM wanted"
            " UNION ALL SELECT 'products', id, facts, created_at, updated_at,"
            f" NULL, NULL, NULL, external_id{_NOTHING} FROM products"
            " WHERE account_id = $1 AND mode = $2 AND id IN (SELECT id FROM sold)"
            " UNION ALL SELECT 'warehouses', id, facts, created_at, updated_at,"
            f" NULL, NULL, NULL, external_id{_NOTHING} FROM warehouses"
            " WHERE account_id = $1 AND mode = $2 AND id = $4"
            " UNION ALL SELECT 'brokers', id, facts, created_at, updated_at,"
            f" NULL, NULL, NULL, external_id{_NOTHING} FROM brokers"
            " WHERE account_id = $1 AND mode = $2 AND id = $5"
            # All of them, where an order names one: which of the numbers are the same is not for SQL to say.
            " UNION ALL SELECT 'importers', id, facts, created_at, updated_at,"
            f" NULL, NULL, NULL, external_id{_NOTHING} FROM importers"
            " WHERE account_id = $1 AND mode = $2 AND EXISTS (SELECT FROM wanted"
            " WHERE importer_number IS NOT NULL OR importer_external_id IS NOT NULL)",
            *self._scope,
            order_ids,
            warehouse_id if self._visible.includes(warehouse_id) else "",
            broker_id,
            external_order_ids,
        )
        by_subject: dict[str, list[Row]] = {"orders": [], **{subject: [] for subject in Subject}}
        for row in rows:
            by_subject[row["subject"]].append(row)
        return PlanningRows(
            warehouse=_only(by_subject[Subject.WAREHOUSES]),
            broker=_only(by_subject[Subject.BROKERS]),
            products=[_facts_from_row(row) for row in by_subject[Subject.PRODUCTS]],
            importers=_named(by_subject[Subject.IMPORTERS], by_subject["orders"]),
            order_rows=by_subject["orders"],
        )


def _only(rows: list[Row]) -> StoredFacts | None:
    return _facts_from_row(rows[0]) if rows else None


def _named(importers: Sequence[Row], orders: Sequence[Row]) -> list[StoredFacts]:
    """The importers that orders name, by external id or by number in any of its forms."""
    external_ids = {row["importer_external_id"] for row in orders}
    numbers = {comparable(row["importer_number"]) for row in orders if row["importer_number"]}
    found = map(_facts_from_row, sorted(importers, key=lambda row: str(row["external_id"])))
    return [
        each
        for each in found
        if each.external_id in external_ids or comparable(str(each.facts.get("number", ""))) in numbers
    ]


def _facts_from_row(row: Row) -> StoredFacts:
    facts: Facts = orjson.loads(row["facts"])
    return StoredFacts(row["id"], row["external_id"], facts, row["created_at"], row["updated_at"])


@lru_cache(maxsize=32_768)
def _line(*stored: tuple[str, str]) -> LineDraft:
    """Lines repeat, from one order to the next."""
    return LineDraft.stored(dict(stored))


def _order_from_row(row: Row) -> StoredOrder:
    items: list[dict[str, Any]] = orjson.loads(row["items"])
    metadata: str | None = row["metadata"]
    return StoredOrder(
        OrderDraft(
            {name: text for name in FIELDS if (text := row[name]) is not None},
            tuple([_line(*item.items()) for item in items]),
            row["items"],
            row["total_value_usd"],
            # jsonb has an order of keys of its own; the canonical one is sorted.
            orjson.dumps(orjson.loads(metadata), option=orjson.OPT_SORT_KEYS).decode() if metadata else None,
        ),
        Stamp(row["id"], row["created_at"], row["updated_at"]),
    )
