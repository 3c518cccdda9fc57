"""`entrygo partitions`: for installations whose tables grow by millions of rows a month."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
import typer

from entrygo.cli.connection import database_url
from entrygo.cli.migration import MigrationSettings, as_owner
from entrygo.cli.options import Json
from entrygo.cli.partitions.months import Month, months_from
from entrygo.cli.partitions.table_store import (
    GROWING,
    GrowingTable,
    add_month,
    drop_if_empty,
    is_partitioned,
    months_of,
    partition,
)
from entrygo.cli.terminal import out, print_json

partitions_app = typer.Typer(no_args_is_help=True, help="Partitions of the tables that grow fastest.")

AHEAD = 6
# Further back no partition of a month is looked for.
BACK_YEARS = 12


@partitions_app.callback()
def partitions() -> None:
    """Partitions of the tables that grow fastest: plans, logs of events, timelines."""


@partitions_app.command("make")
def make_command(
    ahead: Annotated[int, typer.Option("--ahead", min=2, help="Months to have ready.")] = AHEAD,
    as_json: Json = False,
) -> None:
    """Turn tables into partitions by month, make those of the months ahead, drop old ones that are empty.

    From cron, once a week. The first time reads and writes of each table wait while it is looked through.
    """
    done = asyncio.run(_make(Month.of(datetime.now(UTC)), ahead))
    if as_json:
        print_json({"done": done})
    else:
        for line in done or ["nothing to do"]:
            out.print(line)


@partitions_app.command("list")
def list_command(as_json: Json = False) -> None:
    """Show the partitions of each table; a table without any is not partitioned."""
    found = asyncio.run(_list())
    if as_json:
        print_json(found)
        return
    for table, names in found.items():
        out.print(f"{table:<22} {', '.join(names) or 'not partitioned'}")


async def _make(this_month: Month, ahead: int) -> list[str]:
    done: list[str] = []
    for table in GROWING:
        connection = await _connect(table)
        try:
            done += await keep_partitioned(connection, table, this_month, ahead)
        finally:
            await connection.close()
    return done


async def keep_partitioned(
    connection: "asyncpg.Connection[asyncpg.Record]", table: GrowingTable, this_month: Month, ahead: int
) -> list[str]:
    """Brings one table to where it should be in `this_month`; says what was done."""
    done = []
    # The running month has rows already: it stays with what was before.
    if not await is_partitioned(connection, table):
        await partition(connection, table, this_month.next)
        done.append(f"partitioned {table.full_name}")
    coming = months_from(this_month.next, ahead)
    done += [f"made {table.of(month)}" for month in coming if await add_month(connection, table, month)]
    past = months_from(Month(this_month.year - BACK_YEARS, this_month.number), BACK_YEARS * 12)
    done += [f"dropped {table.of(month)}" for month in past if await drop_if_empty(connection, table, month)]
    return done


async def _list() -> dict[str, list[str]]:
    found = {}
    for table in GROWING:
        connection = await _connect(table)
        try:
            found[table.full_name] = await months_of(connection, table)
        finally:
            await connection.close()
    return found


async def _connect(table: GrowingTable) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(as_owner(database_url(table.schema), MigrationSettings()), timeout=30)
