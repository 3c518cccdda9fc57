"""All SQL of withdrawals. Methods run in the caller's transaction; each names the account in its WHERE."""

from datetime import timedelta

import asyncpg

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.state.records import Withdrawal
from entrygo.postgres.pool import Connection

_WITHDRAWAL = "account_id, mode, id, export_id, warehouse_id, reason, idempotency_key, created_at, response"


class WithdrawalStore:
    """Withdrawals that `visible` includes, within the caller's transaction of the same scope."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))
        self._warehouse_id = visible.warehouse_id

    async def add(self, withdrawal: Withdrawal, *, due_in: timedelta) -> None:
        """Stores a new withdrawal, which other processes may resume after `due_in`."""
        await self._connection.execute(
            "INSERT INTO withdrawals (account_id, mode, id, export_id, warehouse_id, reason, idempotency_key,"
            " created_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9)",
            *self._scope,
            withdrawal.id,
            withdrawal.export_id,
            withdrawal.warehouse_id,
            withdrawal.reason,
            withdrawal.idempotency_key,
            withdrawal.created_at,
            due_in,
        )

    async def find(self, withdrawal_id: str) -> Withdrawal | None:
        """The withdrawal, or None if there is none that the caller may see."""
        row = await self._connection.fetchrow(
            f"SELECT {_WITHDRAWAL} FROM withdrawals WHERE account_id = $1 AND mode = $2 AND id = $3"  # noqa: S608
            " AND ($4::text IS NULL OR warehouse_id = $4)",
            *self._scope,
            withdrawal_id,
            self._warehouse_id,
        )
        return None if row is None else _withdrawal_from_row(row)

    async def lock(self, withdrawal_id: str) -> Withdrawal | None:
        """As `find`, with a row lock until the transaction ends, so that no other process resumes it."""
        row = await self._connection.fetchrow(
            f"SELECT {_WITHDRAWAL} FROM withdrawals WHERE account_id = $1 AND mode = $2 AND id = $3"  # noqa: S608
            " FOR UPDATE",
            *self._scope,
            withdrawal_id,
        )
        return None if row is None else _withdrawal_from_row(row)

    async def complete(self, withdrawal_id: str, warehouse_id: str | None, response: bytes) -> None:
        """Marks it as completed and stores the answer for repeated requests."""
        await self._connection.execute(
            "UPDATE withdrawals SET warehouse_id = $4, response = $5"
            " WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            withdrawal_id,
            warehouse_id,
            response,
        )

    async def remove(self, withdrawal_id: str) -> None:
        """Deletes a withdrawal that planning refused."""
        await self._connection.execute(
            "DELETE FROM withdrawals WHERE account_id = $1 AND mode = $2 AND id = $3 AND response IS NULL",
            *self._scope,
            withdrawal_id,
        )


class WithdrawalBacklog:
    """Withdrawals of all accounts that wait for the recovery loop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def take_due(self, limit: int, *, again_in: timedelta) -> list[Withdrawal]:
        """Unfinished withdrawals that are due, the oldest first, locked against other processes."""
        rows = await self._connection.fetch(
            "UPDATE withdrawals SET due_at = now() + $2"  # noqa: S608
            " WHERE ctid = ANY (ARRAY(SELECT ctid FROM withdrawals WHERE response IS NULL AND due_at <= now()"
            "  ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED))"
            f" RETURNING {_WITHDRAWAL}",
            limit,
            again_in,
        )
        return [_withdrawal_from_row(row) for row in rows]


def _withdrawal_from_row(row: asyncpg.Record) -> Withdrawal:
    fields = {name: value for name, value in row.items() if name not in ("account_id", "mode")}
    return Withdrawal(tenant=Tenant(row["account_id"], Mode(row["mode"])), **fields)
