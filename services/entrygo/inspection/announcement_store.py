"""SQL with which events are announced in the transaction that applies them: in feeds, and to webhooks."""

from collections.abc import Sequence
from datetime import timedelta

from entrygo.inspection.announcement import ARRAYS, COLUMNS, Announcement, columns_of
from entrygo.inspection.webhooks.queue_store import lane_values, open_lanes
from entrygo.inspection.webhooks.records import DeliveryStatus
from entrygo.postgres.pool import Connection

# One statement for both, as every batch of events is announced. Heads are taken in the order of accounts and
# modes, so that two writers wait for each other instead of for ever.
_ANNOUNCE = (
    f"WITH event AS MATERIALIZED (SELECT * FROM unnest({ARRAYS}) WITH ORDINALITY AS event ({COLUMNS})),"  # noqa: S608
    " counted AS (SELECT account_id, mode, count(*) AS events FROM event GROUP BY account_id, mode),"
    " head AS (INSERT INTO event_feed_heads AS head (account_id, mode, last_position)"
    "  SELECT account_id, mode, events FROM counted ORDER BY account_id, mode"
    "  ON CONFLICT (account_id, mode)"
    "  DO UPDATE SET last_position = head.last_position + excluded.last_position"
    "  RETURNING account_id, mode, last_position),"
    " published AS (INSERT INTO event_feed"
    "  (account_id, mode, position, event_id, export_id, warehouse_id, event_type, body)"
    "  SELECT account_id, mode, last_position - events"
    "   + row_number() OVER (PARTITION BY account_id, mode ORDER BY place),"
    "   event_id, export_id, warehouse_id, event_type, body"
    "  FROM event JOIN counted USING (account_id, mode) JOIN head USING (account_id, mode)"
    "  WHERE occurred_at >= now() - $9::interval ON CONFLICT (account_id, mode, event_id) DO NOTHING)"
    " INSERT INTO webhook_deliveries"
    " (account_id, mode, endpoint_id, event_id, export_id, event_type, body, status)"
    " SELECT event.account_id, event.mode, endpoint.endpoint_id, event.event_id, event.export_id,"
    " event.event_type, event.body,"
    " CASE endpoint.status WHEN 'enabled' THEN 'pending' ELSE 'held' END"
    " FROM event JOIN webhook_endpoints AS endpoint USING (account_id, mode)"
    " WHERE (endpoint.warehouse_id IS NULL OR endpoint.warehouse_id = event.warehouse_id)"
    " AND (endpoint.events = '{}' OR event.event_type = ANY (endpoint.events))"
    " AND event.occurred_at >= greatest(endpoint.created_at, now() - $9::interval)"
    " ORDER BY endpoint.endpoint_id, event.export_id, event.place"
    " ON CONFLICT DO NOTHING RETURNING account_id, mode, endpoint_id, export_id, status"
)


class AnnouncementStore:
    """The feeds of all accounts and the queues of all their endpoints."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def announce(self, events: Sequence[Announcement], *, not_before: timedelta) -> bool:
        """Puts events at the end of their accounts' feeds and into the queue of each endpoint that asked.

        True when there was such an endpoint. What is announced already stays where it is. Whoever appends to
        a feed waits for whoever is appending to it, until that transaction ends: a reader who sees a place
        has seen all that come before it. What happened before an endpoint was made, or longer than
        `not_before` ago, is not sent: a read model that is built anew goes through all of history.
        """
        queued = await self._connection.fetch(_ANNOUNCE, *columns_of(events), not_before)
        waiting = {lane_values(row) for row in queued if row["status"] == DeliveryStatus.PENDING}
        await open_lanes(self._connection, sorted(waiting))
        return bool(waiting)
