"""What planning says of exports: which may be archived, and which were."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from entrygo.cli.archive.rows_store import Key
from entrygo.domain.lifecycle import State
from entrygo.postgres.conditions import when_given
from entrygo.postgres.pool import EVERYONE, Connection, Pool, transaction

# Nothing follows these by itself. A COMPLETED export may be withdrawn or amended, which nobody does after years.  # noqa: E501
CLOSED = (State.COMPLETED, State.CANCELLED, State.WITHDRAWN, State.SUPERSEDED)
# How long one that was brought back is left alone.
RESTORED_DAYS = 30
PAGE = 500
SESSION_SECONDS = 30.0

_THE_ARCHIVE = "hashtextextended('archive', 0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A closed export that nothing has happened to since the limit."""

    key: Key
    warehouse_id: str
    state: str
    created_at: datetime
    closed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """Where an export is: `sha256` names its file among the documents of its account."""

    key: Key
    warehouse_id: str
    state: str
    created_at: datetime
    closed_at: datetime
    sha256: str
    archived_at: datetime
    is_moved: bool


class ArchiveBusy(Exception):
    """Another command moves exports into the archive or back; repeat this one when that is done."""


@asynccontextmanager
async def alone(pool: Pool) -> AsyncIterator[None]:
    """Keeps others from moving exports, by a session of its own: what one brings back another would take out.

    Raises ArchiveBusy.
    """
    async with pool.session(SESSION_SECONDS) as connection:
        if not await connection.fetchval(f"SELECT pg_try_advisory_lock({_THE_ARCHIVE})"):
            raise ArchiveBusy
        try:
            yield
        finally:
            await connection.fetchval(f"SELECT pg_advisory_unlock({_THE_ARCHIVE})")


async def wait_until_alone(connection: Connection) -> None:
    """The same by a session of the caller's, which waits for its turn and ends with it."""
    await connection.execute(f"SELECT pg_advisory_lock({_THE_ARCHIVE})")


async def limit(pool: Pool, days: int) -> datetime:
    """The instant so many days ago, by the database's clock."""
    async with transaction(pool, EVERYONE) as connection:
        found: datetime = await connection.fetchval("SELECT now() - make_interval(days => $1)", days)
        return found


async def due_exports(pool: Pool, before: datetime, only: Sequence[str]) -> AsyncIterator[Due]:
    """Closed exports of every account that were last changed before an instant; of `only`, if it names any.

    One that follows another, or is followed, waits until both are closed for as long.
    """
    after: Key = ("", "", "")
    names = list(only) or None
    statement = _due_statement(names)
    while True:
        async with transaction(pool, EVERYONE) as connection:
            records = await connection.fetch(statement, *after, _STATES, before, names, RESTORED_DAYS, PAGE)
        for record in records:
            due = _due(record)
            yield due
            after = due.key
        if len(records) < PAGE:
            return


async def is_due(connection: Connection, key: Key, before: datetime) -> bool:
    """Whether it still is, with the export's row locked until the transaction ends."""
    locked = await connection.fetchrow(
        "SELECT state, updated_at FROM exports"
        " WHERE account_id = $1 AND mode = $2 AND export_id = $3 FOR UPDATE",
        *key,
    )
    return locked is not None and locked["state"] in _STATES and locked["updated_at"] < before


async def note_archived(connection: Connection, due: Due, sha256: str) -> None:
    """Says where the export is from now on."""
    await connection.execute(
        "INSERT INTO archived_exports"
        " (account_id, mode, export_id, warehouse_id, state, created_at, closed_at, sha256)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (account_id, mode, export_id) DO UPDATE SET state = EXCLUDED.state,"
        " closed_at = EXCLUDED.closed_at, sha256 = EXCLUDED.sha256, archived_at = now(),"
        " moved_at = NULL, restored_at = NULL",
        *due.key,
        due.warehouse_id,
        due.state,
        due.created_at,
        due.closed_at,
        sha256,
    )


async def note_file(pool: Pool, key: Key, sha256: str) -> None:
    """Says that another file holds the export now."""
    async with transaction(pool, EVERYONE) as connection:
        await connection.execute(
            "UPDATE archived_exports SET sha256 = $4 WHERE account_id = $1 AND mode = $2 AND export_id = $3",
            *key,
            sha256,
        )


