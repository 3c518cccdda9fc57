"""Writes what became of an attempt to deliver, with its event."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.principal import Mode
from entrygo.execution.broker.after_attempt import after_attempt, closed_meanwhile
from entrygo.execution.broker.attempt_store import AttemptStore
from entrygo.execution.broker.channels.base import Outcome, Result
from entrygo.execution.broker.events import submission_changed
from entrygo.execution.broker.following import follow
from entrygo.execution.broker.metrics import OUTCOMES
from entrygo.execution.broker.retry_policy import RetryPolicy
from entrygo.execution.broker.settling_store import settling
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Submission, SubmissionKind, SubmissionStatus
from entrygo.postgres.clock import current_time
from entrygo.postgres.pool import Pool, single_statement, transaction
from entrygo.process.clock import Clock

log = structlog.get_logger(__name__)


class AttemptLost(ServiceUnavailable):
    """Another process has taken over this broker submission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """The end of attempts; nothing is written of one that another process has taken over."""

    pool: Pool
    clock: Clock
    recorder: EventRecorder
    retry: RetryPolicy

    async def settle(self, attempt: Submission, result: Result, *, is_abandoned: bool = False) -> Submission:
        """The submission as it is now. Raises AttemptLost, of an abandoned one while its owner lives."""
        now = self.clock()
        settled = None if is_abandoned else await self._sent(attempt, result, now)
        if settled is None:
            settled = await self._whatever(attempt, result, now, is_abandoned=is_abandoned)
        verb = _verb(settled)
        OUTCOMES.labels(verb).inc()
        log.info(
            "broker_submission.settled", submission_id=settled.id, outcome=verb, attempt=settled.attempts
        )
        return settled

    async def _sent(self, attempt: Submission, result: Result, now: datetime) -> Submission | None:
        """The usual end in one statement: a mail that is not of one of several entries has left. None, and
        nothing is written, for any other, and where the statement does not find what it expects."""
        if not _is_over(attempt, result) or attempt.entry is not None:
            return None
        settled = after_attempt(attempt, result, retry=self.retry, sent_at=now, now=now)
        fact = submission_changed(_verb(settled), settled)
        async with single_statement(self.pool, settled.visible) as connection:
            is_settled = await self.recorder.record_beside(
                connection, settled.visible, settled.export_id, [fact], now, beside=settling(settled)
            )
        return settled if is_settled else None

    async def _whatever(
        self, attempt: Submission, result: Result, now: datetime, *, is_abandoned: bool
    ) -> Submission:
        async with transaction(self.pool, attempt.visible) as connection:
            # The database's clock decides when anything follows.
            database_now = now if _is_over(attempt, result) else await current_time(connection)
            settled = after_attempt(attempt, result, retry=self.retry, sent_at=now, now=database_now)
            if is_abandoned and attempt.attempts == 1 and settled.status is SubmissionStatus.PREPARED:
                # A crash of ours says nothing about the mail server: no reason to wait.
                settled = replace(settled, next_attempt_at=database_now)
            packages = PackageStore(connection, attempt.visible)
            if settled.status is SubmissionStatus.PREPARED and settled.kind is SubmissionKind.PACKAGE:
                await SubmissionStore(connection, attempt.visible).lock(attempt.id)
                package = await packages.find(settled.package_id)
                if package is not None and package.is_closed:
                    settled = closed_meanwhile(settled)
            attempts = AttemptStore(connection, attempt.visible)
            if not await attempts.settle(settled, is_abandoned=is_abandoned):
                raise AttemptLost
            stands = None if settled.entry is None else await follow(connection, settled)
            facts = [submission_changed(_verb(settled), settled, stands)]
            await self.recorder.record(connection, settled.visible, settled.export_id, facts, now)
        return settled


def _is_over(attempt: Submission, result: Result) -> bool:
    """Whether nothing follows: it was sent, and to no simulated broker, which answers."""
    return result.outcome is Outcome.SENT and attempt.tenant.mode is not Mode.TEST


def _verb(settled: Submission) -> str:
    return "retrying" if settled.status is SubmissionStatus.PREPARED else str(settled.status)
