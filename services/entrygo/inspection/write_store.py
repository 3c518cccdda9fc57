"""SQL that writes what folds changed: exports, timelines, feeds, queues of webhooks, positions."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from entrygo.domain.principal import Visible
from entrygo.inspection.announcing import announced
from entrygo.inspection.feed.store import CLOCK_MARGIN
from entrygo.inspection.folding import Folded, summarize
from entrygo.inspection.position_store import Position, columns_of
from entrygo.messaging.events import EXECUTION, PLANNING
from entrygo.postgres.large_bytes import packed_beside
from entrygo.postgres.pool import Connection, Everyone, scope_of, set_scope
from entrygo.postgres.undo import NothingWritten
from entrygo.proto.inspection.v1 import inspection_pb2

Columns = Sequence[tuple[str, str]]

# What is given of each export. NULL leaves what is stored where `saved` says coalesce. `stamp` is that of the
# row as it was read, NULL where there was none.
_EXPORT = (
    ("account_id", "text"),
    ("mode", "text"),
    ("export_id", "text"),
    ("stamp", "text"),
    ("planning_sequence", "bigint"),
    ("execution_sequence", "bigint"),
    ("planning_seen", "bigint"),
    ("execution_seen", "bigint"),
    ("detail", "bytea"),
    ("plan", "bytea"),
    ("state", "text"),
    ("readiness_state", "text"),
    ("compliance_score", "integer"),
    ("plan_hash", "text"),
    ("warehouse_id", "text"),
    ("broker_id", "text"),
    ("destination_country", "text"),
    ("estimated_savings_usd", "text"),
    ("order_count", "integer"),
    ("customs_package_id", "text"),
    ("broker_submission_status", "text"),
    ("created_at", "timestamptz"),
    ("executed_at", "timestamptz"),
    ("has_new_package", "boolean"),
    ("is_moved", "boolean"),
)
# What is given of each entry of a timeline; `told` is the place of its export. No time: it is not announced.
_ENTRY = (
    ("told", "bigint"),
    ("source", "text"),
    ("sequence", "bigint"),
    ("entry", "bytea"),
    ("event_id", "text"),
    ("event_type", "text"),
    ("body", "text"),
    ("occurred_at", "timestamptz"),
)
_POSITION = (("topic", "text"), ("partition", "integer"), ("next_offset", "bigint"))


def _names(columns: Columns) -> str:
    return ", ".join(name for name, _ in columns)


def _arrays(columns: Columns, first: int) -> str:
    """Parameters from `$first` on, an array a column."""
    return ", ".join(f"${number}::{type_}[]" for number, (_, type_) in enumerate(columns, start=first))


# The parameters, behind the three of the scope.
_FIRST_EXPORT = 4
_FIRST_ENTRY = _FIRST_EXPORT + len(_EXPORT)
_NOT_BEFORE = f"${_FIRST_ENTRY + len(_ENTRY)}"
_FIRST_POSITION = _FIRST_ENTRY + len(_ENTRY) + 1

# Where another one was faster, nothing is done, and what was added by then is undone. $6 is as long as all
# arrays of exports.
_EXPORTS = """
added AS (
    INSERT INTO exports (account_id, mode, export_id, planning_sequence, execution_sequence, planning_seen,
        execution_seen, detail, plan, state, readiness_state, compliance_score, plan_hash, warehouse_id,
        broker_id, destination_country, estimated_savings_usd, order_count, customs_package_id,
        broker_submission_status, created_at, executed_at)
    SELECT account_id, mode, export_id, planning_sequence, execution_sequence, planning_seen,
        execution_seen, detail, coalesce(plan, ''), state, coalesce(readiness_state, ''),
        coalesce(compliance_score, 0), coalesce(plan_hash, ''), warehouse_id, coalesce(broker_id, ''),
        coalesce(destination_country, ''), coalesce(estimated_savings_usd, ''), coalesce(order_count, 0),
        customs_package_id, broker_submission_status, created_at, executed_at
    FROM told WHERE stamp IS NULL ORDER BY place ON CONFLICT DO NOTHING RETURNING true),
held AS MATERIALIZED (
    SELECT true FROM told JOIN exports USING (account_id, mode, export_id)
    WHERE (SELECT count(*) FROM added) IS NOT NULL AND told.stamp = exports.xmin::text
    ORDER BY told.place FOR UPDATE OF exports),
found AS MATERIALIZED (
    SELECT (SELECT count(*) FROM added) AS added, (SELECT count(*) FROM held) AS held),
done AS MATERIALIZED (
    SELECT entrygo_or_nothing(added + held = cardinality($6)) FROM found
    WHERE added + held = cardinality($6) OR added > 0),
