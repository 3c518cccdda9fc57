"""The dated rows that ship with the package: reads the files and chooses rows by date. Means nothing yet."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from entrygo.domain.snapshot import ReferenceRow

# Programmes and lists come and go: on some days there is no row, and after the last one nothing holds.
PROGRAMMES = (
    "hts_lines",
    "hts_units",
    "section_232_annexes",
    "section_232_thresholds",
    "section_301_lists",
    "section_301_origins",
    "section_338_lists",
    "adcvd_cases",
    "uflpa_inputs",
    "pga_flags",
    "prohibited_goods",
    "restricted_parties",
    "uflpa_entities",
    "informational_materials",
    "textile_products",
    "seed_scopes",
    "cpsc_codes",
    "agency_scopes",
)
# These hold on every entry date; after the last known period the last rows go on (see `outdated`).
STANDING = (
    "merchandise_processing_fees",
    "informal_entry_limits",
    "vague_terms",
    "territories",
    "countries",
    "restricted_origins",
    "postal_code_origins",
    "metal_words",
    "material_words",
    "material_chapters",
    "composition_chapters",
    "unit_conversions",
    "dangerous_words",
    "value_tolerances",
    "value_thresholds",
    "weight_limits",
    "low_value_programs",
    "postal_placeholders",
)
# Every file of data/; a test compares.
TABLES = (*STANDING, *PROGRAMMES)

# Authorities change these without notice, so a check of them holds for so long.
_DEFINITIONS = frozenset({"informational_materials", "textile_products", "seed_scopes"})
CHECKED_REGULARLY = frozenset({*PROGRAMMES, "restricted_origins", "low_value_programs"}) - _DEFINITIONS
CHECK_HOLDS = timedelta(days=45)

# Their keys name a release, so the same code under another key is no change.
NAMED_BY_RELEASE = frozenset({"hts_lines"})

# Longer values are named by their number and a digest: a snapshot carries every row.
MAX_SHOWN = 200

Value = str | Sequence[str] | Mapping[str, "str | Sequence[str]"]


class Status(StrEnum):
    """How well a row is known."""

    # The authority's own text or data file was read, with the authority or in a verbatim copy.
    PRIMARY = "primary"
    # Somebody else's account of it was read.
    SECONDARY = "secondary"
    # Our own judgement, such as a list of words.
    HOUSE = "house"
    # From memory or inferred: nobody has compared it with its source.
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, in force from `effective_from` to `effective_to`, both inclusive.

    `checked_on` is the day somebody last compared it with `source`, and None exactly when nobody has.
    """

    table: str
    key: str
    value: Value
    effective_from: date
    effective_to: date | None
    source: str
    status: Status
    checked_on: date | None

    def __post_init__(self) -> None:
        if (self.status is Status.UNCONFIRMED) != (self.checked_on is None):
            raise ValueError(f"{self.table} {self.key}: a row has a day of its check or is unconfirmed")

    def covers(self, day: date) -> bool:
        """Whether the row is in force on `day`."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def as_reference(self) -> ReferenceRow:
        """The row as snapshots keep it: long values by a digest."""
        return ReferenceRow(
            table=self.table,
            key=self.key,
            value=_text(self.value),
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            source=self.source,
        )


def _text(value: Value) -> str:
    """What is said of a value in a snapshot and the plan hash: equal values have equal texts."""
    if isinstance(value, Mapping):
        text = "; ".join(f"{name}={_text(value[name])}" for name in sorted(value))
    else:
        text = value if isinstance(value, str) else ", ".join(value)
    if len(text) <= MAX_SHOWN:
        return text
    return f"{text.count(',') + 1} values, sha256 {hashlib.sha256(text.encode()).hexdigest()[:16]}"


@cache
def rows_of(table: str) -> tuple[Row, ...]:
    """Every row that ships in a table of this package, oldest first."""
    return shipped_rows(__package__, table)


def shipped_rows(package: str, table: str) -> tuple[Row, ...]:
    """The rows of `data/<table>.json` in a package, oldest first."""
    file = resources.files(package) / "data" / f"{table}.json"
    return in_time([row_from(table, row) for row in json.loads(file.read_text(encoding="utf-8"))["rows"]])


def row_from(table: str, row: Mapping[str, Any]) -> Row:
    """A row as files write it. Raises ValueError and KeyError for what is none."""
    if not isinstance(row["key"], str) or not isinstance(row["source"], str):
        raise ValueError(f"{table} {row['key']}: key and source are texts")
    if not _is_value(row["value"]):
        raise ValueError(f"{table} {row['key']}: a value is a text, a list of texts, or names of such")
    return Row(
        table=table,
        key=row["key"],
        value=row["value"],
        effective_from=date.fromisoformat(row["effective_from"]),
        effective_to=date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
        source=row["source"],
        # Tables were imported before rows had a status.
        status=Status(row.get("status", Status.SECONDARY)),
        checked_on=date.fromisoformat(row["checked_on"]) if row["checked_on"] else None,
    )


def _is_value(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(part, str) or _is_list(part) for part in value.values())
    return isinstance(value, str) or _is_list(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def row_to(row: Row) -> Mapping[str, Any]:
    """A row as the JSON that row_from reads."""
    return {
        "key": row.key,
        "value": row.value,
        "effective_from": row.effective_from.isoformat(),
        "effective_to": row.effective_to.isoformat() if row.effective_to else None,
        "source": row.source,
        "status": row.status,
        "checked_on": row.checked_on.isoformat() if row.checked_on else None,
    }


def in_time(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Oldest first; of one day, by key."""
    return tuple(sorted(rows, key=lambda row: (row.effective_from, row.key)))


def rows_on(table: str, rows: Sequence[Row], day: date) -> tuple[Row, ...]:
    """Those in force on `day`; of a standing table, after the last known period, the last known rows."""
    covering = tuple(row for row in rows if row.covers(day))
    if covering or table in PROGRAMMES or not is_after_all(rows, day):
        return covering
    newest = max(row.effective_from for row in rows)
    return tuple(row for row in rows if row.effective_from == newest)


def codes_of(rows: Sequence[Row], day: date) -> frozenset[tuple[str, str]]:
    """Key and item of everything that rows list on `day`; the whole value where a row lists nothing."""
    return frozenset(
        ("" if row.table in NAMED_BY_RELEASE else row.key, item)
        for row in rows
        if row.covers(day)
        for item in (_items(row.value) or (_text(row.value),))
    )


def _items(value: Value) -> Sequence[str]:
    listed = value.get("prefixes", ()) if isinstance(value, Mapping) else value
    return () if isinstance(listed, str) else listed


def is_stale(table: str, rows: Sequence[Row], day: date) -> bool:
    """Whether a row was last checked so long before `day` that it may have changed."""
    last = checked_on(rows)
    return table in CHECKED_REGULARLY and last is not None and last + CHECK_HOLDS < day


def checked_on(rows: Iterable[Row]) -> date | None:
    """The oldest check of any of them; None when none was ever checked."""
    return min((row.checked_on for row in rows if row.checked_on), default=None)


def is_after_all(rows: Sequence[Row], day: date) -> bool:
    """Whether every row's period had ended before `day`."""
    return bool(rows) and all(row.effective_to is not None and row.effective_to < day for row in rows)
