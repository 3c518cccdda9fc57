"""What the system does at rest, how soon an event is seen at half load, and what stored orders cost."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson

from tests.bench.costs import Meter
from tests.bench.figures import percentile
from tests.bench.load import drive
from tests.bench.subjects import Rest
from tests.harness.system import System

# Until a loaded system is at rest: consumers ask least often after a minute, sessions that idle say how many
# transactions they had after ten seconds, and what was recorded last is read again within four minutes.
REST_SECONDS = 250.0
CLIENTS = 16
SSE_DATA = "data:"
GROWN = 1_000_000
SMALL = 10_000
GROWTH_ORDERS = 100


async def measure_idle(ours: Rest, system: System, seconds: float) -> dict[str, Any]:
    """Transactions a second of the system's database and shares of a core, while nobody asks for anything.

    What the rows before have written is cleaned up first: PostgreSQL would do it in the middle.
    """
    await _clean(system)
    await asyncio.sleep(REST_SECONDS)
    meter = Meter(ours.processes, at_rest=True)
    before, transactions = meter.read(), await _transactions(system)
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    elapsed = time.perf_counter() - started
    used = meter.since(before)
    return {
        "seconds": elapsed,
        "transactions_per_second": (await _transactions(system) - transactions) / elapsed,
        "core_percent": {name: 100 * cpu / elapsed for name, cpu in used.items()},
        "core_percent_in_all": 100 * sum(used.values()) / elapsed,
    }


async def analyze(system: System) -> None:
    """What autovacuum does within a minute: before, PostgreSQL takes any index that begins with the account.

    Of every database of the server, as the other subjects have theirs on it.
    """
    names = await system.fetch("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate")
    for row in names:
        connection = await asyncpg.connect(system.database_url, database=row["datname"])
        try:
            await connection.execute("ANALYZE", timeout=600)
        finally:
            await connection.close()


async def _clean(system: System) -> None:
    connection = await asyncpg.connect(system.database_url)
    try:
        await connection.execute("VACUUM ANALYZE", timeout=600)
        await connection.execute("CHECKPOINT", timeout=600)
    finally:
        await connection.close()


async def _transactions(system: System) -> int:
    [row] = await system.fetch(
        "SELECT xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()"
    )
    return int(row["count"])


async def measure_visible(ours: Rest, system: System, *, full_rate: float, seconds: float) -> dict[str, Any]:
    """From the moment an event says it happened until the account's event stream shows it.

    What the rows before have written is cleaned up first, as for `measure_idle`: PostgreSQL would write it to
    the disk in the middle.
    """
    await _clean(system)
    delays: list[float] = []
    listening = asyncio.Event()

    async def listen() -> None:
        async with system.client().stream("GET", "/api/events/stream") as answer:
            listening.set()
            async for line in answer.aiter_lines():
                if line.startswith(SSE_DATA):
                    happened = datetime.fromisoformat(orjson.loads(line[len(SSE_DATA) :])["timestamp"])
                    delays.append((datetime.now(UTC) - happened).total_seconds() * 1000)

    listener = asyncio.create_task(listen())
    await listening.wait()
    gap = 2 * CLIENTS / full_rate
    waiting = set(range(CLIENTS))

    async def paced(number: int) -> None:
        if number in waiting:  # Each begins at a time of its own: all at once would be a burst, then nothing.
            waiting.remove(number)
            await asyncio.sleep(gap * number / CLIENTS)
        async with asyncio.TaskGroup() as group:
            group.create_task(ours.lifecycle(number, 1))
            group.create_task(asyncio.sleep(gap))

    turn = await drive(CLIENTS, seconds, paced)
    ours.close()
    await asyncio.sleep(1)
    listener.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await listener
    return {
        "lifecycles_per_second": turn.rate,
        "events": len(delays),
        "p50_ms": percentile(delays, 0.5),
        "p99_ms": percentile(delays, 0.99),
    }


async def measure_growth(ours: Rest, system: System, seconds: float) -> dict[str, Any]:
    """Core-milliseconds an order in lifecycles of a hundred, beside few and beside many stored orders."""
    figures: dict[str, Any] = {}
    await ours.sync(0, 1)  # the order that is copied
    ours.close()
    for stored in (SMALL, GROWN):
        await _fill(system, stored)
        figures[str(stored)] = await cost_of_an_order(ours, seconds)
    return {"core_ms_per_order": figures, "ratio": figures[str(GROWN)] / figures[str(SMALL)]}


async def cost_of_an_order(ours: Rest, seconds: float) -> float:
    """Core-milliseconds, in lifecycles of a hundred."""
    meter = Meter(ours.processes)
    await drive(CLIENTS, seconds / 4, lambda number: ours.lifecycle(number, GROWTH_ORDERS))
    before = meter.read()
    turn = await drive(CLIENTS, seconds, lambda number: ours.lifecycle(number, GROWTH_ORDERS))
    used = sum(meter.since(before).values())
    ours.close()
    return used * 1000 / (len(turn.latencies) * GROWTH_ORDERS)


async def _fill(system: System, count: int) -> None:
    """Copies one stored order of the account until it has so many."""
    connection = await asyncpg.connect(system.database_url)
    try:
        columns = await connection.fetchval(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
            " WHERE table_schema = 'sync' AND table_name = 'orders'"
            " AND column_name NOT IN ('id', 'external_id')"
        )
        stored = await connection.fetchval(
            "SELECT count(*) FROM sync.orders WHERE account_id = $1", system.account_id
        )
        await connection.execute(
            f"INSERT INTO sync.orders (id, external_id, {columns})"
            " SELECT 'ord_' || md5(made::text || clock_timestamp()), 'grown-' || made || '-' || $2,"
            f" {columns}"
            " FROM (SELECT * FROM sync.orders WHERE account_id = $1 AND external_id LIKE 'bench-%' LIMIT 1)"
            " AS one CROSS JOIN generate_series(1, $2) AS made",
            system.account_id,
            max(0, count - stored),
            timeout=600,
        )
        await connection.execute("VACUUM ANALYZE sync.orders", timeout=600)
    finally:
        await connection.close()
