"""SQL of executions, besides their steps. Methods run in the caller's transaction and name its account."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

import asyncpg
import structlog

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.domain.shipment import NOTHING_STATED, Shipment
from entrygo.execution.state.records import Execution, Package, Step
from entrygo.postgres.pool import Connection

_EXECUTION = (
    "account_id, mode, id, export_id, step, idempotency_key, expected_plan_hash, attempt,"
    " revision, plan_hash, package_id, submission_id, executed_at, response, shipment,"
    " warehouse_id"
)

log = structlog.get_logger(__name__)


class ExecutionStore:
    """Executions: their lease, their step, their answer. Leases begin and end by the database's clock."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))
        self._warehouse_id = visible.warehouse_id

    async def find(self, execution_id: str) -> Execution | None:
        """None also when the caller may not see it."""
        row = await self._connection.fetchrow(
            f"SELECT {_EXECUTION} FROM executions WHERE account_id = $1 AND mode = $2 AND id = $3"  # noqa: S608
            " AND ($4::text IS NULL OR warehouse_id = $4)",
            *self._scope,
            execution_id,
            self._warehouse_id,
        )
        return None if row is None else _execution_from_row(row)

    async def take_over(self, execution_id: str, lease: timedelta) -> Execution | None:
        """The unfinished execution with a new attempt, when its lease is over; None otherwise."""
        row = await self._connection.fetchrow(
            "UPDATE executions SET attempt = attempt + 1, lease_until = now() + $4"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND lease_until <= now()"
            " AND finished_at IS NULL AND ($5::text IS NULL OR warehouse_id = $5)"
            f" RETURNING {_EXECUTION}",
            *self._scope,
            execution_id,
            lease,
            self._warehouse_id,
        )
        return None if row is None else _execution_from_row(row)

    async def extend_lease(self, execution: Execution, lease: timedelta) -> bool:
        """False when another owner has taken over. Locks the row until the transaction ends."""
        return await self._changed(
            "UPDATE executions SET lease_until = now() + $5"
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND attempt = $4 AND finished_at IS NULL",
            execution.id,
            execution.attempt,
            lease,
        )

    async def fail(self, execution: Execution, code: str, message: str, now: datetime) -> None:
        """The end without a package; `code` and `message` are for people."""
        await self._connection.execute(
            "UPDATE executions SET step = 'failed', error_code = $4, error_message = $5, finished_at = $6"
            " WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            execution.id,
            code,
            message,
            now,
        )

    async def revision_of(self, package: Package) -> int | None:
        """Of the plan that this package was made of; None also when the caller may not see it."""
        revision: int | None = await self._connection.fetchval(
            # The export is what there is an index for.
            "SELECT revision FROM executions WHERE account_id = $1 AND mode = $2 AND export_id = $3"
            " AND package_id = $4 AND executed_at IS NOT NULL AND ($5::text IS NULL OR warehouse_id = $5)"
            " ORDER BY executed_at DESC LIMIT 1",
            *self._scope,
            package.export_id,
            package.id,
            self._warehouse_id,
        )
        return revision

    async def set_warehouse(self, execution_id: str, warehouse_id: str) -> None:
        """Says of which warehouse an execution from before was."""
        await self._connection.execute(
            "UPDATE executions SET warehouse_id = $4"
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND warehouse_id IS NULL",
            *self._scope,
            execution_id,
            warehouse_id,
        )

    async def remove(self, execution: Execution) -> bool:
        """Forgets an execution that planning refused to start."""
        return await self._changed(
            "DELETE FROM executions"
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND attempt = $4 AND step = 'started'",
            execution.id,
            execution.attempt,
        )

    async def _changed(self, statement: str, *arguments: object) -> bool:
        status = await self._connection.execute(statement, *self._scope, *arguments)
        return not status.endswith(" 0")


class ExecutionBacklog:
    """What waits for the recovery loop, across accounts; read only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def abandoned_executions(self, limit: int) -> list[Execution]:
        """Unfinished ones whose lease is over, the longest waiting first; within a transaction."""
        rows = self._connection.cursor(
            f"SELECT {_EXECUTION} FROM executions"  # noqa: S608
            " WHERE finished_at IS NULL AND lease_until <= now() ORDER BY lease_until"
        )
        found: list[Execution] = []
        # Those that cannot be read stay the longest waiting, however many they are.
        async for row in rows:
            found += _readable([row])
            if len(found) == limit:
                break
        return found

    async def without_submission(self) -> list[Execution]:
        """Executions that would still make a submission, and send it."""
        rows = await self._connection.fetch(
            f"SELECT {_EXECUTION} FROM executions"  # noqa: S608
            " WHERE finished_at IS NULL AND submission_id IS NULL ORDER BY created_at"
        )
        return [_execution_from_row(row) for row in rows]

    async def without_warehouse(self, limit: int, passed_over: Collection[str]) -> list[Execution]:
        """Finished executions from before warehouses were kept, the oldest first, but for some ids."""
        rows = await self._connection.fetch(
            f"SELECT {_EXECUTION} FROM executions"  # noqa: S608
            " WHERE warehouse_id IS NULL AND revision IS NOT NULL AND finished_at IS NOT NULL"
            " AND id <> ALL($2::text[]) ORDER BY created_at LIMIT $1",
            limit,
            list(passed_over),
        )
        return list(_readable(rows))


def _readable(rows: Iterable[asyncpg.Record]) -> Iterator[Execution]:
    """Without those that this release cannot read, as a newer one may have stored: they hold up no others."""
    for row in rows:
        try:
            yield _execution_from_row(row)
        except ValueError:
            log.exception("execution.unreadable", execution_id=row["id"])


def _tenant_from_row(row: asyncpg.Record) -> Tenant:
    return Tenant(row["account_id"], Mode(row["mode"]))


def _execution_from_row(row: asyncpg.Record) -> Execution:
    read_apart = ("account_id", "mode", "step", "shipment")
    fields = {name: value for name, value in row.items() if name not in read_apart}
    stated = row["shipment"]
    shipment = NOTHING_STATED if stated is None else Shipment.model_validate_json(stated)
    return Execution(tenant=_tenant_from_row(row), step=Step(row["step"]), shipment=shipment, **fields)


def stated(shipment: Shipment) -> str | None:
    """What was stated alone: a release that knows no trip still reads a shipment without one."""
    return None if shipment == NOTHING_STATED else shipment.model_dump_json(exclude_none=True)
