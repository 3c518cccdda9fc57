"""SQL of what is queued for endpoints: deliveries in lanes, within the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from asyncpg import Record

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.inspection.webhooks.records import Delivery, DeliveryStatus, Endpoint, Lane
from entrygo.inspection.webhooks.rooms import Room
from entrygo.postgres.conditions import is_named, when_given
from entrygo.postgres.pool import Connection

DELIVERY_COLUMNS = (
    "event_id, position, export_id, event_type, body, status, attempts, response_status, error, created_at,"
    " attempted_at, delivered_at"
)
LANE_COLUMNS = "account_id, mode, endpoint_id, export_id, lease_until"


def _walk(name: str, behind: str) -> str:
    """From one endpoint to the next that has something waiting: most have nothing, and are many."""
    return f"""{name} AS (
    (SELECT account_id, mode, endpoint_id FROM webhook_lanes WHERE due_at IS NOT NULL
    AND (account_id, mode, endpoint_id) > ({behind}) ORDER BY account_id, mode, endpoint_id LIMIT 1)
    UNION ALL SELECT following.* FROM {name} CROSS JOIN LATERAL (
        SELECT account_id, mode, endpoint_id FROM webhook_lanes AS lane WHERE due_at IS NOT NULL
        AND (lane.account_id, lane.mode, lane.endpoint_id)
            > ({name}.account_id, {name}.mode, {name}.endpoint_id)
        ORDER BY account_id, mode, endpoint_id LIMIT 1) AS following)"""  # noqa: S608


# Begins behind the endpoint of the last turn: those that sort first have no more turns than others.
_CLAIM = f"""
WITH RECURSIVE {_walk("behind", "$1, $2, $3")}, {_walk("anew", "'', '', ''")},
claimed AS (UPDATE webhook_lanes SET lease_until = clock_timestamp() + $9::interval
WHERE ctid = ANY (ARRAY(
    SELECT due.ctid FROM (SELECT * FROM behind UNION ALL
        SELECT * FROM anew WHERE (account_id, mode, endpoint_id) <= ($1, $2, $3)) AS waiting
    CROSS JOIN LATERAL (SELECT FROM webhook_endpoints AS hook
        WHERE hook.account_id = waiting.account_id AND hook.mode = waiting.mode
        AND hook.endpoint_id = waiting.endpoint_id
        AND hook.status = 'enabled' AND hook.account_id <> ALL ($4::text[])
        AND ($5 OR hook.failing_since IS NULL) OFFSET 0) AS hook
    CROSS JOIN LATERAL (SELECT lane.ctid FROM webhook_lanes AS lane
        WHERE lane.account_id = waiting.account_id AND lane.mode = waiting.mode
        AND lane.endpoint_id = waiting.endpoint_id
        AND (lane.lease_until IS NULL OR lane.lease_until <= now()) AND lane.due_at <= now()
        ORDER BY lane.due_at
        LIMIT $7 - cardinality(array_positions($6::text[], waiting.endpoint_id))
        FOR UPDATE SKIP LOCKED) AS due
    LIMIT $8))
RETURNING {LANE_COLUMNS})
SELECT {LANE_COLUMNS}, is_failing FROM claimed CROSS JOIN LATERAL (
    SELECT failing_since IS NOT NULL AS is_failing FROM webhook_endpoints AS hook
    WHERE hook.account_id = claimed.account_id AND hook.mode = claimed.mode
    AND hook.endpoint_id = claimed.endpoint_id) AS hook
