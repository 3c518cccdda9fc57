"""SQL of shipment control numbers (PAPS): which export has which, so that no other states it again."""

from collections.abc import Iterable
from datetime import datetime

from entrygo.domain.principal import Visible
from entrygo.planning.exports import Export
from entrygo.postgres.conditions import looked_up
from entrygo.postgres.pool import Connection

_TAKE = f"""
WITH RECURSIVE own (export_id) AS (
    SELECT $3::text COLLATE "C"
    UNION SELECT followed.supersedes
    FROM own, {looked_up("exports", "export_id", "own.export_id", "supersedes")} AS followed
    WHERE followed.supersedes IS NOT NULL),
stated AS (SELECT DISTINCT number FROM unnest($6::text[]) AS given (number)),
taken AS (
    INSERT INTO control_numbers (account_id, mode, number, export_id, warehouse_id, claimed_at)
    SELECT $1, $2, number, $3, $4, $5 FROM stated ORDER BY number ON CONFLICT DO NOTHING RETURNING number)
SELECT number FROM stated EXCEPT SELECT number FROM taken
EXCEPT SELECT claimed.number
FROM own, {looked_up("control_numbers", "export_id", "own.export_id", "number")} AS claimed
"""  # noqa: S608


class ControlNumbers:
    """Those of the account, within the caller's transaction."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._account = (visible.tenant.account_id, visible.tenant.mode)
        self._warehouse = visible.warehouse_id

    async def take(self, export: Export, numbers: Iterable[str], at: datetime) -> frozenset[str]:
        """Those that another export has, after waiting for one that is just taking them; the rest are taken.

        What the export follows is no other: the number of a package goes on with the one that replaces it.
        """
        rows = await self._connection.fetch(
            _TAKE,
            *self._account,
            export.export_id,
            export.warehouse_id,
            at,
            list(numbers),
        )
        return frozenset(row["number"] for row in rows)

    async def export_with(self, number: str) -> str | None:
        """Which export stated it first."""
        found: str | None = await self._connection.fetchval(
            "SELECT export_id FROM control_numbers WHERE account_id = $1 AND mode = $2 AND number = $3"
            " AND ($4::text IS NULL OR warehouse_id = $4)",
            *self._account,
            number,
            self._warehouse,
        )
        return found

    async def release(self, export_id: str) -> None:
        """The export failed: no truck has its numbers."""
        await self._connection.execute(
            "DELETE FROM control_numbers WHERE account_id = $1 AND mode = $2 AND export_id = $3",
            *self._account,
            export_id,
        )
