"""The duty of an entry line: every set of headings that its goods may come to, and what each set costs.

Precedence is that of the decision table in docs/duty.md: Section 232 first, then the rest. What nobody has
decided gives several sets, and the estimate runs from the cheapest to the dearest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from entrygo.planning.duty.book import DutyBook
from entrygo.planning.duty.chapter_98 import chapter_98_treatment
from entrygo.planning.duty.choices import Choice, decided
from entrygo.planning.duty.column import Base, NotComputed, base_figure, base_of
from entrygo.planning.duty.lines import DutyLine
from entrygo.planning.duty.origin_duties import Situation, brazil, canada, china, forced_labor, nicaragua
from entrygo.planning.duty.programmes import Programme, dotted, in_print_order, programme_of
from entrygo.planning.duty.provisions import Total
from entrygo.planning.duty.quantities import to_cents, to_dollars
from entrygo.planning.duty.rates import Rate, Unreadable
from entrygo.planning.duty.results import ZERO, Citation, Duty, Figure, Finding, LineDuty, Question
from entrygo.planning.duty.section_232 import displaces_forced_labor, section_232
from entrygo.planning.reference.scopes import text_of, words_of
from entrygo.planning.reference.tables import Row

# Programmes that a sum over headings has no mechanism for, filed only when somebody found them to apply.
FOUND_ONLY = (Programme.SAFEGUARD, Programme.OTHER)


@dataclass(frozen=True, slots=True)
class _Goods:
    """What every set of headings has in common: the line, the rate of the goods and what that comes to."""

    line: DutyLine
    book: DutyBook
    base: Base
    own: Figure | NotComputed
    value: int
    is_returned: bool

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
    treatment = chapter_98_treatment(line)
    base = base_of(line, book)
    value = to_dollars(treatment.dutiable_value)
    goods = _Goods(line, book, base, base_figure(line, base, int(value)), int(value), treatment.is_returned)
    sets = tuple(_sets(goods))
    duties = [_duty(goods, headings) for headings in dict.fromkeys(found for found, _ in sets)]
    reasons = [treatment.reason] if treatment.reason else []
    reasons += [each.reason for each in duties if isinstance(each, NotComputed)]
    known = sorted((each for each in duties if isinstance(each, Duty)), key=lambda duty: duty.amount)
    is_known = bool(known) and not reasons
    return LineDuty(
        number=line.number,
        value_usd=to_dollars(line.value_usd),
        pays_processing_fee=treatment.pays_fee and not (line.claims_usmca and base.claim_holds),
        low=known[0] if is_known else None,
        high=known[-1] if is_known else None,
        questions=tuple(dict.fromkeys(question for _, questions in sets for question in questions)),
        not_computed=tuple(dict.fromkeys(reasons)),
        findings=(*base.findings, *_lapsed(line, book)),
        unchecked=tuple(_unchecked(line, book)),
    )


def _sets(goods: _Goods) -> Iterator[tuple[tuple[str, ...], tuple[Question, ...]]]:
    """Every combination of answers: its headings in the order of filing, and the questions behind it."""
    line, book = goods.line, goods.book
    metals = section_232(line, book)
    for under_232 in metals.options:
        rest = [metals, *(() if goods.is_returned else _rest(goods, displaces_forced_labor(under_232, book)))]
        questions = tuple(
            Question(each.programme, each.options, each.decided_by) for each in rest if each.is_open
        )
        for headings in _combined(rest[1:]):
            yield in_print_order((*headings, *under_232)), questions


def _rest(goods: _Goods, is_under_232: bool) -> Sequence[Choice]:
    line, book = goods.line, goods.book
    situation = Situation(
        line=line,
        book=book,
        base=goods.base,
        is_under_232=is_under_232,
        pays_total_already=_pays_total_already(goods),
    )
    return (
        china(line, book),
        nicaragua(line, book),
        brazil(situation),
        forced_labor(situation),
        canada(situation),
        decided(Programme.OTHER, *(each for each in line.headings if programme_of(each) in FOUND_ONLY)),
    )


def _combined(choices: Sequence[Choice]) -> Iterator[tuple[str, ...]]:
    if not choices:
        yield ()
        return
    for option in choices[0].options:
        for others in _combined(choices[1:]):
            yield (*option, *others)


def _pays_total_already(goods: _Goods) -> bool:
    """Whether the duty of the goods reaches the total of their origin's heading under note 52."""
    headings = goods.book.headings_of(goods.line.origin, Programme.FORCED_LABOR)
    rates = [goods.book.provisions[each].rate for each in headings]
    total = next((rate.share for rate in rates if isinstance(rate, Total)), None)
    return total is not None and goods.own_share is not None and goods.own_share >= total


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
    own = _returned(goods) if goods.is_returned else goods.own
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
        row = book.other_days.get(heading)
        if row is not None:
            until = f"until {row.effective_to}" if row.effective_to else f"from {row.effective_from}"
            yield Finding("HEADING_NOT_IN_FORCE", f"{heading} holds {until}, and not on {book.day}.")


def _unchecked(line: DutyLine, book: DutyBook) -> Iterator[str]:
    for row in book.unloaded:
        if line.hts_code.startswith(words_of(row, "prefixes")):
            yield f"{row.key}: {text_of(row, 'decided_by')}"
