"""Reads the feed of an account: a page of it, or on and on as it grows."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from entrygo.domain.errors import ServiceUnavailable, ValidationFailed
from entrygo.domain.principal import Visible
from entrygo.inspection.changes import Changes
from entrygo.inspection.feed.records import FeedFilter, PublishedEvent
from entrygo.inspection.feed.store import FeedStore
from entrygo.postgres.pool import Pool, single_read, transaction
from entrygo.process.ending import first_of

WATCH_PAGE = 100
# A watcher that nobody wakes looks by itself, however quiet its feed is said to be.
AGAIN_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """`after` is where the page ends, also when it is empty."""

    events: Sequence[PublishedEvent]
    has_more: bool
    after: int


class Feed:
    """The use cases of the feed."""

    def __init__(self, pool: Pool, changes: Changes, *, stop: asyncio.Event) -> None:
        self._pool = pool
        self._changes = changes
        self._stop = stop

    async def page(self, visible: Visible, wanted: FeedFilter, limit: int) -> FeedPage:
        """Oldest first. ValidationFailed for a place after which events are no longer kept."""
        async with single_read(self._pool) as connection:
            found, forgotten, last = await FeedStore(connection, visible).read(wanted, limit + 1)
        if wanted.after is not None:
            _refuse_before(forgotten, wanted.after)
        events = found[:limit]
        after = events[-1].position if events else wanted.after or 0
        has_more = len(found) > limit
        if not has_more and visible.warehouse_id is None:
            # What is not asked for is passed: once gone it is no gap. A warehouse may be given old events.
            after = max(after, last)
        return FeedPage(events=events, has_more=has_more, after=after)

    async def place(self, visible: Visible, wanted: FeedFilter) -> FeedFilter:
        """Where a watcher begins: where it says, at the first event of an export, or after the newest of all.

        ValidationFailed for a place after which events are no longer kept.
        """
        async with transaction(self._pool, visible) as connection:
            store = FeedStore(connection, visible)
            if wanted.after is not None:
                _refuse_before(await store.forgotten(), wanted.after)
            elif not wanted.export_id:
                return replace(wanted, after=await store.last())
        return wanted

    async def watch(self, visible: Visible, wanted: FeedFilter) -> AsyncGenerator[PublishedEvent, None]:
        """What comes after a place, until the caller leaves.

        ServiceUnavailable when the process stops: another one can be asked.
        """
        with self._changes.watch(visible.tenant) as changed:
            while not self._stop.is_set():
                changed.clear()
                page = await self.page(visible, wanted, WATCH_PAGE)
                for event in page.events:
                    yield event
                wanted = replace(wanted, after=page.after)
                if not page.has_more:
                    await first_of(changed, self._stop, seconds=AGAIN_SECONDS)
        raise ServiceUnavailable("The service is stopping; go on with the last cursor.")


def _refuse_before(forgotten: int, after: int) -> None:
    if after < forgotten:
        message = "Events after it are no longer kept; begin without a cursor"
        raise ValidationFailed.of([("cursor", message, "out_of_range")])
