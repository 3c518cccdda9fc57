"""SQL of imported reference tables: versions are added, never changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from entrygo.planning.reference.tables import Row, row_from, row_to
from entrygo.postgres.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One import of a table."""

    table: str
    version: int
    imported_at: datetime


class ReferenceStore:
    """Imported tables, within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def newest_version(self) -> int:
        """The number of the last import of any table; 0 when there was none."""
        return int(
            await self._connection.fetchval("SELECT coalesce(max(version), 0) FROM reference_versions")
        )

    async def newest_rows(self) -> Mapping[str, Sequence[Row]]:
        """The rows of every imported table."""
        found = await self._connection.fetch(
            "SELECT DISTINCT ON (table_name) table_name, rows FROM reference_versions"
            " ORDER BY table_name, version DESC"
        )
        return {
            row["table_name"]: [row_from(row["table_name"], one) for one in json.loads(row["rows"])]
            for row in found
        }

    async def newest_versions(self) -> Sequence[Version]:
        """The newest import of each table."""
        found = await self._connection.fetch(
            "SELECT DISTINCT ON (table_name) table_name, version, imported_at FROM reference_versions"
            " ORDER BY table_name, version DESC"
        )
        return [
            Version(table=row["table_name"], version=row["version"], imported_at=row["imported_at"])
            for row in found
        ]

    async def add(self, table: str, rows: Sequence[Row], at: datetime) -> int:
        """Returns the number of the new version."""
        return int(
            await self._connection.fetchval(
                "INSERT INTO reference_versions (table_name, rows, imported_at)"
                " VALUES ($1, $2::jsonb, $3) RETURNING version",
                table,
                json.dumps([row_to(row) for row in rows]),
                at,
            )
        )
