"""Databases that went back while the world went on: a backup, a promoted standby, a recovery to a time."""

from collections.abc import Callable, Iterable

import asyncpg

from entrygo.cli.backup.read_model import fill_read_model
from entrygo.cli.backup.unfinished_work import hold_unfinished_work
from entrygo.cli.up.home import AlreadyRunning
from entrygo.cli.up.schemas import SCHEMAS
from entrygo.inspection.folding import SOURCES
from entrygo.postgres.epoch import begin_another_life
from entrygo.postgres.pool import sessions_of_ours

CONNECT_SECONDS = 30.0
UrlOf = Callable[[str], str]


async def go_on(url_of: UrlOf, schemas: Iterable[str], *, resend: bool) -> None:
    """Makes ready for the services what went back while the world went on.

    What was on its way to a broker is held for a person unless `resend`.
    """
    for schema in schemas:
        await begin_another_life(url_of(schema), schema)
    if not resend:
        await hold_unfinished_work(url_of("planning"), url_of("execution"))
    await fill_read_model(url_of("inspection"), {source: url_of(source) for source in SOURCES})


async def hold(url_of: UrlOf) -> None:
    """The same for databases that `restore` did not fill. AlreadyRunning while a process has a session."""
    for url in dict.fromkeys(map(url_of, SCHEMAS)):
        await _check_unused(url)
    await go_on(url_of, SCHEMAS, resend=False)


async def _check_unused(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    try:
        sessions = await sessions_of_ours(connection)
    finally:
        await connection.close()
    if sessions:
        raise AlreadyRunning(
            f"{sessions} sessions of EntryGo are open in this database: stop the services first."
        )
