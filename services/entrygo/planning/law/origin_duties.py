"""Duties by origin: Section 301 on China's lists, on Brazil, Nicaragua and for forced labor; Section 338."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from entrygo.domain.programmes import Programme
from entrygo.planning.law.choices import NOTHING, Choice, Option, answered, decided, undecided
from entrygo.planning.law.goods import Goods
from entrygo.planning.law.law_book import LawBook, headings_named
from entrygo.planning.law.preferences import CAFTA, is_for
from entrygo.planning.law.provisions import Total
from entrygo.planning.reference.scopes import Scope, text_of, words_of
from entrygo.planning.reference.tables import Row

CHINA, CANADA = "CN", "CA"
# The four-year review's duty takes the place of the lists' (note 31).
REVIEWED = "9903.91"
# Dairy alone yields to Section 232 (note 51).
DAIRY, DAIRY_UNDER_232 = "9903.03.13", "9903.03.15"
TEXTILES = frozenset(str(chapter) for chapter in range(50, 64))
# What is filed for goods under Section 232 instead of the duties of notes 52 and 50.
UNDER_232 = {Programme.FORCED_LABOR: "9903.05.90", Programme.BRAZIL: "9903.05.07"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDuty:
    """What is known of the duty of the goods themselves, which some headings look at."""

    # Whether the tariff takes the claim for a preference, and what it leaves is nothing.
    claim_holds: bool
    is_free: bool
    # The duty as a share of the value; None where it is not known.
    share: Fraction | None
    # Whether somebody looked at the rates: else both headings of a total are possible.
    is_known: bool = True


def unknown_duty(goods: Goods) -> OwnDuty:
    """Without rates: a claim for goods of its party is taken to hold, and to free them, as USMCA's does."""
    holds = bool(goods.spi) and is_for(goods.spi, goods.origin)
    return OwnDuty(claim_holds=holds, is_free=holds, share=None, is_known=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Goods with what is known of their own duty, under one answer to Section 232."""

    goods: Goods
    book: LawBook
    own: OwnDuty
    is_under_232: bool


def by_origin(situation: Situation) -> tuple[Choice, ...]:
    """What each programme by origin comes to; none depends on another."""
    return (
        china(situation),
        nicaragua(situation),
        _excepted(Programme.BRAZIL, situation),
        _excepted(Programme.FORCED_LABOR, situation),
        canada(situation),
    )


def china(situation: Situation) -> Choice:
    """Notes 20 and 31: always added, Section 232 or not."""
    programme, goods, book = Programme.CHINA, situation.goods, situation.book
    if (found := answered(goods, programme)) is not None:
        return found
    if goods.origin != CHINA:
        return decided(programme)
    listed = _listed(book.lists.section_301_lists, goods)
    if listed:
        reviewed = [each for each in listed if each.startswith(REVIEWED)]
        text = "which of the lists names the goods: they divide the code"
        return undecided(programme, [(each,) for each in reviewed or listed], text)
    if "section_301_lists" in book.whole:
        return decided(programme)
    return _unloaded(programme, book, "the lists of notes 20 and 31, which are not loaded")


def canada(situation: Situation) -> Choice:
    """Note 51: on top of everything else, and a claim under USMCA is no defence."""
    programme, goods, book = Programme.CANADA, situation.goods, situation.book
    if (found := answered(goods, programme)) is not None:
        return found
    if goods.origin != CANADA:
        return decided(programme)
    listed = _listed(book.lists.section_338, goods)
    if listed:
        return decided(programme, _yielding(listed[0], situation.is_under_232))
    if "section_338_lists" in book.whole:
        return decided(programme)
    return _unloaded(programme, book, "the lists of note 51(b), which are not loaded")


def _unloaded(programme: Programme, book: LawBook, decided_by: str) -> Choice:
    """Nothing, or any of the programme's headings that charge."""
    guessed = [(each,) for each in book.charging(programme)]
    return undecided(programme, [NOTHING, *guessed], decided_by, guessed)


def _yielding(heading: str, is_under_232: bool) -> str:
    return DAIRY_UNDER_232 if is_under_232 and heading == DAIRY else heading


def _listed(scope: Scope, goods: Goods) -> list[str]:
    """The headings of the rows that name the code and the origin."""
    rows = scope.of_origin(goods.hts_code, goods.origin)
    return list(dict.fromkeys(each for row in rows for each in headings_named(row.key)))


def nicaragua(situation: Situation) -> Choice:
    """Note 29: goods of Nicaragua that are not entered under CAFTA-DR."""
    programme, goods = Programme.NICARAGUA, situation.goods
    if (found := answered(goods, programme)) is not None:
        return found
    if goods.spi in CAFTA:
        return decided(programme)
    return decided(programme, *situation.book.headings_of(goods.origin, programme)[:1])


def _excepted(programme: Programme, situation: Situation) -> Choice:
    """Notes 50 and 52: every good of the origins, but for what an exception names or Section 232 meets."""
    goods, book = situation.goods, situation.book
    charged = _charged(programme, situation)
    if not charged:
        return decided(programme)
    if (found := answered(goods, programme)) is not None:
        return found
    if situation.is_under_232:
        return decided(programme, UNDER_232[programme])
    ours = [
        row
        for row in book.exceptions_of(programme)
        if goods.origin in (words_of(row, "origins") or (goods.origin,))
    ]
    if certain := [row for row in ours if _applies(row, situation)]:
        return decided(programme, certain[0].key)
    possible = [row for row in ours if _may_apply(row, goods)]
    texts = ["the rate of the goods"] if len(charged) > 1 else []
    texts += [text_of(row, "decided_by") for row in possible]
    guessed = [(row.key,) for row in possible]
    return undecided(programme, [*charged, *guessed], "; ".join(dict.fromkeys(texts)), guessed)


def _charged(programme: Programme, situation: Situation) -> Sequence[Option]:
    """The heading of the origin; of a pair, whose total takes in the goods' own duty, what is still open."""
    book = situation.book
    exceptions = {row.key for row in book.exceptions_of(programme)}
    found = book.headings_of(situation.goods.origin, programme)
    headings = [each for each in found if each not in exceptions]
    totals = [each for each in headings if isinstance(book.provisions[each].rate, Total)]
    if not totals:
        return [(each,) for each in headings if book.provisions[each].charges][:1]
    # The other heading of the pair is for goods that pay as much already, and adds nothing.
    unchanged = [each for each in headings if each not in totals]
    if not situation.own.is_known:
        return [(each,) for each in (*unchanged[:1], *totals[:1])]
    reaches = _reaches(book.provisions[totals[0]].rate, situation.own.share)
    return [(each,) for each in (unchanged if reaches else totals)[:1]]


def _reaches(total: object, share: Fraction | None) -> bool:
    """Whether the duty of the goods is as much as the total that note 52 sets for their origin."""
    return isinstance(total, Total) and share is not None and share >= total.share


def _applies(row: Row, situation: Situation) -> bool:
    """Goods the exception names, and claims that it is for."""
    goods, own = situation.goods, situation.own
    if goods.hts_code.startswith(words_of(row, "prefixes")):
        return True
    match text_of(row, "claim"):
        case "usmca":
            return goods.claims_usmca and own.claim_holds and own.is_free
        case "cafta":
            return goods.spi in CAFTA and own.claim_holds and goods.chapter in TEXTILES
    return False


def _may_apply(row: Row, goods: Goods) -> bool:
    """Whether the exception's list is not held in full, and may name the goods."""
    if not text_of(row, "decided_by"):
        return False
    possible = words_of(row, "possible_prefixes")
    return not possible or goods.hts_code.startswith(possible)
