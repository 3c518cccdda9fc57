"""What each order costs landed: its goods, and its parts of the duty and the fees of its entry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from entrygo.domain.allocation import allocate
from entrygo.planning.duty.fees import fee_by_line
from entrygo.planning.duty.results import ZERO, EntryDuty


@dataclass(frozen=True, slots=True)
class OrderShare:
    """An order line's part of an entry line, by value in USD and cents."""

    order_id: str
    line_number: int
    value_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
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
    for share in shares:
        if share.line_number not in of_line:
            raise ValueError(f"The entry has no line {share.line_number}")
        of_line[share.line_number].append(share)
    fees = fee_by_line(entry)
    costs: dict[str, list[Cost]] = {share.order_id: [] for share in shares}
    for line in entry.lines:
        parts = of_line[line.number]
        weights = [part.value_usd for part in parts]
        amounts = zip(
            parts,
            _parts(line.low.amount if line.low else None, weights),
            _parts(line.high.amount if line.high else None, weights),
            allocate(fees.get(line.number, ZERO), weights),
            strict=True,
        )
        for part, low, high, fee in amounts:
            costs[part.order_id].append(Cost(value=part.value_usd, duty_low=low, duty_high=high, fees=fee))
    return {order_id: total_of(parts) for order_id, parts in costs.items()}


def total_of(costs: Iterable[Cost]) -> Cost:
    """Several together, as of an order with several lines, or of an importer with several entries."""
    each = tuple(costs)
    return Cost(
        value=sum((cost.value for cost in each), ZERO),
        duty_low=_sum_of([cost.duty_low for cost in each]),
        duty_high=_sum_of([cost.duty_high for cost in each]),
        fees=sum((cost.fees for cost in each), ZERO),
    )


def _parts(total: Decimal | None, weights: Sequence[Decimal]) -> Sequence[Decimal | None]:
    return [None] * len(weights) if total is None else allocate(total, weights)


def _sum_of(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None
