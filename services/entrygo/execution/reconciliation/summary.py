"""An entry as its broker filed it, and what stands of it in the store. Values: no SQL, no wire."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from entrygo.domain.facts import Fact, Number

MAX_LINES = 999


class SummaryLine(Fact):
    """One line of an entry summary, under its number of chapters 1 to 97; amounts in USD.

    `duty_usd` is all duty of the line, that of headings of chapter 99 included.
    """

    line: int
    hts_code: str
    country_of_origin: str
    value_usd: Number
    quantity: Number | None = None
    unit: str | None = None
    duty_usd: Number


class Liquidation(Fact):
    """What CBP fixed in the end, in USD; fees that are None are those that were entered."""

    liquidated_on: date
    duty_usd: Number
    fees_usd: Number | None = None


class EntrySummary(Fact):
    """The entry as filed; amounts of the whole entry in USD. What was not given is None."""

    entry_number: str
    entry_type: str | None = None
    entry_date: date | None = None
    summary_date: date | None = None
    lines: tuple[SummaryLine, ...] = ()
    duty_usd: Number | None = None
    fees_usd: Number | None = None
    liquidation: Liquidation | None = None

    @property
    def value_usd(self) -> Decimal | None:
        """The sum of its lines; None without any."""
        return sum((line.value_usd for line in self.lines), Decimal(0)) if self.lines else None

    @property
    def final_duty_usd(self) -> Decimal | None:
        """What the duty came to: as liquidated, else as entered."""
        return self.liquidation.duty_usd if self.liquidation else self.duty_usd

    @property
    def final_fees_usd(self) -> Decimal | None:
        """What the fees came to: as liquidated, else as entered."""
        liquidated = self.liquidation.fees_usd if self.liquidation else None
        return self.fees_usd if liquidated is None else liquidated


class GivenBy(StrEnum):
    """Through whom a summary came."""

    API = "api"
    BROKER_LINK = "broker_link"


class TaskState(StrEnum):
    """`resolved`: a later summary no longer differs."""

    OPEN = "open"
    CLOSED = "closed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """The estimate that a summary was compared with, in USD; None is not known."""

    duty_low_usd: Decimal | None = None
    duty_high_usd: Decimal | None = None
    fees_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One summary as it was stored."""

    id: str
    export_id: str
    package_id: str
    entry: int
    revision: int
    summary: EntrySummary
    estimated: Estimated
    given_by: GivenBy
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A difference that somebody has to look at; `place` is the entry, or the lines that it is about."""

    id: str
    export_id: str
    package_id: str
    entry: int
    code: str
    place: str
    message: str
    expected: str
    actual: str
    state: TaskState
    note: str
    opened_at: datetime
    closed_at: datetime | None = None
