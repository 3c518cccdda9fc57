"""Closing a package: it must no longer be filed, and its pending submissions are not sent.

A replaced package is closed in the transaction that writes its successor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from entrygo.domain.errors import EntryFiled, ServiceUnavailable
from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import Amendment
from entrygo.execution.broker.entry_numbers import numbers_given
from entrygo.execution.broker.events import submission_changed
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.state.events import Fact, package_closed
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Execution, Package, PackageState, Submission, SubmissionStatus
from entrygo.postgres.pool import Connection

NOT_SENT = "Not delivered so far, and not to be filed any more: the package was {}."


class SentAgainMeanwhile(ServiceUnavailable):
    """The package was sent again concurrently; retry with the same key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What closing a package changed, and every submission that may have reached a broker, oldest first."""

    facts: Sequence[Fact]
    reached: Sequence[Submission]


async def close_package(
    connection: Connection, visible: Visible, closed: Package, *, replaced_by_number: str = ""
) -> Closing:
    """Stores the package as closed; raises SentAgainMeanwhile.

    Locks its submissions before the package, as every delivery and answer does.
    """
    ledger, packages = SubmissionStore(connection, visible), PackageStore(connection, visible)
    submissions = await ledger.of_package(closed.id)
    await packages.close(closed)
    if await ledger.count(closed.id) != len(submissions):
        raise SentAgainMeanwhile
    await ledger.forget_reactions(closed.id)
    facts: list[Fact] = []
    for waiting in (each for each in submissions if each.status is SubmissionStatus.PREPARED):
        given_up = replace(
            waiting,
            status=SubmissionStatus.FAILED,
            next_attempt_at=None,
            error_message=NOT_SENT.format(closed.state),
        )
        await ledger.give_up(given_up)
        facts.append(submission_changed("failed", given_up))
    facts.append(package_closed(closed, replaced_by_number=replaced_by_number))
    return Closing(facts=facts, reached=[each for each in submissions if each.may_have_arrived])


@dataclass(frozen=True, slots=True)
class Reserved:
    """The package of an execution, and the package that it replaces."""

    package: Package
    replaced: Package | None


@dataclass(frozen=True, slots=True)
class Taken:
    """The package that is replaced, and what the plan of the one that replaces it corrects."""

    replaced: Package
    amendment: Amendment | None


async def replace_package(
    connection: Connection, execution: Execution, package: Package, taken: Taken, now: datetime
) -> Closing:
    """Closes the package that is replaced.

    Raises EntryFiled if the broker gave an entry number that the plan does not know, or SentAgainMeanwhile.
    """
    amendment = taken.amendment
    closed = replace(
        taken.replaced,
        state=PackageState.SUPERSEDED,
        closed_at=now,
        closed_reason=amendment.reason if amendment else "",
        replaced_by=package.id,
    )
    closing = await close_package(connection, execution.visible, closed, replaced_by_number=package.number)
    numbers = numbers_given(closing.reached)
    unknown = [number for entry, number in numbers.items() if not _knows(amendment, entry)]
    if unknown:
        raise EntryFiled(field="afterEntry", details={"entryNumber": ", ".join(dict.fromkeys(unknown))})
    return closing


def _knows(amendment: Amendment | None, entry: int) -> bool:
    """Whether it was planned as a correction of this entry; one from before several were known is of all."""
    if amendment is None or not amendment.after_entry:
        return False
    return not amendment.filed or any(each.entry == entry for each in amendment.filed)
