"""Deletes rows whose time is over, batch by batch, in the background of a process."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from entrygo.domain.errors import ServiceUnavailable
from entrygo.postgres.pool import EVERYONE, Connection, Pool, transaction
from entrygo.process.ending import pause

SWEEP_ROWS = 5_000
EVERY_SECONDS = 3600.0

# Deletes at most so many rows that are due, of every account; says how many there were.
Sweep = Callable[[Connection, int], Awaitable[int]]

log = structlog.get_logger(__name__)


async def keep_swept(
    pool: Pool, sweeps: Sequence[Sweep], stop: asyncio.Event, *, every_seconds: float = EVERY_SECONDS
) -> None:
    """Until `stop`: all `sweeps` every hour, at once again while one of them finds a whole batch.

    While the database is away nothing is deleted, which the next look makes good.
    """
    while not stop.is_set():
        fullest = 0
        try:
            async with transaction(pool, EVERYONE) as connection:
                for sweep in sweeps:
                    fullest = max(fullest, await sweep(connection, SWEEP_ROWS))
        except ServiceUnavailable as error:
            log.warning("sweep.failed", error=str(error))
            fullest = 0
        if fullest < SWEEP_ROWS:
            await pause(stop, every_seconds)
