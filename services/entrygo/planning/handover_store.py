"""SQL of an export's handover to an execution and of its end: each one statement, a transaction by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from entrygo.domain.principal import Visible
from entrygo.messaging.doorbell import ring
from entrygo.messaging.outbox import appended, appended_values
from entrygo.planning.account_orders_store import OF_BATCH
from entrygo.planning.exports import HEADED_COLUMNS, Export
from entrygo.planning.importer_costs_store import counting
from entrygo.planning.snapshots import PackedSnapshot, longest_packed
from entrygo.planning.store import TAKING_PARTS, headed_from_row, packed_from_row
from entrygo.postgres.pool import SCOPED, Connection, after_commit, scope_of, set_scope
from entrygo.postgres.undo import NothingWritten
from entrygo.proto.events.v1 import events_pb2

# The subquery begins once there is a scope. A snapshot that is too long stays where it is.
_CLAIMABLE = f"""
WITH scope AS MATERIALIZED (SELECT {set_scope()})
SELECT found.* FROM scope CROSS JOIN LATERAL (
    SELECT {HEADED_COLUMNS},
        approval_required IS TRUE AND NOT EXISTS (
            SELECT FROM export_approvals WHERE account_id = $1 AND mode = $2
            AND export_id = exports.export_id AND plan_hash = exports.plan_hash) AS lacks_approval,
        small.snapshot, small.reference_digest, small.rows
    FROM exports
    LEFT JOIN account_policies USING (account_id, mode)
    LEFT JOIN LATERAL (
        SELECT snapshot, reference_digest, rows
        FROM plans LEFT JOIN reference_sets ON digest = reference_digest
        WHERE account_id = exports.account_id AND mode = exports.mode AND export_id = exports.export_id
        AND revision = exports.revision AND octet_length(snapshot) <= $5) AS small ON true
    WHERE exports.account_id = scope.account_id AND exports.mode = scope.mode AND exports.export_id = $4
    OFFSET 0) AS found
"""  # noqa: S608
# The row as it was read, and the last event about it, in this life of the database.
_AS_READ = (
    "account_id = $1 AND mode = $2 AND export_id = $4 AND execution_id IS NOT DISTINCT FROM $5"  # noqa: S608
    " AND event_sequence = $6 AND supersedes IS NULL"
    f" AND (SELECT epoch::text FROM owner_epoch) = $7 AND {SCOPED}"
    " AND EXISTS (SELECT FROM event_log WHERE account_id = $1 AND mode = $2 AND stream_id = $4"
    f"  AND sequence = $6 AND event_id = $8 AND {SCOPED})"
)
# Orders are taken as by `PlanningStore.claim_orders`, once the export is locked.
_CLAIM = f"""
WITH scope AS MATERIALIZED (SELECT {set_scope()}),
claimed AS MATERIALIZED (
    UPDATE exports SET state = 'EXECUTING', execution_id = $10, claimed_at = $9, updated_at = $9,
        event_sequence = $6 + 1
    WHERE {_AS_READ} AND state = 'BATCHED' RETURNING warehouse_id, claimed_at),
{TAKING_PARTS},
done AS MATERIALIZED (
    SELECT entrygo_or_nothing((SELECT count(*) FROM taken) = (SELECT count(*) FROM batch)) FROM claimed),
gone AS (
    DELETE FROM export_orders WHERE account_id = $1 AND mode = $2 AND {OF_BATCH} $4
    AND EXISTS (SELECT FROM done)),
{appended(11, "done")}
SELECT EXISTS (SELECT FROM done)
"""  # noqa: S608
_COMPLETE = f"""
WITH scope AS MATERIALIZED (SELECT {set_scope()}),
done AS MATERIALIZED (
    UPDATE exports SET state = 'COMPLETED', updated_at = $9, event_sequence = $6 + 1
    WHERE {_AS_READ} AND state = 'EXECUTING' RETURNING revision),
counted AS ({counting("$4", "(SELECT revision FROM done)")}),
{appended(10, "done")}
SELECT EXISTS (SELECT FROM done)
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimable:
    """An export with its head as it was read, without a lock."""

    export: Export
    # Whether nobody has approved its plan, in an account that asks for that.
    lacks_approval: bool
    # Its plan, where that is short enough.
    packed: PackedSnapshot | None


class HandoverStore:
    """Each method is one statement, which sets its scope: to be run in no transaction."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = scope_of(visible)

    async def claimable(self, export_id: str, *, snapshot_at_most: int) -> Claimable | None:
        """The export, with its current plan if that is at most so many bytes; None if it is not visible, or
        its last event is from before events had ids."""
        row = await self._connection.fetchrow(
            _CLAIMABLE, *self._scope, export_id, longest_packed(snapshot_at_most)
        )
        if row is None or (export := headed_from_row(row)) is None:
            return None
        packed = None if row["snapshot"] is None else packed_from_row(row)
        return Claimable(export=export, lacks_approval=row["lacks_approval"], packed=packed)

    async def claim(self, export: Export, execution_id: str, event: events_pb2.Event, now: datetime) -> bool:
        """BATCHED to EXECUTING, with every order and the event; `export` is as it was read.

        False, and nothing is written, where it has changed since, follows another one, or an order has left.
        """
        return await self._written(_CLAIM, export, now, [execution_id], event)

    async def complete(self, export: Export, event: events_pb2.Event, now: datetime) -> bool:
        """EXECUTING to COMPLETED, with its costs and the event; `export` is as it was claimed.

        False, and nothing is written, where it has changed since, or follows another one.
        """
        return await self._written(_COMPLETE, export, now, [], event)

    async def _written(
        self, statement: str, export: Export, now: datetime, values: Sequence[object], event: events_pb2.Event
    ) -> bool:
        head = export.head
        assert head is not None
        try:
            is_written = await self._connection.fetchval(
                statement,
                *self._scope,
                export.export_id,
                export.execution_id,
                export.event_sequence,
                head.epoch,
                head.event_id,
                now,
                *values,
                *appended_values([event], warehouse_id=export.warehouse_id),
            )
        except NothingWritten:
            return False
        if is_written:
            after_commit(self._connection, ring)
        return bool(is_written)
