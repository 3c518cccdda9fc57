"""The merchandise processing fee of an entry (19 CFR 24.23). There is no harbor maintenance fee by truck."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from entrygo.domain.allocation import allocate
from entrygo.domain.money import plain
from entrygo.planning.duty.book import DutyBook
from entrygo.planning.duty.duty_line import DutyLine
from entrygo.planning.duty.estimate import line_duty
from entrygo.planning.duty.results import ZERO, Citation, EntryDuty, Figure, LineDuty
from entrygo.planning.law.entry_types import INFORMAL
from entrygo.planning.law.processing_fee import fee_amount
from entrygo.planning.reference.in_force import processing_fee_of

# Fee class codes of the entry summary.
FORMAL_FEE, INFORMAL_FEE = "499", "311"


def entry_duty(lines: Sequence[DutyLine], book: DutyBook, entry_type: str) -> EntryDuty:
    """The duty of each line and the fee of the entry; `entry_type` as filed: 01, 03, 11."""
    duties = tuple(line_duty(line, book) for line in lines)
    return EntryDuty(
        entry_type=entry_type, lines=duties, processing_fee=processing_fee(duties, book, entry_type)
    )


def processing_fee(lines: Sequence[LineDuty], book: DutyBook, entry_type: str) -> Figure:
    """On the lines that are not exempt, once for the entry: a share within limits, or the informal amount."""
    row, paying = book.processing_fee, [line for line in lines if line.pays_processing_fee]
    value, fee = sum((line.value_usd for line in paying), ZERO), processing_fee_of(book.processing_fee)
    amount = fee_amount(value, entry_type, fee) if paying else ZERO
    if not paying:
        rate = "exempt"
    elif entry_type == INFORMAL:
        rate = "informal entry"
    else:
        rate = f"{plain(fee.rate * 100)}%, {fee.minimum} to {fee.maximum}"
    return Figure(
        heading=INFORMAL_FEE if entry_type == INFORMAL else FORMAL_FEE,
        rate=rate,
        amount=amount,
        of=(f"{int(value)} USD",),
        citation=Citation.of(row),
    )


def fee_by_line(entry: EntryDuty) -> Mapping[int, Decimal]:
    """Each line's part of the fee, by number; exempt lines have none."""
    paying = [line for line in entry.lines if line.pays_processing_fee]
    parts = allocate(entry.processing_fee.amount, [line.value_usd for line in paying])
    return dict(zip((line.number for line in paying), parts, strict=True))
