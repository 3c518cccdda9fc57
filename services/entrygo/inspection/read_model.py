"""Applies events to the read model, one transaction a batch, whether Kafka, an inspect or a replay
brought them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.principal import Visible
from entrygo.inspection.announcing import Announcer
from entrygo.inspection.changes import Changes
from entrygo.inspection.dead_letter_store import DeadLetterStore
from entrygo.inspection.export_store import ExportStore
from entrygo.inspection.folding import (
    DeadLetter,
    ExportKey,
    Folded,
    Known,
    fold,
    group,
    key_of,
    nothing_known,
)
from entrygo.inspection.judging import contradicted, held_places
from entrygo.inspection.position_store import Position, PositionStore
from entrygo.inspection.store import AddedMeanwhile, ReadModelStore
from entrygo.postgres.pool import EVERYONE, Connection, Everyone, Pool, transaction
from entrygo.proto.events.v1 import events_pb2

T = TypeVar("T")

# At an export that somebody else adds at the same time, each sees it with the second.
LOOKS = 5


class Contradicted(Exception):
    """Events say another history of these exports than the one that is held."""

    def __init__(self, keys: set[ExportKey]) -> None:
        super().__init__(f"{len(keys)} exports")
        self.keys = keys


@dataclass(frozen=True, slots=True)
class _Applied:
    """What a transaction folded, and whether a webhook can be sent once it is committed."""

    folded: Sequence[Folded]
    is_awaited: bool


class ReadModel:
    """The one door through which events get in."""

    def __init__(self, pool: Pool, changes: Changes, announcer: Announcer) -> None:
        self._pool = pool
        self._changes = changes
        self._announcer = announcer

    async def apply(
        self,
        scope: Visible | Everyone,
        events: Sequence[events_pb2.Event],
        *,
        dead: Sequence[DeadLetter] = (),
        positions: Mapping[Position, int] | None = None,
        is_certain: bool = True,
    ) -> bool:
        """Applies the next events and drops known ones; True if an event came that cannot be applied yet.

        Events that are not certain are compared with what is held first: Contradicted, and nothing done, when
        they are of another history.
        `scope` is a whole account or everyone, never one warehouse: which warehouse an export is of is what
        the events say, and an export may move. What a caller may see is decided when it is read.
        """

        async def work(connection: Connection) -> _Applied:
            applied = await self._apply(connection, events, is_certain=is_certain)
            if dead:
                await DeadLetterStore(connection).bury(dead)
            if positions:
                await PositionStore(connection).save_positions(positions)
            return applied

        applied = await self._locking(scope, work)
        self._wake(applied)
        return any(one.known.gaps for one in applied.folded)

    async def apply_and_find(
        self, visible: Visible, export_id: str, events: Sequence[events_pb2.Event]
    ) -> Known | None:
        """As `apply` with what the owners answered; what `visible` sees of the export then."""
        whole = Visible.whole(visible.tenant)

        async def work(connection: Connection) -> tuple[_Applied, Known | None]:
            applied = await self._apply(connection, events)
            if visible != whole:
                return applied, None
            return applied, await ExportStore(connection, whole).find(export_id)

        applied, found = await self._locking(whole, work)
        self._wake(applied)
        return found if visible == whole else await self.find(visible, export_id)

    async def find(self, visible: Visible, export_id: str) -> Known | None:
        """What `visible` sees of an export; locks nothing."""
        async with transaction(self._pool, visible) as connection:
            return await ExportStore(connection, visible).find(export_id)

    async def _locking(self, scope: Visible | Everyone, work: Callable[[Connection], Awaitable[T]]) -> T:
        """What `work` does in one transaction; once more where an export was added while it looked for it."""
        for _ in range(LOOKS):
            with suppress(AddedMeanwhile):
                async with transaction(self._pool, scope) as connection:
                    return await work(connection)
        raise ServiceUnavailable("Exports are being added; retry shortly.")

    async def _apply(
        self, connection: Connection, events: Sequence[events_pb2.Event], *, is_certain: bool = True
    ) -> _Applied:
        grouped, store = group(events), ReadModelStore(connection)
        folded: list[Folded] = []
        if grouped:
            known = await store.lock(list(grouped))
            if not is_certain:
                await _check_fits(store, events, known)
            folded = [fold(known[key], grouped[key]) for key in grouped]
        await store.save([one for one in folded if one.changed])
        return _Applied(folded, await self._announcer.add(connection, folded))

    def _wake(self, applied: _Applied) -> None:
        """Once what was applied is committed."""
        if applied.is_awaited:
            self._announcer.wake()
        self._changes.wake(one.known.key for one in applied.folded if one.changed)

    async def known(self, key: ExportKey) -> Known | None:
        """What is held of an export, with the ids of the last events applied; locks nothing."""
        return await self.find(Visible.whole(key.tenant), key.export_id)

    async def contradicted(self, events: Sequence[events_pb2.Event]) -> set[ExportKey]:
        """The exports whose history, by these events, is another than the one that is held."""
        keys = sorted({key_of(event) for event in events})
        async with transaction(self._pool, EVERYONE) as connection:
            store = ReadModelStore(connection)
            places = held_places(events, await store.sequences(keys))
            held = await store.recorded_ids(places) if places else {}
        return contradicted(events, held)

    async def refold(self, held: Known, events: Sequence[events_pb2.Event]) -> bool:
        """Puts all that the owners say of an export in place of what is held; no events: there is no export.

        False, and nothing done, when more was applied than `held` since it was read.
        """
        key = held.key

        async def work(connection: Connection) -> _Applied | None:
            store = ReadModelStore(connection)
            locked = (await store.lock([key]))[key]
            if locked.applied != held.applied:
                return None
            await store.forget(key)
            folded = fold(nothing_known(key), events)
            if folded.changed:
                await store.save([folded])
            return _Applied([folded], await self._announcer.add(connection, [folded]))

        applied = await self._locking(Visible.whole(key.tenant), work)
        if applied is None:
            return False
        if applied.is_awaited:
            self._announcer.wake()
        self._changes.wake([key])
        return True

    async def apply_missing(self, events: Sequence[events_pb2.Event]) -> bool:
        """As `apply` for everyone, but takes no lock for what is known already; made for replays."""
        keys = sorted({key_of(event) for event in events})
        async with transaction(self._pool, EVERYONE) as connection:
            applied = await ReadModelStore(connection).sequences(keys)
        missing = [event for event in events if _is_missing(applied, event)]
        return await self.apply(EVERYONE, missing) if missing else False


async def _check_fits(
    store: ReadModelStore, events: Sequence[events_pb2.Event], known: Mapping[ExportKey, Known]
) -> None:
    places = held_places(events, {key: one.applied for key, one in known.items()})
    suspects = contradicted(events, await store.recorded_ids(places) if places else {})
    if suspects:
        raise Contradicted(suspects)


def _is_missing(applied: Mapping[ExportKey, Mapping[str, int]], event: events_pb2.Event) -> bool:
    known = applied.get(key_of(event))
    return known is None or event.sequence > known[event.source]
