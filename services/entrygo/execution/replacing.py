"""One package takes another one's place: in the transaction that writes it the other one is closed."""

from dataclasses import dataclass, replace
from datetime import datetime

from entrygo.domain.errors import EntryFiled
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.broker.closing import Closing, close_package
from entrygo.execution.records import Execution, Package, PackageState
from entrygo.postgres.pool import Connection


@dataclass(frozen=True, slots=True)
class Taken:
    """The package that is replaced, and the plan of the one that replaces it."""

    replaced: Package
    snapshot: Snapshot


async def replace_package(
    connection: Connection, execution: Execution, package: Package, taken: Taken, now: datetime
) -> Closing:
    """Closes the package that is replaced.

    Raises EntryFiled when the broker gave an entry number that the plan knows nothing of, SentAgainMeanwhile.
    """
    amendment = taken.snapshot.amendment
    closed = replace(
        taken.replaced,
        state=PackageState.SUPERSEDED,
        closed_at=now,
        closed_reason=amendment.reason if amendment else "",
        replaced_by=package.id,
    )
    closing = await close_package(connection, execution.visible, closed, replaced_by_number=package.number)
    numbers = [each.entry_number for each in closing.reached if each.entry_number]
    if numbers and not (amendment and amendment.after_entry):
        raise EntryFiled(field="afterEntry", details={"entryNumber": numbers[-1]})
    return closing
