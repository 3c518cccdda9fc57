"""Duties by origin: Section 301 on China's lists, on Brazil, Nicaragua and for forced labor; Section 338."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrygo.planning.duty.book import DutyBook
from entrygo.planning.duty.choices import NOTHING, Choice, answered, decided, undecided
from entrygo.planning.duty.column import Base
from entrygo.planning.duty.lines import DutyLine
from entrygo.planning.duty.programmes import UNDER_232, Programme, programme_of
from entrygo.planning.duty.provisions import Total
from entrygo.planning.reference.scopes import text_of, words_of
from entrygo.planning.reference.tables import Row

CHINA, CANADA = "CN", "CA"
# The four-year review's duty takes the place of the lists' (note 31).
REVIEWED = "9903.91"
# Dairy alone yields to Section 232 (note 51).
DAIRY, DAIRY_UNDER_232 = "9903.03.13", "9903.03.15"
CAFTA = frozenset({"P", "P+"})
TEXTILES = frozenset(str(chapter) for chapter in range(50, 64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A line with the rate of its goods, under one answer to Section 232."""

    line: DutyLine
    book: DutyBook
    base: Base
    is_under_232: bool
    # Whether the goods pay as much as the total that note 52 sets for some origins.
    pays_total_already: bool


def china(line: DutyLine, book: DutyBook) -> Choice:
    """Notes 20 and 31: always added, Section 232 or not."""
    programme = Programme.CHINA
    if (found := answered(line, programme)) is not None:
        return found
    if line.origin != CHINA:
        return decided(programme)
    listed = _listed(book.china.rows(line.hts_code), line, book)
    if listed:
        reviewed = [each for each in listed if each.startswith(REVIEWED)]
        text = "which of the lists names the goods: they divide the code"
        return undecided(programme, [(each,) for each in reviewed or listed], text)
    if "section_301_lists" in book.whole:
        return decided(programme)
    options = [NOTHING, *((each,) for each in book.charging(programme))]
    return undecided(programme, options, "the lists of notes 20 and 31, which are not loaded")


def canada(situation: Situation) -> Choice:
    """Note 51: on top of everything else, and a claim under USMCA is no defence."""
    programme, line, book = Programme.CANADA, situation.line, situation.book
    if (found := answered(line, programme)) is not None:
        return found
    if line.origin != CANADA:
        return decided(programme)
    listed = _listed(book.canada.rows(line.hts_code), line, book)
    if listed:
        return decided(programme, _yielding(listed[0], situation.is_under_232))
    if "section_338_lists" in book.whole:
        return decided(programme)
    options = [NOTHING, *((each,) for each in book.charging(programme))]
    return undecided(programme, options, "the lists of note 51(b), which are not loaded")


def _yielding(heading: str, is_under_232: bool) -> str:
    return DAIRY_UNDER_232 if is_under_232 and heading == DAIRY else heading


def _listed(rows: Sequence[Row], line: DutyLine, book: DutyBook) -> list[str]:
    """The headings of the rows that name the origin too; a key may carry the name of its list."""
    found = (row.key.partition(" ")[0] for row in rows if line.origin in words_of(row, "origins"))
    return [each for each in dict.fromkeys(found) if each in book.provisions]


def nicaragua(line: DutyLine, book: DutyBook) -> Choice:
    """Note 29: goods of Nicaragua that are not entered under CAFTA-DR."""
    programme = Programme.NICARAGUA
    if (found := answered(line, programme)) is not None:
        return found
    headings = () if line.spi in CAFTA else book.headings_of(line.origin, programme)[:1]
    return decided(programme, *headings)


def brazil(situation: Situation) -> Choice:
    """Note 50: on top of the duty of note 52, with exceptions of its own."""
    return _excepted(Programme.BRAZIL, situation)


def forced_labor(situation: Situation) -> Choice:
    """Note 52: every good of sixty economies, but for what an exception names or Section 232 meets."""
    return _excepted(Programme.FORCED_LABOR, situation)


def _excepted(programme: Programme, situation: Situation) -> Choice:
    line, exceptions = situation.line, situation.book.exceptions
    charged = _charged(programme, situation)
    if not charged:
        return decided(programme)
    if (found := answered(line, programme)) is not None:
        return found
    if situation.is_under_232:
        return decided(programme, UNDER_232[programme])
    of_programme = (row for row in exceptions if programme_of(row.key) is programme)
    ours = [row for row in of_programme if line.origin in (words_of(row, "origins") or (line.origin,))]
    if certain := [row for row in ours if _applies(row, situation)]:
        return decided(programme, certain[0].key)
    possible = [row for row in ours if _may_apply(row, line)]
    texts = dict.fromkeys(text_of(row, "decided_by") for row in possible)
    return undecided(programme, [charged, *((row.key,) for row in possible)], "; ".join(texts))


def _charged(programme: Programme, situation: Situation) -> tuple[str, ...]:
    book, exceptions = situation.book, {row.key for row in situation.book.exceptions}
    found = book.headings_of(situation.line.origin, programme)
    headings = [each for each in found if each not in exceptions]
    totals = [each for each in headings if isinstance(book.provisions[each].rate, Total)]
    if not totals:
        return tuple(each for each in headings if book.provisions[each].charges)[:1]
    # The other heading of the pair is for goods that pay as much already, and adds nothing.
    unchanged = [each for each in headings if each not in totals]
    return tuple(unchanged if situation.pays_total_already else totals)[:1]


def _applies(row: Row, situation: Situation) -> bool:
    """Goods the exception names, and claims that it is for."""
    line, base = situation.line, situation.base
    if line.hts_code.startswith(words_of(row, "prefixes")):
        return True
    match text_of(row, "claim"):
        case "usmca":
            return line.claims_usmca and base.claim_holds and base.is_free
        case "cafta":
            return line.spi in CAFTA and base.claim_holds and line.chapter in TEXTILES
    return False


def _may_apply(row: Row, line: DutyLine) -> bool:
    """Whether the exception's list is not held in full, and may name the goods."""
    if not text_of(row, "decided_by"):
        return False
    possible = words_of(row, "possible_prefixes")
    return not possible or line.hts_code.startswith(possible)
