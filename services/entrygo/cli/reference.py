"""Commands for the operator: reference data in the planning database, imported, listed, compared, checked."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from entrygo.cli.connection import with_pool
from entrygo.cli.options import Json, takes_options
from entrygo.cli.reference_views import (
    Change,
    show_change,
    show_check,
    show_rows,
    table_as_json,
    tables_table,
    today,
)
from entrygo.cli.terminal import out, print_json
from entrygo.planning.duty.book import BY_COUNTRY, book_on, shipped_tables
from entrygo.planning.duty.book import TABLES as SHIPPED_DUTY_TABLES
from entrygo.planning.law.law_book import Tables
from entrygo.planning.reference.in_force import Book, shipped_book
from entrygo.planning.reference.published import Kind, read_published, refuse_unusable, superseded
from entrygo.planning.reference.records import Terms
from entrygo.planning.reference.store import ReferenceStore, Version
from entrygo.planning.reference.tables import TABLES, Row, Status
from entrygo.postgres.pool import EVERYONE, Connection, Pool, transaction
from entrygo.process.clock import utc_now

reference_app = typer.Typer(no_args_is_help=True, help="Reference data: tariff, duty lists, fees.")

EXIT_STALE = 1
# Nothing is stale, but some rows in force were never compared with a source.
EXIT_UNCONFIRMED = 3

DUTY_TABLES = (*SHIPPED_DUTY_TABLES, BY_COUNTRY)

T = TypeVar("T")
KindArgument = Annotated[Kind, typer.Argument(help="The kind of the file.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The published file: CSV or JSON.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsOptions:
    """What a published list does not say of itself."""

    release: Annotated[str, typer.Option(help="The name in messages: HTS 2026 Rev 21.")] = ""
    source: Annotated[str, typer.Option(help="The source; default: the name of the file.")] = ""
    effective_from: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The first entry date it applies to; default: today."),
    ] = None
    status: Annotated[
        Status,
        typer.Option(help="Primary: the authority's own file; unconfirmed: not compared with it."),
    ] = Status.SECONDARY
    checked_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When it was seen to be current; today.")
    ] = None

    def terms(self, file: Path) -> Terms:
        """With the file's name and today wherever nothing was said."""
        seen = self.checked_on.date() if self.checked_on else today()
        return Terms(
            release=self.release or file.stem,
            source=self.source or file.name,
            effective_from=self.effective_from.date() if self.effective_from else today(),
            status=self.status,
            checked_on=None if self.status is Status.UNCONFIRMED else seen,
        )


@reference_app.callback()
def reference() -> None:
    """Reference data: tariff, duty lists, fees."""


@reference_app.command("import")
@takes_options
def import_command(kind: KindArgument, file: File, options: TermsOptions, as_json: Json = False) -> None:
    """Put a published list in the place of ours, from its first day on; what held before stays as history.

    Running services plan by it within seconds, and the plan hash changes with it: but for `duty-rates` and
    `chapter-99`, by which duty is estimated and nothing decided.
    """
    published = read_published(kind, file.read_bytes(), options.terms(file))

    async def work(connection: Connection) -> list[tuple[str, int, Sequence[Row], Sequence[Row]]]:
        store = ReferenceStore(connection)
        current = await _all_tables(store)
        merged = {table: superseded(current[table], rows) for table, rows in published.items() if rows}
        _check_usable(current, merged, {row.effective_from for rows in published.values() for row in rows})
        return [
            (table, await store.add(table, rows, utc_now()), current[table], rows)
            for table, rows in merged.items()
        ]

    changes = [
        (version, Change.between(table, before, after, _start(published[table])))
        for table, version, before, after in _with_planning(work)
    ]
    if as_json:
        print_json({"data": [{**change.as_json(), "version": version} for version, change in changes]})
        return
    for version, change in changes:
        show_change(change, version=version)