saved AS (
    UPDATE exports SET planning_sequence = told.planning_sequence,
        execution_sequence = told.execution_sequence, planning_seen = told.planning_seen,
        execution_seen = told.execution_seen, detail = told.detail,
        plan = coalesce(told.plan, exports.plan), state = told.state,
        readiness_state = coalesce(told.readiness_state, exports.readiness_state),
        compliance_score = coalesce(told.compliance_score, exports.compliance_score),
        plan_hash = coalesce(told.plan_hash, exports.plan_hash), warehouse_id = told.warehouse_id,
        broker_id = coalesce(told.broker_id, exports.broker_id),
        destination_country = coalesce(told.destination_country, exports.destination_country),
        estimated_savings_usd = coalesce(told.estimated_savings_usd, exports.estimated_savings_usd),
        order_count = coalesce(told.order_count, exports.order_count),
        customs_package_id = told.customs_package_id,
        broker_submission_status = told.broker_submission_status, created_at = told.created_at,
        executed_at = told.executed_at
    FROM done, told WHERE told.stamp IS NOT NULL AND exports.account_id = told.account_id
    AND exports.mode = told.mode AND exports.export_id = told.export_id),
packaged AS (
    INSERT INTO customs_packages (account_id, mode, export_id, warehouse_id, customs_package_id)
    SELECT account_id, mode, export_id, nullif(warehouse_id, ''), customs_package_id
    FROM done, told WHERE has_new_package ON CONFLICT DO NOTHING)
"""
_TIMELINES = f"""
entry AS MATERIALIZED (
    SELECT told.account_id, told.mode, told.export_id, nullif(told.warehouse_id, '') AS warehouse_id,
        entry.source, entry.sequence, entry.entry, entry.event_id, entry.event_type, entry.body,
        entry.occurred_at, entry.place
    FROM done, unnest({_arrays(_ENTRY, _FIRST_ENTRY)})
        WITH ORDINALITY AS entry ({_names(_ENTRY)}, place)
    JOIN told ON told.place = entry.told),
listed AS (
    INSERT INTO timeline (account_id, mode, export_id, warehouse_id, source, sequence, entry)
    SELECT account_id, mode, export_id, warehouse_id, source, sequence, entry FROM entry
    ON CONFLICT DO NOTHING)
"""  # noqa: S608
# A head stays locked until the end: places are given in the order in which they can be seen.
_FEEDS = f"""
event AS MATERIALIZED (SELECT * FROM entry WHERE occurred_at IS NOT NULL),
counted AS (SELECT account_id, mode, count(*) AS events FROM event GROUP BY account_id, mode),
head AS (
    INSERT INTO event_feed_heads AS head (account_id, mode, last_position)
    SELECT account_id, mode, events FROM counted ORDER BY account_id, mode
    ON CONFLICT (account_id, mode) DO UPDATE SET last_position = head.last_position + excluded.last_position
    RETURNING account_id, mode, last_position),
moved AS (
    UPDATE event_feed SET warehouse_id = told.warehouse_id FROM done, told WHERE told.is_moved
    AND event_feed.account_id = told.account_id AND event_feed.mode = told.mode
    AND event_feed.export_id = told.export_id AND event_feed.warehouse_id IS DISTINCT FROM told.warehouse_id),
published AS (
    INSERT INTO event_feed (account_id, mode, position, event_id, export_id, warehouse_id, event_type, body)
    SELECT account_id, mode, last_position - events
        + row_number() OVER (PARTITION BY account_id, mode ORDER BY place),
        event_id, export_id, warehouse_id, event_type, body
    FROM event JOIN counted USING (account_id, mode) JOIN head USING (account_id, mode)
    WHERE occurred_at >= now() - {_NOT_BEFORE}::interval ON CONFLICT (account_id, mode, event_id) DO NOTHING
    RETURNING account_id, mode, event_id)
"""  # noqa: S608
# An endpoint is held before its lanes, as whoever removes it does: one that is removed while this waits is
# passed by. An event says when it happened by the clock of its process, an endpoint by the database's: what
# is new to the feed may have happened "before" the endpoint was made, by as much as such clocks may differ.
_WEBHOOKS = f"""
queued AS (
    INSERT INTO webhook_deliveries
        (account_id, mode, endpoint_id, event_id, export_id, event_type, body, status)
    SELECT event.account_id, event.mode, endpoint.endpoint_id, event.event_id, event.export_id,
        event.event_type, event.body, CASE endpoint.status WHEN 'enabled' THEN 'pending' ELSE 'held' END
    FROM event LEFT JOIN published USING (account_id, mode, event_id)
    JOIN webhook_endpoints AS endpoint USING (account_id, mode)
    WHERE (endpoint.warehouse_id IS NULL OR endpoint.warehouse_id = event.warehouse_id)
    AND (endpoint.events = '{{}}' OR event.event_type = ANY (endpoint.events))
    AND event.occurred_at >= now() - {_NOT_BEFORE}::interval
    AND event.occurred_at >= endpoint.created_at - CASE WHEN published.event_id IS NULL
        THEN interval '0' ELSE interval '{CLOCK_MARGIN.days} days' END
    ORDER BY endpoint.endpoint_id, event.export_id, event.place FOR KEY SHARE OF endpoint
    ON CONFLICT DO NOTHING RETURNING account_id, mode, endpoint_id, export_id, status),
