"""Where a package and its notification stand after a submission to the broker. Values alone."""

from entrygo.execution.state.records import (
    NotificationStatus,
    PackageState,
    Submission,
    SubmissionKind,
    SubmissionStatus,
)

PACKAGE_STATE_AFTER = {
    SubmissionStatus.SENT: PackageState.SENT,
    SubmissionStatus.ACKNOWLEDGED: PackageState.ACKNOWLEDGED,
    SubmissionStatus.REJECTED: PackageState.REJECTED,
    SubmissionStatus.FAILED: PackageState.FAILED,
    SubmissionStatus.UNKNOWN: PackageState.UNKNOWN,
}
# A package that goes in several submissions stands where the worst of them stands: acknowledged once each is.
WORST_FIRST = (
    PackageState.REJECTED,
    PackageState.FAILED,
    PackageState.UNKNOWN,
    PackageState.GENERATED,
    PackageState.SENT,
    PackageState.ACKNOWLEDGED,
)
NOTIFICATION_STATUS_AFTER = {
    SubmissionStatus.SENT: NotificationStatus.SENT,
    SubmissionStatus.ACKNOWLEDGED: NotificationStatus.SENT,
    SubmissionStatus.REJECTED: NotificationStatus.SENT,
    SubmissionStatus.FAILED: NotificationStatus.FAILED,
}


def standing_after(submission: Submission) -> tuple[PackageState, NotificationStatus | None] | None:
    """Where package and notification stand by this submission of the whole package alone.

    None where it says nothing of them: it may still leave, or is a notice, or of one of several entries.
    """
    is_whole = submission.kind is SubmissionKind.PACKAGE and submission.entry is None
    if not is_whole or submission.status not in PACKAGE_STATE_AFTER:
        return None
    return PACKAGE_STATE_AFTER[submission.status], NOTIFICATION_STATUS_AFTER.get(submission.status)
