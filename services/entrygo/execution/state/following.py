"""Where a package and its notification stand after a submission to the broker. Values alone."""

from entrygo.execution.state.records import NotificationStatus, PackageState, SubmissionStatus

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
