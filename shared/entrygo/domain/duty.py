"""The duty and fees that an entry is likely to cost, as planning estimated them; amounts in USD, to the cent.

An amount that is not known is None, never 0, and `not_computed` says why; where people have to decide, low
and high are the range and `questions` say what would decide it.
"""

from dataclasses import dataclass
from datetime import date

from entrygo.domain.facts import Fact, Number


class DutyFigure(Fact):
    """What one heading or code costs, of what it was taken, and the dated row it rests on."""

    heading: str
    rate: str
    amount_usd: Number
    of: tuple[str, ...]
    table: str
    row: str
    source: str
    effective_from: date


class DutyQuestion(Fact):
    """What is open about a programme, and what would decide it."""

    programme: str
    decided_by: str


class LineDuty(Fact):
    """One line of an entry, numbered as the documents number consolidated lines."""

    number: int
    hts_code: str
    country_of_origin: str
    # Whole dollars, as entered.
    value_usd: Number
    pays_processing_fee: bool
    low_usd: Number | None
    high_usd: Number | None
    # Those of the lowest and of the highest duty; the same where nothing is open.
    low: tuple[DutyFigure, ...] = ()
    high: tuple[DutyFigure, ...] = ()
    questions: tuple[DutyQuestion, ...] = ()
    not_computed: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    # Programmes that no list is loaded of: not counted in the range.
    unchecked: tuple[str, ...] = ()


class EntryDuty(Fact):
    """One entry: lines, and the merchandise processing fee, which is of the whole entry."""

    number: int
    importer_number: str | None
    entry_type: str
    lines: tuple[LineDuty, ...]
    duty_low_usd: Number | None
    duty_high_usd: Number | None
    processing_fee_usd: Number
    processing_fee: DutyFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCost:
    """An order's goods and its parts of duty and fees; the parts of all orders are the whole.

    No Fact, as an order is none.
    """

    order_id: str
    entry_number: int
    value_usd: Number
    duty_low_usd: Number | None
    duty_high_usd: Number | None
    fees_usd: Number
