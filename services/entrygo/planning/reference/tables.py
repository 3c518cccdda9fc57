"""The dated rows that ship with the package: reads the files and chooses rows by date. Means nothing yet."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from entrygo.domain.snapshot import ReferenceRow

# Every file of data/; a test compares.
TABLES = (
    "merchandise_processing_fees",
    "informal_entry_limits",
    "vague_terms",
    "territories",
    "countries",
    "metal_words",
    "material_words",
    "material_chapters",
)

Value = str | Sequence[str] | Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, in force from `effective_from` to `effective_to`, both inclusive."""

    table: str
    key: str
    value: Value
    effective_from: date
    effective_to: date | None
    source: str
    checked_on: date

    def covers(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def as_reference(self) -> ReferenceRow:
        return ReferenceRow(
            table=self.table,
            key=self.key,
            value=_text(self.value),
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            source=self.source,
        )


def _text(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "; ".join(f"{name}={value[name]}" for name in sorted(value))
    return ", ".join(value)


@cache
def rows_of(table: str) -> tuple[Row, ...]:
    """Every row of a table, oldest first."""
    file = resources.files(__package__) / "data" / f"{table}.json"
    given = json.loads(file.read_text(encoding="utf-8"))["rows"]
    rows = [
        Row(
            table=table,
            key=row["key"],
            value=row["value"],
            effective_from=date.fromisoformat(row["effective_from"]),
            effective_to=date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
            source=row["source"],
            checked_on=date.fromisoformat(row["checked_on"]),
        )
        for row in given
    ]
    return tuple(sorted(rows, key=lambda row: (row.effective_from, row.key)))


def rows_on(table: str, day: date) -> tuple[Row, ...]:
    """The rows in force on `day`; after the last known period, the last known rows (see `outdated`)."""
    rows = rows_of(table)
    covering = tuple(row for row in rows if row.covers(day))
    if covering or not is_after_all(rows, day):
        return covering
    newest = max(row.effective_from for row in rows)
    return tuple(row for row in rows if row.effective_from == newest)


def is_after_all(rows: Sequence[Row], day: date) -> bool:
    """Whether every row's period had ended before `day`."""
    return bool(rows) and all(row.effective_to is not None and row.effective_to < day for row in rows)
