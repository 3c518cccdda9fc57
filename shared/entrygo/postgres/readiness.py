"""Whether a service can take writes. Kafka is not asked: events wait in the outbox."""

import asyncio

from entrygo.postgres.pool import DATABASE_ERRORS, Pool

READY_SECONDS = 2.0


async def is_ready(pool: Pool) -> bool:
    """Whether the database answers in time, the wait for a free connection included."""
    try:
        async with asyncio.timeout(READY_SECONDS), pool.session(READY_SECONDS) as connection:
            return bool(await connection.fetchval("SELECT true"))
    except DATABASE_ERRORS:
        return False
