"""Section 232: which heading a line comes to, of metals by the dated annexes, of others by what was found."""

from collections.abc import Sequence
from decimal import Decimal

from entrygo.domain.facts import Metal, Section232Status
from entrygo.planning.duty.book import DutyBook
from entrygo.planning.duty.choices import NOTHING, Choice, answered, decided, undecided
from entrygo.planning.duty.lines import DutyLine
from entrygo.planning.duty.programmes import DISPLACES_METALS, SECTION_232, Programme, programme_of
from entrygo.planning.reference.scopes import text_of, words_of
from entrygo.planning.reference.tables import Row

# The annex of goods that were taken out again.
REMOVED = "II"
NO_METAL, LITTLE_METAL = "9903.82.01", "9903.82.03"
US_METAL = "9903.82.06"
# Stated instead of a country where the metal was smelted once.
NO_SECOND_SMELT = "N"
ALUMINUM_OF_RUSSIA, DERIVATIVE_ALUMINUM_OF_RUSSIA = "9903.85.67", "9903.85.68"
HIGHER_ANNEX = "9903.82.02"
METALS = Programme.METALS


def section_232(line: DutyLine, book: DutyBook) -> Choice:
    """The duties of other goods first, as far as somebody found them; they may displace that of metals."""
    other = _others(line, book)
    metals = _metals(line, book)
    if other is None:
        return metals
    if other.programme in DISPLACES_METALS:
        return other
    options = [(*one, *two) for one in other.options for two in metals.options]
    texts = dict.fromkeys(each.decided_by for each in (other, metals) if each.is_open)
    return undecided(other.programme, options, "; ".join(texts))


def _others(line: DutyLine, book: DutyBook) -> Choice | None:
    for programme in SECTION_232:
        if (found := answered(line, programme)) is not None and found.options != (NOTHING,):
            return found
    return None if Programme.WOOD in line.denied else _wood(line, book)


def _wood(line: DutyLine, book: DutyBook) -> Choice | None:
    row = next(iter(book.wood.nearest(line.hts_code)), None)
    if row is None:
        return None
    origin_headings = book.headings_of(line.origin, Programme.WOOD)
    heading = origin_headings[0] if origin_headings else row.key
    otherwise = text_of(row, "otherwise")
    if not otherwise:
        return decided(Programme.WOOD, heading)
    return undecided(Programme.WOOD, [(heading,), (otherwise,)], text_of(row, "decided_by"))


def _metals(line: DutyLine, book: DutyBook) -> Choice:
    if (found := answered(line, METALS)) is not None:
        return found
    rows = book.metals.nearest(line.hts_code)
    if not rows:
        return _unlisted(line, book)
    listed = [row for row in rows if text_of(row, "annex") != REMOVED]
    if not listed:
        return decided(METALS)
    headings = tuple(dict.fromkeys(_first_of(text_of(row, "heading")) for row in listed))
    options = [(option,) for heading in headings for option in _of_origin(heading, listed, line, book)]
    reasons = [] if len(set(options)) < 2 else ["where the metal was melted and poured, smelted and cast"]
    if (outside := _outside(line, book)) is not None:
        heading, is_certain = outside
        if is_certain:
            return decided(METALS, heading)
        options.append((heading,))
        reasons.append("the share of metal in the weight of the goods")
    return undecided(METALS, options, "; ".join(reasons))


def _first_of(heading: str) -> str:
    """`9903.82.10/.11` are the same duty for different metals."""
    return heading.partition("/")[0]


def _unlisted(line: DutyLine, book: DutyBook) -> Choice:
    """Outside a whole list nothing is due; a list that is not whole decides nothing about goods of metal."""
    if "section_232_annexes" in book.whole or line.section_232.status is Section232Status.NOT_APPLICABLE:
        return decided(METALS)
    chapters = words_of(book.metals_threshold, "metal_chapters") if book.metals_threshold else ()
    is_likely = line.chapter in chapters or line.section_232.status is not Section232Status.NOT_ASSESSED
    options = [NOTHING, *((each,) for each in ("9903.82.09", HIGHER_ANNEX) if each in book.provisions)]
    if not is_likely or len(options) == 1:
        return decided(METALS)
    return undecided(METALS, options, "the annexes of Section 232 (note 16(c)), which are not loaded")


def _outside(line: DutyLine, book: DutyBook) -> tuple[str, bool] | None:
    """The heading for goods with little or no metal, and whether that is certain; None where it cannot be."""
    row, facts = book.metals_threshold, line.section_232
    if row is None or line.chapter in words_of(row, "metal_chapters"):
        return None
    share = facts.metal_weight_pct
    if share is None:
        if facts.status is Section232Status.APPLICABLE:
            return None
        return (LITTLE_METAL, False)
    if share == 0:
        return (NO_METAL, True)
    return (LITTLE_METAL, True) if share < Decimal(text_of(row, "below")) else None


def _of_origin(heading: str, listed: Sequence[Row], line: DutyLine, book: DutyBook) -> tuple[str, ...]:
    """The heading that takes the place of the annex's own for an origin or a source of the metal."""
    metals = {text_of(row, "metal") for row in listed if _first_of(text_of(row, "heading")) == heading}
    if "aluminum" in metals and _is_aluminum_of_russia(line):
        return (ALUMINUM_OF_RUSSIA if heading == HIGHER_ANNEX else DERIVATIVE_ALUMINUM_OF_RUSSIA,)
    if _is_us_metal(line, book):
        return (US_METAL,)
    for row in book.substitutes:
        if heading in words_of(row, "instead_of") and line.origin in words_of(row, "origins"):
            return _substituted(heading, row, line)
    return (heading,)


def _substituted(heading: str, row: Row, line: DutyLine) -> tuple[str, ...]:
    """The row's heading; open where it asks for the metal's own origin, and that is not known."""
    country = text_of(row, "metal_of")
    if not country:
        return (row.key,)
    sources = [source for metal in line.section_232.metals for source in _sources(metal)]
    if any(source not in (None, country) for source in sources):
        return (heading,)
    return (row.key,) if sources and None not in sources else (row.key, heading)


def _sources(metal: Metal) -> tuple[str | None, ...]:
    if metal.metal == "steel":
        return (metal.melt_pour,)
    second = (metal.smelt_2,) if metal.smelt_2 and metal.smelt_2 != NO_SECOND_SMELT else ()
    return (metal.smelt_1, *second, metal.cast)


def _is_aluminum_of_russia(line: DutyLine) -> bool:
    """Of Russia, or with primary aluminum smelted there, or cast there."""
    sources = {
        source
        for metal in line.section_232.metals
        if metal.metal == "aluminum"
        for source in (metal.smelt_1, metal.smelt_2, metal.cast)
    }
    return line.origin == "RU" or "RU" in sources


def _is_us_metal(line: DutyLine, book: DutyBook) -> bool:
    row, share = book.provisions.get(US_METAL), line.section_232.us_metal_pct
    return row is not None and share is not None and share >= Decimal(text_of(row.row, "us_metal_from"))


def displaces_forced_labor(headings: Sequence[str], book: DutyBook) -> bool:
    """Goods under Section 232 pay no duty of notes 50 and 52; those it does not meet after all do."""
    found = [each for each in headings if programme_of(each) in (*SECTION_232, METALS)]
    return any(each not in book.provisions or not book.provisions[each].is_outside for each in found)
