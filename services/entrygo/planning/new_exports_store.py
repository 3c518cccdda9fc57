"""SQL of a new export that is read, decided on and written in one transaction: few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from entrygo.domain.principal import Visible
from entrygo.messaging.outbox import append_first
from entrygo.planning.exports import EXPORT_COLUMNS, Export, row_from_export
from entrygo.planning.policy.policy import Policy
from entrygo.planning.policy.store import COLUMNS, policy_from_row
from entrygo.planning.snapshots import PackedSnapshot
from entrygo.postgres.idempotency import KeyRow, KeyStore
from entrygo.postgres.pool import Connection
from entrygo.proto.events.v1 import events_pb2

# From $13 on, behind what belongs to the event and its answer.
_ADD = (
    f"INSERT INTO exports (account_id, mode, {EXPORT_COLUMNS}, created_at, updated_at)"  # noqa: S608
    " VALUES ($1, $2, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $25)",
    "INSERT INTO reference_sets (digest, rows, added_at) VALUES ($27, $28, $25) ON CONFLICT DO NOTHING",
    "INSERT INTO plans (account_id, mode, export_id, warehouse_id, revision, plan_hash, snapshot,"
    " reference_digest, planned_at, importer_costs)"
    " VALUES ($1, $2, $13, $14, $16, $17, $26, $27, $25, $29::jsonb)",
    "INSERT INTO export_orders (account_id, mode, export_id, warehouse_id, order_id)"
    " SELECT $1, $2, $13, $14, order_id FROM unnest($30::text[]) AS planned (order_id)",
)


@dataclass(frozen=True, slots=True)
class Begun:
    """What a plan begins with: the epoch of its event, and the account's policy."""

    epoch: str
    policy: Policy


class NewExports:
    """The account's, within the caller's transaction of the same scope."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._visible = visible

    async def begin(self, operation: str, key: str, fingerprint: bytes) -> Begun | KeyRow:
        """Takes the key and reads what the plan begins with; the row of the call that has the key.

        An empty key is none. Raises as `KeyStore.claim`.
        """
        row = await KeyStore(self._connection, self._visible, operation).claim_reading(
            key,
            fingerprint,
            f"SELECT epoch::text AS epoch, {COLUMNS}"  # noqa: S608
            " FROM owner_epoch LEFT JOIN account_policies ON account_id = $1 AND mode = $2",
        )
        return row if isinstance(row, KeyRow) else Begun(row["epoch"], policy_from_row(row))

    async def add(
        self,
        export: Export,
        snapshot: PackedSnapshot,
        at: datetime,
        *,
        importer_costs: str | None,
        order_ids: Sequence[str],
        event: events_pb2.Event,
        data: tuple[bytes, ...],
        operation: str,
        key: str,
        answer: bytes,
    ) -> None:
        """Stores the export with its plan and orders, created at `at`, as the PlanningStore would; with its
        event, whose `data` it does not carry, and the answer of the key."""
        await append_first(
            self._connection,
            event,
            warehouse_id=export.warehouse_id,
            operation=operation,
            key=key,
            answer=answer,
            data=data,
            changes=_ADD,
            values=(
                *row_from_export(export),
                at,
                snapshot.content,
                snapshot.reference_digest,
                snapshot.reference_rows,
                importer_costs,
                list(order_ids),
            ),
        )
