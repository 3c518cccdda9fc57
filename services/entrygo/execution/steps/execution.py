"""The steps of one execution, each one transaction, each resumable: started → claimed → prepared → completed.

The caller holds the lease. Every transaction checks it first and raises LeaseLost if it was lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from entrygo.domain.errors import (
    EntryFiled,
    EntryGoError,
    ServiceUnavailable,
    SnapshotUnreadable,
)
from entrygo.domain.ids import IdKind
from entrygo.execution.broker.bulkhead import Bulkhead
from entrygo.execution.broker.dispatch import Dispatcher
from entrygo.execution.broker.routes import Route
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.clients.planning import REFUSALS, Planning
from entrygo.execution.closing.packages import Reserved, Taken
from entrygo.execution.making.child_maker import LARGE_BYTES
from entrygo.execution.making.package_maker import DocumentsFailed, PackageOrder
from entrygo.execution.state import failpoints
from entrygo.execution.state.lease import kept_alive
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Execution, Step, Submission
from entrygo.execution.steps.answering import execution_answer
from entrygo.execution.steps.leases import ExecutionLeases, LeaseLost
from entrygo.execution.steps.preparation import Preparation
from entrygo.execution.steps.step_store import OPERATION, StepStore
from entrygo.execution.steps.writing import Writing, Written
from entrygo.execution.store import ExecutionStore
from entrygo.postgres.idempotency import KeyStore
from entrygo.postgres.pool import Pool, single_statement, transaction
from entrygo.process.clock import Clock, Ids
from entrygo.process.failpoints import Reach

EXECUTES = Route(server="executes", destination="executes")
LARGE = Route(server="large", destination="large")
# Another try would end the same: the plan itself is what must change. By code, as planning may say it.
_HOPELESS = frozenset({SnapshotUnreadable.code, DocumentsFailed.code, EntryFiled.code})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionSteps:
    """Completes one execution under its lease, from the step that it has reached."""

    pool: Pool
    clock: Clock
    ids: Ids
    leases: ExecutionLeases
    writing: Writing
    preparation: Preparation
    dispatcher: Dispatcher
    delivery_wait: timedelta
    # Claims and documents are made a few at once, account by account.
    turns: Bulkhead
    # Of one large package at a time the documents are made; it waits for that without a turn.
    large_turns: Bulkhead
    waiting_at_most: int
    reach: Reach

    async def run(self, execution: Execution, planning: Planning) -> bytes:
        """Completes it; returns the answer. Raises planning's refusal, a permanent failure, an outage."""
        async with kept_alive(lambda: self.leases.extend(execution), self.leases.lease):
            reserved: Reserved | None = None
            snapshot = b""
            written: Written | None = None
            async with self.turns.slot(execution.tenant.account_id, EXECUTES):
                if execution.step is Step.STARTED:
                    self.reach(failpoints.AFTER_BEGIN)
                    execution, reserved, snapshot = await self._claim(execution, planning)
                if execution.step is Step.CLAIMED:
                    execution, written = await self._prepare(
                        execution, planning, reserved, snapshot, at_most=LARGE_BYTES
                    )
            if execution.step is Step.CLAIMED:
                async with self.large_turns.slot(execution.tenant.account_id, LARGE):
                    execution, written = await self._prepare(execution, planning, reserved)
            delivered = await self._deliver(execution, written)
            return await self._complete(execution, planning, written, delivered)

    def check_room(self) -> None:
        """Raises ServiceUnavailable if the queue is so long that another execution would wait too long."""
        if self.turns.waiting() + self.large_turns.waiting() >= self.waiting_at_most:
            raise ServiceUnavailable("Too many exports are being executed; retry shortly with the same key.")

    async def _claim(self, execution: Execution, planning: Planning) -> tuple[Execution, Reserved, bytes]:
        """The claimed execution, its package, and the snapshot where planning sent it along."""
        try:
            claim = await planning.claim(
                execution.export_id, execution.id, execution.expected_plan_hash, execution.shipment
            )
        except EntryGoError as error:
            if error.error_kind in REFUSALS:
                await self._abandon(execution)
            raise
        self.reach(failpoints.AFTER_CLAIM)
        # A planning of the previous release names no warehouse: then a bound key's own is known to be it.
        warehouse_id = claim.warehouse_id or execution.warehouse_id
        # Only one that takes another one's place asks more than what the step itself writes.
        opened = transaction if claim.supersedes else single_statement
        async with opened(self.pool, execution.visible) as connection:
            packages = PackageStore(connection, execution.visible)
            replaced = await packages.find_by_export(claim.supersedes) if claim.supersedes else None
            package = await StepStore(connection, execution.visible).claimed(
                execution,
                replace(claim, warehouse_id=warehouse_id),
                self.ids.new(IdKind.CUSTOMS_PACKAGE),
                replaces=replaced,
                now=self.clock(),
                lease=self.leases.lease,
            )
            if package is None:
                raise LeaseLost
        self.reach(failpoints.AFTER_RESERVE)
        claimed = replace(
            execution,
            step=Step.CLAIMED,
            revision=claim.revision,
            plan_hash=claim.plan_hash,
            package_id=package.id,
            warehouse_id=warehouse_id,
        )
        # A package that an earlier run reserved may take another one's place than was just looked for.
        is_known = package.replaces == (None if replaced is None else replaced.id)
        reserved = Reserved(package, replaced) if is_known else await self._reserved(claimed)
        return claimed, reserved, claim.snapshot

    async def _abandon(self, execution: Execution) -> None:
        """Planning refused: nothing has happened, so the execution and its key are forgotten."""
        async with transaction(self.pool, execution.visible) as connection:
            removed = await ExecutionStore(connection, execution.visible).remove(execution)
            if removed and execution.idempotency_key:
                keys = KeyStore(connection, execution.visible, OPERATION)
                await keys.release(execution.idempotency_key)

    async def _prepare(
        self,
        execution: Execution,
        planning: Planning,
        reserved: Reserved | None,
        claimed: bytes = b"",
        *,
        at_most: int | None = None,
    ) -> tuple[Execution, Written | None]:
        """Nothing has changed where the plan is larger than `at_most` bytes.

        `reserved` and `claimed`, its snapshot, are at hand where this process has just claimed it.
        """
        assert execution.revision is not None
        try:
            snapshot: bytes | None = claimed or await planning.stored_snapshot(
                execution.export_id, execution.revision, at_most=at_most
            )
            if snapshot is None:
                return execution, None
            self.reach(failpoints.AFTER_SNAPSHOT)
            reserved = reserved or await self._reserved(execution)
            execution, written = await self._make(execution, reserved, snapshot)
        except EntryGoError as error:
            if error.error_code in _HOPELESS:
                await self._fail(execution, planning, error)
            raise
        self.reach(failpoints.AFTER_PREPARE)
        return execution, written

    async def _make(
        self, execution: Execution, reserved: Reserved, snapshot: bytes
    ) -> tuple[Execution, Written]:
        package, replaced = reserved.package, reserved.replaced
        order = PackageOrder(
            tenant=execution.tenant,
            export_id=package.export_id,
            package=package.facts(execution.shipment, replaces=replaced),
            snapshot=snapshot,
            written_at=self.clock(),
        )
        prepared = await self.preparation.prepare(order)
        self.reach(failpoints.AFTER_RENDER)
        self.reach(failpoints.AFTER_STORE)
        taken = None if replaced is None else Taken(replaced, prepared.amendment)
        return await self.writing.write(execution, package, prepared, taken)

    async def _reserved(self, execution: Execution) -> Reserved:
        assert execution.package_id is not None
        async with transaction(self.pool, execution.visible) as connection:
            packages = PackageStore(connection, execution.visible)
            package = await packages.find(execution.package_id)
            assert package is not None
            replaced = None if package.replaces is None else await packages.find(package.replaces)
        return Reserved(package, replaced)

    async def _fail(self, execution: Execution, planning: Planning, error: EntryGoError) -> None:
        """The export becomes FAILED, this run is over, and its key is free for the run after a re-plan."""
        log.error("execution.failed", execution_id=execution.id, code=error.error_code, exc_info=error)
        await planning.fail(execution.export_id, execution.id, error.error_code, error.message)
        now = self.clock()
        async with self.leases.held(execution) as connection:
            store = ExecutionStore(connection, execution.visible)
            await store.fail(execution, error.error_code, error.message, now)
            if execution.idempotency_key:
                keys = KeyStore(connection, execution.visible, OPERATION)
                await keys.release(execution.idempotency_key)

    async def _deliver(self, execution: Execution, written: Written | None) -> Sequence[Submission] | None:
        """Waits a moment for the delivery: the answer says `sent` unless the broker's side is slow.

        Where each entry goes in one of its own, all of them leave beside each other. The submissions as they
        are now, where that is known without asking.
        """
        wait_seconds = self.delivery_wait.total_seconds()
        if written is not None:
            submissions = written.prepared.submissions
            return await self.dispatcher.deliver(*submissions, wait_seconds=wait_seconds, slot=written.slot)
        return await self.dispatcher.deliver(*await self._submissions(execution), wait_seconds=wait_seconds)

    async def _submissions(self, execution: Execution) -> Sequence[Submission]:
        assert execution.submission_id is not None
        async with transaction(self.pool, execution.visible) as connection:
            ledger = SubmissionStore(connection, execution.visible)
            return await ledger.prepared_with(execution.submission_id)

    async def _complete(
        self,
        execution: Execution,
        planning: Planning,
        written: Written | None,
        delivered: Sequence[Submission] | None,
    ) -> bytes:
        assert execution.package_id is not None
        assert execution.executed_at is not None
        await planning.complete(
            execution.export_id, execution.id, execution.package_id, execution.executed_at
        )
        self.reach(failpoints.AFTER_RELEASE)
        now = self.clock()
        prepared = written.prepared if written else None
        opened = single_statement if prepared and delivered else transaction
        async with opened(self.pool, execution.visible) as connection:
            body = await execution_answer(connection, execution, prepared, delivered)
            if not await StepStore(connection, execution.visible).completed(execution, body, now):
                raise LeaseLost
        self.reach(failpoints.AFTER_COMPLETE)
        log.info("execution.completed", execution_id=execution.id, export_id=execution.export_id)
        return body
