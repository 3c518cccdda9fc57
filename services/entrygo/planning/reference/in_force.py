"""What the reference tables say on one entry date, in the types that rules and fees read."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from entrygo.domain.snapshot import ReferenceRow
from entrygo.planning.reference.postal import PostalRegions, us_regions
from entrygo.planning.reference.tables import TABLES, Row, is_after_all, rows_of, rows_on

# A caller may plan for many days; a process keeps this many of them.
KEPT_DAYS = 64


@dataclass(frozen=True, slots=True)
class ProcessingFee:
    """The merchandise processing fee of one fiscal year (19 CFR 24.23), in USD."""

    fiscal_year: int
    rate: Decimal
    minimum: Decimal
    maximum: Decimal
    informal: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Everything in force on an entry date; `outdated` names tables whose last period had ended by then."""

    version: str
    rows: tuple[ReferenceRow, ...]
    outdated: tuple[tuple[str, date], ...]
    processing_fee: ProcessingFee
    informal_limit: Decimal
    vague_terms: frozenset[str]
    outside_customs_territory: frozenset[str]
    countries: frozenset[str]
    metal_words: frozenset[str]
    material_words: frozenset[str]
    material_chapters: frozenset[str]
    regions: PostalRegions


class NoReferenceData(ValueError):
    """The entry date lies before the first known rows; `first_day` is the earliest that can be planned."""

    def __init__(self, first_day: date) -> None:
        super().__init__(f"Reference data starts on {first_day}")
        self.first_day = first_day


def first_day() -> date:
    """The first entry date that every table covers."""
    return max(min(row.effective_from for row in rows_of(table)) for table in TABLES)


@lru_cache(maxsize=KEPT_DAYS)
def reference_on(day: date) -> Reference:
    """What is in force on `day` (US Eastern). Raises NoReferenceData before the first known day."""
    if day < first_day():
        raise NoReferenceData(first_day())
    tables = {table: rows_on(table, day) for table in TABLES}
    chosen = [row for table in TABLES for row in tables[table]]
    regions = us_regions()
    rows = (*(row.as_reference() for row in chosen), regions.as_reference())
    return Reference(
        version=f"{max(row.checked_on for row in chosen)}-{_digest(rows)}",
        rows=rows,
        outdated=tuple(
            (table, max(row.checked_on for row in tables[table]))
            for table in TABLES
            if is_after_all(rows_of(table), day)
        ),
        processing_fee=_processing_fee(tables["merchandise_processing_fees"][-1]),
        informal_limit=Decimal(_single(tables["informal_entry_limits"][-1])),
        vague_terms=_words(tables["vague_terms"]),
        outside_customs_territory=_words(tables["territories"]),
        countries=_words(tables["countries"]),
        metal_words=_words(tables["metal_words"]),
        material_words=_words(tables["material_words"]),
        material_chapters=_words(tables["material_chapters"]),
        regions=regions,
    )


def _digest(rows: Sequence[ReferenceRow]) -> str:
    said = [[row.table, row.key, row.value] for row in rows]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:12]


def _processing_fee(row: Row) -> ProcessingFee:
    value = row.value
    assert isinstance(value, Mapping)
    amounts = (Decimal(value[name]) for name in ("rate", "minimum", "maximum", "informal"))
    return ProcessingFee(int(row.key.removeprefix("FY")), *amounts)


def _single(row: Row) -> str:
    assert isinstance(row.value, str)
    return row.value


def _words(rows: tuple[Row, ...]) -> frozenset[str]:
    return frozenset(word for row in rows for word in row.value)
