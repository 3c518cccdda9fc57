"""SQL of exports and their plans, of which orders sit in which batch, and of which have left."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import asyncpg

from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import Readiness
from entrygo.messaging.heads import Head
from entrygo.messaging.outbox import append_with, last_of
from entrygo.planning.account_orders_store import OF_BATCH
from entrygo.planning.exports import EXPORT_COLUMNS, HEADED_COLUMNS, Export, row_from_export
from entrygo.planning.snapshots import PackedSnapshot
from entrygo.postgres.conditions import looked_up
from entrygo.postgres.pool import Connection
from entrygo.proto.events.v1 import events_pb2


class OrderTaken(Exception):
    """Some orders were claimed by another export meanwhile."""

    def __init__(self, order_ids: Sequence[str]) -> None:
        super().__init__(order_ids)
        self.order_ids = list(order_ids)


FIND_EXPORT = (
    f"SELECT {EXPORT_COLUMNS} FROM exports WHERE account_id = $1 AND mode = $2"  # noqa: S608
    " AND ($3::text IS NULL OR warehouse_id = $3) AND export_id = $4"
)

# The event as well: nobody adds another one while the row is locked.
LOCK_EXPORT = (
    f"SELECT {HEADED_COLUMNS}"  # noqa: S608
    " FROM exports WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR warehouse_id = $3)"
    " AND export_id = $4 FOR UPDATE"
)

# From $10 on, behind the values of its event.
SAVE_EXPORT = (
    "UPDATE exports SET warehouse_id = $11, state = $12, revision = $13, plan_hash = $14,"
    " readiness_state = $15, execution_id = $16, claimed_at = $17, event_sequence = $18,"
    " withdrawal_id = $19, supersedes = $20, superseded_by = $21, updated_at = $22"
    " WHERE account_id = $1 AND mode = $2 AND export_id = $10"
)

EXPORTS_OF_AN_ORDER = f"""
SELECT {EXPORT_COLUMNS} FROM (
    SELECT export_id AS id FROM {looked_up("export_orders", "order_id", "$4", "export_id")} AS planned
    UNION SELECT export_id FROM {looked_up("order_claims", "order_id", "$4", "export_id")} AS claim) AS named,
    {looked_up("exports", "export_id", "named.id", f"{EXPORT_COLUMNS}, created_at")} AS export
