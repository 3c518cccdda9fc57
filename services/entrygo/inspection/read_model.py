"""Applies events to the read model, a batch at a time, whether Kafka, an inspect or a replay brought them.

One statement reads what is held, one writes all that changes of it. Where somebody else changed the same
exports meanwhile, or more is to be done than these do, the exports are locked in one transaction first.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.principal import Visible
from entrygo.inspection.announcing import Announcer
from entrygo.inspection.changes import Changes
from entrygo.inspection.dead_letter_store import DeadLetterStore
from entrygo.inspection.export_store import ExportStore
from entrygo.inspection.folding import DeadLetter, ExportKey, Folded, Known, fold, group
from entrygo.inspection.passed_event_store import PassedEventStore
from entrygo.inspection.position_store import Position, PositionStore
from entrygo.inspection.store import AddedMeanwhile, ReadModelStore
from entrygo.inspection.whole import Whole, nothing_held
from entrygo.inspection.write_store import WriteStore
from entrygo.postgres.pool import (
    EVERYONE,
    Connection,
    Everyone,
    Pool,
    single_read,
    single_statement,
    transaction,
)
from entrygo.proto.events.v1 import events_pb2

T = TypeVar("T")

# At an export that somebody else adds at the same time, each sees it with the second.
LOOKS = 5
UNLOCKED_LOOKS = 2


class Contradicted(Exception):
    """Events say another history of these exports than the one that is held."""

    def __init__(self, keys: set[ExportKey]) -> None:
        super().__init__(f"{len(keys)} exports")
        self.keys = keys


@dataclass(frozen=True, slots=True)
class _Batch:
    """Events by their exports, and what is written along with them."""

    events: Mapping[ExportKey, Sequence[events_pb2.Event]]
    # They are what an owner answered; others are compared with what is held first.
    are_certain: bool = True
    dead: Sequence[DeadLetter] = ()
    positions: Mapping[Position, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Applied:
    """What was folded, and whether a webhook can be sent."""

    folded: Sequence[Folded]
    is_awaited: bool = False

    @property
    def changed(self) -> list[Folded]:
        """The folds that there is anything to write of."""
        return [one for one in self.folded if one.changed]

    @property
    def moved(self) -> list[Known]:
        """The exports that are of another warehouse than what is stored of them."""
        return [one.known for one in self.folded if one.moved and one.had_rows]

    @property
    def passed(self) -> list[Folded]:
        """The folds of exports with events of a kind that is not known."""
        return [one for one in self.folded if one.passed]

    @property
    def dead(self) -> list[DeadLetter]:
        """The events that could not be applied."""
        return [letter for one in self.folded for letter in one.dead]


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
        batch = _Batch(group(events), is_certain, dead, positions or {})
        # Who was faster has mostly applied the same: a second look finds it there.
        for _ in range(UNLOCKED_LOOKS):
            if (applied := await self._apply_unlocked(scope, batch)) is not None:
                break
        else:
            applied = await self._locking(scope, partial(self._apply_locked, scope=scope, batch=batch))
        self._wake(applied)
        return any(one.known.gaps for one in applied.folded)

    async def apply_and_find(
        self, visible: Visible, held: Whole, events: Sequence[events_pb2.Event]
    ) -> Whole | None:
        """As `apply` with what the owners answered, having found `held`; what `visible` sees of it then."""
        whole = Visible.whole(visible.tenant)
        key = held.known.key
        # Often the topic brings the same events meanwhile: a second look finds them there.
        for _ in range(UNLOCKED_LOOKS if visible == whole else 0):
            folded = fold(held.known, events)
            applied = await self._write_unlocked(whole, _Applied([folded]), _Batch({}))
            if applied is not None:
                self._wake(applied)
                return held.after(folded)
            held = await self.find(whole, key.export_id) or nothing_held(key)
        await self.apply(whole, events)
        return await self.find(visible, key.export_id)

    async def find(self, visible: Visible, export_id: str) -> Whole | None:
        """What `visible` sees of an export; locks nothing."""
        async with single_read(self._pool) as connection:
            return await ExportStore(connection, visible).find(export_id)

    async def known(self, key: ExportKey) -> Known | None:
        """What is held of an export, with the ids of the last events applied; locks nothing."""
        held = await self.find(Visible.whole(key.tenant), key.export_id)
        return held.known if held else None

    async def contradicted(self, events: Sequence[events_pb2.Event]) -> set[ExportKey]:
        """The exports whose history, by these events, is another than the one that is held."""
        async with single_read(self._pool) as connection:
            held = await ReadModelStore(connection).read(EVERYONE, group(events), judged=True)
        return held.contradicted(events)

    async def refold(self, held: Known, events: Sequence[events_pb2.Event]) -> bool:
        """Puts all that the owners say of an export in place of what is held; no events: there is no export.

        False, and nothing done, when more was applied than `held` since it was read.
        """
        key, scope = held.key, Visible.whole(held.key.tenant)

        async def work(connection: Connection) -> _Applied | None:
            store = ReadModelStore(connection)
            await store.lock([key])
            locked = await store.read(scope, {key: ()}, judged=False)
            if locked.known[key].applied != held.applied:
                return None
            folded = fold(await store.forget(key), events)
            return await self._write_locked(connection, scope, _Applied([folded]), _Batch({}))

        applied = await self._locking(scope, work)
        if applied is None:
            return False
        self._wake(applied)
        self._changes.wake([key])
        return True

    async def _apply_unlocked(self, scope: Visible | Everyone, batch: _Batch) -> _Applied | None:
        """None, and nothing done, where that takes a transaction, or an export was changed meanwhile."""
        if batch.dead:
            return None
        applied = _Applied([])
        if batch.events:
            async with single_read(self._pool) as connection:
                applied = await _folded(connection, scope, batch)
        return await self._write_unlocked(scope, applied, batch)

    async def _write_unlocked(
        self, scope: Visible | Everyone, applied: _Applied, batch: _Batch
    ) -> _Applied | None:
        if applied.moved or applied.dead or applied.passed:
            return None
        if not applied.changed and not batch.positions:
            return applied
        async with single_statement(self._pool, scope) as connection:
            return await self._write(connection, scope, applied, batch.positions)

    async def _apply_locked(
        self, connection: Connection, scope: Visible | Everyone, batch: _Batch
    ) -> _Applied:
        """In one transaction, in which nobody can be faster."""
        applied = _Applied([])
        if batch.events:
            await ReadModelStore(connection).lock(batch.events)
            applied = await _folded(connection, scope, batch)
        return await self._write_locked(connection, scope, applied, batch)

    async def _write_locked(
        self, connection: Connection, scope: Visible | Everyone, applied: _Applied, batch: _Batch
    ) -> _Applied:
        if applied.moved:
            await ReadModelStore(connection).move(applied.moved)
        if dead := [*applied.dead, *batch.dead]:
            await DeadLetterStore(connection).bury(dead)
        if applied.passed:
            await PassedEventStore(connection).note(applied.passed)
        written = await self._write(connection, scope, applied, batch.positions)
        if written is None:
            raise AddedMeanwhile
        return written

    async def _write(
        self,
        connection: Connection,
        scope: Visible | Everyone,
        applied: _Applied,
        positions: Mapping[Position, int],
    ) -> _Applied | None:
        """In one statement. None, and nothing is written, where an export was changed since it was read."""
        changed = applied.changed
        if not changed:
            if positions:
                await PositionStore(connection).save_positions(positions)
            return applied
        is_awaited = await WriteStore(connection, scope).write(
            changed, positions, not_before=self._announcer.keep
        )
        return None if is_awaited is None else _Applied(applied.folded, is_awaited)

    async def _locking(self, scope: Visible | Everyone, work: Callable[[Connection], Awaitable[T]]) -> T:
        """What `work` does in one transaction; once more where an export was added while it looked for it."""
        for _ in range(LOOKS):
            with suppress(AddedMeanwhile):
                async with transaction(self._pool, scope) as connection:
                    return await work(connection)
        raise ServiceUnavailable("Exports are being added; retry shortly.")

    def _wake(self, applied: _Applied) -> None:
        """Once what was applied is committed."""
        if applied.is_awaited:
            self._announcer.wake()
        self._changes.wake(one.known.key for one in applied.changed)


async def _folded(connection: Connection, scope: Visible | Everyone, batch: _Batch) -> _Applied:
    """What becomes of the exports, as they are stored, by these events. Raises Contradicted."""
    held = await ReadModelStore(connection).read(scope, batch.events, judged=not batch.are_certain)
    if not batch.are_certain:
        suspects = held.contradicted([event for events in batch.events.values() for event in events])
        if suspects:
            raise Contradicted(suspects)
    return _Applied([fold(held.known[key], events) for key, events in batch.events.items()])
