"""An export's handover to an execution, and its end: claim and release.

The usual claim is a look without a lock and one statement that writes only if the export is still what was
seen; the usual completion is one statement from what this process remembers of the claim. Whatever is not
usual, and every refusal, is decided in a transaction with the row's lock.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from google.protobuf.message import Message

from entrygo.domain.errors import EntryGoError, InvalidExportState, PlanHashMismatch, ServiceUnavailable
from entrygo.domain.ids import is_valid_id
from entrygo.domain.lifecycle import State, advance
from entrygo.domain.principal import Tenant, Visible
from entrygo.domain.time import rfc3339
from entrygo.planning.control_numbers_store import ControlNumbers
from entrygo.planning.exports import Export
from entrygo.planning.handover_store import Claimable, HandoverStore
from entrygo.planning.importer_costs_store import COUNT_COSTS
from entrygo.planning.snapshots import PackedSnapshot, document_of, unpack_small
from entrygo.planning.store import OrderTaken, PlanningStore
from entrygo.planning.use_cases import predecessors
from entrygo.planning.use_cases.claimed_trucks import check_stated, check_truck, states_anything
from entrygo.planning.use_cases.policies import check_approval, check_not_blocked, may_need_approval
from entrygo.planning.use_cases.recording import Recorder, locked_export
from entrygo.postgres.pool import Connection, Pool, single_read, single_statement, transaction
from entrygo.process.clock import Clock, Ids
from entrygo.process.remembered import Remembered
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2


@dataclass(frozen=True, slots=True)
class Handover:
    """The use cases that give an export to one execution, and take it back."""

    pool: Pool
    clock: Clock
    ids: Ids
    # What this process claimed, as it stands since.
    _claimed: Remembered[tuple[Tenant, str], Export] = field(default_factory=Remembered)

    @property
    def _recorder(self) -> Recorder:
        return Recorder(self.clock, self.ids)

    async def claim(
        self, visible: Visible, request: planning_pb2.ClaimExportRequest
    ) -> planning_pb2.ClaimExportResponse:
        """BATCHED to EXECUTING for one execution, with every included order, or not at all.

        Raises InvalidExportState (also for a BLOCKED plan, for one that lacks the approval which the
        account's policy asks for, and when an order left meanwhile), PlanHashMismatch, and what `check_truck`
        raises of the truck that is stated.
        The same execution finds its claim done, until it has failed.
        """
        export, packed = await self._claim_at_once(visible, request) or await self._claim(visible, request)
        assert export.claimed_at is not None
        if export.state is State.EXECUTING:
            self._claimed.note((visible.tenant, export.export_id), export)
        return planning_pb2.ClaimExportResponse(
            export_id=export.export_id,
            revision=export.revision,
            plan_hash=export.plan_hash,
            claimed_at=rfc3339(export.claimed_at),
            warehouse_id=export.warehouse_id,
            supersedes=export.supersedes or "",
            snapshot=unpack_small(packed, request.snapshot_at_most) if packed else b"",
        )

    async def _claim_at_once(
        self, visible: Visible, request: planning_pb2.ClaimExportRequest
    ) -> tuple[Export, PackedSnapshot | None] | None:
        """None, and nothing is written, where anything is in the way: the transaction says what."""
        if not is_valid_id(request.export_id):
            return None
        async with single_read(self.pool) as connection:
            found = await HandoverStore(connection, visible).claimable(
                request.export_id, snapshot_at_most=request.snapshot_at_most
            )
        if found is None or not _is_free(found, request):
            return None
        now = self.clock()
        claimed, event = self._recorder.next(
            visible, _claimed_by(found.export, request.execution_id, now), *_started(found.export, request)
        )
        async with single_statement(self.pool, visible) as connection:
            store = HandoverStore(connection, visible)
            if not await store.claim(found.export, request.execution_id, event, now):
                return None
        return claimed, found.packed

    async def _claim(
        self, visible: Visible, request: planning_pb2.ClaimExportRequest
    ) -> tuple[Export, PackedSnapshot | None]:
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
                await _take_orders(store, export, now)
                type_, data = _started(export, request)
                export = _claimed_by(export, request.execution_id, now)
                export = await self._recorder.save(connection, visible, export, type_, data)
            packed = None
            if request.snapshot_at_most > 0:
                packed = await store.find_snapshot(export.export_id, export.revision)
        return export, packed

    async def release(
        self, visible: Visible, request: planning_pb2.ReleaseExportRequest
    ) -> planning_pb2.ReleaseExportResponse:
        """EXECUTING to COMPLETED or FAILED; a repeated release of the same execution finds it done."""
        claimed = self._claimed.take((visible.tenant, request.export_id))
        if claimed is not None and await self._complete_at_once(visible, claimed, request):
            return planning_pb2.ReleaseExportResponse(state=State.COMPLETED)
        return planning_pb2.ReleaseExportResponse(state=await self._release(visible, request))

    async def _complete_at_once(
        self, visible: Visible, claimed: Export, request: planning_pb2.ReleaseExportRequest
    ) -> bool:
        """False, and nothing is written, where anything is in the way, or it is not completed."""
        outcome, type_, data = _outcome_of(request)
        if outcome is not State.COMPLETED or claimed.execution_id != request.execution_id:
            return False
        _, event = self._recorder.next(visible, claimed, type_, data)
        async with single_statement(self.pool, visible) as connection:
            return await HandoverStore(connection, visible).complete(claimed, event, self.clock())

    async def _release(self, visible: Visible, request: planning_pb2.ReleaseExportRequest) -> State:
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
            return export.state

    async def _follow(self, connection: Connection, visible: Visible, export: Export, outcome: State) -> None:
        """What becomes of the export whose place this one was to take, in the same transaction."""
        if export.supersedes is None:
            return
        if outcome is State.COMPLETED:
            await predecessors.supersede(connection, visible, self._recorder, export)
        else:
            await predecessors.let_go(PlanningStore(connection, visible), export, self.clock())


async def _take_orders(store: PlanningStore, export: Export, now: datetime) -> None:
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


def _is_free(found: Claimable, request: planning_pb2.ClaimExportRequest) -> bool:
    """Whether nothing has to be asked, or taken beside the orders, and nothing is wrong with the claim."""
    if request.control_numbers or found.export.supersedes is not None:
        return False
    if found.lacks_approval and may_need_approval(found.export):
        return False
    if states_anything(request) and found.packed is None:
        return False
    try:
        _check_claim(found.export, request)
        if found.packed is not None and states_anything(request):
            check_stated(document_of(found.packed), request)
    except EntryGoError:
        return False
    return True


def _claimed_by(export: Export, execution_id: str, now: datetime) -> Export:
    return replace(export, state=State.EXECUTING, execution_id=execution_id, claimed_at=now)


def _started(export: Export, request: planning_pb2.ClaimExportRequest) -> tuple[str, Message]:
    data = events_pb2.ExportExecutionStarted(
        batch_id=export.export_id, execution_id=request.execution_id, revision=export.revision
    )
    return "export.execution_started", data


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
