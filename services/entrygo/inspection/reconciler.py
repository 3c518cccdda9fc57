"""Repairs the read model without Kafka: fills gaps, and re-reads what the owners recorded lately, and what an
earlier release passed over.

A broker that keeps its log in memory may lose what it acknowledged, so no event is trusted to arrive.
How far an owner was read is a time of that owner's own clock: neither this process's clock nor that of the
read model's database has a say in it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from entrygo.domain.errors import EntryGoError, ServiceUnavailable
from entrygo.domain.time import parse_rfc3339, rfc3339
from entrygo.inspection.folding import ExportKey, key_of
from entrygo.inspection.looks import Looks
from entrygo.inspection.owners import Owner
from entrygo.inspection.passed_event_store import PassedEventStore
from entrygo.inspection.position_store import PositionStore
from entrygo.inspection.read_model import ReadModel
from entrygo.inspection.settling import Settler
from entrygo.inspection.store import ReadModelStore
from entrygo.messaging.events import EVENT_DATA
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.ending import first_of
from entrygo.proto.events.v1 import events_pb2
from entrygo.rpc.calls import service_metadata

# Covers transactions that were open at the last look.
OVERLAP = timedelta(seconds=60)
PAGE_EVENTS = 500
PAGE_BYTES = 4 * 1024 * 1024
MAX_GAPS = 500
MAX_PASSED = 500
PULL_SECONDS = 5.0
MIN_PAUSE = 0.5  # seconds

log = structlog.get_logger(__name__)


class Reconciler:
    """Background work with the services' own credential; without one only `inspect` closes gaps."""

    def __init__(
        self,
        pool: Pool,
        read_model: ReadModel,
        owners: Sequence[Owner],
        settler: Settler,
        *,
        service_token: str | None,
        every_seconds: float,
    ) -> None:
        self._pool = pool
        self._read_model = read_model
        self._owners = owners
        self._settler = settler
        self._token = service_token
        self._every = every_seconds
        self._noted = asyncio.Event()
        self._looks = Looks(every_seconds)

    def note_gap(self) -> None:
        """A gap was seen: fill it now rather than at the next look."""
        self._noted.set()

    def note_doubt(self) -> None:
        """Events may have been missed: read the owners now, also where somebody just did."""
        self._looks.doubt()
        self._noted.set()

    def note_interruption(self) -> None:
        """No events come: read the owners as often as is promised without them."""
        self._looks.starve(_now())
        self._noted.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: a failure is logged and tried again."""
        if self._token is None:
            log.warning("reconciler.disabled", reason="no service token")
            await stop.wait()
            return
        pause = MIN_PAUSE
        while not stop.is_set():
            self._noted.clear()
            left = await self._attempt_heal()
            if _now() >= self._looks.due:
                await self._look()
            # Gaps that stay are asked for again, less and less often.
            pause = min(pause * 2, self._every) if left else MIN_PAUSE
            until_due = max(self._looks.due - _now(), 0.0)
            # What another replica left undone is looked for as often as ever.
            await first_of(stop, self._noted, seconds=min(pause if left else self._every, until_due))

    async def _look(self) -> None:
        doubted = self._looks.begin()
        whole = await self._attempt_reconcile(doubted)
        self._looks.end(_now(), doubted=doubted, whole=whole)

    async def _attempt_heal(self) -> bool:
        try:
            return await self.heal() > 0
        except EntryGoError as error:
            log.warning("reconciler.heal_failed", error=error.message)
            return True

    async def _attempt_reconcile(self, doubted: bool) -> bool:
        """False when an owner could not be read to its end."""
        whole = True
        for owner in self._owners:
            try:
                await self._reconcile(owner, doubted)
            except EntryGoError as error:
                whole = False
                log.warning("reconciler.replay_failed", owner=owner.source, error=error.message)
        return whole

    async def heal(self) -> int:
        """Asks the owners for what is known to be missing; returns how many exports still lack something."""
        async with transaction(self._pool, EVERYONE) as connection:
            gaps = await ReadModelStore(connection).gaps(MAX_GAPS)
            passed = await PassedEventStore(connection).readable(EVENT_DATA, MAX_PASSED)
        settling = (self._heal_one(self._settler.settle, key) for key in gaps)
        reading = (self._heal_one(self._settler.read_anew, key) for key in passed)
        left = sum(await asyncio.gather(*settling, *reading))
        return left + (len(passed) == MAX_PASSED)

    async def _heal_one(self, healing: Callable[[ExportKey], Awaitable[None]], key: ExportKey) -> bool:
        """True when the export still lacks something."""
        try:
            await healing(key)
        except ServiceUnavailable:
            return True
        return False

    async def _reconcile(self, owner: Owner, doubted: bool) -> None:
        """Replays an owner since the last look; not where another replica just did, unless in doubt."""
        async with transaction(self._pool, EVERYONE) as connection:
            until = await PositionStore(connection).reconciled_until(owner.source)
        looked_at = await self._time_of(owner)
        if until is None or until > looked_at + OVERLAP:
            # No mark yet, or a mark in the future because the owner's clock was set back: replay everything.
            await self._replay(owner, None, looked_at)
        elif doubted or looked_at - until >= timedelta(seconds=self._looks.interval / 2):
            await self._replay(owner, until - OVERLAP, looked_at)

    async def replay(self, owner: Owner) -> int:
        """Applies everything that an owner ever recorded; returns how many events that is."""
        return await self._replay(owner, None, await self._time_of(owner))

    async def _time_of(self, owner: Owner) -> datetime:
        """By the clock of the owner's database."""
        history = await owner.history(service_metadata(self._token or "", None), PULL_SECONDS)
        return parse_rfc3339(history.database_time)

    async def _replay(self, owner: Owner, since: datetime | None, looked_at: datetime) -> int:
        request = events_pb2.ReplayEventsRequest(recorded_since=rfc3339(since) if since else "")
        metadata = service_metadata(self._token or "", None)
        page: list[events_pb2.Event] = []
        count = size = 0
        async for event in owner.replay_events(request, metadata):
            page.append(event)
            count += 1
            size += event.ByteSize()
            if len(page) >= PAGE_EVENTS or size >= PAGE_BYTES:
                await self._apply(page)
                page, size = [], 0
        await self._apply(page)
        async with transaction(self._pool, EVERYONE) as connection:
            await PositionStore(connection).save_reconciled(owner.source, looked_at)
        return count

    async def _apply(self, page: Sequence[events_pb2.Event]) -> None:
        if not page:
            return
        suspects = await self._read_model.contradicted(page)
        await self._settler.settle_all(suspects)
        if await self._read_model.apply(EVERYONE, [event for event in page if key_of(event) not in suspects]):
            self.note_gap()


def _now() -> float:
    return asyncio.get_running_loop().time()
