"""Brings every schema of the system up to date; each service may keep its own in a cluster of its own."""

from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from pathlib import Path

from entrygo.postgres.migrate import migrate

SCHEMAS = ("identity", "sync", "planning", "execution", "inspection")


async def migrate_all(url_of: Callable[[str], str]) -> AsyncIterator[tuple[str, list[str]]]:
    """Each schema and the files applied to it now."""
    for schema in SCHEMAS:
        yield schema, await migrate(url_of(schema), schema=schema, migrations=migrations_of(schema))


def migrations_of(schema: str) -> Path:
    return Path(str(files(f"entrygo.{schema}"))) / "migrations"
