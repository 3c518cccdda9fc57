"""The state of a schema for an operator's check; reads nothing of any account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from entrygo.postgres.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`now` is the database's clock; `migrations` are the files applied to the schema, with their SHA-256."""

    version: str
    login: str
    passes_row_security: bool
    now: datetime
    migrations: Mapping[str, str]


async def read_standing(connection: Connection, schema: str) -> Standing:
    """Reads the state; a schema that does not exist has no migrations."""
    row = await connection.fetchrow(
        "SELECT current_setting('server_version') AS version, current_user AS login,"
        " rolsuper OR rolbypassrls AS passes, clock_timestamp() AS now,"
        " to_regclass($1) IS NOT NULL AS is_there FROM pg_roles WHERE rolname = current_user",
        f"{schema}.applied_migrations",
    )
    assert row is not None
    applied = (
        await connection.fetch(f"SELECT name, sha256 FROM {schema}.applied_migrations")  # noqa: S608
        if row["is_there"]
        else []
    )
    return Standing(
        version=row["version"],
        login=row["login"],
        passes_row_security=row["passes"],
        now=row["now"],
        migrations={each["name"]: each["sha256"] for each in applied},
    )