ORDER BY (account_id, mode, endpoint_id) <= ($1, $2, $3), account_id, mode, endpoint_id
"""  # noqa: S608


class QueueStore:
    """What was queued for the endpoints of one account; which of these may be seen, their own store says."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))

    async def queue_alone(self, endpoint: Endpoint, event_id: str, event_type: str, body: str) -> Delivery:
        """A delivery in a lane of its own, also where the endpoint did not ask for its type."""
        row = await self._connection.fetchrow(
            "INSERT INTO webhook_deliveries"  # noqa: S608
            " (account_id, mode, endpoint_id, event_id, export_id, event_type, body, status)"
            f" VALUES ($1, $2, $3, $4, $4, $5, $6, 'pending') RETURNING {DELIVERY_COLUMNS}",
            *self._scope,
            endpoint.id,
            event_id,
            event_type,
            body,
        )
        assert row is not None
        await open_lanes(self._connection, [(*self._scope, endpoint.id, event_id)])
        return _delivery_from_row(row)

    async def deliveries(
        self, endpoint: Endpoint, *, status: str | None, before: int | None, limit: int
    ) -> list[Delivery]:
        """Newest first; `before` is the position of the last one of the page before."""
        of_status = _one_of([status]) if status else "true"
        older = when_given("position < $4", "$4::bigint", before)
        rows = await self._connection.fetch(
            f"SELECT {DELIVERY_COLUMNS} FROM webhook_deliveries"  # noqa: S608
            f" WHERE account_id = $1 AND mode = $2 AND endpoint_id = $3 AND {of_status} AND {older}"
            " ORDER BY position DESC LIMIT $5",
            *self._scope,
            endpoint.id,
            before,
            limit,
        )
        return [_delivery_from_row(row) for row in rows]

    async def replay_one(self, endpoint: Endpoint, event_id: str) -> bool:
        """Queues a delivery again; False when there is none of this event."""
        rows = await self._connection.fetch(
            "UPDATE webhook_deliveries SET status = 'pending', attempts = 0"
            " WHERE account_id = $1 AND mode = $2 AND endpoint_id = $3 AND event_id = $4"
            " RETURNING account_id, mode, endpoint_id, export_id",
            *self._scope,
            endpoint.id,
            event_id,
        )
        await open_lanes(self._connection, [lane_values(row) for row in rows])
        return bool(rows)

    async def replay_many(
        self,
        endpoint: Endpoint,
        statuses: Sequence[str],
        since: datetime | None,
        until: datetime | None,
        limit: int,
    ) -> int:
        """Queues again what has one of these statuses and was queued in [since, until); oldest first."""
        is_late_enough = when_given("created_at >= $4", "$4::timestamptz", since)
        is_early_enough = when_given("created_at < $5", "$5::timestamptz", until)
        rows = await self._connection.fetch(
            "WITH chosen AS MATERIALIZED (SELECT account_id, mode, ctid AS place FROM webhook_deliveries"  # noqa: S608
            f"  WHERE account_id = $1 AND mode = $2 AND endpoint_id = $3 AND {_one_of(statuses)}"
            f"  AND {is_late_enough} AND {is_early_enough} ORDER BY position LIMIT $6 FOR UPDATE)"
            # Where they lie, and so none is looked for among the others.
            " UPDATE webhook_deliveries AS own SET status = 'pending', attempts = 0 FROM chosen"
            " WHERE own.account_id = chosen.account_id AND own.mode = chosen.mode AND own.ctid = chosen.place"
            " RETURNING own.account_id, own.mode, own.endpoint_id, own.export_id",
            *self._scope,
            endpoint.id,
            since,
            until,
            limit,
        )
        await open_lanes(self._connection, sorted({lane_values(row) for row in rows}))
        return len(rows)


