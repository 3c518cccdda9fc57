"""What the reference tables say on one entry date, in the types that rules and fees read."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache

from entrygo.domain.snapshot import ReferenceRow
from entrygo.planning.reference.parties import RestrictedParties
from entrygo.planning.reference.postal import PostalRegions, us_regions
from entrygo.planning.reference.scopes import Scope, words_of
from entrygo.planning.reference.sets import ReferenceSet
from entrygo.planning.reference.tables import (
    STANDING,
    TABLES,
    Row,
    Status,
    checked_on,
    is_after_all,
    is_stale,
    rows_of,
    rows_on,
)

# A caller may plan for many days; a book keeps this many of them.
KEPT_DAYS = 64


@dataclass(frozen=True, slots=True)
class ProcessingFee:
    """The merchandise processing fee of one fiscal year (19 CFR 24.23), in USD."""

    fiscal_year: int
    rate: Decimal
    minimum: Decimal
    maximum: Decimal
    informal: Decimal


@dataclass(frozen=True, slots=True)
class HtsRelease:
    """The tariff as it was imported: its name, and every ten-digit code."""

    name: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Programmes:
    """Additional duties, bans and agencies' demands, each by the codes or origins that it meets.

    Compared by identity: what is made of it is kept beside it.
    """

    section_232: Scope
    section_232_threshold: Row | None
    section_301_lists: Scope
    # By origin: the rows name sixty of them.
    section_301_origins: Mapping[str, Sequence[Row]]
    section_338: Scope
    adcvd: Scope
    uflpa_inputs: tuple[Row, ...]
    pga: Scope
    prohibited: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceData:
    """Everything in force on an entry date; `outdated` names tables whose last period had ended by then.

    `stale` names tables of which a row in force was not checked for too long by then; both come with the
    day of the oldest check of a row in force. `unconfirmed` are tables and keys of rows never checked.
    """

    version: str
    row_set: ReferenceSet
    outdated: tuple[tuple[str, date | None], ...]
    stale: tuple[tuple[str, date | None], ...]
    unconfirmed: tuple[tuple[str, str], ...]
    processing_fee: ProcessingFee
    informal_limit: Decimal
    vague_terms: frozenset[str]
    outside_customs_territory: frozenset[str]
    countries: frozenset[str]
    restricted_origins: frozenset[str]
    informational_materials: Scope
    postal_placeholders: frozenset[str]
    postal_code_origins: frozenset[str]
    metal_words: frozenset[str]
    material_words: frozenset[str]
    dangerous_words: frozenset[str]
    material_chapters: frozenset[str]
    textile_products: Scope
    composition_chapters: frozenset[str]
    value_tolerance_pct: Decimal
    high_value: Decimal
    max_unit_kg: Decimal
    min_usd_per_kg: Decimal
    low_value_status: str
    hts_release: HtsRelease | None
    hts_units: Scope
    unit_names: Mapping[str, frozenset[str]]
    programmes: Programmes
    restricted_parties: RestrictedParties
    regions: PostalRegions
    # Tables that hold a published list on the day instead of what ships, with the newest row of each.
    imported: Mapping[str, Row]
    # What the shipped rows were written for: subject by codes.
    seed_scopes: Scope


class NoReferenceData(ValueError):
    """The entry date is before the first known rows; `first_day` is the earliest possible date."""

    def __init__(self, first_day: date) -> None:
        super().__init__(f"Reference data starts on {first_day}")
        self.first_day = first_day


@dataclass(frozen=True, slots=True)
class Book:
    """Every table with all its rows: those that ship, or others in their place."""

    tables: Mapping[str, Sequence[Row]]
    _days: dict[date, ReferenceData] = field(default_factory=dict, compare=False)
    # Lists change a few times a year: days with the same rows share what is made of them, which is large.
    _made: dict[tuple[int, ...], ReferenceData] = field(default_factory=dict, compare=False)

    @property
    def first_day(self) -> date:
        """The first entry date that every standing table covers."""
        return max(min(row.effective_from for row in self.tables[table]) for table in STANDING)

    def on(self, day: date) -> ReferenceData:
        """What is in force on `day` (US Eastern). Raises NoReferenceData before the first known day."""
        if day < self.first_day:
            raise NoReferenceData(self.first_day)
        if day not in self._days:
            if len(self._days) >= KEPT_DAYS:
                self._days.clear()
                self._made.clear()
            self._days[day] = self._reference(day)
        return self._days[day]

    def _reference(self, day: date) -> ReferenceData:
        chosen = {table: rows_on(table, self.tables[table], day) for table in TABLES}
        same = tuple(id(row) for rows in chosen.values() for row in rows)
        if same not in self._made:
            self._made[same] = _reference(chosen)
        return replace(
            self._made[same],
            outdated=tuple(
                (table, checked_on(chosen[table]))
                for table in STANDING
                if is_after_all(self.tables[table], day)
            ),
            stale=tuple(
                (table, checked_on(chosen[table])) for table in TABLES if is_stale(table, chosen[table], day)
            ),
        )


@cache
def shipped_book() -> Book:
    """The tables of this package: rows of all days."""
    return Book({table: rows_of(table) for table in TABLES})


def first_day() -> date:
    """The first entry date that the shipped tables cover."""
    return shipped_book().first_day


def reference_on(day: date) -> ReferenceData:
    """What the shipped tables say on `day`."""
    return shipped_book().on(day)


def _reference(chosen: Mapping[str, Sequence[Row]]) -> ReferenceData:
    """Of the rows of a day, without what follows from the day alone."""
    regions = us_regions()
    rows = (*(row.as_reference() for table in TABLES for row in chosen[table]), regions.as_reference())
    checks = (row.checked_on for table in TABLES for row in chosen[table] if row.checked_on)
    return ReferenceData(
        version=f"{max(checks, default=date.min)}-{_digest(rows)}",
        row_set=ReferenceSet.of(rows),
        outdated=(),
        stale=(),
        unconfirmed=tuple(
            (table, row.key) for table in TABLES for row in chosen[table] if row.status is Status.UNCONFIRMED
        ),
        processing_fee=processing_fee_of(chosen["merchandise_processing_fees"][-1]),
        informal_limit=Decimal(_single(chosen["informal_entry_limits"])),
        vague_terms=_words(chosen["vague_terms"]),
        outside_customs_territory=_words(chosen["territories"]),
        countries=_words(chosen["countries"]),
        restricted_origins=_words(chosen["restricted_origins"]),
        informational_materials=Scope.of(chosen["informational_materials"]),
        postal_placeholders=_words(chosen["postal_placeholders"]),
        postal_code_origins=_words(chosen["postal_code_origins"]),
        metal_words=_words(chosen["metal_words"]),
        material_words=_words(chosen["material_words"]),
        dangerous_words=_words(chosen["dangerous_words"]),
        material_chapters=_words(chosen["material_chapters"]),
        textile_products=Scope.of(chosen["textile_products"]),
        composition_chapters=_words(chosen["composition_chapters"]),
        value_tolerance_pct=Decimal(_single(chosen["value_tolerances"])),
        high_value=Decimal(_single(chosen["value_thresholds"])),
        max_unit_kg=_named_number(chosen["weight_limits"], "unit_kg"),
        min_usd_per_kg=_named_number(chosen["weight_limits"], "usd_per_kg"),
        low_value_status=_single(chosen["low_value_programs"]),
        hts_release=_release(chosen["hts_lines"]),
        hts_units=Scope.of(chosen["hts_units"]),
        unit_names={row.key: _words([row]) for row in chosen["unit_conversions"]},
        programmes=programmes_of(chosen),
        restricted_parties=RestrictedParties.of([*chosen["restricted_parties"], *chosen["uflpa_entities"]]),
        regions=regions,
        imported={table: held[-1] for table in TABLES if (held := _not_shipped(table, chosen[table]))},
        seed_scopes=Scope.of(chosen["seed_scopes"]),
    )


def _not_shipped(table: str, rows: Sequence[Row]) -> list[Row]:
    shipped = {(row.key, row.effective_from, row.source) for row in rows_of(table)}
    return [row for row in rows if (row.key, row.effective_from, row.source) not in shipped]


def programmes_of(chosen: Mapping[str, Sequence[Row]]) -> Programmes:
    """Of the rows of a day, by table."""
    return Programmes(
        section_232=Scope.of(chosen["section_232_annexes"]),
        section_232_threshold=next(iter(chosen["section_232_thresholds"]), None),
        section_301_lists=Scope.of(chosen["section_301_lists"]),
        section_301_origins=_by_origin(chosen["section_301_origins"]),
        section_338=Scope.of(chosen["section_338_lists"]),
        adcvd=Scope.of(chosen["adcvd_cases"]),
        uflpa_inputs=tuple(chosen["uflpa_inputs"]),
        pga=Scope.of([*chosen["pga_flags"], *chosen["cpsc_codes"], *chosen["agency_scopes"]]),
        prohibited=Scope.of(chosen["prohibited_goods"]),
    )


def _by_origin(rows: Sequence[Row]) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        for origin in words_of(row, "origins"):
            found.setdefault(origin, []).append(row)
    return found


def _release(rows: Sequence[Row]) -> HtsRelease | None:
    """The newest in force; none is known without an import."""
    return HtsRelease(rows[-1].key, _words(rows[-1:])) if rows else None


def _digest(rows: Sequence[ReferenceRow]) -> str:
    said = [[row.table, row.key, row.value] for row in rows]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:12]


def processing_fee_of(row: Row) -> ProcessingFee:
    """The amounts of a row of merchandise_processing_fees."""
    value = row.value
    assert isinstance(value, Mapping)
    amounts = (Decimal(str(value[name])) for name in ("rate", "minimum", "maximum", "informal"))
    return ProcessingFee(int(row.key.removeprefix("FY")), *amounts)


def _single(rows: Sequence[Row]) -> str:
    value = rows[-1].value
    assert isinstance(value, str)
    return value


def _named_number(rows: Sequence[Row], key: str) -> Decimal:
    return Decimal(_single([row for row in rows if row.key == key]))


def _words(rows: Sequence[Row]) -> frozenset[str]:
    return frozenset(word for row in rows for word in row.value)
