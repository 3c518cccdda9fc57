"""Whether a service can take writes. Kafka is not asked: events wait in the outbox."""

import asyncio

import asyncpg

from entrygo.postgres.pool import OUTAGES, Pool

READY_SECONDS = 2.0


async def is_ready(pool: Pool) -> bool:
    """Whether the database answers in time, the wait for a free connection included."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            return bool(await pool.fetchval("SELECT true"))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, *OUTAGES):
        return False
