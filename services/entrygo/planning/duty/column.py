"""Which of the tariff's columns a line pays by its origin and claim, and what that comes to."""

from dataclasses import dataclass
from fractions import Fraction

from entrygo.domain.programmes import dotted
from entrygo.planning.duty.book import DutyBook
from entrygo.planning.duty.duty_line import DutyLine
from entrygo.planning.duty.quantities import dutiable_quantity, quantity_in, to_cents
from entrygo.planning.duty.rates import ColumnRate, OfAnotherArticle, Rate, read_rate
from entrygo.planning.duty.results import Citation, Figure, Finding
from entrygo.planning.duty.special import read_special
from entrygo.planning.law.preferences import is_for
from entrygo.planning.law.rate_texts import Unreadable
from entrygo.planning.reference.scopes import text_of
from entrygo.planning.reference.tables import Row

GENERAL, SPECIAL, COLUMN_2 = "general", "special", "column_2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The rate of the goods themselves, and whether a claim for a lower one stands."""

    column: str
    rate: ColumnRate
    row: Row | None
    claim_holds: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def is_free(self) -> bool:
        return isinstance(self.rate, Rate) and self.rate.is_free


@dataclass(frozen=True, slots=True)
class NotComputed:
    """Why a figure is missing."""

    reason: str


def base_of(line: DutyLine, book: DutyBook) -> Base:
    """Column 2 by origin; else the special rate where it is claimed and named, else the general rate."""
    rows = book.rates.nearest(line.hts_code)
    if not rows:
        return Base(column=GENERAL, rate=_not_loaded(line), row=None)
    row = rows[-1]
    if line.origin in book.column_2:
        return Base(column=COLUMN_2, rate=_rate(line, text_of(row, COLUMN_2)), row=row)
    general = _rate(line, text_of(row, GENERAL))
    return _claimed(line, row, general) if line.spi else Base(column=GENERAL, rate=general, row=row)


def _claimed(line: DutyLine, row: Row, general: ColumnRate) -> Base:
    if not is_for(line.spi, line.origin):
        return Base(
            column=GENERAL,
            rate=general,
            row=row,
            findings=(Finding("CLAIM_OF_ANOTHER_ORIGIN", f"{line.spi} is not for goods of {line.origin}."),),
        )
    # A free line names no programme, and the claim still frees of other duties and of the processing fee.
    if isinstance(general, Rate) and general.is_free:
        return Base(column=GENERAL, rate=general, row=row, claim_holds=True)
    special = read_special(text_of(row, SPECIAL))
    if line.spi not in special.by_symbol:
        message = f"The special column of {dotted(line.hts_code)} does not name {line.spi}."
        return Base(
            column=GENERAL, rate=general, row=row, findings=(Finding("CLAIM_NOT_IN_TARIFF", message),)
        )
    return Base(column=SPECIAL, rate=special.by_symbol[line.spi], row=row, claim_holds=True)


def _rate(line: DutyLine, text: str) -> ColumnRate:
    """The rate stated, or that of the article it refers to when the line says which."""
    rate = read_rate(text)
    return (
        read_rate(line.rate_of_article)
        if isinstance(rate, OfAnotherArticle) and line.rate_of_article
        else rate
    )


def _not_loaded(line: DutyLine) -> Unreadable:
    return Unreadable("", f"no rate is loaded for {dotted(line.hts_code)}")


def base_figure(line: DutyLine, base: Base, value: int) -> Figure | NotComputed:
    """What the rate of the goods comes to, on a value in whole dollars."""
    rate = base.rate
    if isinstance(rate, Unreadable):
        return NotComputed(rate.reason)
    if isinstance(rate, OfAnotherArticle):
        return NotComputed(f"the rate is that of {rate.article}, which is not given")
    assert base.row is not None
    amount, of = Fraction(0), []
    for part in rate.specific:
        quantity = quantity_in(part.unit, line.quantities)
        if quantity is None:
            return NotComputed(f"{rate.text} needs the quantity in {part.unit}")
        counted = dutiable_quantity(part, quantity)
        amount += part.amount * Fraction(counted)
        of.append(f"{counted} {part.unit}")
    if rate.ad_valorem or not rate.specific:
        of.append(f"{value} USD")
    return Figure(
        heading=dotted(line.hts_code),
        rate=rate.text,
        amount=to_cents(amount + rate.ad_valorem * value),
        of=tuple(of),
        citation=Citation.of(base.row),
    )
