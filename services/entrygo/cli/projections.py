"""Commands about the read model."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from entrygo.cli.connection import current_home
from entrygo.cli.options import Json
from entrygo.cli.readable import table_of
from entrygo.cli.remembered import fill_environment
from entrygo.cli.terminal import out, print_done, print_json
from entrygo.cli.up.background import running
from entrygo.domain.time import rfc3339
from entrygo.inspection.announcing import Announcer
from entrygo.inspection.changes import Changes
from entrygo.inspection.dead_letter_store import KeptLetter
from entrygo.inspection.dead_letters import list_letters, retry, skip
from entrygo.inspection.read_model import ReadModel
from entrygo.inspection.rebuild import parts_of, rebuild_with
from entrygo.inspection.settings import Settings
from entrygo.inspection.settling import Settler

projections_app = typer.Typer(no_args_is_help=True, help="The read model.")
letters_app = typer.Typer(no_args_is_help=True, help="Events that could not be applied.")
projections_app.add_typer(letters_app, name="dead-letters")

SHOWN_CHARACTERS = 12
LetterId = Annotated[str, typer.Argument(help="The id or its beginning, as `list` shows it.")]


@projections_app.callback()
def projections() -> None:
    """The read model."""


@projections_app.command("rebuild")
def rebuild(as_json: Json = False) -> None:
    """Delete the read model and rebuild it from the events that the services keep."""
    events = asyncio.run(rebuild_with(_settings()))
    print_done({"events": events}, f"rebuilt from {events} events", as_json=as_json)


@letters_app.callback()
def dead_letters() -> None:
    """Events that could not be applied."""


@letters_app.command("list")
def list_command(as_json: Json = False) -> None:
    """Show what could not be applied and was not skipped; while there is any, health is degraded."""

    async def work() -> Sequence[KeptLetter]:
        async with parts_of(_settings()) as (pool, _):
            return await list_letters(pool)

    found = asyncio.run(work())
    if as_json:
        print_json({"data": [_as_json(kept) for kept in found]})
    else:
        out.print(_table(found))


def _as_json(kept: KeptLetter) -> dict[str, str | int | None]:
    return {
        "id": kept.id,
        "accountId": kept.letter.account_id,
        "origin": kept.letter.origin,
        "attempts": kept.attempts,
        "lastSeenAt": rfc3339(kept.last_seen),
        "error": kept.letter.error,
    }


def _table(found: Sequence[KeptLetter]) -> Table:
    table = table_of("id", "account", "from", "attempts", "last", "error")
    for kept in found:
        letter = kept.letter
        table.add_row(
            kept.id[:SHOWN_CHARACTERS],
            letter.account_id or "unknown",
            letter.origin,
            str(kept.attempts),
            rfc3339(kept.last_seen),
            letter.error,
        )
    return table


@letters_app.command("retry")
def retry_command(letter_id: LetterId, as_json: Json = False) -> None:
    """Read the letter's export again from its owners; exit code 1 if it still cannot be applied."""

    async def work() -> bool:
        settings = _settings()
        async with parts_of(settings) as (pool, owners):
            by_source = {owner.source: owner for owner in owners}
            read_model = ReadModel(pool, Changes(), Announcer(settings.webhooks.keep))
            settler = Settler(read_model, by_source, service_token=settings.identity.token)
            return await retry(pool, settler, letter_id)

    is_applied = asyncio.run(work())
    text = "applied" if is_applied else "it cannot be applied"
    print_done({"id": letter_id, "applied": is_applied}, text, as_json=as_json)
    raise typer.Exit(0 if is_applied else 1)


@letters_app.command("skip")
def skip_command(
    letter_id: LetterId,
    reason: Annotated[str, typer.Option("--reason", help="Why it can be ignored; stored with it.")],
    as_json: Json = False,
) -> None:
    """Count a letter no more. It stays in the database, with the reason."""

    async def work() -> None:
        async with parts_of(_settings()) as (pool, _):
            await skip(pool, letter_id, reason)

    asyncio.run(work())
    print_done({"id": letter_id, "skipped": True}, "skipped", as_json=as_json)


def _settings() -> Settings:
    home = current_home()
    if running(home):
        fill_environment(home)
    return Settings()
