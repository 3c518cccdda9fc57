"""The reference rows that duty is estimated by, as they are in force on one entry date."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from entrygo.planning.duty.programmes import Programme, programme_of
from entrygo.planning.duty.provisions import ProvisionRate, read_provision
from entrygo.planning.duty.rates import Unreadable
from entrygo.planning.reference.scopes import Scope, text_of, words_of
from entrygo.planning.reference.tables import Row, in_time, rows_on, shipped_rows

# Every file of data/; a test compares.
TABLES = (
    "hts_rates",
    "chapter_99_rates",
    "chapter_99_exceptions",
    "section_232_substitutes",
    "section_232_wood",
    "column_2_countries",
    "unloaded_programmes",
)
# Provisions by country, as they are imported: a heading there takes the place of ours.
BY_COUNTRY = "chapter_99_by_country"
# Of the lists that ship these are whole; the others name what e-commerce parcels commonly hold.
SHIPPED_WHOLE = frozenset({"section_338_lists"})

Tables = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Provision:
    """A heading of chapter 99 in force, with the origins that its row names (none: any)."""

    heading: str
    rate: ProvisionRate
    row: Row
    origins: frozenset[str]

    @property
    def charges(self) -> bool:
        """Whether it adds to the duty of goods, or takes its place; exceptions do not."""
        return not isinstance(self.rate, Unreadable) and self.rate.share > 0

    @property
    def is_outside(self) -> bool:
        """Whether it states that the programme does not meet the goods after all (9903.82.01, .03)."""
        return bool(text_of(self.row, "outside"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyBook:
    """What an estimate for entries of `day` reads; `whole` names the tables that hold a list in full."""

    day: date
    whole: frozenset[str]
    rates: Scope
    provisions: Mapping[str, Provision]
    # Headings known from rows of other days, with the last of these.
    other_days: Mapping[str, Row]
    by_origin: Mapping[str, Sequence[str]]
    exceptions: Sequence[Row]
    china: Scope
    canada: Scope
    metals: Scope
    metals_threshold: Row | None
    wood: Scope
    substitutes: Sequence[Row]
    column_2: Mapping[str, Row]
    unloaded: Sequence[Row]
    processing_fee: Row

    def headings_of(self, origin: str, programme: Programme) -> tuple[str, ...]:
        """The headings in force that name an origin, in the order of their numbers."""
        found = (each for each in self.by_origin.get(origin, ()) if programme_of(each) is programme)
        return tuple(sorted(each for each in found if each in self.provisions))

    def charging(self, programme: Programme) -> tuple[str, ...]:
        """Every heading in force by which a programme adds to duty, whatever goods it is for."""
        return tuple(
            sorted(
                heading
                for heading, provision in self.provisions.items()
                if programme_of(heading) is programme and provision.charges
            )
        )


@cache
def shipped_tables() -> Tables:
    """The tables of this package, oldest rows first."""
    return {table: shipped_rows(__package__, table) for table in TABLES}


def book_on(day: date, tables: Tables, whole: Collection[str] = SHIPPED_WHOLE) -> DutyBook:
    """What holds on `day` (US Eastern), of the tables of planning/reference and of this package together.

    `whole` names the tables whose lists are complete: those imported, and SHIPPED_WHOLE.
    """
    held = {table: tuple(row for row in rows if row.covers(day)) for table, rows in tables.items()}
    # Of two rows of a heading in force the later one counts; of equal age, that by country.
    both = (*held["chapter_99_rates"], *held.get(BY_COUNTRY, ()))
    rates = sorted(both, key=lambda row: row.effective_from)
    provisions = {each.heading: each for row in rates for each in _provisions(row)}
    known = in_time([*tables["chapter_99_rates"], *tables.get(BY_COUNTRY, ())])
    return DutyBook(
        day=day,
        whole=frozenset(whole),
        rates=Scope.of(held["hts_rates"]),
        provisions=provisions,
        other_days={
            heading: row for row in known for heading in headings_in(row) if heading not in provisions
        },
        by_origin=_by_origin([*held["section_301_origins"], *rates]),
        exceptions=held["chapter_99_exceptions"],
        china=Scope.of(held["section_301_lists"]),
        canada=Scope.of(held["section_338_lists"]),
        metals=Scope.of(held["section_232_annexes"]),
        metals_threshold=next(iter(held["section_232_thresholds"]), None),
        wood=Scope.of(held["section_232_wood"]),
        substitutes=held["section_232_substitutes"],
        column_2={origin: row for row in held["column_2_countries"] for origin in words_of(row, "origins")},
        unloaded=held["unloaded_programmes"],
        # After its last published year a fee goes on as it was.
        processing_fee=rows_on("merchandise_processing_fees", tables["merchandise_processing_fees"], day)[-1],
    )


def headings_in(row: Row) -> tuple[str, ...]:
    """Those a row lists, else its key; `9903.05.38/.39` are two."""
    listed = words_of(row, "headings")
    if listed:
        return listed
    first, *others = row.key.split("/")
    stem = first.rpartition(".")[0]
    return (first, *(f"{stem}{other}" for other in others))


def _provisions(row: Row) -> Iterable[Provision]:
    rate, origins = read_provision(text_of(row, "rate")), frozenset(words_of(row, "origins"))
    return [Provision(heading, rate, row, origins) for heading in headings_in(row)]


def _by_origin(rows: Iterable[Row]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        for origin in words_of(row, "origins"):
            found.setdefault(origin, []).extend(headings_in(row))
    return {origin: tuple(dict.fromkeys(headings)) for origin, headings in found.items()}
