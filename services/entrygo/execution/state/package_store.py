"""SQL of packages and of what belongs to them, besides the steps that make them: artifacts, notifications.

Methods run in the caller's transaction; each names the account in its WHERE.
"""

import re
from collections.abc import Sequence
from typing import Literal

import asyncpg

from entrygo.domain.principal import Visible
from entrygo.execution.state.records import (
    Artifact,
    Numbered,
    Package,
    PackageState,
)
from entrygo.postgres.conditions import looked_up
from entrygo.postgres.pool import Connection

# What is of a package's warehouse because it belongs to the package.
_OF_A_PACKAGE = ("artifacts", "notifications", "broker_submissions")
PACKAGE = (
    "id, export_id, number, state, generated_at, closed_at, closed_reason, replaces, replaced_by, summary"
)
_SUFFIX = re.compile(r"-A[0-9]+$")
# The packages are found before any is read: with one number OR another, all of an account's would be.
_NUMBERED = f"""
WITH found AS MATERIALIZED (
    SELECT id FROM customs_packages WHERE account_id = $1 AND mode = $2 AND number = $4
    UNION SELECT package_id FROM broker_submissions
    WHERE account_id = $1 AND mode = $2 AND entry_number = $5
    UNION SELECT package_id FROM broker_submissions WHERE account_id = $1 AND mode = $2 AND $5 <> ''
    AND jsonb_array_length(jsonb_path_query_array(entry_numbers, '$.*')) > 1
    AND jsonb_path_query_array(entry_numbers, '$.*') @> to_jsonb($5::text)
    UNION SELECT package_id FROM entry_summaries
    WHERE account_id = $1 AND mode = $2 AND entry_number = $5)
SELECT p.id, p.number, p.export_id, ARRAY(
    SELECT entry_number FROM broker_submissions WHERE account_id = $1 AND mode = $2
    AND package_id = p.id AND entry_number IS NOT NULL
    UNION SELECT given.value FROM broker_submissions AS one, jsonb_each_text(one.entry_numbers) AS given
    WHERE one.account_id = $1 AND one.mode = $2 AND one.package_id = p.id
    UNION SELECT entry_number FROM entry_summaries AS given WHERE given.account_id = $1 AND given.mode = $2
    AND given.export_id = p.export_id AND given.package_id = p.id ORDER BY 1) AS entry_numbers
FROM found, {looked_up("customs_packages", "id", "found.id", "*")} AS p
WHERE ($3::text IS NULL OR p.warehouse_id = $3) AND p.state <> 'reserved'
ORDER BY p.generated_at DESC, p.id DESC LIMIT $6
"""  # noqa: S608


class PackageStore:
    """Packages, their artifacts and notifications."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))
        self._warehouse_id = visible.warehouse_id

    async def suffixed(self, replaced: Package) -> str:
        """The first free suffix (`cp_ch100001-A1`, `-A2`); numbers that failed runs reserved are skipped."""
        base = _SUFFIX.sub("", replaced.number)
        number = await self._connection.fetchval(
            # One look-up for each, by OFFSET: they would be compared with all numbers of the account.
            "SELECT $3 || '-A' || place FROM generate_series(1, 1000) AS place WHERE NOT EXISTS"
            " (SELECT 1 FROM customs_packages WHERE account_id = $1 AND mode = $2"
            "  AND number = $3 || '-A' || place OFFSET 0) ORDER BY place LIMIT 1",
            *self._scope,
            base,
        )
        assert isinstance(number, str)
        return number

    async def find(self, package_id: str) -> Package | None:
        """None also when the caller may not see it."""
        return await self._find_package("id", package_id)

    async def find_by_export(self, export_id: str) -> Package | None:
        """The export's package; None also when the caller may not see it."""
        return await self._find_package("export_id", export_id)

    async def _find_package(self, column: Literal["id", "export_id"], value: str) -> Package | None:
        row = await self._connection.fetchrow(
            f"SELECT {PACKAGE} FROM customs_packages"  # noqa: S608
            f" WHERE account_id = $1 AND mode = $2 AND {column} = $3"
            " AND ($4::text IS NULL OR warehouse_id = $4)",
            *self._scope,
            value,
            self._warehouse_id,
        )
        return None if row is None else package_from_row(row)

    async def find_numbered(self, number: str, entry_number: str, limit: int) -> Sequence[Numbered]:
        """Packages with this number, or with an entry of this number, newest first."""
        rows = await self._connection.fetch(
            _NUMBERED,
            *self._scope,
            self._warehouse_id,
            number,
            entry_number,
            limit,
        )
        return [
            Numbered(row["id"], row["number"], row["export_id"], tuple(row["entry_numbers"])) for row in rows
        ]

    async def close(self, closed: Package) -> None:
        """Writes that it is not to be filed any more, and why; the caller holds its submissions' locks."""
        await self._connection.execute(
            "UPDATE customs_packages SET state = $4, closed_at = $5, closed_reason = $6, replaced_by = $7"
            " WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            closed.id,
            closed.state,
            closed.closed_at,
            closed.closed_reason,
            closed.replaced_by,
        )

    async def list_artifacts(self, package_id: str) -> list[Artifact]:
        """In the order in which they were added."""
        rows = await self._connection.fetch(
            "SELECT artifact_type, filename, media_type, size_bytes, sha256, generated_at FROM artifacts"
            " WHERE account_id = $1 AND mode = $2 AND package_id = $3"
            " AND ($4::text IS NULL OR warehouse_id = $4) ORDER BY position",
            *self._scope,
            package_id,
            self._warehouse_id,
        )
        return [Artifact(**row) for row in rows]

    async def list_notification_ids(self, package_id: str) -> list[str]:
        """The broker's before the warehouse's."""
        rows = await self._connection.fetch(
            "SELECT id FROM notifications WHERE account_id = $1 AND mode = $2 AND package_id = $3"
            " ORDER BY recipient, id",
            *(*self._scope, package_id),
        )
        return [row["id"] for row in rows]

    async def set_warehouse(self, package_id: str, warehouse_id: str) -> None:
        """Says of which warehouse a package from before is, and with it all that belongs to it."""
        await self._connection.execute(
            "UPDATE customs_packages SET warehouse_id = $4"
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND warehouse_id IS NULL",
            *self._scope,
            package_id,
            warehouse_id,
        )
        await self._connection.execute(
            "UPDATE event_log SET warehouse_id = $4 WHERE account_id = $1 AND mode = $2"
            " AND stream_id = (SELECT export_id FROM customs_packages"
            "  WHERE account_id = $1 AND mode = $2 AND id = $3) AND warehouse_id IS NULL",
            *self._scope,
            package_id,
            warehouse_id,
        )
        for table in _OF_A_PACKAGE:
            await self._connection.execute(
                f"UPDATE {table} SET warehouse_id = $4"  # noqa: S608
                " WHERE account_id = $1 AND mode = $2 AND package_id = $3 AND warehouse_id IS NULL",
                *self._scope,
                package_id,
                warehouse_id,
            )


def package_from_row(row: asyncpg.Record) -> Package:
    """A row with the columns of PACKAGE."""
    fields = {name: value for name, value in row.items() if name != "state"}
    return Package(state=PackageState(row["state"]), **fields)
