"""SQL of the broker submission ledger, besides attempts. Methods run in the caller's transaction."""

from dataclasses import fields, replace
from datetime import timedelta

import asyncpg
import orjson

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.broker.entry_numbers import numbers_of_row
from entrygo.execution.broker.routes import destination_name
from entrygo.execution.state.records import (
    Phase,
    Submission,
    SubmissionKind,
    SubmissionStatus,
    SubmissionType,
)
from entrygo.postgres.pool import Connection

SUBMISSION = (
    "account_id, mode, id, export_id, package_id, notification_id, submission_type, status, phase, sender,"
    " recipient_email, subject, message_id, content_sha256, reason, attempts, next_attempt_at, sent_at,"
    " error_message, created_at, endpoint, filename, pack_sha256, pack_bytes, broker_id, entry_number,"
    " broker_reason, answered_at, answers, reaction_at, prepared_at, kind, held_at, noted_by, note,"
    " entry, entry_numbers, server_answer"
)
# Of one by its id, which is looked up: in the index of those that wait each of them would be read.
IS_PREPARED = "status || '' = 'prepared'"
# The database sets its times; nobody has numbered or taken what has not been sent.
_WRITTEN_LATER = ("tenant", "next_attempt_at", "prepared_at", "entry_numbers", "server_answer")
# What is written of a new one, in this order, besides its scope and its times.
WRITTEN = tuple(field.name for field in fields(Submission) if field.name not in _WRITTEN_LATER)
_ADD = (
    "INSERT INTO broker_submissions"  # noqa: S608
    f" (account_id, mode, next_attempt_at, lease_until, destination, {', '.join(WRITTEN)})"
    " VALUES ($1, $2, now() + $3::interval, now() + $4::interval, $5,"
    f" {', '.join(f'${number}' for number in range(6, 6 + len(WRITTEN)))})"
    " RETURNING next_attempt_at, prepared_at"
)


