"""What a program would reach that writes the same rows to the same PostgreSQL, without any service."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from entrygo.domain.principal import Mode, Tenant
from entrygo.messaging.events import make_event
from entrygo.postgres.migrate import migrate
from entrygo.proto.events.v1 import events_pb2
from tests.bench.lifecycle_rows import Lifecycle
from tests.harness.postgres import MIGRATIONS, temporary_database

POOL = 32
# Sync's statements and the triggers of execution name their tables alone.
SCHEMAS = "sync, execution, planning, inspection"
ITEMS = (
    '[{"productId":"prod_hoodie_001","quantity":"2","unitValueUsd":"110"},'
    '{"productId":"prod_cap_002","quantity":"1","unitValueUsd":"35"}]'
)
TENANT = Tenant("acc_floor", Mode.LIVE)


class Floor:
    """asyncpg, one statement a table in one transaction, no row scope, no checks, no network of ours."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._lifecycles: dict[int, Lifecycle] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, database_url: str) -> AsyncIterator["Floor"]:
        """In a database of its own on the server of the system under test."""
        async with temporary_database(database_url) as url:
            for schema, migrations in MIGRATIONS.items():
                await migrate(url, schema=schema, migrations=Path(migrations))
            async with asyncpg.create_pool(
                url, min_size=POOL, max_size=POOL, server_settings={"search_path": SCHEMAS, "jit": "off"}
            ) as pool:
                yield cls(pool)

    def learn(self, orders: int, lifecycle: Lifecycle) -> None:
        """What a lifecycle of so many orders leaves beside the orders themselves."""
        self._lifecycles[orders] = lifecycle

    async def lifecycle(self, orders: int) -> None:
        """The rows of a sync, then those of plan, execution and projection, as it was learnt."""
        await self.sync_orders(orders)
        await self._lifecycles[orders].write(self._pool)

    async def sync_orders(self, count: int) -> None:
        """The rows of one order sync: key, orders, event log, outbox, stored answer."""
        now = datetime.now(UTC)
        ids = [f"ord_{secrets.token_hex(13)}" for _ in range(count)]
        event = make_event(
            id="evt_floor",
            type="orders.synced",
            source="sync",
            tenant=TENANT,
            stream_id=f"sync_{secrets.token_hex(13)}",
            sequence=1,
            occurred_at=now,
            data=events_pb2.OrdersSynced(order_ids=ids),
        )
        payload = event.SerializeToString()
        scope = (TENANT.account_id, str(TENANT.mode))
        async with self._pool.acquire() as connection, connection.transaction():
            key = secrets.token_hex(8)
            await connection.execute(
                "INSERT INTO idempotency_keys (account_id, mode, operation, key, fingerprint, response)"
                " VALUES ($1, $2, 'sync.orders', $3, $4, $5)",
                *scope,
                key,
                b"x" * 32,
                b"x" * (200 * count),
            )
            await connection.execute(
                "INSERT INTO orders (account_id, mode, id, external_id, destination_country,"
                " destination_region, destination_postal_code, items, total_value_usd, metadata,"
                " created_at, updated_at) SELECT $1, $2, id, id, 'US', 'CA', '94105', $4::text::jsonb, 255,"
                " $5::text::jsonb, $6, $6 FROM unnest($3::text[]) AS given (id)"
                " ON CONFLICT (account_id, mode, external_id) DO UPDATE SET items = EXCLUDED.items",
                *scope,
                ids,
                ITEMS,
                '{"source":"bench"}',
                now,
            )
            await connection.execute(
                "INSERT INTO event_log (account_id, mode, stream_id, sequence, payload)"
                " VALUES ($1, $2, $3, 1, $4)",
                *scope,
                event.stream_id,
                payload,
            )
            await connection.execute(
                "INSERT INTO outbox (account_id, mode, payload) VALUES ($1, $2, $3)", *scope, payload
            )
