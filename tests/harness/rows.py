"""Rows that a test writes by hand."""

import json
from collections.abc import Mapping
from typing import Any

from entrygo.postgres.pool import Connection


async def insert_row(connection: Connection, table: str, columns: Mapping[str, Any]) -> None:
    """A row of these columns, their values as PostgreSQL reads them in JSON: instants and bytea as text."""
    names = ", ".join(columns)
    await connection.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_record(NULL::{table}, $1::jsonb)",
        json.dumps(columns),
    )
