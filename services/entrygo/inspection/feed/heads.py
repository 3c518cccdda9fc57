"""Looks at what other replicas appended to the feeds that somebody watches here: one statement for all."""

import asyncio

import structlog

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.principal import Tenant
from entrygo.inspection.changes import Changes
from entrygo.inspection.feed.store import FeedHeads
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.ending import first_of, pause

log = structlog.get_logger(__name__)


class Lookout:
    """Runs beside the server. Without watchers it asks the database nothing."""

    def __init__(self, pool: Pool, changes: Changes, *, poll_seconds: float) -> None:
        self._pool = pool
        self._changes = changes
        self._poll_seconds = poll_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: wakes the watchers of each feed that grew, whoever let it grow."""
        seen: dict[Tenant, int] = {}
        while not stop.is_set():
            await first_of(self._changes.are_watched, stop)
            await pause(stop, self._poll_seconds)
            seen = await self._look(seen)

    async def _look(self, seen: dict[Tenant, int]) -> dict[Tenant, int]:
        """Where the watched feeds end now; `seen` is where they ended before."""
        watched = self._changes.watched_tenants()
        if not watched:
            return {}
        try:
            async with transaction(self._pool, EVERYONE) as connection:
                heads = await FeedHeads(connection).last_of(watched)
        except ServiceUnavailable as error:
            log.warning("feeds.not_looked_at", error=str(error))
            return seen
        self._changes.wake_tenants(tenant for tenant, last in heads.items() if seen.get(tenant) != last)
        return heads
