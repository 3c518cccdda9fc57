"""What happens to a submission, as an event; package and notification follow it."""

from collections.abc import Iterable

from entrygo.domain.time import rfc3339
from entrygo.execution.broker.destinations import shown
from entrygo.execution.state.events import Fact
from entrygo.execution.state.following import NOTIFICATION_STATUS_AFTER, PACKAGE_STATE_AFTER, WORST_FIRST
from entrygo.execution.state.records import (
    NotificationStatus,
    PackageState,
    Submission,
    SubmissionKind,
    SubmissionStatus,
)
from entrygo.proto.events.v1 import events_pb2


def submission_changed(verb: str, submission: Submission, package_state: PackageState | None = None) -> Fact:
    """`verb` is the last part of the event's name; package and notification follow the submission.

    `package_state` where the package goes in several, else it follows this one. Those of a notice of
    withdrawal follow nothing: the package is closed.
    """
    if submission.kind is not SubmissionKind.PACKAGE:
        message = submission_message(submission)
        return f"broker_submission.{verb}", events_pb2.BrokerSubmissionChanged(broker_submission=message)
    status = NOTIFICATION_STATUS_AFTER.get(submission.status, NotificationStatus.RECORDED)
    changed = events_pb2.BrokerSubmissionChanged(
        broker_submission=submission_message(submission),
        customs_package_state=package_state or package_state_after([submission.status]),
        notification_id=submission.notification_id,
        notification_status=status,
    )
    return f"broker_submission.{verb}", changed


def package_state_after(statuses: Iterable[SubmissionStatus]) -> PackageState:
    """Where a package stands by the newest submission of each entry: where the worst of them stands."""
    states = {PACKAGE_STATE_AFTER.get(each, PackageState.GENERATED) for each in statuses}
    return next((each for each in WORST_FIRST if each in states), PackageState.GENERATED)


def submission_message(submission: Submission) -> events_pb2.BrokerSubmission:
    """The submission as events and answers show it; times are RFC 3339 in UTC."""
    sent_at, next_attempt_at = submission.sent_at, submission.next_attempt_at
    answered_at = submission.answered_at
    return events_pb2.BrokerSubmission(
        id=submission.id,
        submission_type=submission.submission_type,
        status=submission.status,
        recipient_email=submission.recipient_email or "",
        subject=submission.subject,
        sent_at=None if sent_at is None else rfc3339(sent_at),
        error_message=submission.error_message,
        attempts=submission.attempts,
        next_attempt_at=None if next_attempt_at is None else rfc3339(next_attempt_at),
        created_at=rfc3339(submission.created_at),
        reason=submission.reason,
        destination=shown(submission),
        entry_number=submission.entry_number,
        broker_reason=submission.broker_reason,
        answered_at=None if answered_at is None else rfc3339(answered_at),
        noted_by=submission.noted_by or "",
        note=submission.note or "",
        entry_numbers=[
            events_pb2.EntryNumber(entry=entry, entry_number=number)
            for entry, number in sorted(submission.entry_numbers.items())
        ],
        entry=submission.entry or 0,
        server_answer=submission.server_answer or "",
        kind="" if submission.kind is SubmissionKind.PACKAGE else submission.kind,
    )