waiting AS MATERIALIZED (
    SELECT DISTINCT account_id, mode, endpoint_id, export_id FROM queued WHERE status = 'pending'),
opened AS (
    INSERT INTO webhook_lanes (account_id, mode, endpoint_id, export_id, due_at)
    SELECT account_id, mode, endpoint_id, export_id, now() FROM waiting
    ORDER BY account_id, mode, endpoint_id, export_id ON CONFLICT (account_id, mode, endpoint_id, export_id)
    DO UPDATE SET due_at = coalesce(webhook_lanes.due_at, excluded.due_at))
"""  # noqa: S608
_POSITIONS = f"""
placed AS (
    INSERT INTO consumer_positions (topic, partition, next_offset)
    SELECT at.topic, at.partition, at.next_offset FROM done, (SELECT count(*) FROM head) AS after,
        unnest({_arrays(_POSITION, _FIRST_POSITION)}) AS at ({_names(_POSITION)})
    ORDER BY at.topic, at.partition
    ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset)
"""  # noqa: S608

# Each part reads the one before it, and so begins after it: exports that are added before those that are
# there, in the order of their keys, as `ReadModelStore.lock` does; then feeds, in the order of accounts and
# modes; positions last. So two writers wait for each other instead of for ever.
_WRITE = f"""
WITH scope AS MATERIALIZED (SELECT {set_scope()}),
told AS MATERIALIZED (
    SELECT told.* FROM scope, unnest({_arrays(_EXPORT, _FIRST_EXPORT)})
        WITH ORDINALITY AS told ({_names(_EXPORT)}, place)),
{_EXPORTS},
{_TIMELINES},
{_FEEDS},
{_WEBHOOKS},
{_POSITIONS}
SELECT EXISTS (SELECT FROM done) AS is_done, EXISTS (SELECT FROM waiting) AS is_awaited
"""  # noqa: S608


class WriteStore:
    """Every export of every account, within a transaction or in none: the statement sets its scope."""

    def __init__(self, connection: Connection, scope: Visible | Everyone) -> None:
        self._connection = connection
        self._scope = scope_of(scope)

    async def write(
        self, folded: Sequence[Folded], positions: Mapping[Position, int], *, not_before: timedelta
    ) -> bool | None:
        """Writes what folds changed, announces their events, and keeps where the reader goes on.

        True when a webhook can be sent then. None, and nothing is written, where one of these exports was
        changed or added since it was read. `folded` is in the order of the exports' keys.

        Events go to the end of their accounts' feeds and into the queue of each endpoint that asked for them.
        What is announced already stays where it is. Whoever appends to a feed waits for whoever is appending
        to it, until that transaction ends: a reader who sees a place has seen all that come before it. What
        was in the feed before an endpoint was made, or happened longer than `not_before` ago, is not sent: a
        read model that is built anew goes through all of history.
        """
        exports = [await _export_values(one) for one in folded]
        entries = [
            (place, row.source, row.sequence, row.entry.SerializeToString(), *values)
            for place, one in enumerate(folded, start=1)
            for row, values in zip(one.rows, announced(one), strict=True)
        ]
        try:
            written = await self._connection.fetchrow(
                _WRITE,
                *self._scope,
                *_transposed(exports, _EXPORT),
                *_transposed(entries, _ENTRY),
                not_before,
                *columns_of(positions),
            )
        except NothingWritten:
            return None
        assert written is not None
        return written["is_awaited"] if written["is_done"] else None


def _transposed(rows: Sequence[tuple[object, ...]], columns: Columns) -> list[list[object]]:
    """An array a column, also of no rows."""
    return [[row[place] for row in rows] for place in range(len(columns))]


async def _export_values(folded: Folded) -> tuple[object, ...]:
    """In the order of _EXPORT."""
    known = folded.known
    export, summary = known.export, summarize(known.export)
    detail = inspection_pb2.Export()
    detail.CopyFrom(export)
    detail.ClearField("plan")
    return (
        known.key.account_id,
        known.key.mode,
        known.key.export_id,
        known.stamp,
        known.applied[PLANNING],
        known.applied[EXECUTION],
        known.seen[PLANNING],
        known.seen[EXECUTION],
        detail.SerializeToString(deterministic=True),
        await packed_beside(export.plan.SerializeToString(deterministic=True))
        if export.HasField("plan")
        else None,
        summary.state,
        summary.readiness_state,
        summary.compliance_score,
        summary.plan_hash,
        known.warehouse_id,
        summary.broker_id,
        summary.destination_country,
        summary.estimated_savings_usd,
        summary.order_count,
        summary.customs_package_id,
        summary.broker_submission_status,
        summary.created_at,
        summary.executed_at,
        folded.has_new_package,
        folded.moved,
    )
