"""What an estimate answers: figures that name their rows, what is open, and what was not computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrygo.domain.programmes import Programme
from entrygo.planning.reference.tables import Row, Status

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The row that a figure rests on, with its source and the days it is in force."""

    table: str
    key: str
    source: str
    status: Status
    effective_from: date
    effective_to: date | None
    checked_on: date | None

    @classmethod
    def of(cls, row: Row) -> "Citation":
        """The citation of a row of reference data."""
        return cls(
            table=row.table,
            key=row.key,
            source=row.source,
            status=row.status,
            effective_from=row.effective_from,
            effective_to=row.effective_to,
            checked_on=row.checked_on,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one heading or code costs (USD, cents): `rate` as the row states it, of what it was taken."""

    heading: str
    rate: str
    amount: Decimal
    # `2950 USD`, `100 kg`; several for a compound rate.
    of: tuple[str, ...]
    citation: Citation


@dataclass(frozen=True, slots=True)
class Question:
    """What is open about a programme, the headings it may come to (empty: none), and what would decide it."""

    programme: Programme
    options: tuple[tuple[str, ...], ...]
    decided_by: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person has to put right: a claim that does not hold, a heading that has lapsed."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Duty:
    """The duty of one line under one set of answers: figures in the order of an entry."""

    figures: tuple[Figure, ...]

    @property
    def amount(self) -> Decimal:
        """The sum of the figures, USD."""
        return sum((figure.amount for figure in self.figures), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDuty:
    """The duty of one line from `low` to `high`; both None where a part was not computed, never 0 instead."""

    number: int
    # Whole dollars, as entered.
    value_usd: Decimal
    pays_processing_fee: bool
    low: Duty | None
    high: Duty | None
    questions: tuple[Question, ...] = ()
    not_computed: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    # Programmes whose lists are not loaded and that may name the goods: the range does not count them.
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDuty:
    """One entry: its lines, and the merchandise processing fee. There is no harbor fee by truck."""

    entry_type: str
    lines: tuple[LineDuty, ...]
    processing_fee: Figure

    @property
    def not_computed(self) -> tuple[int, ...]:
        """The numbers of lines without a duty."""
        return tuple(line.number for line in self.lines if line.low is None)

    @property
    def duty_low(self) -> Decimal | None:
        """The lowest duty of the entry in USD; None where a line has none."""
        return _sum_of([line.low for line in self.lines])

    @property
    def duty_high(self) -> Decimal | None:
        """The highest duty of the entry in USD; None where a line has none."""
        return _sum_of([line.high for line in self.lines])

    @property
    def total_low(self) -> Decimal | None:
        """`duty_low` and the processing fee, USD."""
        return None if self.duty_low is None else self.duty_low + self.processing_fee.amount

    @property
    def total_high(self) -> Decimal | None:
        """`duty_high` and the processing fee, USD."""
        return None if self.duty_high is None else self.duty_high + self.processing_fee.amount


def _sum_of(duties: Sequence[Duty | None]) -> Decimal | None:
    """None if any amount is None: a partial sum would pass for the total."""
    known = [duty.amount for duty in duties if duty is not None]
    return sum(known, ZERO) if len(known) == len(duties) else None
