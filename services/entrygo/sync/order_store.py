"""SQL of orders. A store works within the caller's transaction, on what one caller may see."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import asyncpg
import orjson

from entrygo.domain.principal import Visible
from entrygo.messaging.doorbell import ring
from entrygo.messaging.outbox import one_appended, one_appended_values
from entrygo.postgres.conditions import is_named, looked_up, when_given
from entrygo.postgres.idempotency import KeyRow, KeyStore
from entrygo.postgres.pool import Connection, after_commit, scope_of, set_scope
from entrygo.proto.events.v1 import events_pb2
from entrygo.records.order import ORDER
from entrygo.requests.pages import PageRequest
from entrygo.sync.drafts import LineDraft, OrderDraft, Stamp, StoredOrder
from entrygo.sync.skus import Named

# The columns of the declared fields of an order, each named as its field: `external_id` is the first.
FIELDS = tuple(field.name for field in ORDER)
COLUMNS = ", ".join(FIELDS)
_GIVEN = ", ".join(f"EXCLUDED.{name}" for name in FIELDS)
# Rows travel as arrays of their values: of objects PostgreSQL would read, sort and look up the names in each.
# What is declared comes first, what may be missing last.
_AT = len(FIELDS)
_VALUES = f"given->>{_AT}, given->{_AT + 1}, (given->>{_AT + 2})::numeric, given->{_AT + 3}, " + ", ".join(
    f"given->>{place}" for place in range(_AT)
)
# The operation that the keys of order syncs are of.
SYNC_ORDERS = "sync.orders"

_SCOPED = "scope.account_id, scope.mode"
# Each part reads the one before it, and so begins after it: no row is read or written before the scope is
# set, no order before the key is taken. Where an order is there already, its index refuses it, and all of it
# is undone; ON CONFLICT, which looks for such a one before, would take a fifth more of PostgreSQL.
_ADD_NEW = f"""
WITH scope AS MATERIALIZED (SELECT {set_scope()}),
known AS MATERIALIZED (
    SELECT account_id, mode FROM scope WHERE $8 = (SELECT epoch::text FROM owner_epoch)
    AND cardinality($9::text[]) = (SELECT count(*) FROM unnest($9::text[]) AS named (id),
        {looked_up("products", "id", "named.id", "id", of=_SCOPED)} AS product)),
taken AS (
    INSERT INTO idempotency_keys (account_id, mode, operation, key, fingerprint, response)
    SELECT account_id, mode, $4, $5, $6::bytea, $7::bytea FROM known WHERE $5 <> ''
    ON CONFLICT DO NOTHING RETURNING account_id, mode),
free AS MATERIALIZED (
    SELECT account_id, mode FROM taken UNION ALL SELECT account_id, mode FROM known WHERE $5 = ''),
added AS (
    INSERT INTO orders (account_id, mode, id, items, total_value_usd, metadata, {COLUMNS},
        created_at, updated_at)
    SELECT account_id, mode, {_VALUES}, $10, $10 FROM free, jsonb_array_elements($11::jsonb) AS given),
{one_appended(12, "free")}
SELECT EXISTS (SELECT FROM free)
"""  # noqa: S608
# Read with the key of a sync, whose last parameter is the fifth.
_EPOCH_AND_PRODUCTS = f"""
SELECT epoch::text AS epoch, ARRAY(SELECT product.id FROM unnest($6::text[]) AS named (id),
    {looked_up("products", "id", "named.id", "id")} AS product) AS product_ids
FROM owner_epoch
"""  # noqa: S608
_IMPORTERS = f"""
SELECT importer.external_id FROM unnest($3::text[]) AS named (external_id),
    {looked_up("importers", "external_id", "named.external_id", "external_id")} AS importer
"""  # noqa: S608
_PRODUCTS_NAMED = f"""
WITH scope AS MATERIALIZED (SELECT {set_scope()})
SELECT product.* FROM scope, unnest($4::text[]) AS named (name),
    {looked_up("products", "sku", "named.name", "id, sku, external_id", of=_SCOPED)} AS product
UNION SELECT product.* FROM scope, unnest($4::text[]) AS named (name),
    {looked_up("products", "external_id", "named.name", "id, sku, external_id", of=_SCOPED)} AS product
