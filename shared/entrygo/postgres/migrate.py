"""Applies numbered SQL files to a schema: forward only, once each, under a lock."""

import hashlib
from pathlib import Path

import asyncpg

from entrygo.postgres.pool import APP_ROLE

# What every service's schema holds besides its own tables: applied first, in the order of their names.
SHARED = sorted(Path(__file__).parent.glob("schema*.sql"))
LOCK_TIMEOUT = "30s"
# Any fixed number; one migration at a time in a cluster.
ADVISORY_LOCK = 0x656E7472796730
# The oldest PostgreSQL that reads the migrations.
OLDEST_POSTGRES = 16


class MigrationChanged(RuntimeError):
    """An applied migration differs from its file: add a new one instead of changing an old one."""


class PostgresTooOld(RuntimeError):
    """The server does not read the migrations."""


async def migrate(url: str, *, schema: str, migrations: Path) -> list[str]:
    """Brings `schema` up to date and returns the names of the files applied now.

    Each file is one transaction. Raises MigrationChanged when an applied file was edited,
    PostgresTooOld before anything is made.
    """
    connection = await asyncpg.connect(url, timeout=30)
    try:
        check_server(connection.get_server_version().major)
        await connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        await _prepare(connection, schema)
        return await _apply(connection, schema, files_of(migrations))
    finally:
        await connection.close()


def check_server(major: int) -> None:
    """Raises PostgresTooOld."""
    if major < OLDEST_POSTGRES:
        raise PostgresTooOld(f"PostgreSQL {OLDEST_POSTGRES} or newer is needed; the server is {major}.")


def files_of(migrations: Path) -> list[tuple[str, str]]:
    """Every file of a schema in the order of applying: its name and its text, the shared ones first."""
    own = sorted(migrations.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [(path.name, path.read_text(encoding="utf-8")) for path in (*SHARED, *own)]


async def _prepare(connection: "asyncpg.Connection[asyncpg.Record]", schema: str) -> None:
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    await connection.execute(f"SET search_path = {schema}")
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS applied_migrations"
        " (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )


async def _apply(
    connection: "asyncpg.Connection[asyncpg.Record]", schema: str, files: list[tuple[str, str]]
) -> list[str]:
    rows = await connection.fetch("SELECT name, sha256 FROM applied_migrations")
    known = {row["name"]: row["sha256"] for row in rows}
    applied = []
    for name, sql in files:
        checksum = hashlib.sha256(sql.encode()).hexdigest()
        if name not in known:
            async with connection.transaction():
                await connection.execute(sql)
                await connection.execute(
                    "INSERT INTO applied_migrations (name, sha256) VALUES ($1, $2)", name, checksum
                )
            applied.append(name)
        elif known[name] != checksum:
            raise MigrationChanged(f"{schema}: {name} was applied with other content.")
    await _grant(connection, schema)
    return applied


async def _grant(connection: "asyncpg.Connection[asyncpg.Record]", schema: str) -> None:
    """Lets the application role in, where the login may make one; otherwise the owner itself is bound."""
    if not await connection.fetchval(
        "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ):
        return
    await connection.execute(
        f"DO $$ BEGIN CREATE ROLE {APP_ROLE} NOLOGIN;"
        " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    await connection.execute(
        f"GRANT USAGE ON SCHEMA {schema} TO {APP_ROLE};"
        f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA {schema} TO {APP_ROLE};"
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {APP_ROLE}"
    )
