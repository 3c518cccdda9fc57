"""Every set of headings of chapter 99 that goods may come to, and what each set is decided by.

Precedence is that of the decision table in docs/duty.md: Section 232 first, then the rest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from entrygo.domain.programmes import Programme, in_print_order, programme_of
from entrygo.planning.law import chapter_98
from entrygo.planning.law.choices import Choice, Option, decided
from entrygo.planning.law.goods import Goods
from entrygo.planning.law.law_book import LawBook
from entrygo.planning.law.origin_duties import OwnDuty, Situation, by_origin, unknown_duty
from entrygo.planning.law.section_232 import displaces_forced_labor, section_232

# Programmes that a sum over headings has no mechanism for, filed only when somebody found them to apply.
FOUND_ONLY = (Programme.SAFEGUARD, Programme.OTHER)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer to Section 232, with what follows from it for every other programme."""

    under_232: Option
    choices: tuple[Choice, ...]


def outcomes(goods: Goods, book: LawBook, own: OwnDuty) -> tuple[Choice, Sequence[Outcome]]:
    """The choice under Section 232, and an outcome for each of its options."""
    of_232 = section_232(goods, book)
    return of_232, [Outcome(option, _rest(goods, book, own, option)) for option in of_232.options]


def _rest(goods: Goods, book: LawBook, own: OwnDuty, under_232: Option) -> tuple[Choice, ...]:
    """Of US goods returned no other duty is due (note 52(a))."""
    if chapter_98.is_returned(goods.chapter_98):
        return ()
    situation = Situation(
        goods=goods, book=book, own=own, is_under_232=displaces_forced_labor(under_232, book)
    )
    found = [each for each in goods.headings if programme_of(each) in FOUND_ONLY]
    return (*by_origin(situation), decided(Programme.OTHER, *found))


def named_headings(goods: Goods, book: LawBook) -> tuple[str, ...]:
    """The headings that rows in hand name for the goods, whatever is open, in the order of filing."""
    of_232, found = outcomes(goods, book, unknown_duty(goods))
    return in_print_order(
        heading
        for outcome in found
        if outcome.under_232 not in of_232.guessed
        for heading in (*outcome.under_232, *_named(outcome.choices))
    )


def _named(choices: Sequence[Choice]) -> Iterator[str]:
    for choice in choices:
        for option in choice.named:
            yield from option