@reference_app.command("diff")
@takes_options
def diff_command(kind: KindArgument, file: File, options: TermsOptions, as_json: Json = False) -> None:
    """Show which codes a file would add and remove; imports nothing."""
    published = read_published(kind, file.read_bytes(), options.terms(file))
    current = _with_planning(lambda connection: _all_tables(ReferenceStore(connection)))
    changes = [
        Change.between(table, current[table], superseded(current[table], rows), _start(rows))
        for table, rows in published.items()
        if rows
    ]
    if as_json:
        print_json({"data": [change.as_json() for change in changes]})
        return
    for change in changes:
        show_change(change)


@reference_app.command("list")
def list_command(
    table: Annotated[str, typer.Argument(help="Show every row of this table with its source.")] = "",
    as_json: Json = False,
) -> None:
    """Show every table: its rows, how well they are known, the oldest check of those in force today."""
    known = (*TABLES, *DUTY_TABLES)
    if table and table not in known:
        raise typer.BadParameter(f"There is no table {table}. Known: {', '.join(known)}.")

    async def work(connection: Connection) -> tuple[Mapping[str, Sequence[Row]], Sequence[Version]]:
        store = ReferenceStore(connection)
        return await _all_tables(store), await store.newest_versions()

    current, versions = _with_planning(work)
    if as_json:
        shown = {table: current[table]} if table else current
        imported = {version.table: version.version for version in versions}
        print_json({"data": [table_as_json(name, rows, imported.get(name)) for name, rows in shown.items()]})
    elif table:
        show_rows(current[table])
    else:
        out.print(tables_table(current, {version.table: version for version in versions}))


@reference_app.command("check")
def check_command(
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="An entry date; default: today.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Name what must be looked at again before entries of a day.

    Exit code 1 when a table is out of date or was not checked for too long, 3 when rows were never checked.
    """
    day = on.date() if on else today()
    current = _with_planning(lambda connection: current_tables(ReferenceStore(connection)))
    found = Book(current).on(day)
    if as_json:
        print_json(
            {
                "on": str(day),
                "outdated": [table for table, _ in found.outdated],
                "stale": [table for table, _ in found.stale],
                "unconfirmed": [{"table": table, "key": key} for table, key in found.unconfirmed],
            }
        )
    else:
        show_check(found, day)
    if found.outdated or found.stale:
        raise typer.Exit(EXIT_STALE)
    if found.unconfirmed:
        raise typer.Exit(EXIT_UNCONFIRMED)


async def current_tables(store: ReferenceStore) -> Mapping[str, Sequence[Row]]:
    """The tables as plans see them: imported ones in the place of those that ship."""
    imported = await store.newest_rows()
    return {table: imported.get(table, shipped_book().tables[table]) for table in TABLES}


async def _all_tables(store: ReferenceStore) -> Mapping[str, Sequence[Row]]:
    """Those of `current_tables`, and those that duty alone is estimated by."""
    imported = await store.newest_rows()
    shipped = {**shipped_tables(), BY_COUNTRY: ()}
    duty = {table: imported.get(table, shipped[table]) for table in DUTY_TABLES}
    return {**await current_tables(store), **duty}


def _check_usable(current: Tables, merged: Tables, days: Collection[date]) -> None:
    """Raises UnusableFile when no plan, or no estimate of duty, could be made with the merged tables."""
    decisive = {table: rows for table, rows in current.items() if table in TABLES}
    refuse_unusable(decisive, {table: rows for table, rows in merged.items() if table in TABLES}, days)
    if not merged.keys().isdisjoint(DUTY_TABLES):
        for day in days:
            book_on(day, {**current, **merged})


def _start(rows: Sequence[Row]) -> date:
    return min(row.effective_from for row in rows)


def _with_planning(work: Callable[[Connection], Awaitable[T]]) -> T:
    async def within(pool: Pool) -> T:
        async with transaction(pool, EVERYONE) as connection:
            return await work(connection)

    return with_pool("planning", within)
