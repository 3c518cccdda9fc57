"""Delivers one submission: each step is recorded before the next, so that a crash never sends a mail twice.

prepared → sending → (the channel; the data phase is committed before bytes may leave) → sent, failed or
unknown, or back to prepared with a time for the next attempt. Where there is a slot for it, a submission is
written as `sending` at once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, repeat

import structlog

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.principal import Mode
from entrygo.execution.broker.after_attempt import abandoned_result
from entrygo.execution.broker.answers import Answer, record_answer
from entrygo.execution.broker.attempt_store import AttemptStore
from entrygo.execution.broker.backlog_store import SubmissionBacklog
from entrygo.execution.broker.channels.base import Channel, Delivery, Outcome, Result, Silent
from entrygo.execution.broker.channels.simulated import reaction_of
from entrygo.execution.broker.entry_numbers import covered_entries
from entrygo.execution.broker.events import submission_changed
from entrygo.execution.broker.following import follow
from entrygo.execution.broker.mail_gate import MailGate, Passage
from entrygo.execution.broker.recipients import Hold
from entrygo.execution.broker.retry_policy import RetryPolicy
from entrygo.execution.broker.rooms import Unwanted
from entrygo.execution.broker.settling import AttemptLost, Settling
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.objects.by_digest import BytesMissing, ObjectStore, StoreUnavailable
from entrygo.execution.state import failpoints
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.state.lease import kept_alive
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import (
    Phase,
    Submission,
    SubmissionStatus,
    SubmissionType,
)
from entrygo.postgres.pool import EVERYONE, Connection, Pool, single_statement, transaction
from entrygo.process.clock import Clock
from entrygo.process.failpoints import Reach
from entrygo.process.tracing import Noted, span

log = structlog.get_logger(__name__)

CONTENT_UNREADABLE = "The package could not be read from the store of documents; nothing was sent."
# Seconds between the tries to write down a result.
SETTLE_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)


def first_attempt(submission: Submission) -> Submission:
    """The submission as it is while it is first sent."""
    return replace(submission, status=SubmissionStatus.SENDING, phase=Phase.ENVELOPE, attempts=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerDelivery:
    """Everything one attempt needs."""

    pool: Pool
    clock: Clock
    lease: timedelta
    objects: ObjectStore
    recorder: EventRecorder
    channels: Mapping[SubmissionType, Channel]
    # Takes the place of all of them for test-mode accounts.
    simulated: Channel
    retry: RetryPolicy
    gate: MailGate
    reach: Reach
    # A clock that never goes back, for how long an attempt takes.
    seconds: Callable[[], float] = time.monotonic

    @property
    def _settling(self) -> Settling:
        return Settling(pool=self.pool, clock=self.clock, recorder=self.recorder, retry=self.retry)

    async def deliver(
        self, submission: Submission, ended: Callable[[Silent | None], None] = lambda _: None
    ) -> Submission | None:
        """One attempt, and what became of it; None where none is due.

        Raises AttemptLost when another process has taken it over. `ended` is called with the side that did
        not answer, if any.
        """
        attempt = await self._begin(submission)
        return None if attempt is None else await self.deliver_begun(attempt, ended)

    async def deliver_begun(
        self, attempt: Submission, ended: Callable[[Silent | None], None] = lambda _: None
    ) -> Submission:
        """As `deliver`, an attempt that this process has begun and committed."""
        self.reach(failpoints.AFTER_SENDING)
        noted: Noted = {"entrygo.broker_submission_id": attempt.id, "entrygo.attempt": attempt.attempts}
        with span(f"deliver {attempt.submission_type}", "client", noted=noted) as step:
            async with kept_alive(lambda: self._extend(attempt), self.lease):
                result = await self._timed(self._submit(attempt))
                ended(result.silent)
            step.note("entrygo.outcome", str(result.outcome))
        self.reach(failpoints.AFTER_SUBMIT)
        settled = await self._settle_in_the_end(attempt, result)
        self.reach(failpoints.AFTER_SETTLE)
        return settled

    async def begun_at_once(self, connection: Connection, submission: Submission) -> Submission | None:
        """The first attempt of a submission of a whole package that is written in this transaction.

        None where its mail is held back: then it is written as it is. The caller has its slot.
        """
        attempt = first_attempt(submission)
        return attempt if await self.gate.hold(connection, attempt) is None else None

    def at_once(self, submission: Submission) -> tuple[Submission, Passage]:
        """The first attempt, and what lets its mail through: for the statement that writes both."""
        attempt = first_attempt(submission)
        return attempt, self.gate.passage(attempt)

    async def ready(self, submission: Submission) -> Submission:
        """The submission, a dead owner's attempt settled. Raises AttemptLost while the owner lives."""
        if submission.status is not SubmissionStatus.SENDING:
            return submission
        await self.settle_abandoned(submission)
        async with transaction(self.pool, submission.visible) as connection:
            return await SubmissionStore(connection, submission.visible).get(submission.id)

    async def settle_abandoned(self, submission: Submission) -> None:
        """What is known of an attempt whose owner died: the phase decides. AttemptLost while it lives."""
        await self._settling.settle(submission, abandoned_result(submission), is_abandoned=True)

    async def put_off_abandoned(self, submission: Submission, pause: timedelta) -> None:
        """It is found as abandoned after `pause` again."""
        async with transaction(self.pool, submission.visible) as connection:
            await AttemptStore(connection, submission.visible).extend_lease(submission, pause)

    async def react(self, submission: Submission) -> None:
        """The simulated broker answers, unless the package was sent again meanwhile."""
        reaction, now = reaction_of(submission.recipient_email), self.clock()
        async with transaction(self.pool, submission.visible) as connection:
            ledger = SubmissionStore(connection, submission.visible)
            latest = await ledger.latest(submission.package_id, submission.entry)
            package = await PackageStore(connection, submission.visible).find(submission.package_id)
            is_closed = package is not None and package.is_closed
            if latest is None or latest.id != submission.id or latest.reaction_at is None or is_closed:
                await ledger.forget_reaction(submission.id)
            elif reaction is not None:
                covered = covered_entries(package, latest.entry)
                answer = Answer(
                    status=reaction.status,
                    entry_numbers={entry: reaction.number_of(entry) for entry in covered.to_number}
                    if reaction.gives_numbers
                    else {},
                    reason=reaction.reason,
                )
                await record_answer(connection, self.recorder, latest, answer, now)

    async def reacting(self, limit: int) -> list[Submission]:
        """Test submissions to which the simulated broker answers now, of any account."""
        async with transaction(self.pool, EVERYONE) as connection:
            return await SubmissionBacklog(connection).reacting_submissions(limit)

    async def due(self, limit: int, *, without: Unwanted, except_for: Sequence[str]) -> list[Submission]:
        """What is due, each account's oldest first in turn, but for what is unwanted and some ids."""
        async with transaction(self.pool, EVERYONE) as connection:
            return await SubmissionBacklog(connection).due_submissions(
                limit, without=without, except_for=except_for
            )

    async def abandoned(self, limit: int, *, except_for: Sequence[str]) -> list[Submission]:
        """Attempts of any account whose lease is over, but for those of these ids."""
        async with transaction(self.pool, EVERYONE) as connection:
            return await SubmissionBacklog(connection).abandoned_submissions(limit, except_for)

    async def _begin(self, submission: Submission) -> Submission | None:
        now = self.clock()
        async with transaction(self.pool, submission.visible) as connection:
            attempt = await AttemptStore(connection, submission.visible).begin(submission.id, self.lease)
            if attempt is None:
                return None
            held = await self.gate.hold(connection, attempt)
            if held is not None:
                await self._hold(connection, submission, attempt, held)
                return None
            stands = None if attempt.entry is None else await follow(connection, attempt)
            facts = [submission_changed("sending", attempt, stands)]
            await self.recorder.record(connection, attempt.visible, attempt.export_id, facts, now)
        return attempt

    async def _hold(
        self, connection: Connection, before: Submission, attempt: Submission, hold: Hold
    ) -> None:
        """Reschedules a held submission, or fails it when the policy will never allow it.

        Records an event when the reason changed.
        """
        held = replace(
            attempt,
            status=SubmissionStatus.FAILED if hold.until is None else SubmissionStatus.PREPARED,
            attempts=attempt.attempts - 1,
            next_attempt_at=hold.until,
            error_message=hold.reason,
        )
        await AttemptStore(connection, held.visible).hold(held)
        if held.status is SubmissionStatus.PREPARED and before.error_message == hold.reason:
            return
        stands = await follow(connection, held)
        verb = "failed" if held.status is SubmissionStatus.FAILED else "retrying"
        facts = [submission_changed(verb, held, stands)]
        await self.recorder.record(connection, held.visible, held.export_id, facts, self.clock())
        log.info("broker_submission.held", submission_id=held.id, reason=hold.reason)

    async def _timed(self, submitting: Awaitable[Result]) -> Result:
        began = self.seconds()
        result = await submitting
        return replace(result, took=timedelta(seconds=self.seconds() - began))

    async def _submit(self, attempt: Submission) -> Result:
        try:
            content = await self.objects.get(attempt.tenant, attempt.content_sha256)
        except (StoreUnavailable, BytesMissing):
            # Nothing has left, and the operator can bring back either.
            return Result(Outcome.TRANSIENT, CONTENT_UNREADABLE)
        is_test = attempt.tenant.mode is Mode.TEST
        channel = self.simulated if is_test else self.channels[attempt.submission_type]
        delivery = Delivery(
            submission_id=attempt.id,
            account_id=attempt.tenant.account_id,
            sender=attempt.sender,
            recipient=attempt.recipient_email,
            content=content,
            endpoint=attempt.endpoint,
            filename=attempt.filename,
            attempt=attempt.attempts,
        )
        return await channel.submit(delivery, lambda: self._enter_data_phase(attempt))

    async def _enter_data_phase(self, attempt: Submission) -> None:
        self.reach(failpoints.BEFORE_DATA)
        async with single_statement(self.pool, attempt.visible) as connection:
            attempts = AttemptStore(connection, attempt.visible)
            if not await attempts.enter_data_phase(attempt, self.lease):
                raise AttemptLost
        self.reach(failpoints.AFTER_DATA_PHASE)

    async def _extend(self, attempt: Submission) -> bool:
        async with transaction(self.pool, attempt.visible) as connection:
            attempts = AttemptStore(connection, attempt.visible)
            return await attempts.extend_lease(attempt, self.lease)

    async def _settle_in_the_end(self, attempt: Submission, result: Result) -> Submission:
        """Writes a known result as soon as the database can be reached, however late."""
        pauses = chain(SETTLE_PAUSES, repeat(SETTLE_PAUSES[-1]))
        while True:
            try:
                return await self._settling.settle(attempt, result)
            except AttemptLost:
                raise
            except ServiceUnavailable as error:
                log.warning("delivery.not_settled_yet", submission_id=attempt.id, error=str(error))
                await asyncio.sleep(next(pauses))