class SubmissionStore:
    """The ledger. Its times are the database's."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))
        self._warehouse_id = visible.warehouse_id

    async def add(self, submission: Submission, *, send_in: timedelta) -> Submission:
        """The row as it was written; it is due after `send_in`, which is the lease of one that is begun."""
        is_begun = submission.status is SubmissionStatus.SENDING
        row = await self._connection.fetchrow(
            _ADD,
            *self._scope,
            None if is_begun else send_in,
            send_in if is_begun else None,
            destination_name(submission.tenant, submission),
            *written(submission),
        )
        assert row is not None
        return replace(submission, **row)

    async def get(self, submission_id: str) -> Submission:
        """The submission of an id that is there."""
        row = await self._connection.fetchrow(
            f"SELECT {SUBMISSION} FROM broker_submissions"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            submission_id,
        )
        assert row is not None
        return submission_from_row(row)

    async def latest(self, package_id: str, entry: int | None = None) -> Submission | None:
        """The newest submission of the package itself, locked until the transaction ends.

        With `entry` the newest one that the entry went in; without, of all.
        """
        return await self._newest(
            "AND ($4::text IS NULL OR warehouse_id = $4)"
            " AND ($5::integer IS NULL OR entry IS NULL OR entry = $5)",
            package_id,
            self._warehouse_id,
            entry,
        )

    async def latest_in_place_of(self, package_id: str, submission_id: str) -> Submission | None:
        """The newest submission of what this one is of, itself unless it was sent again; locked as above."""
        return await self._newest(
            "AND entry IS NOT DISTINCT FROM (SELECT entry FROM broker_submissions"
            "  WHERE account_id = $1 AND mode = $2 AND id = $4)",
            package_id,
            submission_id,
        )

    async def _newest(self, condition: str, *values: object) -> Submission | None:
        """Looks again with the lock: who had it may have added one that the first look could not see."""
        found: Submission | None = None
        while True:
            row = await self._connection.fetchrow(
                f"SELECT {SUBMISSION} FROM broker_submissions"  # noqa: S608
                f" WHERE account_id = $1 AND mode = $2 AND package_id = $3 AND kind = 'package' {condition}"
                " ORDER BY prepared_at DESC, id DESC LIMIT 1 FOR UPDATE",
                *self._scope,
                *values,
            )
            newest = None if row is None else submission_from_row(row)
            if newest is None or (found is not None and found.id == newest.id):
                return newest
            found = newest

    async def latest_statuses(self, package_id: str) -> list[SubmissionStatus]:
        """Where the newest submission of each entry stands; one for a package that goes as a whole."""
        rows = await self._connection.fetch(
            "SELECT DISTINCT ON (entry) status FROM broker_submissions"
            " WHERE account_id = $1 AND mode = $2 AND package_id = $3 AND kind = 'package'"
            " ORDER BY entry, prepared_at DESC, id DESC",
            *self._scope,
            package_id,
        )
        return [SubmissionStatus(row["status"]) for row in rows]

    async def prepared_with(self, submission_id: str) -> list[Submission]:
        """The one of this id, and those that went beside it, an entry each, in the order of the entries.

        What was sent again meanwhile is not among them.
        """
        rows = await self._connection.fetch(
            f"SELECT {SUBMISSION} FROM broker_submissions"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND kind = 'package' AND (id = $3 OR entry IS NOT NULL"
            "  AND reason = '' AND package_id = (SELECT package_id FROM broker_submissions"
            "   WHERE account_id = $1 AND mode = $2 AND id = $3))"
            " ORDER BY entry NULLS FIRST",
            *self._scope,
            submission_id,
        )
        return [submission_from_row(row) for row in rows]

    async def lock(self, submission_id: str) -> None:
        """Nobody else changes it, or closes its package, before this transaction ends."""
        await self._connection.execute(
            "SELECT 1 FROM broker_submissions WHERE account_id = $1 AND mode = $2 AND id = $3 FOR UPDATE",
            *self._scope,
            submission_id,
        )

    async def of_package(self, package_id: str) -> list[Submission]:
        """Every submission of the package itself, oldest first, locked until the transaction ends."""
        rows = await self._connection.fetch(
            f"SELECT {SUBMISSION} FROM broker_submissions"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND package_id = $3 AND kind = 'package'"
            " ORDER BY prepared_at, id FOR UPDATE",
            *self._scope,
            package_id,
        )
        return [submission_from_row(row) for row in rows]

    async def count(self, package_id: str) -> int:
        """How many submissions of the package itself there are."""
        count = await self._connection.fetchval(
            "SELECT count(*) FROM broker_submissions"
            " WHERE account_id = $1 AND mode = $2 AND package_id = $3 AND kind = 'package'",
            *self._scope,
            package_id,
        )
        assert isinstance(count, int)
        return count

    async def give_up(self, submission: Submission) -> None:
        """Ends one that waits for a further attempt; the caller holds the row's lock."""
        await self._connection.execute(
            "UPDATE broker_submissions SET status = $4, error_message = $5, next_attempt_at = NULL"  # noqa: S608
            f" WHERE account_id = $1 AND mode = $2 AND id = $3 AND {IS_PREPARED}",
            *self._scope,
            submission.id,
            submission.status,
            submission.error_message,
        )

    async def answer(self, submission: Submission) -> None:
        """Writes what the broker answered; the caller holds the row's lock."""
        await self._connection.execute(
            "UPDATE broker_submissions SET status = $4, error_message = $5, entry_number = $6,"
            " broker_reason = $7, answered_at = $8, answers = $9, sent_at = $10, noted_by = $11, note = $12,"
            " entry_numbers = $13, next_attempt_at = NULL, reaction_at = NULL"
            " WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            submission.id,
            submission.status,
            submission.error_message,
            submission.entry_number,
            submission.broker_reason,
            submission.answered_at,
            submission.answers,
            submission.sent_at,
            submission.noted_by,
            submission.note,
            orjson.dumps({str(entry): each for entry, each in submission.entry_numbers.items()}).decode(),
        )

    async def forget_reactions(self, package_id: str) -> None:
        """The simulated broker no longer answers what it has of this package."""
        await self._connection.execute(
            "UPDATE broker_submissions SET reaction_at = NULL"
            " WHERE account_id = $1 AND mode = $2 AND package_id = $3",
            *self._scope,
            package_id,
        )

    async def forget_reaction(self, submission_id: str) -> None:
        """The simulated broker no longer answers this one."""
        await self._connection.execute(
            "UPDATE broker_submissions SET reaction_at = NULL"
            " WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            submission_id,
        )


def written(submission: Submission) -> tuple[object, ...]:
    """The values of WRITTEN."""
    return tuple(getattr(submission, name) for name in WRITTEN)


def submission_from_row(row: asyncpg.Record) -> Submission:
    """A row with the columns of SUBMISSION."""
    typed = ("account_id", "mode", "submission_type", "status", "phase", "kind", "entry_numbers")
    fields = {name: value for name, value in row.items() if name not in typed}
    return Submission(
        tenant=Tenant(row["account_id"], Mode(row["mode"])),
        submission_type=SubmissionType(row["submission_type"]),
        status=SubmissionStatus(row["status"]),
        phase=Phase(row["phase"]),
        kind=SubmissionKind(row["kind"]),
        entry_numbers=numbers_of_row(row["entry_number"], row["entry_numbers"], row["entry"]),
        **fields,
    )
