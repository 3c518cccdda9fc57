"""Commands for the operator: reference data in the planning database, imported, listed, compared, checked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from entrygo.cli.connection import database_url
from entrygo.cli.terminal import out
from entrygo.domain.time import CUSTOMS_ZONE, rfc3339
from entrygo.planning.reference.in_force import Book, shipped_book
from entrygo.planning.reference.published import Kind, Terms, read_published, superseded
from entrygo.planning.reference.store import ReferenceStore, Version
from entrygo.planning.reference.tables import TABLES, Row, checked_on, codes_of, is_stale
from entrygo.postgres.pool import EVERYONE, Connection, open_pool, transaction
from entrygo.process.clock import utc_now

reference_app = typer.Typer(no_args_is_help=True, help="Reference data: tariff, duty lists, fees.")

EXIT_STALE = 1
SHOWN_CODES = 20

T = TypeVar("T")
KindArgument = Annotated[Kind, typer.Argument(help="What the file is.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="As it was published: CSV or JSON.")]
Release = Annotated[str, typer.Option("--release", help="How messages call it: HTS 2026 Rev 21.")]
Source = Annotated[str, typer.Option("--source", help="Where it is from; the file's name without it.")]
From = Annotated[
    datetime | None,
    typer.Option("--effective-from", formats=["%Y-%m-%d"], help="The first entry date it holds on; today."),
]
Checked = Annotated[
    datetime | None,
    typer.Option("--checked-on", formats=["%Y-%m-%d"], help="When it was seen to be current; today."),
]


@reference_app.callback()
def reference() -> None:
    """Reference data: tariff, duty lists, fees."""


@reference_app.command("import")
def import_command(
    kind: KindArgument,
    file: File,
    *,
    release: Release = "",
    source: Source = "",
    effective_from: From = None,
    checked: Checked = None,
) -> None:
    """Put a published list in the place of ours, from its first day on; what held before stays as history.

    Running services plan by it within seconds, and the plan hash changes with it.
    """
    published = read_published(
        kind, file.read_bytes(), _terms(file, release, source, effective_from, checked)
    )

    async def work(connection: Connection) -> list[tuple[str, int, Sequence[Row], Sequence[Row]]]:
        store = ReferenceStore(connection)
        current = await _current(store)
        merged = {table: superseded(current[table], rows) for table, rows in published.items() if rows}
        return [
            (table, await store.add(table, rows, utc_now()), current[table], rows)
            for table, rows in merged.items()
        ]

    for table, version, before, after in _with_planning(work):
        _tell_change(f"{table} version {version}", before, after, published[table][0].effective_from)


@reference_app.command("diff")
def diff_command(
    kind: KindArgument,
    file: File,
    *,
    release: Release = "",
    source: Source = "",
    effective_from: From = None,
    checked: Checked = None,
) -> None:
    """Show which codes a file would add and remove; imports nothing."""
    published = read_published(
        kind, file.read_bytes(), _terms(file, release, source, effective_from, checked)
    )
    current = _with_planning(lambda connection: _current(ReferenceStore(connection)))
    for table, rows in published.items():
        if rows:
            day = min(row.effective_from for row in rows)
            _tell_change(table, current[table], superseded(current[table], rows), day, is_long=True)


@reference_app.command("list")
def list_command() -> None:
    """Show every table: where it is from, since when, and when it was last checked."""

    async def work(connection: Connection) -> tuple[Mapping[str, Sequence[Row]], Sequence[Version]]:
        store = ReferenceStore(connection)
        return await _current(store), await store.newest_versions()

    current, versions = _with_planning(work)
    out.print(_tables(current, {version.table: version for version in versions}))


@reference_app.command("check")
def check_command(
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="An entry date; today without it.")
    ] = None,
) -> None:
    """Name the tables that must be looked at again before entries of a day; exit code 1 if there are any."""
    day = on.date() if on else _today()
    current = _with_planning(lambda connection: _current(ReferenceStore(connection)))
    found = Book(current).on(day)
    for table, last in found.outdated:
        out.print(f"{table}: its last known period ends before {day}; last checked {last}")
    for table, last in found.stale:
        out.print(f"{table}: last checked {last}")
    if found.outdated or found.stale:
        raise typer.Exit(EXIT_STALE)
    out.print(f"Every table is fresh for entries of {day}.")


async def _current(store: ReferenceStore) -> Mapping[str, Sequence[Row]]:
    """The tables as plans see them: imported ones in the place of those that ship."""
    imported = await store.newest_rows()
    return {table: imported.get(table, shipped_book().tables[table]) for table in TABLES}


def _terms(
    file: Path, release: str, source: str, effective_from: datetime | None, checked: datetime | None
) -> Terms:
    return Terms(
        release=release or file.stem,
        source=source or file.name,
        effective_from=effective_from.date() if effective_from else _today(),
        checked_on=checked.date() if checked else _today(),
    )


def _today() -> date:
    return datetime.now(UTC).astimezone(CUSTOMS_ZONE).date()


def _with_planning(work: Callable[[Connection], Awaitable[T]]) -> T:
    async def run() -> T:
        pool = await open_pool(database_url("planning"), schema="planning", max_size=1)
        try:
            async with transaction(pool, EVERYONE) as connection:
                return await work(connection)
        finally:
            await pool.close()

    return asyncio.run(run())


def _tell_change(
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


def _tables(current: Mapping[str, Sequence[Row]], versions: Mapping[str, Version]) -> Table:
    table = Table(box=None, header_style="dim")
    for heading in ("table", "rows", "from", "checked", "imported", "source"):
        table.add_column(heading)
    for name, rows in current.items():
        version = versions.get(name)
        table.add_row(
            name,
            str(len(rows)),
            str(rows[0].effective_from) if rows else "-",
            f"{checked_on(rows)}{' stale' if is_stale(name, rows, _today()) else ''}" if rows else "-",
            f"version {version.version}, {rfc3339(version.imported_at)}" if version else "shipped",
            rows[-1].source if rows else "-",
        )
    return table
