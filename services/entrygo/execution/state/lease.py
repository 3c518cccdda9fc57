"""Keeps a lease alive while its owner works; the lease itself is a row in the database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from entrygo.domain.errors import EntryGoError

RENEWALS_PER_LEASE = 3

log = structlog.get_logger(__name__)


@asynccontextmanager
async def kept_alive(extend: Callable[[], Awaitable[bool]], lease: timedelta) -> AsyncIterator[None]:
    """Extends in the background until the block ends, or until `extend` says that the lease is lost.

    The block is not interrupted then: its next write is refused by its fence.
    """
    every = lease.total_seconds() / RENEWALS_PER_LEASE
    renewal: asyncio.Task[None] | None = None

    def begin() -> None:
        nonlocal renewal
        renewal = asyncio.create_task(_renew(extend, every))

    # Most blocks end before that, and need no task.
    timer = asyncio.get_running_loop().call_later(every, begin)
    try:
        yield
    finally:
        timer.cancel()
        if renewal is not None:
            renewal.cancel()
            # Whoever is cancelled while it ends is cancelled all the same.
            await asyncio.gather(renewal, return_exceptions=True)


async def _renew(extend: Callable[[], Awaitable[bool]], every: float) -> None:
    while True:
        try:
            if not await extend():
                return
        except EntryGoError as error:
            log.warning("lease.not_extended", error=str(error))
        except Exception:
            # What the block has done by then must not be lost for it.
            log.exception("lease.not_extended")
        await asyncio.sleep(every)
