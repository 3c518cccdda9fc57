"""`entrygo partitions`: for installations whose tables grow by millions of rows a month."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
    missed_months,
    partition,
    partitions_of,
)
from entrygo.cli.terminal import out, print_json

partitions_app = typer.Typer(no_args_is_help=True, help="Partitions of the tables that grow fastest.")

AHEAD = 6


@partitions_app.callback()
def partitions() -> None:
    """Partitions of the tables that grow fastest: plans, logs of events, timelines."""


@partitions_app.command("make")
def make_command(
    ahead: Annotated[int, typer.Option("--ahead", min=2, help="Months to create ahead.")] = AHEAD,
    as_json: Json = False,
) -> None:
    """Partition tables by month, create the partitions of the months ahead, drop old ones that are empty.

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
        async with _owner_of(table) as connection:
            done += await keep_partitioned(connection, table, this_month, ahead)
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
    missed = await missed_months(connection, table, this_month)
    wanted = (*missed, *months_from(this_month.next, ahead))
    done += [f"made {table.of(month)}" for month in wanted if await add_month(connection, table, month)]
    past = [name for name in await partitions_of(connection, table) if table.is_before(this_month, name)]
    done += [f"dropped {name}" for name in past if await drop_if_empty(connection, table, name)]
    return done


async def _list() -> dict[str, list[str]]:
    found = {}
    for table in GROWING:
        async with _owner_of(table) as connection:
            found[table.full_name] = await partitions_of(connection, table)
    return found


@asynccontextmanager
async def _owner_of(table: GrowingTable) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    url = as_owner(database_url(table.schema), MigrationSettings())
    connection = await asyncpg.connect(url, timeout=30)
    try:
        yield connection
    finally:
        await connection.close()
