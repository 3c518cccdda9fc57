"""What an account costs beside thousands of others: plans of statements are made for an average account."""

import time
from typing import Any

import asyncpg

from entrygo.cli.up.schemas import SERVICES
from tests.bench.large import stored_orders
from tests.bench.quiet import cost_of_an_order
from tests.bench.subjects import Rest
from tests.harness.system import System

ACCOUNTS = 20_000
# Of each table, to each of them.
ROWS = 3
SMALL_ROW = 20_000  # characters
LARGE = 5_000


async def measure_crowd(ours: Rest, system: System, seconds: float) -> dict[str, Any]:
    """Core-milliseconds an order in lifecycles of a hundred, and the seconds of a plan of five thousand.

    Of an account by itself, and beside twenty thousand that have a few rows each.
    """
    ids = await stored_orders(ours, LARGE)
    figures: dict[str, Any] = {}
    for accounts in (0, ACCOUNTS):
        if accounts:
            await _settle(system, accounts, ours.account_id)
        # Each look finds all of the last plan in another batch.
        await ours.plan(0, ids)
        started = time.perf_counter()
        await ours.plan(0, ids)
        plan_seconds = time.perf_counter() - started
        figures[str(accounts)] = {
            "core_ms_per_order": await cost_of_an_order(ours, seconds),
            "plan_seconds": plan_seconds,
        }
    return figures


async def _settle(system: System, accounts: int, like: str) -> None:
    """Copies a few rows of each table of the account `like` to so many others."""
    connection = await asyncpg.connect(system.database_url)
    try:
        await connection.execute("SET session_replication_role = replica")
        for schema, table, columns in await _tables(connection):
            await connection.execute(
                f"INSERT INTO {schema}.{table} (account_id, {columns})"
                f" SELECT 'acc_crowd_' || crowd, {columns} FROM (SELECT {columns} FROM {schema}.{table}"
                " AS own WHERE account_id = $1 AND length(own::text) < $4 LIMIT $2) AS few"
                " CROSS JOIN generate_series(1, $3) AS crowd"
                " ON CONFLICT DO NOTHING",
                like,
                ROWS,
                accounts,
                SMALL_ROW,
                timeout=600,
            )
        await connection.execute("VACUUM ANALYZE", timeout=600)
    finally:
        await connection.close()


async def _tables(connection: asyncpg.Connection) -> list[tuple[str, str, str]]:
    """Schema, name and the columns that may be copied of what accounts have; a queue is not theirs."""
    rows = await connection.fetch(
        "SELECT table_schema, table_name, string_agg(quote_ident(column_name), ', ') AS columns"
        " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema = ANY($1) AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'"
        " AND is_identity = 'NO' AND column_name <> 'account_id' AND table_name <> 'outbox'"
        " AND to_regclass(table_schema || '.' || table_name) NOT IN (SELECT inhrelid FROM pg_inherits)"
        " AND EXISTS (SELECT FROM information_schema.columns AS own"
        "  WHERE own.table_schema = columns.table_schema AND own.table_name = columns.table_name"
        "  AND own.column_name = 'account_id')"
        " GROUP BY table_schema, table_name",
        list(SERVICES),
    )
    return [(row[0], row[1], row[2]) for row in rows]
