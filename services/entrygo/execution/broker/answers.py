"""Records what becomes known of a submission: acknowledged, rejected, returned, arrived or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from entrygo.domain.errors import InvalidExportState, RevisionLimitReached, ValidationFailed
from entrygo.domain.lifecycle import State
from entrygo.execution.broker.entry_numbers import (
    CoveredEntries,
    check_distinct,
    covered_entries,
)
from entrygo.execution.broker.events import submission_changed
from entrygo.execution.broker.following import follow
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Package, PackageState, Submission, SubmissionStatus
from entrygo.execution.state.standing_store import StandingStore
from entrygo.postgres.pool import Connection

# Each change is an event that is kept for ever.
MAX_ANSWERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A broker's answer; `reason` goes with a rejection or a return.

    `noted_by` and `note`: who of the account wrote it down, and how they know; None where the broker did.
    """

    status: SubmissionStatus
    # Of one entry, or without saying of which.
    entry_number: str | None = None
    reason: str | None = None
    noted_by: str | None = None
    note: str | None = None
    # Of each entry that is named; the others stay as they are.
    entry_numbers: Mapping[int, str] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number that it gives."""
        alone = () if self.entry_number is None else (self.entry_number,)
        return tuple(dict.fromkeys((*alone, *self.entry_numbers.values())))


async def record_answer(
    connection: Connection, recorder: EventRecorder, submission: Submission, answer: Answer, now: datetime
) -> Submission:
    """The submission with the answer, and its event; the caller holds the row's lock.

    The same answer again changes nothing. Raises InvalidExportState in the moment of sending and for a
    package that is closed, RevisionLimitReached after too many changes, ValidationFailed for the number of an
    entry that is not of this submission, or for one number of two entries.
    """
    visible, packages = submission.visible, PackageStore(connection, submission.visible)
    package = await check_open(packages, submission.package_id)
    covered = covered_entries(package, submission.entry)
    answered = answered_with(submission, answer, covered, now)
    if answered is submission:
        return submission
    limit = MAX_ANSWERS * max(1, len(covered.numbers))
    if submission.answers >= limit:
        raise RevisionLimitReached(
            f"This submission was answered {limit} times, as often as is kept; the last answer stays.",
            details={"limit": limit},
        )
    await SubmissionStore(connection, visible).answer(answered)
    stands = await follow(connection, answered)
    if answered.entry is not None:
        # `follow` holds the package: no other entry of it is given a number at this moment.
        given = await StandingStore(connection, visible).entry_numbers(answered.package_id)
        check_distinct(dict(enumerate(given)))
    facts = [submission_changed(str(answered.status), answered, stands)]
    await recorder.record(connection, visible, answered.export_id, facts, now)
    return answered


async def check_open(packages: PackageStore, package_id: str) -> Package | None:
    """The package; InvalidExportState for one that was withdrawn or replaced.

    Whoever closes one locks its submissions first: with the lock of one of them it stays open until the end.
    """
    package = await packages.find(package_id)
    if package is not None and package.is_closed:
        state = State.WITHDRAWN if package.state is PackageState.WITHDRAWN else State.SUPERSEDED
        raise InvalidExportState(
            f"This package was {package.state}; it is not to be filed any more.",
            details={"currentState": str(state)},
        )
    return package


def answered_with(
    submission: Submission, answer: Answer, covered: CoveredEntries, now: datetime
) -> Submission:
    """The row after the answer; the very same object when the answer says nothing new. Pure."""
    if submission.status is SubmissionStatus.SENDING:
        raise InvalidExportState(
            "The package is being sent at this moment; please try again shortly.",
            details={"currentState": str(State.COMPLETED), "brokerSubmissionStatus": str(submission.status)},
        )
    is_return = answer.status is SubmissionStatus.FAILED
    is_arrival = answer.status is SubmissionStatus.SENT
    is_rejected = answer.status is SubmissionStatus.REJECTED
    numbers = {} if is_rejected else _numbers(submission, answer, covered)
    changed = replace(
        submission,
        status=answer.status,
        entry_number=numbers[min(numbers)] if numbers else None,
        entry_numbers=numbers,
        broker_reason=answer.reason if is_rejected else None,
        # Whoever answers has the package, whatever we heard when we sent it.
        error_message=answer.reason if is_return else None,
        sent_at=submission.sent_at or (now if is_arrival else None),
        noted_by=answer.noted_by,
        note=answer.note,
        next_attempt_at=None,
        reaction_at=None,
    )
    if changed == replace(submission, next_attempt_at=None, reaction_at=None):
        return submission
    is_answer = not is_return and not is_arrival
    return replace(changed, answered_at=now if is_answer else None, answers=submission.answers + 1)


def _numbers(submission: Submission, answer: Answer, covered: CoveredEntries) -> dict[int, str]:
    """The numbers by entry: those that were known, updated by those in the answer."""
    given, alone = dict(answer.entry_numbers), answer.entry_number
    if alone is not None and given.setdefault(covered.first, alone) != alone:
        message = f"entryNumbers has another number of entry {covered.first}"
        raise ValidationFailed.of([("entryNumber", message, "conflict")])
    covered.check(given)
    numbers = {**submission.entry_numbers, **given}
    if given:
        check_distinct({**covered.filed_as, **numbers}, given)
    return dict(sorted(numbers.items()))
