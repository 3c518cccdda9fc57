"""Reads what is stored of plans: their snapshots, how two of them differ, and the events of an export."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from entrygo.domain.errors import ExportNotFound, NotFound
from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import Visible
from entrygo.domain.shipment import PAPS_NUMBER
from entrygo.domain.snapshot import read_snapshot
from entrygo.messaging import event_log
from entrygo.planning.control_numbers_store import ControlNumbers
from entrygo.planning.exports import Export
from entrygo.planning.plan_diff import diff_plans
from entrygo.planning.plan_diff_to_proto import diff_to_proto
from entrygo.planning.snapshots import PackedSnapshot, unpack
from entrygo.planning.store import PlanningStore
from entrygo.planning.use_cases.recording import found_export
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.requests.fair_slots import FairSlots

# Of one order.
MAX_EXPORTS = 20
# Of two plans as they are stored: some hundred orders.
LARGE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class StoredPlans:
    """The use cases that read; what `visible` does not include answers as if missing. What takes long takes
    `turns`."""

    pool: Pool
    turns: FairSlots

    async def snapshot(self, visible: Visible, export_id: str, revision: int) -> bytes:
        """The canonical JSON of a Snapshot; revision 0 is the current one.

        Raises NotFound, and SnapshotUnreadable when the stored bytes are damaged.
        """
        packed = None
        if is_valid_id(export_id):
            async with transaction(self.pool, visible) as connection:
                packed = await PlanningStore(connection, visible).find_snapshot(export_id, revision)
        if packed is None:
            raise ExportNotFound
        return unpack(packed)

    async def diff(
        self, visible: Visible, export_id: str, from_plan_hash: str, to_plan_hash: str, *, limit: int
    ) -> planning_pb2.PlanDiff:
        """From one plan of an export to another (by default the current one), `limit` changes of each kind.

        Raises NotFound for the export or a hash that none of its plans has, and SnapshotUnreadable.
        """
        async with transaction(self.pool, visible) as connection:
            store = PlanningStore(connection, visible)
            export = await found_export(store, export_id)
            before = await store.find_plan(export_id, from_plan_hash)
            after = await store.find_plan(export_id, to_plan_hash or export.plan_hash)
        if before is None or after is None:
            raise NotFound("No plan of this export has that hash.")
        async with self._turn(visible, len(before.content) + len(after.content)):
            return await asyncio.to_thread(_diff, before, after, limit)

    def _turn(self, visible: Visible, size: int) -> AbstractAsyncContextManager[None]:
        return self.turns.hold(visible.tenant.account_id) if size > LARGE_BYTES else nullcontext()

    async def exports_of(self, visible: Visible, order_id: str) -> Sequence[Export]:
        """The exports that an order is in, or left with, newest first; one left behind is in none."""
        if not is_valid_id(order_id):
            return []
        async with transaction(self.pool, visible) as connection:
            return await PlanningStore(connection, visible).exports_of(order_id, MAX_EXPORTS)

    async def exports_with(self, visible: Visible, control_number: str) -> Sequence[Export]:
        """The export that was the first to have this shipment control number (PAPS), if it is still here."""
        if re.fullmatch(PAPS_NUMBER, control_number) is None:
            return []
        async with transaction(self.pool, visible) as connection:
            export_id = await ControlNumbers(connection, visible).export_with(control_number)
            found = export_id and await PlanningStore(connection, visible).find_export(export_id)
        return [found] if found else []

    async def events_after(
        self, visible: Visible, export_id: str, after_sequence: int, after_event_id: str = ""
    ) -> list[events_pb2.Event]:
        """The events of one export after a sequence, in order; none where it is not visible.

        Raises HistoryMismatch when another event than the caller's, or none, is at that sequence.
        """
        if not is_valid_id(export_id):
            return []

        async def is_visible(connection: Connection) -> bool:
            return await PlanningStore(connection, visible).find_export(export_id) is not None

        return await event_log.stream_after(
            self.pool, visible, export_id, after_sequence, after_event_id, is_visible=is_visible
        )

    def every_event(self, recorded_since: datetime | None) -> AsyncIterator[events_pb2.Event]:
        """The events of every account recorded at or after an instant: for a rebuild, not for a caller."""
        return event_log.replay(self.pool, recorded_since)

    async def history(self) -> events_pb2.History:
        """Which life of the database these events are of, and its time."""
        return await event_log.history(self.pool)


def _diff(packed_before: PackedSnapshot, packed_after: PackedSnapshot, limit: int) -> planning_pb2.PlanDiff:
    """Megabytes of JSON on both sides: not work for the event loop."""
    before, after = (read_snapshot(unpack(one)) for one in (packed_before, packed_after))
    return diff_to_proto(diff_plans(before, after, limit), before, after)
