"""Records what brokers entered, compares it with the estimate of the executed plan, and closes tasks."""

from dataclasses import dataclass, replace

from entrygo.domain.duty import EntryDuty
from entrygo.domain.errors import ExportNotFound, NotFound, RevisionLimitReached, TaskNotOpen
from entrygo.domain.ids import IdKind
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.broker.answers import Answer, check_open, record_answer
from entrygo.execution.broker.links import check_filer
from entrygo.execution.broker.resubmission import Brokers
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.clients.planning import Planning, PlanningAccess
from entrygo.execution.reconciliation.commands import (
    CLOSE_OPERATION,
    RECORD_OPERATION,
    CloseCommand,
    RecordCommand,
)
from entrygo.execution.reconciliation.comparing import Difference, differences, estimate_of
from entrygo.execution.reconciliation.messages import (
    reconciliation_message,
    summary_recorded,
    task_closed,
)
from entrygo.execution.reconciliation.reading import executed_package
from entrygo.execution.reconciliation.store import ReconciliationStore
from entrygo.execution.reconciliation.summary import (
    EntrySummary,
    Estimated,
    GivenBy,
    Recorded,
    Task,
    TaskState,
)
from entrygo.execution.reconciliation.tasks import settle
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Package, SubmissionStatus
from entrygo.postgres.idempotency import Reply, Work, run_once
from entrygo.postgres.pool import Connection, Pool
from entrygo.postgres.prepared_once import run_prepared_once
from entrygo.process.clock import Clock, Ids

