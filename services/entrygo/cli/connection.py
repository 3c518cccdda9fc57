"""Which server, key, account and database a command talks to: the environment first, then the home."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import httpx

from entrygo.cli.trust import trust_in
from entrygo.cli.up.home import Home
from entrygo.cli.up.settings import UpSettings
from entrygo.gateway.settings import GatewayClientSettings
from entrygo.postgres.pool import Pool, open_pool
from entrygo_client import EntryGo

T = TypeVar("T")

DEFAULT_BASE_URL = "http://localhost:3000"
API_KEY = "ENTRYGO_API_KEY"
BASE_URL = "ENTRYGO_BASE_URL"
ACCOUNT_ID = "ENTRYGO_ACCOUNT_ID"
ANSWER_SECONDS = 120.0
RETRIES = 5


class NotConfigured(Exception):
    """A value that the command needs is neither in the environment nor in the home."""


@dataclass(frozen=True, slots=True)
class Target:
    """The values of one account on one server; `need` explains what is missing."""

    values: Mapping[str, str]

    def need(self, name: str) -> str:
        value = self.values.get(name)
        if not value:
            raise NotConfigured(f"{name} is not set. Run `entrygo up` and `. .entrygo/env`, or export it.")
        return value

    def client(self, heard: Callable[[httpx.Response], None] | None = None) -> EntryGo:
        """A client that is patient: a person waits for the command, or a night's job.

        `heard` is given each answer.
        """
        key = self.need(API_KEY)
        http = httpx.Client(
            verify=trust_in(GatewayClientSettings()),
            trust_env=False,
            event_hooks={"response": [heard] if heard else []},
        )
        try:
            return EntryGo(
                self.values.get(BASE_URL) or DEFAULT_BASE_URL,
                key,
                self.values.get(ACCOUNT_ID, ""),
                seconds=ANSWER_SECONDS,
                max_retries=RETRIES,
                http=http,
            )
        except ValueError as error:
            raise NotConfigured(f"{API_KEY}: {error}.") from error

    @property
    def account_id(self) -> str:
        return self.need(ACCOUNT_ID)


def find_target(environment: Mapping[str, str] | None = None, home: Home | None = None) -> Target:
    """A key of the environment stands for itself: the home's ids belong to the home's key alone.

    Where the home's system answers is no matter of the key.
    """
    given = {name: value for name, value in (environment or os.environ).items() if value}
    remembered = (home or current_home()).load_env()
    if API_KEY in given and given[API_KEY] != remembered.get(API_KEY):
        remembered = {name: value for name, value in remembered.items() if name == BASE_URL}
    return Target({**remembered, **given})


def current_home() -> Home:
    return Home(UpSettings().home)


def database_url(schema: str | None = None) -> str:
    """The database of a schema: its own setting, the common one, or the one of this home's system."""
    own = os.environ.get(f"ENTRYGO_{schema.upper()}_DATABASE_URL") if schema else None
    url = own or os.environ.get("ENTRYGO_DATABASE_URL") or _remembered_database_url()
    if not url:
        raise NotConfigured("ENTRYGO_DATABASE_URL is not set, and no system was started in this home.")
    return url


def with_pool(schema: str, work: Callable[[Pool], Awaitable[T]]) -> T:
    """Runs `work` to its end on one connection to the database of `schema`."""

    async def run() -> T:
        pool = await open_pool(database_url(schema), schema=schema, max_size=1)
        try:
            return await work(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


def _remembered_database_url() -> str:
    home = current_home()
    return home.load_state().database_url if home.state_file.exists() else ""
