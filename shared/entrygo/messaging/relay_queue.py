"""The outbox as its one relay sees it: who may publish it, what is queued, what is done.

The lead is a lease with an epoch, by the database's clock: a process that hangs loses it though its session
lives. Every change carries the epoch, so that whoever led before and wakes up changes nothing. Who has
nothing to publish lets the lease go and remembers the epoch, by which it learns whether the lead is still its
own; another one takes it that has something to publish before.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from asyncpg import Record

from entrygo.postgres.pool import DATABASE_ERRORS, Connection

LEASE = timedelta(seconds=3)
# A look into the queue renews a lease of this age; where none comes, the renewal is a statement of its own.
RENEW_SECONDS = 0.5
RENEW_ALONE_SECONDS = 1.5
GIVE_UP_SECONDS = 1.0
# Held by the session of whoever leads, unless it took the lease while the session before was still there: a
# follower that gets it knows that the leader is gone, and need not wait for the end of its lease. Schemas of
# one cluster are distinguished by the second number.
LOCK_SPACE = 0x656E74


class LeadLost(Exception):
    """Another relay leads: what was read here is its to publish."""


class LeadPassed(LeadLost):
    """Another relay leads, and nothing is wrong: it had something to publish while this one rested."""


@dataclass(frozen=True, slots=True)
class Queued:
    """An event in the outbox, by its position; with the trace context of the request that it is of."""

    id: int
    payload: bytes
    traceparent: str | None = None


class RelayQueue:
    """One lead of a schema, from `take` on, through a session of its own."""

    def __init__(self, session: Connection, epoch: int) -> None:
        self._session = session
        self._epoch = epoch
        self._is_lost = False
        # Set unless the lease was let go.
        self._is_held = asyncio.Event()
        self._is_held.set()
        self._renewed_at = _now()
        # A session runs one statement at a time, and the renewal must not wait for the broker.
        self._turn = asyncio.Lock()

    @classmethod
    async def take(cls, session: Connection, schema: str) -> "RelayQueue | None":
        """The lead, if whoever led is gone; or hangs or rests while events are queued."""
        epoch = await session.fetchval(
            "WITH free AS MATERIALIZED (SELECT pg_try_advisory_lock($1, hashtext($2)) AS is_free)"
            " UPDATE relay_lease SET epoch = epoch + 1, expires_at = clock_timestamp() + $3::interval,"
            " is_locked = is_free FROM free WHERE is_locked AND is_free"
            " OR expires_at < clock_timestamp() AND (is_free OR EXISTS (SELECT FROM outbox))"
            " RETURNING epoch",
            LOCK_SPACE,
            schema,
            LEASE,
        )
        return None if epoch is None else cls(session, epoch)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Renews the lease until the block ends, and gives it up then."""
        renewal = asyncio.create_task(self._renew_always())
        try:
            yield
        finally:
            renewal.cancel()
            await asyncio.gather(renewal, return_exceptions=True)
            with contextlib.suppress(*DATABASE_ERRORS):
                async with asyncio.timeout(GIVE_UP_SECONDS):
                    # Another replica may lead at once.
                    await self._extend(timedelta(0))

    async def let_go(self) -> None:
        """Ends the lease, within `kept`, until `first` takes it up again: nothing is renewed meanwhile."""
        self._is_held.clear()
        await self._extend(timedelta(0))

    async def is_filled(self) -> bool:
        """Whether an event is queued; changes nothing. LeadLost when another one leads."""
        async with self._turn:
            row = await self._session.fetchrow(
                "SELECT epoch, EXISTS (SELECT FROM outbox) AS is_filled FROM relay_lease"
            )
        assert row is not None  # the migration that made the table filled it
        self._is_lost = row["epoch"] != self._epoch
        self._check()
        return bool(row["is_filled"])

    async def first(self, limit: int) -> list[Queued]:
        """The oldest events that are queued. LeadLost when the lead is known to be lost."""
        self._check()
        async with self._turn:
            if not self._is_held.is_set() or _now() - self._renewed_at >= RENEW_SECONDS:
                return await self._first_and_extend(limit)
            rows = await self._session.fetch(
                "SELECT id, payload, traceparent FROM outbox ORDER BY id LIMIT $1", limit
            )
        return [Queued(**row) for row in rows]

    async def remove(self, ids: Sequence[int], then: int) -> list[Queued]:
        """Forgets events that the broker has; the oldest of the others, at most `then`, are next.

        LeadLost, and nothing is removed, when another one leads.
        """
        async with self._turn:
            rows = await self._session.fetch(
                "WITH lead AS (UPDATE relay_lease SET expires_at = clock_timestamp() + $3::interval"
                " WHERE epoch = $2 RETURNING epoch),"
                " gone AS (DELETE FROM outbox WHERE id = ANY($1) AND EXISTS (SELECT FROM lead))"
                " SELECT lead.epoch, queued.* FROM (SELECT) AS one LEFT JOIN lead ON true LEFT JOIN LATERAL"
                " (SELECT id, payload, traceparent FROM outbox WHERE id <> ALL($1) ORDER BY id LIMIT $4)"
                " AS queued ON true ORDER BY queued.id",
                ids,
                self._epoch,
                LEASE,
                then,
            )
            return self._queued(rows)

    async def _first_and_extend(self, limit: int) -> list[Queued]:
        """Both in one statement."""
        rows = await self._session.fetch(
            "WITH lead AS (UPDATE relay_lease SET expires_at = clock_timestamp() + $3::interval"
            " WHERE epoch = $2 RETURNING epoch)"
            " SELECT lead.epoch, queued.* FROM (SELECT) AS one LEFT JOIN lead ON true LEFT JOIN LATERAL"
            " (SELECT id, payload, traceparent FROM outbox ORDER BY id LIMIT $1) AS queued ON true"
            " ORDER BY queued.id",
            limit,
            self._epoch,
            LEASE,
        )
        return self._queued(rows)

    def _queued(self, rows: Sequence[Record]) -> list[Queued]:
        """After a statement that renews and looks; its rows name no lead where another one leads."""
        self._extended(rows[0]["epoch"])
        self._check()
        self._is_held.set()
        return [
            Queued(row["id"], row["payload"], row["traceparent"]) for row in rows if row["id"] is not None
        ]

    def _check(self) -> None:
        if self._is_lost:
            raise LeadLost if self._is_held.is_set() else LeadPassed

    async def _renew_always(self) -> None:
        while not self._is_lost:
            await self._is_held.wait()
            age = _now() - self._renewed_at
            if age >= RENEW_ALONE_SECONDS:
                await self._extend(LEASE)
            else:
                await asyncio.sleep(RENEW_ALONE_SECONDS - age)

    async def _extend(self, lease: timedelta) -> None:
        async with self._turn:
            epoch = await self._session.fetchval(
                "UPDATE relay_lease SET expires_at = clock_timestamp() + $2::interval WHERE epoch = $1"
                " RETURNING epoch",
                self._epoch,
                lease,
            )
            self._extended(epoch)

    def _extended(self, epoch: int | None) -> None:
        """After a statement that renews: `epoch` is None where another one leads."""
        self._is_lost = epoch is None
        self._renewed_at = _now()


def _now() -> float:
    return asyncio.get_running_loop().time()
