"""Executing an export, and reading what executions have made. The steps of one execution live in `steps`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from entrygo.domain.errors import (
    EntryGoError,
    IdempotencyInProgress,
    NotFound,
    ServiceUnavailable,
    ValidationFailed,
)
from entrygo.domain.facts import BrokerTemplate
from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import Tenant, Visible
from entrygo.execution.broker.links import BrokerLinks
from entrygo.execution.broker.noted_answers import NotedAnswers
from entrygo.execution.broker.notices import WebhookNotices
from entrygo.execution.broker.recipient_answers import MailRecipients
from entrygo.execution.broker.resubmission import Brokers, Resubmission
from entrygo.execution.broker.trials import Trials
from entrygo.execution.clients.planning import Planning, PlanningAccess
from entrygo.execution.closing.amending import Amendments
from entrygo.execution.closing.withdrawing import Withdrawals
from entrygo.execution.documents.template_preview import TemplatePreview, preview
from entrygo.execution.making.child_maker import MakingInterrupted
from entrygo.execution.objects.by_digest import ObjectStore, StoreUnavailable
from entrygo.execution.package.template_rows import LayoutTooLong
from entrygo.execution.reconciliation.reading import EntryOutcomes
from entrygo.execution.reconciliation.use_cases import Reconciliations
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Artifact, ExecuteCommand, Execution
from entrygo.execution.steps.execution import ExecutionSteps
from entrygo.execution.steps.leases import ExecutionLeases
from entrygo.messaging.event_log import events_after, history, replay, stream_after
from entrygo.postgres.idempotency import Reply
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.proto.events.v1 import events_pb2

POLL_SECONDS = 0.1
CURRENT_REVISION = 0
UNDER_WAY = "The export is being executed and takes longer than a call waits; retry with the same key."

log = structlog.get_logger(__name__)


class Executions:
    """Runs executions as tasks of this process, so that a caller who hangs up stops nothing half way."""

    def __init__(
        self,
        steps: ExecutionSteps,
        leases: ExecutionLeases,
        planning: PlanningAccess,
        *,
        join_wait: timedelta,
        answer_wait: timedelta,
    ) -> None:
        self._steps = steps
        self._leases = leases
        self._planning = planning
        self._join_wait = join_wait
        self._answer_wait = answer_wait
        self._running: dict[str, asyncio.Task[bytes]] = {}

    async def execute(self, command: ExecuteCommand) -> Reply:
        """Runs the export, or gives the answer of the call that had the key first.

        Raises planning's refusal, IdempotencyConflict, IdempotencyInProgress, SnapshotUnreadable,
        DocumentsFailed, or an outage: also for one that waits too long for its turn, or takes too long, which
        goes on and whose answer the same key finds.
        """
        self._steps.check_room()
        planning = self._planning.for_caller()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._join_wait.total_seconds()
        while True:
            execution, owned = await self._leases.begin(command)
            if owned and execution is not None:
                return Reply(await self._answer(self._start(execution, planning)), replayed=False)
            if execution is not None and execution.response is not None:
                return Reply(execution.response, replayed=True)
            task = None if execution is None else self._running.get(execution.id)
            remaining = deadline - loop.time()
            if remaining <= 0:
                raise IdempotencyInProgress
            await (asyncio.wait({task}, timeout=remaining) if task else asyncio.sleep(POLL_SECONDS))

    async def _answer(self, running: "asyncio.Task[bytes]") -> bytes:
        done, _ = await asyncio.wait({running}, timeout=self._answer_wait.total_seconds())
        if not done:
            raise ServiceUnavailable(UNDER_WAY)
        return running.result()

    async def recover(self, limit: int) -> int:
        """Resumes executions whose owner died; returns how many were taken over."""
        # Our own are under way, however long this process was paused.
        abandoned = [each for each in await self._leases.abandoned(limit) if each.id not in self._running]
        taken = [await self._leases.take_over(each.visible, each.id) for each in abandoned]
        resumed = [execution for execution in taken if execution is not None]
        for execution in resumed:
            log.info("execution.resumed", execution_id=execution.id, attempt=execution.attempt)
            self._start(execution, self._planning.in_background(execution.visible), is_asked_for=False)
        return len(resumed)

    async def drain(self, seconds: float) -> None:
        """At the end of the process: lets running executions finish, then leaves the rest to be resumed."""
        tasks = set(self._running.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _start(
        self, execution: Execution, planning: Planning, *, is_asked_for: bool = True
    ) -> "asyncio.Task[bytes]":
        task = asyncio.create_task(self._run(execution, planning, is_asked_for=is_asked_for))
        self._running[execution.id] = task
        task.add_done_callback(lambda done: self._finished(execution.id, done))
        return task

    def _finished(self, execution_id: str, task: "asyncio.Task[bytes]") -> None:
        if self._running.get(execution_id) is task:
            del self._running[execution_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("execution.stopped", execution_id=execution_id, error=repr(error))

    async def _run(self, execution: Execution, planning: Planning, *, is_asked_for: bool) -> bytes:
        try:
            return await self._steps.run(execution, planning)
        except (StoreUnavailable, MakingInterrupted):
            # Each try makes all documents anew: the background waits for the end of its lease in between.
            if is_asked_for:
                await self._give_up(execution)
            raise
        except (ServiceUnavailable, asyncio.CancelledError):
            await self._give_up(execution)
            raise

    async def _give_up(self, execution: Execution) -> None:
        try:
            await self._leases.give_up_lease(execution)
        except EntryGoError as error:
            # The lease then runs out by itself.
            log.warning("execution.lease_not_given_up", execution_id=execution.id, error=str(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """Reads what executions have made: documents, and the events of an export."""

    pool: Pool
    # Of short looks alone: neither an execute nor a replay of all events can take its connections.
    reading_pool: Pool
    objects: ObjectStore

    async def artifact(self, visible: Visible, package_id: str, filename: str) -> Artifact:
        """The metadata of one document. NotFound for a package or a name that is not there."""
        if not is_valid_id(package_id):
            raise NotFound("Artifact not found.")
        async with transaction(self.reading_pool, visible) as connection:
            artifacts = await PackageStore(connection, visible).list_artifacts(package_id)
        for artifact in artifacts:
            if artifact.filename == filename:
                return artifact
        raise NotFound("Artifact not found.")

    def contents(self, tenant: Tenant, artifact: Artifact) -> AsyncIterator[bytes]:
        """Its bytes in chunks, checked as `ObjectStore.stream` says; BytesMissing or StoreUnavailable."""
        return self.objects.stream(tenant, artifact.sha256, artifact.size_bytes)

    async def events_after(
        self, visible: Visible, *, export_id: str, package_id: str, sequence: int, event_id: str = ""
    ) -> list[events_pb2.Event]:
        """The events of an export, or of the one that a package belongs to; none for what is not there.

        `event_id` is what the caller holds at `sequence`: HistoryMismatch when something else is there.
        """
        if is_valid_id(export_id):

            async def is_visible(connection: Connection) -> bool:
                return await PackageStore(connection, visible).find_by_export(export_id) is not None

            return await stream_after(
                self.reading_pool, visible, export_id, sequence, event_id, is_visible=is_visible
            )
        if export_id or not is_valid_id(package_id):
            return []
        async with transaction(self.reading_pool, visible) as connection:
            package = await PackageStore(connection, visible).find(package_id)
            if package is None:
                return []
            return await events_after(connection, visible, package.export_id, sequence)

    def every_event(self, since: datetime | None) -> AsyncIterator[events_pb2.Event]:
        """The events of every account, in the order they were recorded, for a read model that starts anew."""
        return replay(self.pool, since)

    async def history(self) -> events_pb2.History:
        """Which life of the database these events are of, and its time."""
        return await history(self.pool)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewQuery:
    """Which layout to show by what; None is the one of the record, and an empty export the made-up one."""

    tenant: Tenant
    broker_id: str
    template: BrokerTemplate | None
    export_id: str


class TemplatePreviews:
    """Shows brokers' own layouts before documents are made in them."""

    def __init__(self, brokers: Brokers, planning: PlanningAccess) -> None:
        self._brokers = brokers
        self._planning = planning

    async def preview(self, query: PreviewQuery) -> TemplatePreview:
        """Raises NotFound, or ValidationFailed where neither request nor record has a layout, or it makes too
        much of the plan."""
        broker = await self._brokers.get(query.tenant, query.broker_id)
        template = query.template or broker.template
        if template is None or template.format == "none":
            message = "The broker's record has none: give one"
            raise ValidationFailed.of([("template", message, "invalid_type")])
        plan = None
        if query.export_id:
            # In the caller's name: whose plans it may read is planning's to say.
            plan = await self._planning.for_caller().snapshot(query.export_id, CURRENT_REVISION)
        try:
            return await asyncio.to_thread(preview, broker, template, plan)
        except LayoutTooLong as error:
            raise ValidationFailed.of([("template.columns", str(error), "too_big")]) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionUseCases:
    """Every use case of the service, those of its rooms included."""

    executions: Executions
    resubmission: Resubmission
    noted_answers: NotedAnswers
    withdrawals: Withdrawals
    amendments: Amendments
    reconciliations: Reconciliations
    entry_outcomes: EntryOutcomes
    packages: Packages
    links: BrokerLinks
    recipients: MailRecipients
    notices: WebhookNotices
    template_previews: TemplatePreviews
    trials: Trials
