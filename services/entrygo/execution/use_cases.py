"""Executing an export, reading an artifact. The steps live elsewhere."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from entrygo.domain.errors import (
    EntryGoError,
    IdempotencyInProgress,
    NotFound,
    ServiceUnavailable,
)
from entrygo.domain.ids import IdKind, is_valid_id
from entrygo.domain.principal import Tenant
from entrygo.domain.shipment import NOTHING_STATED, Shipment
from entrygo.execution.execution_steps import OPERATION, ExecutionSteps
from entrygo.execution.objects import StoreUnavailable
from entrygo.execution.planning_client import Planning, PlanningAccess
from entrygo.execution.records import Artifact, Execution, Step
from entrygo.execution.store import ExecutionBacklog, ExecutionStore, PackageStore
from entrygo.postgres.idempotency import KeyStore, Reply
from entrygo.postgres.pool import EVERYONE, transaction

POLL_SECONDS = 0.1

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteCommand:
    """A validated request; `fingerprint` tells whether a key is used for the same request again."""

    tenant: Tenant
    export_id: str
    expected_plan_hash: str
    key: str
    fingerprint: bytes
    shipment: Shipment = NOTHING_STATED


class Executions:
    """Runs executions as tasks of this process, so that a caller who hangs up stops nothing half way."""

    def __init__(self, steps: ExecutionSteps, planning: PlanningAccess, *, join_wait: timedelta) -> None:
        self._steps = steps
        self._planning = planning
        self._join_wait = join_wait
        self._running: dict[str, asyncio.Task[bytes]] = {}

    async def execute(self, command: ExecuteCommand) -> Reply:
        """Runs the export, or gives the answer of the call that had the key first.

        Raises planning's refusal, IdempotencyConflict, IdempotencyInProgress, SnapshotUnreadable,
        DocumentsFailed, or an outage.
        """
        planning = self._planning.for_caller()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._join_wait.total_seconds()
        while True:
            execution, owned = await self._begin(command)
            if owned and execution is not None:
                return Reply(await asyncio.shield(self._start(execution, planning)), replayed=False)
            if execution is not None and execution.response is not None:
                return Reply(execution.response, replayed=True)
            task = None if execution is None else self._running.get(execution.id)
            remaining = deadline - loop.time()
            if remaining <= 0:
                raise IdempotencyInProgress
            await (asyncio.wait({task}, timeout=remaining) if task else asyncio.sleep(POLL_SECONDS))

    async def recover(self, limit: int) -> int:
        """Resumes executions whose owner died; returns how many were taken over."""
        now = self._steps.clock()
        async with transaction(self._steps.pool, EVERYONE) as connection:
            abandoned = await ExecutionBacklog(connection).abandoned_executions(now, limit)
        taken = [await self._take_over(each.tenant, each.id) for each in abandoned]
        resumed = [execution for execution in taken if execution is not None]
        for execution in resumed:
            log.info("execution.resumed", execution_id=execution.id, attempt=execution.attempt)
            self._start(execution, self._planning.for_tenant(execution.tenant), is_asked_for=False)
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

    async def _begin(self, command: ExecuteCommand) -> tuple[Execution | None, bool]:
        """The execution of this call and whether this caller has to run it; None if just given up."""
        steps, tenant = self._steps, command.tenant
        now = steps.clock()
        execution = Execution(
            tenant=tenant,
            id=steps.ids.new(IdKind.EXECUTION),
            export_id=command.export_id,
            step=Step.STARTED,
            idempotency_key=command.key,
            expected_plan_hash=command.expected_plan_hash,
            attempt=1,
            lease_until=now + steps.lease,
            shipment=command.shipment,
        )
        async with transaction(steps.pool, tenant) as connection:
            store = ExecutionStore(connection, tenant)
            if command.key:
                keys = KeyStore(connection, tenant, OPERATION)
                earlier = await keys.claim(command.key, command.fingerprint, resource_id=execution.id)
                if earlier is not None:
                    return await self._join(store, earlier.resource_id or "")
            await store.add(execution, now)
        return execution, True

    async def _join(self, store: ExecutionStore, execution_id: str) -> tuple[Execution | None, bool]:
        now = self._steps.clock()
        taken = await store.take_over(execution_id, now, now + self._steps.lease)
        return (taken, True) if taken is not None else (await store.find(execution_id), False)

    async def _take_over(self, tenant: Tenant, execution_id: str) -> Execution | None:
        now = self._steps.clock()
        async with transaction(self._steps.pool, tenant) as connection:
            store = ExecutionStore(connection, tenant)
            return await store.take_over(execution_id, now, now + self._steps.lease)

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
        except StoreUnavailable:
            # Each try makes all documents anew: the background waits for the end of its lease in between.
            if is_asked_for:
                await self._give_up(execution)
            raise
        except (ServiceUnavailable, asyncio.CancelledError):
            await self._give_up(execution)
            raise

    async def _give_up(self, execution: Execution) -> None:
        try:
            await self._steps.give_up_lease(execution)
        except EntryGoError as error:
            # The lease then runs out by itself.
            log.warning("execution.lease_not_given_up", execution_id=execution.id, error=str(error))


async def find_artifact(steps: ExecutionSteps, tenant: Tenant, package_id: str, filename: str) -> Artifact:
    """The metadata of one document; NotFound for a name that the package does not have."""
    if not is_valid_id(package_id):
        raise NotFound("Artifact not found.")
    async with transaction(steps.pool, tenant) as connection:
        artifacts = await PackageStore(connection, tenant).list_artifacts(package_id)
    for artifact in artifacts:
        if artifact.filename == filename:
            return artifact
    raise NotFound("Artifact not found.")
