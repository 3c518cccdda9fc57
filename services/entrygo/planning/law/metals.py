"""Section 232 on metals: the dated annexes, the share of metal that takes goods out, its sources."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from entrygo.domain.facts import Metal, Section232, Section232Status
from entrygo.domain.programmes import Programme
from entrygo.planning.law.choices import NOTHING, Choice, Option, answered, decided, undecided
from entrygo.planning.law.goods import Goods
from entrygo.planning.law.law_book import LawBook, headings_named
from entrygo.planning.reference.in_force import Programmes
from entrygo.planning.reference.scopes import text_of, words_of
from entrygo.planning.reference.tables import Row

METALS = Programme.METALS
# The annex of goods that were taken out again.
REMOVED = "II"
NO_METAL, LITTLE_METAL = "9903.82.01", "9903.82.03"
US_METAL = "9903.82.06"
HIGHER_ANNEX, LOWER_ANNEX = "9903.82.02", "9903.82.09"
ALUMINUM_OF_RUSSIA, DERIVATIVE_ALUMINUM_OF_RUSSIA = "9903.85.67", "9903.85.68"
# Stated instead of a country where the metal was smelted once (CBP Form 7501).
NO_SECOND_SMELT = "N"


def annexes_of(hts_code: str | None, lists: Programmes) -> Sequence[Row]:
    """The rows of the annexes that name a code, without those of goods that were taken out again."""
    return [row for row in lists.section_232.nearest(hts_code) if text_of(row, "annex") != REMOVED]


def threshold_of(hts_code: str | None, lists: Programmes) -> Decimal | None:
    """The share of metal in the weight (percent) below which goods are out.

    None where no share takes them out, as in the chapters of the metals themselves (note 16).
    """
    row = lists.section_232_threshold
    if row is None or (hts_code or "")[:2] in words_of(row, "metal_chapters"):
        return None
    return Decimal(text_of(row, "below"))


def is_of_metal(hts_code: str | None, lists: Programmes) -> bool:
    """Whether the code is of a chapter of the metals themselves."""
    row = lists.section_232_threshold
    return row is not None and (hts_code or "")[:2] in words_of(row, "metal_chapters")


def is_out_of_date(facts: Section232, annexes: Sequence[Row]) -> bool:
    """Whether the annexes changed for the goods after somebody assessed them."""
    return facts.assessed_on is not None and any(row.effective_from > facts.assessed_on for row in annexes)


def sources_of(metal: Metal) -> tuple[str | None, ...]:
    """The countries that a metal comes from: where steel was melted, where others were smelted and cast."""
    if metal.metal == "steel":
        return (metal.melt_pour,)
    second = (metal.smelt_2,) if metal.smelt_2 and metal.smelt_2 != NO_SECOND_SMELT else ()
    return (metal.smelt_1, *second, metal.cast)


def metals(goods: Goods, book: LawBook, *, is_under_another: bool = False) -> Choice:
    """The annex's heading, or what takes its place by share, origin or source of the metal.

    `is_under_another`: goods that another duty of Section 232 meets, which may be what was declared of them.
    """
    if (found := answered(goods, METALS)) is not None:
        return found
    if not book.lists.section_232.nearest(goods.hts_code):
        is_declared = goods.section_232.status is Section232Status.APPLICABLE and not is_under_another
        return _unlisted(goods, book, is_declared=is_declared)
    listed = annexes_of(goods.hts_code, book.lists)
    if not listed:
        return decided(METALS)
    named = dict.fromkeys(each for row in listed for each in headings_named(text_of(row, "heading")))
    headings = [each for heading in named for each in _of_origin(heading, listed, goods, book)]
    options: list[Option] = [(heading,) for heading in headings]
    reasons = [] if len(set(headings)) < 2 else ["where the metal was melted and poured, smelted and cast"]
    if (outside := _outside(goods, listed, book)) is not None:
        option, is_certain = outside
        if is_certain:
            return decided(METALS, *option)
        options.append(option)
        reasons.append("the share of metal in the weight of the goods")
    return undecided(METALS, options, "; ".join(reasons))


def _unlisted(goods: Goods, book: LawBook, *, is_declared: bool) -> Choice:
    """Outside a whole list nothing is due, unless somebody found that it is.

    A list that is not whole decides nothing about goods of metal.
    """
    status, is_whole = goods.section_232.status, "section_232_annexes" in book.whole
    if status is Section232Status.NOT_APPLICABLE or (is_whole and not is_declared):
        return decided(METALS)
    guessed = [(each,) for each in (LOWER_ANNEX, HIGHER_ANNEX) if each in book.provisions]
    may_be_listed = is_of_metal(goods.hts_code, book.lists)
    if not guessed or not (may_be_listed or status is not Section232Status.NOT_ASSESSED):
        return decided(METALS)
    text = "which name no such code, though the duty is declared" if is_whole else "which are not loaded"
    return undecided(METALS, [NOTHING, *guessed], f"the annexes of Section 232 (note 16(c)), {text}", guessed)


def _outside(goods: Goods, listed: Sequence[Row], book: LawBook) -> tuple[Option, bool] | None:
    """What is filed for goods of little or no metal, and whether that is certain; None where it cannot be."""
    below, facts = threshold_of(goods.hts_code, book.lists), goods.section_232
    if below is None:
        return None
    share = facts.metal_weight_pct
    if share is None:
        if facts.status is Section232Status.APPLICABLE:
            return (_filed(LITTLE_METAL, book), False) if names_little_metal(facts, below) else None
        is_denied = facts.status is Section232Status.NOT_APPLICABLE and not is_out_of_date(facts, listed)
        return _filed(LITTLE_METAL, book), is_denied
    if share == 0:
        return _filed(NO_METAL, book), True
    return (_filed(LITTLE_METAL, book), True) if share < below else None


def names_little_metal(facts: Section232, below: Decimal) -> bool:
    """Whether the metals that are named make up less; asked where nobody stated the share of all together."""
    shares = [metal.weight_pct for metal in facts.metals if metal.weight_pct is not None]
    return 0 < len(shares) == len(facts.metals) and sum(shares) < below


def _filed(heading: str, book: LawBook) -> Option:
    """Before these headings there were none for goods outside the annexes."""
    return (heading,) if heading in book.provisions else NOTHING


def _of_origin(heading: str, listed: Sequence[Row], goods: Goods, book: LawBook) -> Iterator[str]:
    """The heading that takes the place of the annex's own for an origin or a source of the metal."""
    of_metals = {
        text_of(row, "metal") for row in listed if heading in headings_named(text_of(row, "heading"))
    }
    if "aluminum" in of_metals and _is_aluminum_of_russia(goods):
        yield ALUMINUM_OF_RUSSIA if heading == HIGHER_ANNEX else DERIVATIVE_ALUMINUM_OF_RUSSIA
    elif _is_us_metal(goods, book):
        yield US_METAL
    else:
        yield from _substituted(heading, goods, book)


def _substituted(heading: str, goods: Goods, book: LawBook) -> tuple[str, ...]:
    """The heading for the origin; open where it asks for the metal's own origin, and that is not known."""
    for row in book.substitutes:
        if heading in words_of(row, "instead_of") and goods.origin in words_of(row, "origins"):
            country = text_of(row, "metal_of")
            if not country:
                return (row.key,)
            sources = [source for metal in goods.section_232.metals for source in sources_of(metal)]
            if any(source not in (None, country) for source in sources):
                return (heading,)
            return (row.key,) if sources and None not in sources else (row.key, heading)
    return (heading,)


def _is_aluminum_of_russia(goods: Goods) -> bool:
    """Of Russia, or with primary aluminum smelted there, or cast there."""
    sources = {
        source
        for metal in goods.section_232.metals
        if metal.metal == "aluminum"
        for source in sources_of(metal)
    }
    return goods.origin == "RU" or "RU" in sources


def _is_us_metal(goods: Goods, book: LawBook) -> bool:
    provision, share = book.provisions.get(US_METAL), goods.section_232.us_metal_pct
    return (
        provision is not None
        and share is not None
        and share >= Decimal(text_of(provision.row, "us_metal_from"))
    )
