"""Moves of a planned export: cancel, claim, release, withdraw; each one transaction with the row's lock."""

from dataclasses import dataclass, replace
from datetime import datetime

from google.protobuf.message import Message

from entrygo.domain.errors import (
    InvalidExportState,
    PlanHashMismatch,
    ServiceUnavailable,
)
from entrygo.domain.lifecycle import State, advance
from entrygo.domain.principal import Visible
from entrygo.domain.time import rfc3339
from entrygo.messaging.event_log import events_after
from entrygo.planning.control_numbers_store import ControlNumbers
from entrygo.planning.exports import Export
from entrygo.planning.importer_costs_store import COUNT_COSTS, ImporterCosts
from entrygo.planning.requests import CANCEL_OPERATION, CancelCommand
from entrygo.planning.snapshots import unpack_small
from entrygo.planning.store import OrderTaken, PlanningStore
from entrygo.planning.use_cases import predecessors
from entrygo.planning.use_cases.claimed_trucks import check_truck
from entrygo.planning.use_cases.policies import check_approval, check_not_blocked
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

    async def claim(
        self, visible: Visible, request: planning_pb2.ClaimExportRequest
    ) -> planning_pb2.ClaimExportResponse:
        """BATCHED to EXECUTING for one execution, with every included order, or not at all.

        Raises InvalidExportState (also for a BLOCKED plan, for one that lacks the approval which the
        account's policy asks for, and when an order left meanwhile), PlanHashMismatch, and what `check_truck`
        raises of the truck that is stated.
        The same execution finds its claim done, until it has failed.
        """
        async with transaction(self.pool, visible) as connection:
            store = PlanningStore(connection, visible)
            export = await locked_export(store, request.export_id)
            if not _is_held_by(export, request.execution_id):
                _check_claim(export, request)
                await check_approval(connection, visible, export)
                now = self.clock()
                await check_truck(connection, visible, export, request, now)
                if export.supersedes is not None:
                    await predecessors.hold(store, export, now)
                await self._take_orders(store, export, now)
                export = replace(
                    export, state=State.EXECUTING, execution_id=request.execution_id, claimed_at=now
                )
                data = events_pb2.ExportExecutionStarted(
                    batch_id=export.export_id, execution_id=request.execution_id, revision=export.revision
                )
                await self._recorder.save(connection, visible, export, "export.execution_started", data)
            packed = None
            if request.snapshot_at_most > 0:
                packed = await store.find_snapshot(export.export_id, export.revision)
        assert export.claimed_at is not None
        return planning_pb2.ClaimExportResponse(
            export_id=export.export_id,
            revision=export.revision,
            plan_hash=export.plan_hash,
            claimed_at=rfc3339(export.claimed_at),
            warehouse_id=export.warehouse_id,
            supersedes=export.supersedes or "",
            snapshot=unpack_small(packed, request.snapshot_at_most) if packed else b"",
        )

    async def release(
        self, visible: Visible, request: planning_pb2.ReleaseExportRequest
    ) -> planning_pb2.ReleaseExportResponse:
        """EXECUTING to COMPLETED or FAILED; a repeated release of the same execution finds it done."""
        async with transaction(self.pool, visible) as connection:
            store = PlanningStore(connection, visible)
            export = await locked_export(store, request.export_id)
            if export.execution_id != request.execution_id:
                raise InvalidExportState(
                    "Another execution holds this export.", details={"currentState": str(export.state)}
                )
            outcome, type_, data = _outcome_of(request)
            if not _is_over(export, outcome):
                if outcome is State.FAILED:
                    await store.release_orders(export.export_id)
                    await ControlNumbers(connection, visible).release(export.export_id)
                await self._follow(connection, visible, export, outcome)
                export = replace(export, state=advance(export.state, outcome))
                beside = () if outcome is State.FAILED else (COUNT_COSTS,)
                await self._recorder.save(connection, visible, export, type_, data, beside=beside)
            return planning_pb2.ReleaseExportResponse(state=export.state)

    async def _follow(self, connection: Connection, visible: Visible, export: Export, outcome: State) -> None:
        """What becomes of the export whose place this one was to take, in the same transaction."""
        if export.supersedes is None:
            return
        if outcome is State.COMPLETED:
            await predecessors.supersede(connection, visible, self._recorder, export)
        else:
            await predecessors.let_go(PlanningStore(connection, visible), export, self.clock())

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

    async def _take_orders(self, store: PlanningStore, export: Export, now: datetime) -> None:
        try:
            await store.claim_orders(export, now)
        except OrderTaken as error:
            raise InvalidExportState(
                "Orders of this batch have left with another export; plan again without them.",
                details={"currentState": str(export.state), "conflictingOrderIds": error.order_ids},
            ) from error


def _is_over(export: Export, outcome: State) -> bool:
    """Also when more happened since: what was executed may have been withdrawn or superseded by now."""
    return export.state is outcome or (
        outcome is State.COMPLETED and export.state in (State.WITHDRAWN, State.SUPERSEDED)
    )


async def _freed_orders(connection: Connection, visible: Visible, export: Export) -> int:
    """As the event says, which is the export's last: nothing follows it."""
    last = await events_after(connection, visible, export.export_id, export.event_sequence - 1)
    return sum(event.export_withdrawn.orders for event in last)


def _withdrawn(export: Export, orders: int) -> planning_pb2.WithdrawExportResponse:
    return planning_pb2.WithdrawExportResponse(
        state=export.state, warehouse_id=export.warehouse_id, orders=orders
    )


def _is_held_by(export: Export, execution_id: str) -> bool:
    return export.execution_id == execution_id and export.state in (State.EXECUTING, State.COMPLETED)


def _check_claim(export: Export, request: planning_pb2.ClaimExportRequest) -> None:
    expected_plan_hash = request.expected_plan_hash
    advance(export.state, State.EXECUTING)
    check_not_blocked(export)
    if expected_plan_hash not in ("", export.plan_hash):
        raise PlanHashMismatch(details={"expectedPlanHash": expected_plan_hash, "planHash": export.plan_hash})
    if export.supersedes is not None and not request.takes_places:
        raise ServiceUnavailable("An execution of the previous release cannot take another export's place.")


def _outcome_of(request: planning_pb2.ReleaseExportRequest) -> tuple[State, str, Message]:
    if request.WhichOneof("outcome") == "failed":
        return (
            State.FAILED,
            "export.execution_failed",
            events_pb2.ExportExecutionFailed(
                batch_id=request.export_id,
                execution_id=request.execution_id,
                error_code=request.failed.error_code,
                message=request.failed.message,
            ),
        )
    return (
        State.COMPLETED,
        "export.executed",
        events_pb2.ExportExecuted(
            batch_id=request.export_id,
            execution_id=request.execution_id,
            customs_package_id=request.completed.customs_package_id,
            executed_at=request.completed.executed_at,
        ),
    )
