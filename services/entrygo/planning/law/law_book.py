"""The dated rows that duties beside the tariff's own follow from, as they are in force on one entry date."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from entrygo.domain.programmes import Programme, programme_of
from entrygo.planning.law.provisions import ProvisionRate, read_provision
from entrygo.planning.law.rate_texts import Unreadable
from entrygo.planning.reference.in_force import Programmes
from entrygo.planning.reference.scopes import Scope, text_of, words_of
from entrygo.planning.reference.tables import Row, shipped_rows

# Every file of data/; a test compares.
TABLES = (
    "chapter_99_rates",
    "chapter_99_exceptions",
    "section_232_substitutes",
    "section_232_wood",
    "column_2_countries",
)
# A caller may plan for many days.
KEPT_DAYS = 64

Tables = Mapping[str, Sequence[Row]]

# A heading that can be filed, and the part of it that those of one group share: 9903.05.
_HEADING = re.compile(r"[0-9]{4}\.[0-9]{2}\.[0-9]{2}")
GROUP_LENGTH = 7


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
class LawBook:
    """What decides which headings goods of `day` come under.

    `whole` names the tables of `lists` that hold a list in full: of others, goods that no row names may be
    on the list all the same.
    """

    day: date
    whole: frozenset[str]
    lists: Programmes
    provisions: Mapping[str, Provision]
    exceptions: Sequence[Row]
    wood: Scope
    substitutes: Sequence[Row]
    column_2: Mapping[str, Row]
    # By origin, those of provisions that name it.
    of_origin: Mapping[str, Sequence[str]]

    def headings_of(self, origin: str, programme: Programme) -> tuple[str, ...]:
        """The headings in force that name an origin, in the order of their numbers."""
        rows = self.lists.section_301_origins.get(origin, ())
        found = {*(each for row in rows for each in headings_in(row)), *self.of_origin.get(origin, ())}
        return tuple(
            sorted(each for each in found if programme_of(each) is programme and each in self.provisions)
        )

    def charging(self, programme: Programme) -> tuple[str, ...]:
        """Every heading in force by which a programme adds to duty, whatever goods it is for."""
        return tuple(
            sorted(
                heading
                for heading, provision in self.provisions.items()
                if programme_of(heading) is programme and provision.charges
            )
        )

    def may_charge(self, heading: str) -> bool:
        """Whether goods under the heading may owe something by it: not where its row states no addition."""
        provision = self.provisions.get(heading)
        return provision is None or provision.charges or isinstance(provision.rate, Unreadable)


@cache
def shipped_tables() -> Tables:
    """The tables of this package, oldest rows first."""
    return {table: shipped_rows(__package__, table) for table in TABLES}


@lru_cache(maxsize=KEPT_DAYS)
def _shipped_on(day: date) -> Tables:
    return {table: tuple(row for row in rows if row.covers(day)) for table, rows in shipped_tables().items()}


def law_on(day: date, lists: Programmes) -> LawBook:
    """What findings are decided by: the lists in force on `day`, and the rows that ship."""
    return law_book(day, lists, _shipped_on(day))


def law_book(
    day: date,
    lists: Programmes,
    held: Tables,
    *,
    by_country: Sequence[Row] = (),
    whole: frozenset[str] = frozenset(),
) -> LawBook:
    """Of rows in force on `day`. A heading of `by_country` takes the place of an older one of ours."""
    # Of two rows of a heading in force the later one counts; of equal age, that by country.
    rates = sorted((*held["chapter_99_rates"], *by_country), key=lambda row: row.effective_from)
    return LawBook(
        day=day,
        whole=whole,
        lists=lists,
        provisions={each.heading: each for row in rates for each in _provisions(row)},
        exceptions=held["chapter_99_exceptions"],
        wood=Scope.of(held["section_232_wood"]),
        substitutes=held["section_232_substitutes"],
        column_2={origin: row for row in held["column_2_countries"] for origin in words_of(row, "origins")},
        of_origin=_by_origin(rates),
    )


def headings_in(row: Row) -> tuple[str, ...]:
    """Those that a row lists, else those of its key."""
    return words_of(row, "headings") or tuple(headings_named(row.key))


def headings_named(text: str) -> Iterator[str]:
    """`9903.05.38/.39` is two headings; a list's name behind one, and a group of them (9903.82), are none."""
    group = ""
    for part in text.partition(" ")[0].split("/"):
        heading = f"{group}{part}" if part.startswith(".") else part
        if _HEADING.fullmatch(heading):
            group = heading[:GROUP_LENGTH]
            yield heading


def _provisions(row: Row) -> Iterable[Provision]:
    rate, origins = read_provision(text_of(row, "rate")), frozenset(words_of(row, "origins"))
    return [Provision(heading, rate, row, origins) for heading in headings_in(row)]


def _by_origin(rows: Iterable[Row]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        for origin in words_of(row, "origins"):
            found.setdefault(origin, []).extend(headings_in(row))
    return found