"""  # noqa: S608


class Begun(NamedTuple):
    """What a sync of orders begins with: the epoch of its event, and which of its products there are."""

    epoch: str
    product_ids: frozenset[str]


class Taken(NamedTuple):
    """What goes with new orders: the key (empty: none) and its answer, the event, the products they name."""

    key: str
    fingerprint: bytes
    answer: bytes
    event: events_pb2.Event
    product_ids: frozenset[str]


class OrderStore:
    """The orders of an account, and the records that they name."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._visible = visible
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))

    async def begin(self, key: str, fingerprint: bytes, product_ids: Iterable[str]) -> "Begun | KeyRow":
        """Takes the key of a sync and reads what it needs, in one statement; the row of the call that has
        the key. An empty key is none. Raises as `KeyStore.claim`."""
        row = await KeyStore(self._connection, self._visible, SYNC_ORDERS).claim_reading(
            key,
            fingerprint,
            _EPOCH_AND_PRODUCTS,
            list(product_ids),
        )
        return row if isinstance(row, KeyRow) else Begun(row["epoch"], frozenset(row["product_ids"]))

    async def add_new(
        self, taken: Taken, drafts: Sequence[OrderDraft], new_ids: Sequence[str], now: datetime
    ) -> bool:
        """Writes orders that nobody has synced before, with key, answer and event, in one statement that is a
        transaction by itself. False, and nothing is written, where an order or the key is there already, a
        product is not, the event names another epoch, or somebody else is writing one of these.
        """
        values = (
            *scope_of(self._visible),
            SYNC_ORDERS,
            taken.key,
            taken.fingerprint,
            taken.answer,
            taken.event.epoch,
            list(taken.product_ids),
            now,
            _given_rows(drafts, new_ids),
        )
        event = one_appended_values(taken.event, warehouse_id=self._visible.warehouse_id)
        try:
            is_done = await self._connection.fetchval(_ADD_NEW, *values, *event)
        except (asyncpg.UniqueViolationError, asyncpg.exceptions.LockNotAvailableError):
            return False
        if is_done:
            after_commit(self._connection, ring)
        return bool(is_done)

    async def known_importers(self, external_ids: Iterable[str]) -> set[str]:
        """Which of these external ids are those of importers."""
        rows = await self._connection.fetch(
            _IMPORTERS,
            *self._scope,
            list(external_ids),
        )
        return {row[0] for row in rows}

    async def products_named(self, skus: Iterable[str]) -> list[Named]:
        """The products that go by one of these SKUs, or have one as their external id.

        Within a transaction or as one by itself: the statement sets its scope.
        """
        rows = await self._connection.fetch(
            _PRODUCTS_NAMED,
            *scope_of(self._visible),
            list(skus),
        )
        return [Named(row["id"], row["sku"], row["external_id"]) for row in rows]

    async def upsert(
        self, drafts: Sequence[OrderDraft], new_ids: Sequence[str], now: datetime
    ) -> dict[str, Stamp]:
        """Writes orders, each replacing the one with its external id; gives their stamps by external id."""
        rows = await self._connection.fetch(
            f"INSERT INTO orders (account_id, mode, id, items, total_value_usd, metadata, {COLUMNS},"  # noqa: S608
            " created_at, updated_at)"
            f" SELECT $1, $2, {_VALUES}, $3, $3 FROM jsonb_array_elements($4::jsonb) AS given"
            " ON CONFLICT (account_id, mode, external_id) DO UPDATE SET"
            " items = EXCLUDED.items, total_value_usd = EXCLUDED.total_value_usd,"
            f" metadata = EXCLUDED.metadata, ({COLUMNS}) = ROW ({_GIVEN}), updated_at = EXCLUDED.updated_at"
            " RETURNING external_id, id, created_at",
            *self._scope,
            now,
            _given_rows(drafts, new_ids),
        )
        return {row[0]: Stamp(row[1], row[2], now) for row in rows}

    async def find(self, order_id: str) -> StoredOrder | None:
        """The order, or None where there is none in this scope."""
        row = await self._connection.fetchrow(
            f"SELECT id, {COLUMNS}, items, total_value_usd, metadata, created_at, updated_at"  # noqa: S608
            " FROM orders WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            order_id,
        )
        return order_from_row(row) if row is not None else None

    async def page(self, page: PageRequest) -> list[StoredOrder]:
        """One row more than the page holds, when there is one."""
        wanted = when_given(is_named("external_id", "$4"), "$4::text", page.external_id)
        order = "id" if page.external_id is None else "external_id"
        rows = await self._connection.fetch(
            f"SELECT id, {COLUMNS}, items, total_value_usd, metadata, created_at, updated_at FROM orders"  # noqa: S608
            f" WHERE account_id = $1 AND mode = $2 AND id > $3 AND {wanted}"
            f" ORDER BY {order} LIMIT $5",
            *self._scope,
            page.after,
            page.external_id,
            page.limit + 1,
        )
        return [order_from_row(row) for row in rows]


def _given_rows(drafts: Sequence[OrderDraft], new_ids: Sequence[str]) -> str:
    """The rows as JSON. Arrays, one a column, cost twice as much: asyncpg looks at each of their items."""
    # In one order everywhere, so that two requests with common orders wait instead of deadlocking.
    ordered = sorted(zip(drafts, new_ids, strict=True), key=lambda pair: pair[0].external_id)
    return orjson.dumps([_given_row(draft, new_id) for draft, new_id in ordered]).decode()


def _given_row(draft: OrderDraft, new_id: str) -> list[Any]:
    """The values of an order in the order of _VALUES."""
    row = [
        *map(draft.fields.get, FIELDS),
        new_id,
        orjson.Fragment(draft.items_json),
        str(draft.total_value_usd),
    ]
    if draft.metadata_json:
        row.append(orjson.Fragment(draft.metadata_json))
    return row


def order_from_row(row: asyncpg.Record) -> StoredOrder:
    """The order that a row of its declared columns, items, total, metadata and stamps holds."""
    metadata: str | None = row["metadata"]
    return StoredOrder(
        OrderDraft(
            {name: text for name in FIELDS if (text := row[name]) is not None},
            _lines_from_json(row["items"]),
            row["items"],
            row["total_value_usd"],
            # jsonb has an order of keys of its own; the canonical one is sorted.
            orjson.dumps(orjson.loads(metadata), option=orjson.OPT_SORT_KEYS).decode() if metadata else None,
        ),
        Stamp(row["id"], row["created_at"], row["updated_at"]),
    )


def _lines_from_json(stored: str) -> tuple[LineDraft, ...]:
    """The lines that the items of a row hold."""
    items: list[dict[str, Any]] = orjson.loads(stored)
    return tuple([_line(*item.items()) for item in items])


@lru_cache(maxsize=8_192)
def _line(*stored: tuple[str, str]) -> LineDraft:
    """Lines repeat, from one order to the next."""
    return LineDraft.stored(dict(stored))
