"""The duty of an entry line: what each set of headings costs that the law leaves for its goods.

What nobody has decided gives several sets, and the estimate runs from the cheapest to the dearest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from entrygo.domain.programmes import dotted, in_print_order
from entrygo.planning.duty.book import DutyBook
from entrygo.planning.duty.column import Base, NotComputed, base_figure, base_of
from entrygo.planning.duty.dutiable_value import dutiable_value
from entrygo.planning.duty.duty_line import DutyLine
from entrygo.planning.duty.quantities import to_cents
from entrygo.planning.duty.rates import Rate
from entrygo.planning.duty.results import ZERO, Citation, Duty, Figure, Finding, LineDuty, Question
from entrygo.planning.law.additional_duties import outcomes
from entrygo.planning.law.chapter_98 import is_returned
from entrygo.planning.law.choices import Choice
from entrygo.planning.law.law_book import days_in_words, ended_row, programmes_without_rates
from entrygo.planning.law.origin_duties import OwnDuty, unknown_duty
from entrygo.planning.law.processing_fee import entered_value, pays_processing_fee
from entrygo.planning.law.provisions import Total
from entrygo.planning.law.rate_texts import Unreadable
from entrygo.planning.reference.scopes import text_of
from entrygo.planning.reference.tables import Row


@dataclass(frozen=True, slots=True)
class _Goods:
    """What every set of headings has in common: the line, the rate of the goods and what that comes to."""

    line: DutyLine
    book: DutyBook
    base: Base
    own: Figure | NotComputed
    value: int

    @property
    def own_share(self) -> Fraction | None:
        """The duty of the goods as a share of their value, for totals that include it (note 52(k))."""
        if isinstance(self.base.rate, Rate) and not self.base.rate.specific:
            return self.base.rate.ad_valorem
        if isinstance(self.own, NotComputed) or not self.value:
            return None
        return Fraction(self.own.amount) / self.value


def line_duty(line: DutyLine, book: DutyBook) -> LineDuty:
    """The duty of one line, from its lowest to its highest; with what is open, missing or wrong about it."""
    dutiable = dutiable_value(line)
    base = base_of(line, book)
    value = int(entered_value(dutiable.usd))
    goods = _Goods(line, book, base, base_figure(line, base, value), value)
    sets = tuple(_sets(goods))
    duties = [_duty(goods, headings) for headings in dict.fromkeys(found for found, _ in sets)]
    reasons = [dutiable.reason] if dutiable.reason else []
    reasons += [each.reason for each in duties if isinstance(each, NotComputed)]
    known = sorted((each for each in duties if isinstance(each, Duty)), key=lambda duty: duty.amount)
    is_known = bool(known) and not reasons
    return LineDuty(
        number=line.number,
        value_usd=entered_value(line.value_usd),
        pays_processing_fee=pays_processing_fee(line.spi, line.origin, line.chapter_98),
        low=known[0] if is_known else None,
        high=known[-1] if is_known else None,
        questions=tuple(dict.fromkeys(question for _, questions in sets for question in questions)),
        not_computed=tuple(dict.fromkeys(reasons)),
        findings=(*base.findings, *_lapsed(line, book)),
        unchecked=tuple(_unchecked(line, book)),
    )


def _sets(goods: _Goods) -> Iterator[tuple[tuple[str, ...], tuple[Question, ...]]]:
    """Every combination of answers: its headings in the order of filing, and the questions behind it."""
    of_232, found = outcomes(goods.line, goods.book, _own_duty(goods))
    for outcome in found:
        questions = tuple(
            Question(each.programme, each.options, each.decided_by)
            for each in (of_232, *outcome.choices)
            if each.is_open
        )
        for headings in _combined(outcome.choices):
            yield in_print_order((*headings, *outcome.under_232)), questions


def _own_duty(goods: _Goods) -> OwnDuty:
    base = goods.base
    if base.row is None:
        return unknown_duty(goods.line)
    return OwnDuty(claim_holds=base.claim_holds, is_free=base.is_free, share=goods.own_share)


def _combined(choices: Sequence[Choice]) -> Iterator[tuple[str, ...]]:
    if not choices:
        yield ()
        return
    for option in choices[0].options:
        for others in _combined(choices[1:]):
            yield (*option, *others)


def _duty(goods: _Goods, headings: Sequence[str]) -> Duty | NotComputed:
    """The figures of one set, in the order of an entry; the goods' own code comes last."""
    figures: list[Figure] = []
    has_total = False
    for heading in headings:
        provision = goods.book.provisions.get(heading)
        if provision is None:
            return NotComputed(f"{heading} is in no loaded row in force on {goods.book.day}")
        if isinstance(provision.rate, Unreadable):
            return NotComputed(f"{heading}: {provision.rate.reason}")
        has_total = has_total or isinstance(provision.rate, Total)
        amount = to_cents(provision.rate.share * goods.value)
        figures.append(_figure(heading, provision.rate.text, amount, goods.value, provision.row))
    own = _returned(goods) if is_returned(goods.line.chapter_98) else goods.own
    if isinstance(own, NotComputed):
        return own
    if has_total:
        own = Figure(heading=own.heading, rate=own.rate, amount=ZERO, of=own.of, citation=own.citation)
    return Duty((*figures, own))


def _figure(heading: str, rate: str, amount: Decimal, value: int, row: Row) -> Figure:
    return Figure(heading=heading, rate=rate, amount=amount, of=(f"{value} USD",), citation=Citation.of(row))


def _returned(goods: _Goods) -> Figure | NotComputed:
    """US goods returned are free; the claim is theirs, and the row is that of their code."""
    if goods.base.row is None:
        return goods.own
    return _figure(
        dotted(goods.line.hts_code), f"Free ({goods.line.chapter_98})", ZERO, goods.value, goods.base.row
    )


def _lapsed(line: DutyLine, book: DutyBook) -> Iterator[Finding]:
    for heading in line.headings:
        row = book.other_days.get(heading) or ended_row(heading, book.day)
        if row is not None:
            until = days_in_words(row)
            yield Finding("HEADING_NOT_IN_FORCE", f"{heading} holds {until}, and not on {book.day}.")


def _unchecked(line: DutyLine, book: DutyBook) -> Iterator[str]:
    for row in book.unloaded_for(line.hts_code):
        yield f"{row.key}: {text_of(row, 'decided_by')}"
    for row in programmes_without_rates(book.day):
        yield f"{row.key}, {days_in_words(row)}: what it charged on {book.day} is not on file"
    if line.adcvd_cases:
        cases = ", ".join(line.adcvd_cases)
        yield f"antidumping and countervailing duties: those of {cases} are not estimated"
