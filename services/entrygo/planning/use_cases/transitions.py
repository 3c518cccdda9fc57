"""Moves of a planned export: cancel and withdraw; each one transaction with the row's lock."""

from dataclasses import dataclass, replace

from entrygo.domain.lifecycle import State, advance
from entrygo.domain.principal import Visible
from entrygo.domain.time import rfc3339
from entrygo.messaging.event_log import events_after
from entrygo.planning.exports import Export
from entrygo.planning.importer_costs_store import ImporterCosts
from entrygo.planning.requests import CANCEL_OPERATION, CancelCommand
from entrygo.planning.store import PlanningStore
from entrygo.planning.use_cases import predecessors
from entrygo.planning.use_cases.recording import Recorder, found_export, locked_export
from entrygo.postgres.idempotency import Reply, run_once
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Clock, Ids
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2


@dataclass(frozen=True, slots=True)
class Transitions:
    """The use cases that move an export which is already planned."""

    pool: Pool
    clock: Clock
    ids: Ids

    @property
    def _recorder(self) -> Recorder:
        return Recorder(self.clock, self.ids)

    async def cancel(self, visible: Visible, command: CancelCommand) -> Reply:
        """BATCHED to CANCELLED; the reply is a CancelExportResponse. Raises NotFound, InvalidExportState."""

        async def guard(connection: Connection) -> None:
            await found_export(PlanningStore(connection, visible), command.export_id)

        async def work(connection: Connection) -> bytes:
            store = PlanningStore(connection, visible)
            export = await locked_export(store, command.export_id)
            cancelled = replace(export, state=advance(export.state, State.CANCELLED))
            await store.remove_orders(export.export_id)
            data = events_pb2.ExportCancelled(batch_id=export.export_id, reason=command.reason)
            await self._recorder.save(connection, visible, cancelled, "export.cancelled", data)
            return planning_pb2.CancelExportResponse(
                export_id=export.export_id, state=State.CANCELLED, cancelled_at=rfc3339(self.clock())
            ).SerializeToString()

        return await run_once(
            self.pool,
            visible,
            operation=CANCEL_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            work=work,
            guard=guard,
        )

    async def withdraw(
        self, visible: Visible, request: planning_pb2.WithdrawExportRequest
    ) -> planning_pb2.WithdrawExportResponse:
        """COMPLETED to WITHDRAWN, and every order free; the same withdrawal again finds it done.

        Raises NotFound, and InvalidExportState, also while another export is taking its place. A dry run
        says only whether it could be.
        """
        async with transaction(self.pool, visible) as connection:
            store = PlanningStore(connection, visible)
            export = await locked_export(store, request.export_id)
            if request.withdrawal_id and export.withdrawal_id == request.withdrawal_id:
                return _withdrawn(export, await _freed_orders(connection, visible, export))
            withdrawn = replace(
                export, state=advance(export.state, State.WITHDRAWN), withdrawal_id=request.withdrawal_id
            )
            predecessors.check_not_followed(export)
            if request.dry_run:
                return _withdrawn(export, await store.count_claimed(export.export_id))
            orders = await store.release_orders(export.export_id)
            await ImporterCosts(connection, visible).uncount(export.export_id)
            data = events_pb2.ExportWithdrawn(
                batch_id=export.export_id,
                withdrawal_id=request.withdrawal_id,
                reason=request.reason,
                orders=orders,
            )
            await self._recorder.save(connection, visible, withdrawn, "export.withdrawn", data)
            return _withdrawn(withdrawn, orders)


async def _freed_orders(connection: Connection, visible: Visible, export: Export) -> int:
    """As the event says, which is the export's last: nothing follows it."""
    last = await events_after(connection, visible, export.export_id, export.event_sequence - 1)
    return sum(event.export_withdrawn.orders for event in last)


def _withdrawn(export: Export, orders: int) -> planning_pb2.WithdrawExportResponse:
    return planning_pb2.WithdrawExportResponse(
        state=export.state, warehouse_id=export.warehouse_id, orders=orders
    )
