"""The dated rows that duties beside the tariff's own follow from, as they are in force on one entry date."""

import re
from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import TypeVar

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
    "chapter_99_ended",
    "section_232_substitutes",
    "section_232_wood",
    "unloaded_programmes",
)
# A caller may plan for many days.
KEPT_DAYS = 64

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Tables = Mapping[str, Sequence[Row]]

# A heading that can be filed, and the part of it that those of one group share: 9903.05.
_HEADING = re.compile(r"[0-9]{4}\.[0-9]{2}\.[0-9]{2}")
GROUP_LENGTH = 7


@dataclass(frozen=True, slots=True)
class Provision:
    """A heading of chapter 99 in force, with its rate and the row that states it."""

    heading: str
    rate: ProvisionRate
    row: Row

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
    exceptions: Mapping[Programme, Sequence[Row]]
    wood: Scope
    substitutes: Sequence[Row]
    # Programmes whose lists nobody has here, with the codes that they may name.
    unloaded: Sequence[Row]
    # By origin and programme, in the order of their numbers.
    of_origin: Mapping[tuple[str, Programme], tuple[str, ...]]

    def headings_of(self, origin: str, programme: Programme) -> tuple[str, ...]:
        """The headings in force that name an origin, in the order of their numbers."""
        return self.of_origin.get((origin, programme), ())

    def exceptions_of(self, programme: Programme) -> Sequence[Row]:
        """The headings that free goods of a programme, as rows with the goods and claims they are for."""
        return self.exceptions.get(programme, ())

    def charging(self, programme: Programme) -> tuple[str, ...]:
        """Every heading in force by which a programme adds to duty, whatever goods it is for."""
        return tuple(
            sorted(
                heading
                for heading, provision in self.provisions.items()
                if programme_of(heading) is programme and provision.charges
            )
        )

    def unloaded_for(self, hts_code: str) -> Sequence[Row]:
        """The programmes without a list that goods of a code may come under."""
        return [row for row in self.unloaded if hts_code.startswith(words_of(row, "prefixes"))]

    def may_charge(self, heading: str) -> bool:
        """Whether goods under the heading may owe something by it: not where its row states no addition."""
        provision = self.provisions.get(heading)
        return provision is None or provision.charges or isinstance(provision.rate, Unreadable)


@cache
def shipped_tables() -> Tables:
    """The tables of this package, oldest rows first."""
    return {table: shipped_rows(__package__, table) for table in TABLES}


@cache
def _days_of_headings() -> Mapping[str, Sequence[Row]]:
    rows = shipped_tables()["chapter_99_rates"]
    return _grouped((heading, row) for row in rows for heading in headings_in(row))


def row_of_other_days(heading: str, day: date) -> Row | None:
    """The last row of a heading that has some, and none in force on `day`."""
    rows = _days_of_headings().get(heading, ())
    if not rows:
        return ended_row(heading, day)
    return rows[-1] if not any(row.covers(day) for row in rows) else None


def ended_row(heading: str, day: date) -> Row | None:
    """The row of a programme that ended as a whole, by the range of its headings, on days that it was not."""
    row = _ended(heading)
    return None if row is None or row.covers(day) else row


def programmes_without_rates(day: date) -> Sequence[Row]:
    """Programmes that held on `day` and ended since: only their days are on file, not what they charged."""
    return [row for row in shipped_tables()["chapter_99_ended"] if row.covers(day)]


def is_on_file(heading: str) -> bool:
    """Whether a row that ships, of whatever day, names the heading or is of its whole programme."""
    return heading in _days_of_headings() or _ended(heading) is not None


def days_in_words(row: Row) -> str:
    """The last day that a heading holds, or the first where it has no last."""
    return f"until {row.effective_to}" if row.effective_to else f"from {row.effective_from}"


def _ended(heading: str) -> Row | None:
    ranges = shipped_tables()["chapter_99_ended"]
    return next((row for row in ranges if text_of(row, "first") <= heading <= text_of(row, "last")), None)


@lru_cache(maxsize=KEPT_DAYS)
def _shipped_on(day: date) -> Tables:
    return {table: tuple(row for row in rows if row.covers(day)) for table, rows in shipped_tables().items()}


@lru_cache(maxsize=KEPT_DAYS)
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
    provisions = {each.heading: each for row in rates for each in _provisions(row)}
    return LawBook(
        day=day,
        whole=whole,
        lists=lists,
        provisions=provisions,
        exceptions=_grouped((programme_of(row.key), row) for row in held["chapter_99_exceptions"]),
        wood=Scope.of(held["section_232_wood"]),
        substitutes=held["section_232_substitutes"],
        unloaded=held["unloaded_programmes"],
        of_origin=_grouped(sorted(_named_by_origin(lists, rates, provisions))),
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
    rate = read_provision(text_of(row, "rate"))
    return [Provision(heading, rate, row) for heading in headings_in(row)]


def _named_by_origin(
    lists: Programmes, rates: Iterable[Row], provisions: Container[str]
) -> set[tuple[tuple[str, Programme], str]]:
    of_lists = (row for rows in lists.section_301_origins.values() for row in rows)
    return {
        ((origin, programme_of(heading)), heading)
        for row in (*of_lists, *rates)
        for origin in words_of(row, "origins")
        for heading in headings_in(row)
        if heading in provisions
    }


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, tuple[V, ...]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
