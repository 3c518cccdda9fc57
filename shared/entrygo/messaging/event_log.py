"""Reads the permanent log of a service: one export's events, or everything for a rebuild."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

from asyncpg import Record

from entrygo.domain.errors import HistoryMismatch
from entrygo.domain.principal import Tenant, Visible
from entrygo.domain.time import rfc3339
from entrygo.postgres.large_bytes import unpacked
from entrygo.postgres.pool import EVERYONE, Connection, Pool, scope_of, set_scope, single_read, transaction
from entrygo.proto.events.v1 import events_pb2
from entrygo.requests.issues import Issues
from entrygo.requests.texts import moment

REPLAY_PAGE = 200

# The subquery begins once there is a scope.
_FOLLOWING = (
    f"WITH scope AS MATERIALIZED (SELECT {set_scope()})"  # noqa: S608
    " SELECT following.* FROM scope CROSS JOIN LATERAL (SELECT sequence, event_id, payload FROM event_log"
    "  WHERE account_id = scope.account_id AND mode = scope.mode AND stream_id = $4 AND sequence >= $5"
    "  OFFSET 0) AS following ORDER BY sequence"
)


def event_of(payload: bytes) -> events_pb2.Event:
    """The event that a row of the log holds."""
    return events_pb2.Event.FromString(unpacked(payload))


def recorded_since(request: events_pb2.ReplayEventsRequest) -> datetime | None:
    """The instant to replay from; None for the beginning. Raises ValidationFailed."""
    issues = Issues()
    since = issues.optional(moment, request.recorded_since, "recordedSince")
    issues.check()
    return since


async def events_after(
    connection: Connection, visible: Visible, stream_id: str, after_sequence: int
) -> list[events_pb2.Event]:
    """The events of one stream after a sequence, in order, of those that `visible` includes."""
    rows = await connection.fetch(
        "SELECT payload FROM event_log"
        " WHERE account_id = $1 AND mode = $2 AND stream_id = $3 AND sequence > $4"
        " AND ($5::text IS NULL OR warehouse_id = $5) ORDER BY sequence",
        visible.tenant.account_id,
        visible.tenant.mode,
        stream_id,
        after_sequence,
        visible.warehouse_id,
    )
    return [event_of(row["payload"]) for row in rows]


async def check_held(pool: Pool, tenant: Tenant, stream_id: str, sequence: int, event_id: str) -> None:
    """Raises HistoryMismatch unless the stream has this event at this sequence.

    Asked of the whole account, as a stream may have been of another warehouse: the answer holds nothing that
    the caller did not bring. No id, or one that was recorded before ids were, is not compared.
    """
    if not event_id:
        return
    async with transaction(pool, Visible.whole(tenant)) as connection:
        row = await connection.fetchrow(
            "SELECT event_id FROM event_log"
            " WHERE account_id = $1 AND mode = $2 AND stream_id = $3 AND sequence = $4",
            tenant.account_id,
            tenant.mode,
            stream_id,
            sequence,
        )
    if row is None or row["event_id"] not in (None, event_id):
        raise HistoryMismatch


async def stream_after(
    pool: Pool,
    visible: Visible,
    stream_id: str,
    sequence: int,
    event_id: str,
    *,
    is_visible: Callable[[Connection], Awaitable[bool]],
) -> list[events_pb2.Event]:
    """The events of one stream after a sequence, once it is clear that the caller holds the one at it.

    Who sees the whole account sees every event of it, which takes one statement. For a caller bound to a
    warehouse `is_visible` says whether what the stream is about is of that one now.
    Raises HistoryMismatch as `check_held` does.
    """
    if visible == Visible.whole(visible.tenant):
        async with single_read(pool) as connection:
            return await events_following(connection, visible, stream_id, sequence, event_id)
    await check_held(pool, visible.tenant, stream_id, sequence, event_id)
    async with transaction(pool, visible) as connection:
        if not await is_visible(connection):
            return []
        return await events_after(connection, visible, stream_id, sequence)


async def events_following(
    connection: Connection, visible: Visible, stream_id: str, sequence: int, event_id: str
) -> list[events_pb2.Event]:
    """As `stream_after` for who sees the whole account; the statement sets its scope."""
    rows = await connection.fetch(_FOLLOWING, *scope_of(visible), stream_id, sequence)
    if event_id and not (rows and _is_held(rows[0], sequence, event_id)):
        raise HistoryMismatch
    return [event_of(row["payload"]) for row in rows if row["sequence"] > sequence]


def _is_held(row: Record, sequence: int, event_id: str) -> bool:
    return bool(row["sequence"] == sequence and row["event_id"] in (None, event_id))


async def history(pool: Pool) -> events_pb2.History:
    """The epoch of this database, and the present time by its clock."""
    async with transaction(pool, EVERYONE) as connection:
        row = await connection.fetchrow("SELECT epoch, clock_timestamp() AS database_time FROM owner_epoch")
    assert row is not None  # the migration that made the table filled it
    return events_pb2.History(epoch=str(row["epoch"]), database_time=rfc3339(row["database_time"]))


async def replay(pool: Pool, recorded_since: datetime | None) -> AsyncIterator[events_pb2.Event]:
    """Every account's events recorded at or after an instant, page by page, oldest first.

    Within a stream the order is that of the sequences; across streams it is that of recording, roughly.
    """
    position = (recorded_since or datetime.min.replace(tzinfo=UTC), "", "", "", 0)
    while True:
        async with transaction(pool, EVERYONE) as connection:
            rows = await connection.fetch(
                "SELECT recorded_at, account_id, mode, stream_id, sequence, payload FROM event_log"
                " WHERE recorded_at >= $1"
                " AND (recorded_at, account_id, mode, stream_id, sequence) > ($1, $2, $3, $4, $5)"
                " ORDER BY recorded_at, account_id, mode, stream_id, sequence LIMIT $6",
                *position,
                REPLAY_PAGE,
            )
        for row in rows:
            yield event_of(row["payload"])
        if len(rows) < REPLAY_PAGE:
            return
        last = rows[-1]
        position = (
            last["recorded_at"],
            last["account_id"],
            last["mode"],
            last["stream_id"],
            last["sequence"],
        )
