"""Keeps a lease alive while its owner works; the lease itself is a row in the database."""

import asyncio
import contextlib
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
    renewal = asyncio.create_task(_renew(extend, lease.total_seconds() / RENEWALS_PER_LEASE))
    try:
        yield
    finally:
        renewal.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewal


async def _renew(extend: Callable[[], Awaitable[bool]], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        try:
            if not await extend():
                return
        except EntryGoError as error:
            log.warning("lease.not_extended", error=str(error))
