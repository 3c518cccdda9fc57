"""Package and notification follow a submission; a package that goes in several follows all of them."""

from entrygo.execution.broker.events import package_state_after
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.state.following import NOTIFICATION_STATUS_AFTER, standing_after
from entrygo.execution.state.records import PackageState, Submission, SubmissionKind
from entrygo.execution.state.standing_store import StandingStore
from entrygo.postgres.pool import Connection


async def follow(connection: Connection, submission: Submission) -> PackageState | None:
    """Writes what follows from a submission that was just written, its row locked.

    Answers where the package stands, or None where that follows from this submission alone. Where each entry
    goes in one of its own the package is locked first: two of them may change at once.
    """
    if submission.kind is not SubmissionKind.PACKAGE:
        return None
    packages = StandingStore(connection, submission.visible)
    if submission.entry is None:
        stands = standing_after(submission)
        if stands is not None:
            state, notified = stands
            await packages.note_delivery(submission.package_id, state, submission.notification_id, notified)
        return None
    notified = NOTIFICATION_STATUS_AFTER.get(submission.status)
    await packages.lock(submission.package_id)
    ledger = SubmissionStore(connection, submission.visible)
    state = package_state_after(await ledger.latest_statuses(submission.package_id))
    await packages.note_delivery(submission.package_id, state, submission.notification_id, notified)
    return state