class QueueBacklog:
    """The queues of all endpoints, in lanes, for what sends from them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim(self, room: Room, *, after: Lane | None, limit: int, lease: timedelta) -> list[Lane]:
        """Takes lanes that are due, as there is room, in turn: first of the endpoints behind that of `after`.

        Others pass over rows that are being claimed, and over claimed ones until their lease ends.
        """
        rows = await self._connection.fetch(
            _CLAIM,
            *(("", "", "") if after is None else _lane_key(after)[:3]),
            sorted(room.full_accounts),
            room.is_for_failing,
            list(room.running),
            room.an_endpoint,
            limit,
            lease,
        )
        return [_lane_from_row(row) for row in rows]

    async def hold(self, lane: Lane) -> bool:
        """Locks a claimed lane for the rest of the transaction; False when somebody else has it by now."""
        return bool(
            await self._connection.fetchval(
                "SELECT true FROM webhook_lanes WHERE account_id = $1 AND mode = $2 AND endpoint_id = $3"
                " AND export_id = $4 AND lease_until = $5 FOR UPDATE",
                *_lane_key(lane),
                lane.lease_until,
            )
        )

    async def head(self, lane: Lane) -> Delivery | None:
        """What leaves the lane next."""
        row = await self._connection.fetchrow(
            f"SELECT {DELIVERY_COLUMNS} FROM webhook_deliveries WHERE account_id = $1 AND mode = $2"  # noqa: S608
            " AND endpoint_id = $3 AND export_id = $4 AND status = 'pending' ORDER BY position LIMIT 1",
            *_lane_key(lane),
        )
        return _delivery_from_row(row) if row else None

    async def settle(
        self, lane: Lane, event_id: str, status: DeliveryStatus, *, response_status: int, error: str
    ) -> None:
        """Records an attempt at the head of a held lane."""
        await self._connection.execute(
            "UPDATE webhook_deliveries SET status = $5, attempts = attempts + 1, response_status = $6,"  # noqa: S608
            " error = $7, attempted_at = now(),"
            " delivered_at = CASE WHEN $5 = 'delivered' THEN now() ELSE delivered_at END"
            # Its place, which the order of the key has one index for; nobody else changes it meanwhile.
            " WHERE account_id = $1 AND mode = $2 AND ctid = (SELECT ctid FROM webhook_deliveries"
            "  WHERE account_id = $1 AND mode = $2 AND endpoint_id = $3"
            f"  AND {is_named('event_id', '$4')} ORDER BY event_id)",
            lane.tenant.account_id,
            lane.tenant.mode,
            lane.endpoint_id,
            event_id,
            status,
            response_status,
            error,
        )

    async def release(self, lane: Lane, *, pause: timedelta | None) -> None:
        """Gives a held lane back: due after `pause`, or not at all until something is queued."""
        await self._connection.execute(
            "UPDATE webhook_lanes SET lease_until = NULL, due_at = now() + $5::interval"
            " WHERE account_id = $1 AND mode = $2 AND endpoint_id = $3 AND export_id = $4",
            *_lane_key(lane),
            pause,
        )


async def open_lanes(connection: Connection, lanes: Sequence[tuple[str, str, str, str]]) -> None:
    """Lanes in which something waits; each is due at once, unless it is due already.

    Always in the same order, so that two writers wait for each other instead of for ever.
    """
    if not lanes:
        return
    await connection.executemany(
        "INSERT INTO webhook_lanes (account_id, mode, endpoint_id, export_id, due_at)"
        " VALUES ($1, $2, $3, $4, now()) ON CONFLICT (account_id, mode, endpoint_id, export_id)"
        " DO UPDATE SET due_at = coalesce(webhook_lanes.due_at, excluded.due_at)",
        list(lanes),
    )


async def sweep_deliveries(connection: Connection, rows: int, *, older_than: timedelta) -> int:
    """Deletes at most so many deliveries of that age that wait for nothing; returns how many."""
    status = await connection.execute(
        "DELETE FROM webhook_deliveries WHERE ctid = ANY (ARRAY(SELECT ctid FROM webhook_deliveries"
        "  WHERE created_at < now() - $1::interval AND status <> 'pending'"
        "  ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
        older_than,
        rows,
    )
    return int(status.rpartition(" ")[2])


async def sweep_lanes(connection: Connection, rows: int) -> int:
    """Deletes at most so many lanes in which nothing waits; returns how many. They come back when it does."""
    status = await connection.execute(
        "DELETE FROM webhook_lanes WHERE ctid = ANY (ARRAY(SELECT ctid FROM webhook_lanes"
        "  WHERE due_at IS NULL LIMIT $1 FOR UPDATE SKIP LOCKED))",
        rows,
    )
    return int(status.rpartition(" ")[2])


def _one_of(statuses: Iterable[str]) -> str:
    """A condition with its values in the text, by which PostgreSQL finds the index of the rare ones."""
    listed = ", ".join(f"'{DeliveryStatus(status)}'" for status in statuses)
    return f"status IN ({listed})"


def _lane_key(lane: Lane) -> tuple[str, str, str, str]:
    return lane.tenant.account_id, lane.tenant.mode, lane.endpoint_id, lane.export_id


def lane_values(row: Record) -> tuple[str, str, str, str]:
    """The key of the lane that a delivery is in."""
    return row["account_id"], row["mode"], row["endpoint_id"], row["export_id"]


def _lane_from_row(row: Record) -> Lane:
    return Lane(
        Tenant(row["account_id"], Mode(row["mode"])),
        row["endpoint_id"],
        row["export_id"],
        row["lease_until"],
        row["is_failing"],
    )


def _delivery_from_row(row: Record) -> Delivery:
    return Delivery(
        event_id=row["event_id"],
        position=row["position"],
        export_id=row["export_id"],
        event_type=row["event_type"],
        body=row["body"],
        status=DeliveryStatus(row["status"]),
        attempts=row["attempts"],
        response_status=row["response_status"],
        error=row["error"],
        created_at=row["created_at"],
        attempted_at=row["attempted_at"],
        delivered_at=row["delivered_at"],
    )
