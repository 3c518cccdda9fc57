"""Work that a backup caught half way. What became of it afterwards it cannot know, so a person decides."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from entrygo.execution.broker.attempt_store import AttemptStore
from entrygo.execution.broker.backlog_store import SubmissionBacklog
from entrygo.execution.broker.events import submission_changed
from entrygo.execution.broker.following import follow
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.state.records import Execution, Submission, SubmissionStatus
from entrygo.execution.steps.step_store import OPERATION
from entrygo.execution.store import ExecutionBacklog, ExecutionStore
from entrygo.postgres.idempotency import KeyStore
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.clock import Clock

RESTORED_CODE = "RESTORED_FROM_BACKUP"
RESTORED = "Restored from a backup: the broker may have it. Ask; if not, send it again with a reason."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredWork:
    """For a database that no process uses yet. `fail_export` releases an execution's claim in planning."""

    pool: Pool
    clock: Clock
    recorder: EventRecorder
    fail_export: Callable[[Execution], Awaitable[None]]

    async def hold(self) -> None:
        """Settles open submissions and executions so that nothing is mailed without an operator's word."""
        async with transaction(self.pool, EVERYONE) as connection:
            submissions = await SubmissionBacklog(connection).unsettled_submissions()
            executions = await ExecutionBacklog(connection).without_submission()
        for submission in submissions:
            await self._hold(submission)
        for execution in executions:
            await self.fail_export(execution)
            await self._fail(execution)
        log.info("restored.held", submissions=len(submissions), executions=len(executions))

    async def _hold(self, submission: Submission) -> None:
        held = replace(
            submission, status=SubmissionStatus.UNKNOWN, next_attempt_at=None, error_message=RESTORED
        )
        async with transaction(self.pool, submission.visible) as connection:
            if submission.status is SubmissionStatus.SENDING:
                await AttemptStore(connection, held.visible).settle(held)
            else:
                await SubmissionStore(connection, held.visible).give_up(held)
            stands = await follow(connection, held)
            facts = [submission_changed(str(held.status), held, stands)]
            await self.recorder.record(connection, held.visible, held.export_id, facts, self.clock())

    async def _fail(self, execution: Execution) -> None:
        async with transaction(self.pool, execution.visible) as connection:
            store = ExecutionStore(connection, execution.visible)
            await store.fail(execution, RESTORED_CODE, RESTORED, self.clock())
            if execution.idempotency_key:
                await KeyStore(connection, execution.visible, OPERATION).release(execution.idempotency_key)
