"""Section 232 as a whole: which of its duties meets goods, and what it displaces."""

from collections.abc import Sequence

from entrygo.domain.programmes import SECTION_232, Programme, programme_of
from entrygo.planning.law.choices import NOTHING, Choice, answered, decided, undecided
from entrygo.planning.law.goods import Goods
from entrygo.planning.law.law_book import LawBook
from entrygo.planning.law.metals import metals
from entrygo.planning.reference.scopes import text_of

# Goods under these pay no duty on their metal.
DISPLACES_METALS = frozenset({Programme.SEMICONDUCTORS, Programme.TRUCKS, Programme.AUTOMOBILES})


def section_232(goods: Goods, book: LawBook) -> Choice:
    """The duties of other goods first, as far as somebody found them; they may displace that of metals."""
    other = _others(goods, book)
    of_metals = metals(goods, book, is_under_another=other is not None)
    if other is None:
        return of_metals
    if other.programme in DISPLACES_METALS:
        return other
    options = [(*one, *two) for one in other.options for two in of_metals.options]
    guessed = [(*one, *two) for one in other.options for two in of_metals.guessed]
    texts = dict.fromkeys(each.decided_by for each in (other, of_metals) if each.is_open)
    return undecided(other.programme, options, "; ".join(texts), guessed)


def _others(goods: Goods, book: LawBook) -> Choice | None:
    for programme in SECTION_232:
        if (found := answered(goods, programme)) is not None and found.options != (NOTHING,):
            return found
    return None if Programme.WOOD in goods.denied else _wood(goods, book)


def _wood(goods: Goods, book: LawBook) -> Choice | None:
    row = next(iter(book.wood.nearest(goods.hts_code)), None)
    if row is None:
        return None
    origin_headings = book.headings_of(goods.origin, Programme.WOOD)
    heading = origin_headings[0] if origin_headings else row.key
    otherwise = text_of(row, "otherwise")
    if not otherwise:
        return decided(Programme.WOOD, heading)
    return undecided(Programme.WOOD, [(heading,), (otherwise,)], text_of(row, "decided_by"))


def displaces_forced_labor(headings: Sequence[str], book: LawBook) -> bool:
    """Goods under Section 232 pay no duty of notes 50 and 52; those it does not meet after all do."""
    found = [each for each in headings if programme_of(each) in (*SECTION_232, Programme.METALS)]
    return any(each not in book.provisions or not book.provisions[each].is_outside for each in found)
