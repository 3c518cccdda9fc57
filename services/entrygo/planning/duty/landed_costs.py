"""What each order costs landed: its goods, and its parts of the duty and the fees of its entry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from entrygo.domain.allocation import allocate
from entrygo.planning.duty.fees import fee_by_line
from entrygo.planning.duty.results import ZERO, EntryDuty


class OrderShare(NamedTuple):
    """An order line's part of an entry line, by value in USD and cents."""

    order_id: str
    line_number: int
    value_usd: Decimal


# Not frozen: there may be ten thousand, and a frozen one is made in twice the time.
@dataclass(slots=True)
class Cost:
    """USD, cents. Duty runs from low to high; None where that of one of its lines was not computed."""

    value: Decimal
    duty_low: Decimal | None
    duty_high: Decimal | None
    fees: Decimal

    @property
    def total_low(self) -> Decimal | None:
        return None if self.duty_low is None else self.value + self.duty_low + self.fees

    @property
    def total_high(self) -> Decimal | None:
        return None if self.duty_high is None else self.value + self.duty_high + self.fees


def landed_costs(entry: EntryDuty, shares: Sequence[OrderShare]) -> Mapping[str, Cost]:
    """The cost of each order, in the order in which `shares` name them; the sums are those of the entry.

    Duty goes over the order lines of each entry line; fees over the entry lines that pay them, and on from
    there. Raises ValueError for an entry line that no order line is part of, or one of no entry line.
    """
    of_line: dict[int, list[OrderShare]] = {line.number: [] for line in entry.lines}
    sums: dict[str, _Sums] = {}
    for share in shares:
        if share.line_number not in of_line:
            raise ValueError(f"The entry has no line {share.line_number}")
        of_line[share.line_number].append(share)
        if share.order_id not in sums:
            sums[share.order_id] = _Sums()
    fees = fee_by_line(entry)
    for line in entry.lines:
        parts = of_line[line.number]
        weights = [part.value_usd for part in parts]
        low_usd, high_usd = (duty.amount if duty else None for duty in (line.low, line.high))
        lows, highs = _ranges(low_usd, high_usd, weights)
        fees_usd = allocate(fees.get(line.number, ZERO), weights)
        for part, low, high, fee in zip(parts, lows, highs, fees_usd, strict=True):
            sums[part.order_id].add(part.value_usd, low, high, fee)
    return {order_id: each.as_cost() for order_id, each in sums.items()}


def total_of(costs: Iterable[Cost]) -> Cost:
    """Several together, as of an order with several lines, or of an importer with several entries."""
    sums = _Sums()
    for cost in costs:
        sums.add(cost.value, cost.duty_low, cost.duty_high, cost.fees)
    return sums.as_cost()


@dataclass(slots=True)
class _Sums:
    """The parts of a cost so far; duty that one part lacks is unknown for good."""

    value: Decimal = ZERO
    duty_low: Decimal | None = ZERO
    duty_high: Decimal | None = ZERO
    fees: Decimal = ZERO

    def add(self, value: Decimal, low: Decimal | None, high: Decimal | None, fees: Decimal) -> None:
        self.value += value
        self.duty_low = None if low is None or self.duty_low is None else self.duty_low + low
        self.duty_high = None if high is None or self.duty_high is None else self.duty_high + high
        self.fees += fees

    def as_cost(self) -> Cost:
        return Cost(self.value, self.duty_low, self.duty_high, self.fees)


def _ranges(
    low: Decimal | None, high: Decimal | None, weights: Sequence[Decimal]
) -> tuple[Sequence[Decimal | None], Sequence[Decimal | None]]:
    """What is open is divided by itself: of a larger sum as a whole, a part may be a cent less."""
    if low is None or high is None or low == high:
        lows = _parts(low, weights)
        return lows, lows if low == high else _parts(high, weights)
    sure, more = allocate(low, weights), allocate(high - low, weights)
    return sure, [part + open_part for part, open_part in zip(sure, more, strict=True)]


def _parts(total: Decimal | None, weights: Sequence[Decimal]) -> Sequence[Decimal | None]:
    return [None] * len(weights) if total is None else allocate(total, weights)
