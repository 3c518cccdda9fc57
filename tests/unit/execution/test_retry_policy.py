"""When a submission that did not arrive is tried again: counted from the beginning of what was silent."""

from datetime import UTC, datetime, timedelta

import pytest

from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.after_attempt import after_attempt
from entrygo.execution.broker.channels.base import Outcome, Result, Silent
from entrygo.execution.broker.retry_policy import RetryPolicy
from entrygo.execution.settings import RetrySettings, SmtpSettings
from entrygo.execution.state.records import Phase, Submission, SubmissionStatus, SubmissionType

NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LONGEST_JITTER = 1.0
# Until the ledger is asked again, and for the mail itself.
MARGIN = 10 * SECOND


def policy(jitter: float = 0.0, **fields: timedelta) -> RetryPolicy:
    given = {"give_up_after": timedelta(hours=48)} | fields
    delays = [timedelta(seconds=each) for each in RetrySettings().retry_seconds]
    return RetryPolicy(delays=delays, jitter=lambda: jitter, **given)


def submission(attempts: int = 1, prepared: timedelta = timedelta()) -> Submission:
    return Submission(
        tenant=Tenant("acc_123", Mode.LIVE), id="bes_1", export_id="batch_1", package_id="pkg_1",
        notification_id="ntf_1", submission_type=SubmissionType("EMAIL"), status=SubmissionStatus.SENDING,
        phase=Phase.ENVELOPE, sender="a@wh.example", recipient_email="b@example.com", subject="s",
        message_id="<m>", content_sha256="0", reason="", attempts=attempts, next_attempt_at=None,
        sent_at=None, error_message=None, created_at=NOW, endpoint="", filename="", pack_sha256="",
        pack_bytes=0, prepared_at=NOW - prepared,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("waited", "jitter", "pause"),
    [
        pytest.param(0, 0.0, 30, id="refused at once: the whole pause"),
        pytest.param(0, LONGEST_JITTER, 37.5, id="spread by a quarter"),
        pytest.param(10, 0.0, 20, id="what it waited is a part of it"),
        pytest.param(10, LONGEST_JITTER, 27.5, id="spread, and then deducted"),
        pytest.param(40, LONGEST_JITTER, 0, id="it has waited longer than that"),
    ],
)
def test_an_attempt_without_an_answer_is_followed_by_what_is_left_of_its_pause(
    waited: float, jitter: float, pause: float
) -> None:
    due = policy(jitter).next_attempt(submission(attempts=5), NOW, silent_for=waited * SECOND)
    assert due == NOW + pause * SECOND


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 60), (2, 300), (6, 21600), (40, 21600)])
def test_who_answered_has_the_delays_in_turn_however_long_the_answer_took(
    attempts: int, seconds: int
) -> None:
    result = Result(Outcome.TRANSIENT, "450 try later", took=50 * SECOND)
    after = after_attempt(submission(attempts), result, retry=policy(), sent_at=NOW, now=NOW)
    assert (after.status, after.next_attempt_at) == (SubmissionStatus.PREPARED, NOW + seconds * SECOND)


def test_what_a_silent_attempt_took_is_deducted() -> None:
    result = Result(Outcome.TRANSIENT, "timed out", Silent.SERVER, took=12 * SECOND)
    after = after_attempt(submission(), result, retry=policy(), sent_at=NOW, now=NOW)
    assert after.next_attempt_at == NOW + 18 * SECOND


def test_a_submission_that_waited_as_long_as_it_may_is_given_up() -> None:
    given_up = policy(give_up_after=timedelta(hours=1))
    assert given_up.next_attempt(submission(prepared=timedelta(hours=1)), NOW, silent_for=SECOND) is None
    assert given_up.next_attempt(submission(prepared=timedelta(hours=1)), NOW, silent_for=40 * SECOND) == NOW


def test_a_server_that_is_well_again_has_everything_within_a_minute_by_the_defaults() -> None:
    """The worst: an attempt has just begun on a connection that stays dead."""
    waits = SmtpSettings()
    for wait in (waits.command_seconds * SECOND, waits.connect_seconds * SECOND, timedelta()):
        due = policy(LONGEST_JITTER).next_attempt(submission(), NOW + wait, silent_for=wait)
        assert due is not None
        assert due + MARGIN < NOW + timedelta(minutes=1)
