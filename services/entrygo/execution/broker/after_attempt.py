"""The ledger's row after each outcome of an attempt to deliver. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from entrygo.domain.principal import Mode
from entrygo.execution.broker.channels.base import Outcome, Result
from entrygo.execution.broker.channels.simulated import reaction_of
from entrygo.execution.broker.retry_policy import RetryPolicy
from entrygo.execution.state.records import Phase, Submission, SubmissionKind, SubmissionStatus

LOST_IN_DATA_PHASE = "The sender died after the mail began to leave: it may have arrived and is not resent."
LOST_BEFORE_DATA = "The sender stopped before the mail left."
CLOSED_MEANWHILE = "Not delivered so far, and not to be filed any more; it is not sent again."
SIMULATED_REACTION_AFTER = timedelta(seconds=1)
_STATUS_AFTER = {
    Outcome.SENT: SubmissionStatus.SENT,
    Outcome.REFUSED: SubmissionStatus.FAILED,
    Outcome.UNKNOWN: SubmissionStatus.UNKNOWN,
}


def abandoned_result(attempt: Submission) -> Result:
    """What is known of an attempt whose owner died: the phase decides."""
    if attempt.phase is Phase.DATA:
        return Result(Outcome.UNKNOWN, LOST_IN_DATA_PHASE)
    return Result(Outcome.TRANSIENT, LOST_BEFORE_DATA)


def after_attempt(
    attempt: Submission, result: Result, *, retry: RetryPolicy, sent_at: datetime, now: datetime
) -> Submission:
    """The row after an attempt; `now` is the database's, `sent_at` what people read."""
    if result.outcome is Outcome.SENT:
        is_package = attempt.kind is SubmissionKind.PACKAGE
        is_test = attempt.tenant.mode is Mode.TEST
        reacts = is_package and is_test and reaction_of(attempt.recipient_email) is not None
        return replace(
            attempt,
            status=SubmissionStatus.SENT,
            sent_at=sent_at,
            error_message=None,
            server_answer=result.message,
            reaction_at=now + SIMULATED_REACTION_AFTER if reacts else None,
        )
    due = None
    if result.outcome is Outcome.TRANSIENT:
        silent_for = None if result.silent is None else result.took
        due = retry.next_attempt(attempt, now, silent_for=silent_for)
    status = _STATUS_AFTER.get(
        result.outcome, SubmissionStatus.FAILED if due is None else SubmissionStatus.PREPARED
    )
    return replace(attempt, status=status, next_attempt_at=due, error_message=result.message)


def closed_meanwhile(settled: Submission) -> Submission:
    """The row of a package that was withdrawn or replaced during an attempt: it is not tried again."""
    return replace(
        settled, status=SubmissionStatus.FAILED, next_attempt_at=None, error_message=CLOSED_MEANWHILE
    )
