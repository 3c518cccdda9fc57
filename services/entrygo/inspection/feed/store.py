"""SQL of the feed, within the caller's transaction."""

from collections.abc import Sequence
from datetime import timedelta

from asyncpg import Record

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.inspection.feed.records import FeedFilter, PublishedEvent
from entrygo.postgres.conditions import when_given
from entrygo.postgres.pool import Connection, scope_of, set_scope

# What was written before an event left the feed came no later than this after it happened.
CLOCK_MARGIN = timedelta(days=1)
# More than the events of any account between a backup and the loss of what came after it.
LOST_PLACES = 1_000_000_000


class FeedHeads:
    """Where the feeds of all accounts end, within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def last_of(self, tenants: Sequence[Tenant]) -> dict[Tenant, int]:
        """The last place of each feed; without those that never had an event."""
        rows = await self._connection.fetch(
            "SELECT account_id, mode, last_position FROM event_feed_heads"
            " JOIN unnest($1::text[], $2::text[]) AS wanted (account_id, mode) USING (account_id, mode)",
            [tenant.account_id for tenant in tenants],
            [str(tenant.mode) for tenant in tenants],
        )
        return {Tenant(row["account_id"], Mode(row["mode"])): row["last_position"] for row in rows}


class FeedStore:
    """The events of one feed that `visible` includes, within the caller's transaction."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._visible = visible
        self._scope = (visible.tenant.account_id, visible.tenant.mode, visible.warehouse_id)

    async def read(self, wanted: FeedFilter, limit: int) -> tuple[list[PublishedEvent], int, int]:
        """At most `limit` of the visible events after a place, oldest first; as `forgotten`; where all end.

        In one statement, which sets its scope: within a transaction or as one by itself.
        """
        types: list[str | None] = [*sorted(set(wanted.types))] or [None]
        # A page for each type, as if it were the only one: of all events those of a rare type are few.
        of_type = "event_type = named.type" if wanted.types else "named.type IS NULL"
        of_export = when_given("export_id = $6", "$6::text", wanted.export_id or None)
        rows = await self._connection.fetch(
            f"WITH scope AS MATERIALIZED (SELECT {set_scope()})"  # noqa: S608
            " SELECT coalesce(head.forgotten_position, 0) AS forgotten,"
            " coalesce(head.last_position, 0) AS last, event.* FROM scope"
            " LEFT JOIN LATERAL (SELECT forgotten_position, last_position FROM event_feed_heads"
            "  WHERE account_id = scope.account_id AND mode = scope.mode OFFSET 0) AS head ON true"
            " LEFT JOIN LATERAL (SELECT event.* FROM unnest($5::text[]) AS named (type) CROSS JOIN LATERAL"
            "  (SELECT position, event_id, event_type, export_id, body FROM event_feed"
            "   WHERE account_id = scope.account_id AND mode = scope.mode"
            "   AND scope.warehouse_id IN ('*', warehouse_id)"
            f"  AND position > $4 AND {of_type} AND {of_export} ORDER BY position LIMIT $7) AS event"
            " ) AS event ON true ORDER BY event.position LIMIT $7",
            *scope_of(self._visible),
            wanted.after or 0,
            types,
            wanted.export_id or None,
            limit,
        )
        events = [_published_from_row(row) for row in rows if row["position"] is not None]
        return events, rows[0]["forgotten"], rows[0]["last"]

    async def last(self) -> int:
        """The place of the newest visible event; 0 while there is none."""
        found: int = await self._connection.fetchval(
            "SELECT coalesce(max(position), 0) FROM event_feed"
            " WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR warehouse_id = $3)",
            *self._scope,
        )
        return found

    async def forgotten(self) -> int:
        """The last place that is no longer kept; 0 while everything is."""
        found: int | None = await self._connection.fetchval(
            "SELECT forgotten_position FROM event_feed_heads WHERE account_id = $1 AND mode = $2",
            *self._scope[:2],
        )
        return found or 0


async def pass_lost_places(connection: Connection) -> None:
    """Leaves out, in every feed, the places that may have been given between a backup and its restore: who
    holds one goes on with the next event, which otherwise might come at or before it."""
    await connection.execute("UPDATE event_feed_heads SET last_position = last_position + $1", LOST_PLACES)


async def sweep_feeds(connection: Connection, rows: int, *, older_than: timedelta) -> int:
    """Deletes at most so many events of that age and remembers up to where; returns how many."""
    deleted = await connection.fetch(
        "DELETE FROM event_feed WHERE ctid = ANY (ARRAY(SELECT ctid FROM event_feed"
        "  WHERE created_at < now() - $1::interval ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))"
        " RETURNING account_id, mode, position",
        older_than + CLOCK_MARGIN,
        rows,
    )
    gone: dict[tuple[str, str], int] = {}
    for row in deleted:
        feed = row["account_id"], row["mode"]
        gone[feed] = max(gone.get(feed, 0), row["position"])
    await connection.executemany(
        "UPDATE event_feed_heads SET forgotten_position = greatest(forgotten_position, $3)"
        " WHERE account_id = $1 AND mode = $2",
        sorted((*feed, position) for feed, position in gone.items()),
    )
    return len(deleted)


def _published_from_row(row: Record) -> PublishedEvent:
    return PublishedEvent(
        position=row["position"],
        event_id=row["event_id"],
        event_type=row["event_type"],
        export_id=row["export_id"],
        body=row["body"],
    )
