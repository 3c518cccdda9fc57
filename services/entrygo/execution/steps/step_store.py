"""SQL of an execution's steps, each one statement that changes nothing unless the caller is its owner.

They set their scope themselves: each may be a transaction by itself. *prepared* is in `prepared_store`.
"""

from datetime import datetime, timedelta

from entrygo.domain.principal import Visible
from entrygo.execution.state.package_store import PACKAGE, PackageStore, package_from_row
from entrygo.execution.state.records import Claim, Execution, Package
from entrygo.execution.store import stated
from entrygo.postgres.pool import SCOPED, Connection, scope_of, set_scope

# The scope of the keys of executes.
OPERATION = "execution.execute"
FIRST_PACKAGE_NUMBER = 100_001

# The lock on the execution's row keeps a new owner out until the transaction ends.
_BEGIN = (
    f"WITH scope AS MATERIALIZED (SELECT {set_scope('$15')}),"  # noqa: S608
    " taken AS (INSERT INTO idempotency_keys"
    "  (account_id, mode, operation, key, fingerprint, resource_id)"
    "  SELECT $1, $2, $13, $6, $14::bytea, $3 WHERE $6 <> ''"
    f"  AND {SCOPED} ON CONFLICT DO NOTHING RETURNING true)"
    " INSERT INTO executions (account_id, mode, id, export_id, step, idempotency_key,"
    " expected_plan_hash, attempt, lease_until, created_at, shipment, warehouse_id)"
    " SELECT $1, $2, $3, $4, $5, $6, $7, $8, now() + $9::interval, $10::timestamptz, $11::jsonb, $12"
    f" WHERE {SCOPED} AND ($6 = '' OR EXISTS (SELECT FROM taken)) RETURNING true"
)
_CLAIMED = (
    f"WITH scope AS MATERIALIZED (SELECT {set_scope('$15')}),"  # noqa: S608
    " owned AS MATERIALIZED (SELECT FROM executions WHERE account_id = $1 AND mode = $2 AND id = $3"
    f"  AND attempt = $4 AND finished_at IS NULL AND {SCOPED} FOR UPDATE),"
    " existing AS (UPDATE customs_packages SET generated_at = $7, warehouse_id = $8"
    "  WHERE account_id = $1 AND mode = $2 AND export_id = $6 AND state = 'reserved'"
    f"  AND EXISTS (SELECT FROM owned) RETURNING {PACKAGE}),"
    " counted AS (INSERT INTO package_numbers (account_id, mode, last_number)"
    "  SELECT $1, $2, $11::bigint WHERE $10::text IS NULL AND EXISTS (SELECT FROM owned)"
    "   AND NOT EXISTS (SELECT FROM existing)"
    "  ON CONFLICT (account_id, mode) DO UPDATE SET last_number = package_numbers.last_number + 1"
    "  RETURNING 'cp_ch' || last_number AS number),"
    " numbered AS (SELECT number FROM counted UNION ALL SELECT $10 WHERE $10 IS NOT NULL"
    "  AND EXISTS (SELECT FROM owned) AND NOT EXISTS (SELECT FROM existing)),"
    " added AS (INSERT INTO customs_packages (account_id, mode, id, export_id, number, state,"
    "  generated_at, warehouse_id, replaces)"
    "  SELECT $1, $2, $9, $6, number, 'reserved', $7, $8, $12 FROM numbered"
    f"  RETURNING {PACKAGE}),"
    " package AS (SELECT * FROM existing UNION ALL SELECT * FROM added),"
    " saved AS (UPDATE executions SET step = 'claimed', revision = $13, plan_hash = $14,"
    "  package_id = (SELECT id FROM package), warehouse_id = coalesce($8, warehouse_id),"
    "  lease_until = now() + $5::interval"
    "  WHERE account_id = $1 AND mode = $2 AND id = $3 AND EXISTS (SELECT FROM package))"
    " SELECT * FROM package"
)
_COMPLETED = (
    f"WITH scope AS MATERIALIZED (SELECT {set_scope('$8')}),"  # noqa: S608
    " owned AS (UPDATE executions SET step = 'completed', response = $5, finished_at = $6"
    "  WHERE account_id = $1 AND mode = $2 AND id = $3 AND attempt = $4 AND finished_at IS NULL"
    f"  AND {SCOPED} RETURNING idempotency_key),"
    " answered AS (UPDATE idempotency_keys SET response = $5"
    "  WHERE account_id = $1 AND mode = $2 AND operation = $7 AND key = (SELECT idempotency_key FROM owned))"
    " SELECT EXISTS (SELECT FROM owned)"
)


class StepStore:
    """The steps of one account's executions. Leases are by the clock of the database."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._visible = visible
        account_id, mode, self._seen_warehouse = scope_of(visible)
        self._scope = (account_id, mode)

    async def begin(
        self, execution: Execution, fingerprint: bytes, lease: timedelta, created_at: datetime
    ) -> bool:
        """A new execution with its key, if it has one; False where the key is taken. Its lease begins now."""
        begun = await self._connection.fetchval(
            _BEGIN,
            *self._scope,
            execution.id,
            execution.export_id,
            execution.step,
            execution.idempotency_key,
            execution.expected_plan_hash,
            execution.attempt,
            lease,
            created_at,
            stated(execution.shipment),
            execution.warehouse_id,
            OPERATION,
            fingerprint,
            self._seen_warehouse,
        )
        return bool(begun)

    async def claimed(
        self,
        execution: Execution,
        claim: Claim,
        package_id: str,
        *,
        replaces: Package | None,
        now: datetime,
        lease: timedelta,
    ) -> Package | None:
        """Step *claimed*: what planning fixed, and the export's package; None where another one is the owner.

        The package is a new one with the next number, or the one that an earlier run reserved. One that takes
        another one's place has its number with a suffix.
        """
        packages = PackageStore(self._connection, self._visible)
        row = await self._connection.fetchrow(
            _CLAIMED,
            *self._owner(execution),
            lease,
            execution.export_id,
            now,
            claim.warehouse_id,
            package_id,
            None if replaces is None else await packages.suffixed(replaces),
            FIRST_PACKAGE_NUMBER,
            None if replaces is None else replaces.id,
            claim.revision,
            claim.plan_hash,
            self._seen_warehouse,
        )
        return None if row is None else package_from_row(row)

    async def completed(self, execution: Execution, response: bytes, now: datetime) -> bool:
        """The end, with the answer that repetitions get; False where another one is the owner."""
        completed = await self._connection.fetchval(
            _COMPLETED, *self._owner(execution), response, now, OPERATION, self._seen_warehouse
        )
        return bool(completed)

    def _owner(self, execution: Execution) -> tuple[str, str, str, int]:
        return (*self._scope, execution.id, execution.attempt)
