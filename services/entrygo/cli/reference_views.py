"""Reference data as people read them, and as programs do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from textwrap import shorten
from typing import Any

from rich.table import Table

from entrygo.cli.terminal import out
from entrygo.domain.time import CUSTOMS_ZONE, rfc3339
from entrygo.planning.reference.in_force import ReferenceData
from entrygo.planning.reference.store import Version
from entrygo.planning.reference.tables import Row, checked_on, codes_of, is_stale, rows_on

SHOWN_CODES = 20
SOURCE_WIDTH = 50


def today() -> date:
    """The day by which entries are dated: New York's."""
    return datetime.now(UTC).astimezone(CUSTOMS_ZONE).date()


def show_check(found: ReferenceData, day: date) -> None:
    """What must be looked at again before entries of `day`, a line each."""
    for table, last in found.outdated:
        out.print(f"{table}: its last known period ends before {day}; last checked {last or 'never'}")
    for table, last in found.stale:
        out.print(f"{table}: last checked {last}")
    for table, key in found.unconfirmed:
        out.print(f"{table}: {key} was never compared with a source")
    if not (found.outdated or found.stale or found.unconfirmed):
        out.print(f"Every table is fresh for entries of {day}.")


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in a table for entries of `day`: its codes with what they are for, sorted."""

    table: str
    day: date
    codes: int
    added: Sequence[tuple[str, str]]
    removed: Sequence[tuple[str, str]]

    @classmethod
    def between(cls, table: str, before: Sequence[Row], after: Sequence[Row], day: date) -> "Change":
        """The change from the rows `before` to those `after`."""
        old, new = codes_of(before, day), codes_of(after, day)
        return cls(table, day, len(new), sorted(new - old), sorted(old - new))

    def as_json(self) -> dict[str, Any]:
        """As programs read it."""
        return {
            "table": self.table,
            "on": str(self.day),
            "codes": self.codes,
            "added": [{"key": key, "code": code} for key, code in self.added],
            "removed": [{"key": key, "code": code} for key, code in self.removed],
        }


def table_as_json(table: str, rows: Sequence[Row], version: int | None) -> dict[str, Any]:
    """A table with every row of it; `version` counts its imports, null while it ships."""
    return {
        "table": table,
        "version": version,
        "rows": [
            {
                "key": row.key,
                "effectiveFrom": str(row.effective_from),
                "effectiveTo": str(row.effective_to) if row.effective_to else None,
                "status": row.status,
                "checkedOn": str(row.checked_on) if row.checked_on else None,
                "source": row.source,
            }
            for row in rows
        ],
    }


def show_change(change: Change, *, version: int | None = None) -> None:
    """A line of how many codes came and went; without a version, which they are."""
    name = change.table if version is None else f"{change.table} version {version}"
    added, removed = change.added, change.removed
    out.print(f"{name}: {change.codes} on {change.day} (+{len(added)} -{len(removed)})")
    for sign, codes in (("+", added), ("-", removed)) if version is None else ():
        for key, code in codes[:SHOWN_CODES]:
            out.print(f"  {sign} {code}  {key}", highlight=False)
        if len(codes) > SHOWN_CODES:
            out.print(f"  {sign} and {len(codes) - SHOWN_CODES} more", style="dim")


def show_rows(rows: Sequence[Row]) -> None:
    """Every row with its period, how well it is known, and its source."""
    for row in rows:
        checked = f", checked {row.checked_on}" if row.checked_on else ""
        out.print(f"{row.key}: {row.effective_from} to {row.effective_to or '…'}, {row.status}{checked}")
        out.print(f"  {row.source}", style="dim")


def tables_table(current: Mapping[str, Sequence[Row]], versions: Mapping[str, Version]) -> Table:
    """A row a table: how much it holds, how fresh, where from."""
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
