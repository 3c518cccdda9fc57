"""An export under its row's lock, and how a change of it is written together with its event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from google.protobuf.message import Message

from entrygo.domain.errors import ExportNotFound
from entrygo.domain.ids import IdKind, is_valid_id
from entrygo.domain.principal import Visible
from entrygo.messaging import outbox
from entrygo.messaging.events import PLANNING, make_event
from entrygo.messaging.heads import follow, head_of
from entrygo.planning.exports import Export
from entrygo.planning.store import PlanningStore
from entrygo.postgres.pool import Connection
from entrygo.process.clock import Clock, Ids
from entrygo.proto.events.v1 import events_pb2


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes a locked export together with the next event about it."""

    clock: Clock
    ids: Ids

    async def save(
        self,
        connection: Connection,
        visible: Visible,
        export: Export,
        type_: str,
        data: Message | tuple[bytes, ...],
        *,
        beside: Sequence[str] = (),
    ) -> Export:
        """The export as it is then, with its head. The number of the event follows under the row's lock; an
        export without a head is a new one.

        `beside` as `save_export` says, of an export that was stored before. `data` that are large come as
        `full_parts` takes them.
        """
        now, store = self.clock(), PlanningStore(connection, visible)
        message, written = (None, data) if isinstance(data, tuple) else (data, ())
        if export.head is not None:
            saved, event = self.next(visible, export, type_, message)
            await store.save_export(saved, now, event, beside, data=written)
            return saved
        numbered = replace(export, event_sequence=1)
        event = self.event(visible, numbered, type_, message)
        await store.add_export(numbered, now)
        await outbox.append(connection, event, warehouse_id=export.warehouse_id, data=written)
        return replace(numbered, head=head_of(event))

    def next(
        self, visible: Visible, export: Export, type_: str, data: Message | None
    ) -> tuple[Export, events_pb2.Event]:
        """Of an export with its head: how it is after its next event, and that event."""
        assert export.head is not None
        numbered = replace(export, event_sequence=export.event_sequence + 1)
        event = self.event(visible, numbered, type_, data)
        return replace(numbered, head=follow(export.head, event)), event

    def event(self, visible: Visible, export: Export, type_: str, data: Message | None) -> events_pb2.Event:
        """The event that the export's sequence is the number of."""
        return make_event(
            id=self.ids.new(IdKind.EVENT),
            type=type_,
            source=PLANNING,
            tenant=visible.tenant,
            stream_id=export.export_id,
            sequence=export.event_sequence,
            occurred_at=self.clock(),
            data=data,
        )


async def found_export(store: PlanningStore, export_id: str) -> Export:
    """The current export; raises ExportNotFound if the caller may not see it."""
    export = await store.find_export(export_id) if is_valid_id(export_id) else None
    if export is None:
        raise ExportNotFound
    return export


async def locked_export(store: PlanningStore, export_id: str) -> Export:
    """The export with its row locked; raises ExportNotFound if the caller may not see it."""
    export = await store.lock_export(export_id) if is_valid_id(export_id) else None
    if export is None:
        raise ExportNotFound
    return export