# Each summary is kept for ever, and so is its event.
MAX_REVISIONS = 50
NO_SUCH_TASK = "This entry has no such task."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """An executed entry beside what was given back of it."""

    package: Package
    estimated: Estimated
    found: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliations:
    """Summaries of entries, and the tasks that come of them."""

    pool: Pool
    clock: Clock
    ids: Ids
    recorder: EventRecorder
    planning: PlanningAccess
    brokers: Brokers

    async def record(self, command: RecordCommand) -> Reply:
        """The reply is an EntryReconciliation. The same summary again changes nothing.

        Raises NotFound, InvalidExportState for a package that is not to be filed, ValidationFailed for a
        number of another filer, RevisionLimitReached, IdempotencyConflict, or an outage.
        """
        return await self._record(command, self.planning.for_caller(), GivenBy.API)

    async def record_linked(self, command: RecordCommand) -> Reply:
        """As `record`, for the holder of a signed link, who has no key."""
        return await self._record(command, self.planning.in_background(command.visible), GivenBy.BROKER_LINK)

    async def _record(self, command: RecordCommand, planning: Planning, given_by: GivenBy) -> Reply:
        package, revision, broker_id = await executed_package(self.pool, command.visible, command.export_id)

        async def prepare() -> Work:
            number = command.summary.entry_number
            await check_filer(self.brokers, command.visible.tenant, broker_id, number)
            snapshot = await planning.snapshot(command.export_id, revision)
            compared = _compared(package, snapshot, command.entry, command.summary)
            return lambda connection: self._save(connection, command, compared, given_by)

        return await run_prepared_once(
            self.pool,
            command.visible,
            operation=RECORD_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            prepare=prepare,
        )

    async def _save(
        self, connection: Connection, command: RecordCommand, compared: _Compared, given_by: GivenBy
    ) -> bytes:
        visible, now, package = command.visible, self.clock(), compared.package
        ledger, store = SubmissionStore(connection, visible), ReconciliationStore(connection, visible)
        # Whoever closes the package or gives another summary waits for this row.
        submission = await ledger.latest(package.id, command.entry)
        assert submission is not None, "an executed package has a submission of each entry"
        await check_open(PackageStore(connection, visible), package.id)
        before = await store.latest(command.export_id, command.entry)
        known = await store.tasks(command.export_id, command.entry)
        if before is not None and before.summary == command.summary:
            return reconciliation_message(before, package.number, known).SerializeToString()
        if before is not None and before.revision >= MAX_REVISIONS:
            raise RevisionLimitReached(
                f"This entry was given back {MAX_REVISIONS} times, as often as is kept; the last one stays.",
                details={"limit": MAX_REVISIONS},
            )
        recorded = Recorded(
            id=self.ids.new(IdKind.ENTRY_SUMMARY),
            export_id=command.export_id,
            package_id=package.id,
            entry=command.entry,
            revision=before.revision + 1 if before else 1,
            summary=command.summary,
            estimated=compared.estimated,
            given_by=given_by,
            recorded_at=now,
        )
        await store.add(recorded)
        settled = settle(known, compared.found, now)
        await store.change_tasks(settled.changed)
        await store.add_tasks([self._task(recorded, each) for each in settled.opened])
        tasks = await store.tasks(command.export_id, command.entry)
        number = command.summary.entry_number
        is_known = submission.entry_numbers.get(command.entry) == number
        if submission.status is not SubmissionStatus.ACKNOWLEDGED or not is_known:
            # Who filed it has it; and an export with a filed entry is amended as one.
            answer = Answer(status=SubmissionStatus.ACKNOWLEDGED, entry_numbers={command.entry: number})
            await record_answer(connection, self.recorder, submission, answer, now)
        await self.recorder.record(
            connection, visible, command.export_id, [summary_recorded(recorded, tasks)], now
        )
        return reconciliation_message(recorded, package.number, tasks).SerializeToString()

    def _task(self, recorded: Recorded, difference: Difference) -> Task:
        return Task(
            id=self.ids.new(IdKind.ENTRY_TASK),
            export_id=recorded.export_id,
            package_id=recorded.package_id,
            entry=recorded.entry,
            code=str(difference.reason),
            place=difference.place,
            message=difference.message,
            expected=difference.expected,
            actual=difference.actual,
            state=TaskState.OPEN,
            note="",
            opened_at=recorded.recorded_at,
        )

    async def close_task(self, command: CloseCommand) -> Reply:
        """The reply is an EntryReconciliation. Raises NotFound, TaskNotOpen, IdempotencyConflict."""

        async def visible_export(connection: Connection) -> None:
            packages = PackageStore(connection, command.visible)
            if await packages.find_by_export(command.export_id) is None:
                raise ExportNotFound

        async def work(connection: Connection) -> bytes:
            return await self._close(connection, command)

        return await run_once(
            self.pool,
            command.visible,
            operation=CLOSE_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            work=work,
            guard=visible_export,
        )

    async def _close(self, connection: Connection, command: CloseCommand) -> bytes:
        visible, now = command.visible, self.clock()
        package = await PackageStore(connection, visible).find_by_export(command.export_id)
        store = ReconciliationStore(connection, visible)
        if package is None:
            raise ExportNotFound
        await SubmissionStore(connection, visible).latest(package.id, command.entry)
        recorded = await store.latest(command.export_id, command.entry)
        known = {task.id: task for task in await store.tasks(command.export_id, command.entry)}
        task = known.get(command.task_id)
        if recorded is None or task is None:
            raise NotFound(NO_SUCH_TASK)
        if task.state is not TaskState.OPEN:
            raise TaskNotOpen(details={"state": str(task.state)})
        closed = replace(task, state=TaskState.CLOSED, note=command.note, closed_at=now)
        known[closed.id] = closed
        tasks = list(known.values())
        await store.change_tasks([closed])
        await self.recorder.record(
            connection, visible, command.export_id, [task_closed(recorded, tasks, closed)], now
        )
        return reconciliation_message(recorded, package.number, tasks).SerializeToString()


def _compared(package: Package, snapshot: Snapshot, entry: int, summary: EntrySummary) -> _Compared:
    """Raises NotFound for an entry that the plan has not."""
    numbers = {each.number for each in snapshot.entries} or {1}
    if entry not in numbers:
        raise NotFound(f"This export has no entry {entry}.")
    estimate = estimate_of(snapshot, entry)
    return _Compared(package=package, estimated=_estimated(estimate), found=differences(estimate, summary))


def _estimated(estimate: EntryDuty | None) -> Estimated:
    if estimate is None:
        return Estimated()
    return Estimated(
        duty_low_usd=estimate.duty_low_usd,
        duty_high_usd=estimate.duty_high_usd,
        fees_usd=estimate.processing_fee_usd,
    )