async def note_moved(connection: Connection, key: Key) -> None:
    """Nothing of the export is anywhere else."""
    await connection.execute(
        "UPDATE archived_exports SET moved_at = now() WHERE account_id = $1 AND mode = $2 AND export_id = $3",
        *key,
    )


async def note_half_moved(pool: Pool, key: Key) -> None:
    """Rows of it are about to be written back: the next run would take them out again."""
    async with transaction(pool, EVERYONE) as connection:
        await connection.execute(
            "UPDATE archived_exports SET moved_at = NULL"
            " WHERE account_id = $1 AND mode = $2 AND export_id = $3",
            *key,
        )


async def note_restored(connection: Connection, key: Key) -> None:
    """Keeps the row, so that the next run leaves the export alone for a while."""
    await connection.execute(
        "UPDATE archived_exports SET restored_at = now()"
        " WHERE account_id = $1 AND mode = $2 AND export_id = $3",
        *key,
    )


async def archived_exports(
    pool: Pool, *, only: Sequence[str] = (), unmoved: bool = False
) -> AsyncIterator[Archived]:
    """Those that are in the archive, of every account; those that a crash left half moved if `unmoved`."""
    after: Key = ("", "", "")
    names = list(only) or None
    statement = _archived_statement(names, unmoved=unmoved)
    while True:
        async with transaction(pool, EVERYONE) as connection:
            records = await connection.fetch(statement, *after, names, PAGE)
        for record in records:
            archived = _archived(record)
            yield archived
            after = archived.key
        if len(records) < PAGE:
            return


_STATES = tuple(str(state) for state in CLOSED)


def _due_statement(names: Sequence[str] | None) -> str:
    """$1 to $3 the key before the page, $4 states, $5 the limit, $6 `names`, $7 days, $8 rows of a page."""
    named = when_given("export_id = ANY($6)", "$6::text[]", names)
    return (
        "SELECT account_id, mode, export_id, warehouse_id, state, created_at, updated_at"  # noqa: S608
        " FROM exports AS own WHERE (account_id, mode, export_id) > ($1, $2, $3)"
        f" AND state = ANY($4::text[]) AND updated_at < $5 AND {named}"
        " AND NOT EXISTS (SELECT FROM exports AS other WHERE other.account_id = own.account_id"
        "  AND other.mode = own.mode AND other.export_id IN (own.supersedes, own.superseded_by)"
        "  AND NOT (other.state = ANY($4) AND other.updated_at < $5))"
        " AND NOT EXISTS (SELECT FROM archived_exports AS known WHERE known.account_id = own.account_id"
        "  AND known.mode = own.mode AND known.export_id = own.export_id"
        "  AND known.restored_at > now() - make_interval(days => $7))"
        " ORDER BY account_id, mode, export_id LIMIT $8"
    )


def _archived_statement(names: Sequence[str] | None, *, unmoved: bool) -> str:
    """$1 to $3 the key before the page, $4 `names`, $5 rows of a page."""
    named = when_given("export_id = ANY($4)", "$4::text[]", names)
    moved = " AND moved_at IS NULL" if unmoved else ""
    return (
        "SELECT account_id, mode, export_id, warehouse_id, state, created_at, closed_at, sha256,"  # noqa: S608
        " archived_at, moved_at IS NOT NULL AS is_moved FROM archived_exports"
        " WHERE (account_id, mode, export_id) > ($1, $2, $3) AND restored_at IS NULL"
        f" AND {named}{moved} ORDER BY account_id, mode, export_id LIMIT $5"
    )


def _due(record: asyncpg.Record) -> Due:
    return Due(
        key=(record["account_id"], record["mode"], record["export_id"]),
        warehouse_id=record["warehouse_id"],
        state=record["state"],
        created_at=record["created_at"],
        closed_at=record["updated_at"],
    )


def _archived(record: asyncpg.Record) -> Archived:
    return Archived(
        key=(record["account_id"], record["mode"], record["export_id"]),
        warehouse_id=record["warehouse_id"],
        state=record["state"],
        created_at=record["created_at"],
        closed_at=record["closed_at"],
        sha256=record["sha256"],
        archived_at=record["archived_at"],
        is_moved=record["is_moved"],
    )
