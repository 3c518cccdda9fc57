"""Whether a service can take writes. Kafka is not asked: events wait in the outbox."""

import asyncio

from entrygo.postgres.pool import DATABASE_ERRORS, Pool

READY_SECONDS = 2.0


async def is_ready(pool: Pool) -> bool:
    """Whether the database answers in time, the wait for a free connection included."""
    try:
        # The pool takes the time to give a connection for that to take it back as well: without one it would
        # wait for ever for a server that is silent to confirm that a query was cancelled.
        async with asyncio.timeout(READY_SECONDS), pool.acquire(timeout=READY_SECONDS) as connection:
            return bool(await connection.fetchval("SELECT true"))
    except DATABASE_ERRORS:
        return False
