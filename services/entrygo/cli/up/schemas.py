"""Brings every schema of the system, and the logins of services, up to date.

Each service may keep its schema in a cluster of its own.
"""

from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from pathlib import Path

from entrygo.postgres.logins import MAKE_KEYS, READ_KEYS, ensure_login, own, rebuilt
from entrygo.postgres.migrate import migrate

SERVICES = ("sync", "planning", "execution", "inspection")
SCHEMAS = ("identity", *SERVICES)
# Whose process offers accounts to make keys.
KEY_MAKER = "sync"


async def migrate_all(url_of: Callable[[str], str]) -> AsyncIterator[tuple[str, list[str]]]:
    """Each schema and the files applied to it now."""
    for schema in SCHEMAS:
        yield schema, await migrate(url_of(schema), schema=schema, migrations=migrations_of(schema))


async def ensure_logins(owner_of: Callable[[str], str], login_of: Callable[[str], str]) -> AsyncIterator[str]:
    """Each service whose login was made or brought up to date: its own schema, and whose key a caller has."""
    for schema in SERVICES:
        rights = rebuilt(schema) if schema == "inspection" else own(schema)
        await ensure_login(owner_of(schema), login_of(schema), rights)
        keys = MAKE_KEYS if schema == KEY_MAKER else READ_KEYS
        await ensure_login(owner_of("identity"), login_of(schema), keys)
        yield schema


def migrations_of(schema: str) -> Path:
    """The folder of a schema, in the package of the service that owns it."""
    return Path(str(files(f"entrygo.{schema}"))) / "migrations"
