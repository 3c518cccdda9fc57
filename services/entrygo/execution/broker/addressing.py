"""Which submission of a package a caller means: the newest, or that of one entry."""

from entrygo.domain.errors import ValidationFailed
from entrygo.domain.principal import Visible
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.state.records import Submission
from entrygo.postgres.pool import Connection


async def addressed(
    connection: Connection, visible: Visible, package_id: str, entry: int | None
) -> Submission:
    """The newest of what is meant, locked until the transaction ends.

    Raises ValidationFailed where each entry went in a submission of its own and none is named, or one that
    there is not; and where one is named of a package that went as a whole.
    """
    latest = await SubmissionStore(connection, visible).latest(package_id, entry)
    if latest is None:
        raise ValidationFailed.of([("entry", f"There is no submission of entry {entry}", "unknown")])
    if latest.entry is None and entry is not None:
        message = "All entries of this package went in one submission: leave it out"
        raise ValidationFailed.of([("entry", message, "custom")])
    if latest.entry is not None and entry is None:
        message = "Each entry of this package went in a submission of its own: say which"
        raise ValidationFailed.of([("entry", message, "required")])
    return latest
