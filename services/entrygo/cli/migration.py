"""`entrygo migrate`: the schemas, and the logins of the services where another login owns the tables."""

import asyncio
from urllib.parse import quote, urlsplit

from pydantic import SecretStr
from rich.console import Console

from entrygo.cli.connection import database_url
from entrygo.cli.options import Json
from entrygo.cli.terminal import err, out, print_json
from entrygo.cli.up.schemas import ensure_logins, migrate_all
from entrygo.process.settings import ProcessSettings


class MigrationSettings(ProcessSettings):
    """The login that owns the tables. Without it each service's own login does."""

    migration_user: str | None = None
    migration_password: SecretStr | None = None


def migrate(as_json: Json = False) -> None:
    """Bring the schemas of all services up to date, and their logins where ENTRYGO_MIGRATION_USER is set."""
    applied, logins = asyncio.run(_migrate(MigrationSettings(), err if as_json else out))
    if as_json:
        print_json({"applied": applied, "logins": logins})


async def _migrate(settings: MigrationSettings, screen: Console) -> tuple[dict[str, list[str]], list[str]]:
    """The migrations applied to each schema, and the schemas whose login was brought up to date."""
    found: dict[str, list[str]] = {}
    logins: list[str] = []

    def owner_of(schema: str) -> str:
        return as_owner(database_url(schema), settings)

    async for schema, applied in migrate_all(owner_of):
        found[schema] = list(applied)
        screen.print(f"{schema:<11} {', '.join(applied) if applied else 'up to date'}")
    if settings.migration_user:
        async for schema in ensure_logins(owner_of, database_url):
            logins.append(schema)
            screen.print(f"{schema:<11} login up to date")
    return found, logins


def as_owner(url: str, settings: MigrationSettings) -> str:
    """The same database, under the login that owns the tables."""
    if not settings.migration_user:
        return url
    parts = urlsplit(url)
    login = quote(settings.migration_user, safe="")
    if settings.migration_password:
        login += f":{quote(settings.migration_password.get_secret_value(), safe='')}"
    return parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}").geturl()