WHERE $3::text IS NULL OR warehouse_id = $3 ORDER BY created_at DESC, export_id DESC LIMIT $5
"""  # noqa: S608

# The orders of the batch that the part `claimed` is of, and those of them that nobody else had: in one fixed
# order, so that two batches with common orders wait for each other and never deadlock.
TAKING_PARTS = (
    "batch AS MATERIALIZED (SELECT order_id, claimed.warehouse_id, claimed.claimed_at"  # noqa: S608
    f"  FROM claimed, export_orders WHERE account_id = $1 AND mode = $2 AND {OF_BATCH} $4),"
    " taken AS (INSERT INTO order_claims (account_id, mode, order_id, export_id, warehouse_id, claimed_at)"
    "  SELECT $1, $2, order_id, $4, warehouse_id, claimed_at FROM batch ORDER BY order_id"
    "  ON CONFLICT DO NOTHING RETURNING order_id)"
)

FIND_PLAN = (
    "SELECT snapshot, reference_digest, rows FROM plans"
    " JOIN exports USING (account_id, mode, export_id)"
    " LEFT JOIN reference_sets ON digest = reference_digest"
    " WHERE plans.account_id = $1 AND plans.mode = $2"
    " AND ($3::text IS NULL OR (plans.warehouse_id = $3 AND exports.warehouse_id = $3))"
    " AND plans.export_id = $4"
)


class PlanningStore:
    """The exports that `visible` includes, within the caller's transaction of the same scope."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._account = (visible.tenant.account_id, visible.tenant.mode)
        self._scope = (*self._account, visible.warehouse_id)

    async def find_export(self, export_id: str) -> Export | None:
        """The current export; None if it is not visible."""
        row = await self._connection.fetchrow(FIND_EXPORT, *self._scope, export_id)
        return _export_from_row(row) if row else None

    async def lock_export(self, export_id: str) -> Export | None:
        """The export with its head; nobody else changes it before this transaction ends."""
        row = await self._connection.fetchrow(LOCK_EXPORT, *self._scope, export_id)
        if row is None:
            return None
        if (headed := headed_from_row(row)) is not None:
            return headed
        # No id was kept, or it was added while this statement waited for the lock and saw the time before.
        export = _export_from_row(row)
        head = await last_of(self._connection, *self._account, export_id, export.event_sequence)
        return replace(export, head=head)

    async def exports_of(self, order_id: str, limit: int) -> Sequence[Export]:
        """The exports that the order is in, or left with, newest first."""
        rows = await self._connection.fetch(EXPORTS_OF_AN_ORDER, *self._scope, order_id, limit)
        return [_export_from_row(row) for row in rows]

    async def add_export(self, export: Export, at: datetime) -> None:
        """Stores a new export, created at `at`."""
        await self._connection.execute(
            f"INSERT INTO exports (account_id, mode, {EXPORT_COLUMNS}, created_at, updated_at)"  # noqa: S608
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)",
            *self._account,
            *row_from_export(export),
            at,
        )

    async def save_export(
        self,
        export: Export,
        at: datetime,
        event: events_pb2.Event,
        beside: Sequence[str] = (),
        *,
        data: tuple[bytes, ...] = (),
    ) -> None:
        """Writes a locked export back together with an event that names what it follows.

        `beside` are further changes, with the parameters of SAVE_EXPORT; `data` those of the event that it
        does not carry itself.
        """
        await append_with(
            self._connection,
            event,
            warehouse_id=export.warehouse_id,
            changes=[SAVE_EXPORT, *beside],
            values=(*row_from_export(export), at),
            data=data,
        )

    async def note_successor(self, export_id: str, successor_id: str | None, at: datetime) -> None:
        """Of a locked export: which one takes its place, which is no event about it."""
        await self._connection.execute(
            "UPDATE exports SET superseded_by = $4, updated_at = $5"
            " WHERE account_id = $1 AND mode = $2 AND export_id = $3",
            *self._account,
            export_id,
            successor_id,
            at,
        )

    async def add_plan(
        self, export: Export, snapshot: PackedSnapshot, at: datetime, importer_costs: str | None = None
    ) -> None:
        """Stores the export's current plan, and its reference rows where no plan has had them before.

        `importer_costs` is JSON, as ImporterCosts counts it.
        """
        await self._connection.execute(
            "WITH kept AS (INSERT INTO reference_sets (digest, rows, added_at) VALUES ($8, $9, $10)"
            " ON CONFLICT DO NOTHING)"
            " INSERT INTO plans (account_id, mode, export_id, warehouse_id, revision, plan_hash, snapshot,"
            " reference_digest, planned_at, importer_costs)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $10, $11::jsonb)",
            *self._account,
            export.export_id,
            export.warehouse_id,
            export.revision,
            export.plan_hash,
            snapshot.content,
            snapshot.reference_digest,
            snapshot.reference_rows,
            at,
            importer_costs,
        )

    async def find_snapshot(self, export_id: str, revision: int) -> PackedSnapshot | None:
        """The packed snapshot of a plan; revision 0 is the current one.

        Asks for the export as well: one that was planned again for another warehouse is that one's.
        """
        return await self._packed(
            FIND_PLAN + " AND plans.revision = CASE $5::int WHEN 0 THEN exports.revision ELSE $5 END",
            export_id,
            revision,
        )

    async def find_plan(self, export_id: str, plan_hash: str) -> PackedSnapshot | None:
        """The packed snapshot of the latest plan of a visible export with this hash."""
        return await self._packed(
            FIND_PLAN + " AND plans.plan_hash = $5 ORDER BY plans.revision DESC LIMIT 1", export_id, plan_hash
        )

    async def _packed(self, statement: str, export_id: str, plan: int | str) -> PackedSnapshot | None:
        row = await self._connection.fetchrow(statement, *self._scope, export_id, plan)
        return packed_from_row(row) if row else None

    async def add_orders(self, export: Export, order_ids: Sequence[str]) -> None:
        """Puts orders into a batch that has none."""
        await self._connection.execute(
            "INSERT INTO export_orders (account_id, mode, export_id, warehouse_id, order_id)"
            " SELECT $1, $2, $3, $4, order_id FROM unnest($5::text[]) AS planned (order_id)",
            *self._account,
            export.export_id,
            export.warehouse_id,
            list(order_ids),
        )

    async def remove_orders(self, export_id: str) -> None:
        """Takes every order out of a batch."""
        await self._connection.execute(
            f"DELETE FROM export_orders WHERE account_id = $1 AND mode = $2 AND {OF_BATCH} $3",  # noqa: S608
            *self._account,
            export_id,
        )

    async def claim_orders(self, export: Export, at: datetime) -> None:
        """Takes every order of the batch, or raises OrderTaken; waits for claims under way.

        Of a successor those that left with its predecessor stay there until `move_orders`.
        """
        taken = await self._connection.fetch(
            "WITH claimed AS (SELECT $3::text AS warehouse_id, $5::timestamptz AS claimed_at),"  # noqa: S608
            f" {TAKING_PARTS},"
            f" gone AS (DELETE FROM export_orders WHERE account_id = $1 AND mode = $2 AND {OF_BATCH} $4"
            "  AND $6::text IS NULL) SELECT order_id FROM batch EXCEPT SELECT order_id FROM taken"
            f" EXCEPT SELECT order_id FROM order_claims WHERE account_id = $1 AND mode = $2 AND {OF_BATCH} $6"
            " ORDER BY order_id",
            *self._account,
            export.warehouse_id,
            export.export_id,
            at,
            export.supersedes,
        )
        if taken:
            raise OrderTaken([row["order_id"] for row in taken])

    async def move_orders(self, predecessor_id: str, successor: Export) -> None:
        """Gives the successor its predecessor's orders, and sets those free that it leaves out."""
        await self._connection.execute(
            f"WITH batch AS (DELETE FROM export_orders WHERE account_id = $1 AND mode = $2 AND {OF_BATCH} $4"  # noqa: S608
            "  RETURNING order_id)"
            f" UPDATE order_claims SET export_id = $4 WHERE account_id = $1 AND mode = $2 AND {OF_BATCH} $3"
            " AND (order_id IN (SELECT order_id FROM batch)) IS TRUE",  # hashed, not each compared with all
            *self._account,
            predecessor_id,
            successor.export_id,
        )
        await self.release_orders(predecessor_id)

    async def release_orders(self, export_id: str) -> int:
        """Lets the orders of an export that failed, or was withdrawn, go elsewhere; how many they are."""
        status = await self._connection.execute(
            f"DELETE FROM order_claims WHERE account_id = $1 AND mode = $2 AND {OF_BATCH} $3",  # noqa: S608
            *self._account,
            export_id,
        )
        return int(status.rpartition(" ")[2])

    async def count_claimed(self, export_id: str) -> int:
        """How many orders have left with an export."""
        count = await self._connection.fetchval(
            f"SELECT count(*) FROM order_claims WHERE account_id = $1 AND mode = $2 AND {OF_BATCH} $3",  # noqa: S608
            *self._account,
            export_id,
        )
        assert isinstance(count, int)
        return count


def packed_from_row(row: asyncpg.Record) -> PackedSnapshot:
    """A row with the columns of FIND_PLAN."""
    return PackedSnapshot(
        content=row["snapshot"], reference_digest=row["reference_digest"], reference_rows=row["rows"]
    )


def headed_from_row(row: asyncpg.Record) -> Export | None:
    """A row with HEADED_COLUMNS; None where no id of the last event is there."""
    if row["last_event_id"] is None:
        return None
    export = _export_from_row(row)
    return replace(export, head=Head(export.event_sequence, row["last_event_id"], row["epoch"]))


def _export_from_row(row: asyncpg.Record) -> Export:
    return Export(
        export_id=row["export_id"],
        warehouse_id=row["warehouse_id"],
        state=State(row["state"]),
        revision=row["revision"],
        plan_hash=row["plan_hash"],
        readiness_state=Readiness(row["readiness_state"]),
        execution_id=row["execution_id"],
        claimed_at=row["claimed_at"],
        event_sequence=row["event_sequence"],
        withdrawal_id=row["withdrawal_id"],
        supersedes=row["supersedes"],
        superseded_by=row["superseded_by"],
    )
