"""Commands for the operator: reference data in the planning database, imported, listed, compared, checked."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import shorten
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from entrygo.cli.connection import with_pool
from entrygo.cli.options import takes_options
from entrygo.cli.terminal import out
from entrygo.domain.time import CUSTOMS_ZONE, rfc3339
from entrygo.planning.duty.book import BY_COUNTRY, book_on, shipped_tables
from entrygo.planning.duty.book import TABLES as SHIPPED_DUTY_TABLES
from entrygo.planning.law.law_book import Tables
from entrygo.planning.reference.in_force import Book, shipped_book
from entrygo.planning.reference.published import Kind, read_published, refuse_unusable, superseded
from entrygo.planning.reference.records import Terms
from entrygo.planning.reference.store import ReferenceStore, Version
from entrygo.planning.reference.tables import TABLES, Row, Status, checked_on, codes_of, is_stale, rows_on
from entrygo.postgres.pool import EVERYONE, Connection, Pool, transaction
from entrygo.process.clock import utc_now

reference_app = typer.Typer(no_args_is_help=True, help="Reference data: tariff, duty lists, fees.")

EXIT_STALE = 1
# Nothing is stale, but some rows in force were never compared with a source.
EXIT_UNCONFIRMED = 3
SHOWN_CODES = 20
SOURCE_WIDTH = 50

DUTY_TABLES = (*SHIPPED_DUTY_TABLES, BY_COUNTRY)

T = TypeVar("T")
KindArgument = Annotated[Kind, typer.Argument(help="What the file is.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="As it was published: CSV or JSON.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsOptions:
    """What a published list does not say of itself."""

    release: Annotated[str, typer.Option(help="How messages call it: HTS 2026 Rev 21.")] = ""
    source: Annotated[str, typer.Option(help="Where it is from; the file's name without it.")] = ""
    effective_from: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The first entry date it holds on; today."),
    ] = None
    status: Annotated[
        Status,
        typer.Option(help="Primary: the authority's own file; unconfirmed: nobody has compared it."),
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
def import_command(kind: KindArgument, file: File, options: TermsOptions) -> None:
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

    for table, version, before, after in _with_planning(work):
        _show_change(f"{table} version {version}", before, after, _start(published[table]))


@reference_app.command("diff")
@takes_options
def diff_command(kind: KindArgument, file: File, options: TermsOptions) -> None:
    """Show which codes a file would add and remove; imports nothing."""
    published = read_published(kind, file.read_bytes(), options.terms(file))
    current = _with_planning(lambda connection: _all_tables(ReferenceStore(connection)))
    for table, rows in published.items():
        if rows:
            after = superseded(current[table], rows)
            _show_change(table, current[table], after, _start(rows), is_long=True)


@reference_app.command("list")
def list_command(
    table: Annotated[str, typer.Argument(help="Show every row of this table with its source.")] = "",
) -> None:
    """Show every table: its rows, how well they are known, the oldest check of those in force today."""
    known = (*TABLES, *DUTY_TABLES)
    if table and table not in known:
        raise typer.BadParameter(f"There is no table {table}. Known: {', '.join(known)}.")

    async def work(connection: Connection) -> tuple[Mapping[str, Sequence[Row]], Sequence[Version]]:
        store = ReferenceStore(connection)
        return await _all_tables(store), await store.newest_versions()

    current, versions = _with_planning(work)
    if table:
        _show_rows(current[table])
    else:
        out.print(_tables(current, {version.table: version for version in versions}))


@reference_app.command("check")
def check_command(
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="An entry date; today without it.")
    ] = None,
) -> None:
    """Name what must be looked at again before entries of a day.

    Exit code 1 when a table is out of date or was not checked for too long, 3 when rows were never checked.
    """
    day = on.date() if on else today()
    current = _with_planning(lambda connection: current_tables(ReferenceStore(connection)))
    found = Book(current).on(day)
    for table, last in found.outdated:
        out.print(f"{table}: its last known period ends before {day}; last checked {last or 'never'}")
    for table, last in found.stale:
        out.print(f"{table}: last checked {last}")
    for table, key in found.unconfirmed:
        out.print(f"{table}: {key} was never compared with a source")
    if found.outdated or found.stale:
        raise typer.Exit(EXIT_STALE)
    if found.unconfirmed:
        raise typer.Exit(EXIT_UNCONFIRMED)
    out.print(f"Every table is fresh for entries of {day}.")


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


def today() -> date:
    return datetime.now(UTC).astimezone(CUSTOMS_ZONE).date()


def _with_planning(work: Callable[[Connection], Awaitable[T]]) -> T:
    async def within(pool: Pool) -> T:
        async with transaction(pool, EVERYONE) as connection:
            return await work(connection)

    return with_pool("planning", within)


def _show_change(
    name: str, before: Sequence[Row], after: Sequence[Row], day: date, *, is_long: bool = False
) -> None:
    """What is different for entries of `day`."""
    old, new = codes_of(before, day), codes_of(after, day)
    out.print(f"{name}: {len(new)} on {day} (+{len(new - old)} -{len(old - new)})")
    for sign, codes in (("+", new - old), ("-", old - new)) if is_long else ():
        for key, code in sorted(codes)[:SHOWN_CODES]:
            out.print(f"  {sign} {code}  {key}", highlight=False)
        if len(codes) > SHOWN_CODES:
            out.print(f"  {sign} and {len(codes) - SHOWN_CODES} more", style="dim")


def _show_rows(rows: Sequence[Row]) -> None:
    for row in rows:
        checked = f", checked {row.checked_on}" if row.checked_on else ""
        out.print(f"{row.key}: {row.effective_from} to {row.effective_to or '…'}, {row.status}{checked}")
        out.print(f"  {row.source}", style="dim")


def _tables(current: Mapping[str, Sequence[Row]], versions: Mapping[str, Version]) -> Table:
    table = Table(box=None, header_style="dim")
    for heading in ("table", "rows", "known", "from", "checked", "imported", "source"):
        table.add_column(heading, no_wrap=True)
    for name, rows in current.items():
        version = versions.get(name)
        table.add_row(
            name,
            str(len(rows)),
            ", ".join(dict.fromkeys(row.status for row in rows)) or "-",
            str(rows[0].effective_from) if rows else "-",
            _last_check(name, rows),
            f"version {version.version}, {rfc3339(version.imported_at)}" if version else "shipped",
            _sources(rows),
        )
    return table


def _last_check(table: str, rows: Sequence[Row]) -> str:
    """The oldest check of a row in force today."""
    chosen = rows_on(table, rows, today())
    stale = " stale" if is_stale(table, chosen, today()) else ""
    return f"{checked_on(chosen) or '-'}{stale}"


def _sources(rows: Sequence[Row]) -> str:
    """That of the newest row, short, and how many others there are."""
    first, *others = dict.fromkeys(row.source for row in reversed(rows)) or ("-",)
    return f"{shorten(first, SOURCE_WIDTH, placeholder='…')}{f' (and {len(others)} more)' if others else ''}"
