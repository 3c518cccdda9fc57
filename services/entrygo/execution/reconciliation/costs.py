"""What each order cost landed in the end: the broker's duty and fees, divided over the orders. Pure.

The parts of an entry's orders add up to what was entered, or liquidated, to the cent.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from entrygo.domain.allocation import allocate
from entrygo.domain.duty import EntryDuty, OrderCost
from entrygo.execution.package.csv_table import csv_table
from entrygo.execution.package.entry_snapshots import importer_of
from entrygo.execution.package.invoice import CURRENCY, Invoice
from entrygo.execution.package.invoice_columns import money
from entrygo.execution.package.printable import clean_text
from entrygo.execution.reconciliation.comparing import ZERO
from entrygo.execution.reconciliation.pairing import pair_lines
from entrygo.execution.reconciliation.summary import EntrySummary

COLUMNS = (
    "package_number", "entry", "entry_number", "order_id", "order_external_id", "goods_value",
    "estimated_duty_low", "estimated_duty_high", "estimated_fees", "actual_duty", "actual_fees",
    "actual_landed_cost", "currency", "basis", "importer_external_id", "importer_name", "entry_date",
)  # fmt: skip
NUMERIC_COLUMNS = frozenset({"entry", *COLUMNS[5:12]})
# What the actual figures rest on.
ENTERED, LIQUIDATED, NOT_GIVEN = "entered", "liquidated", "not given"


@dataclass(frozen=True, slots=True)
class Share:
    """An order's part of a line of the estimate, by value in USD and cents."""

    order_id: str
    line: int
    value_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """USD; None is not given."""

    duty: Decimal | None
    fees: Decimal | None


def actual_costs(
    shares: Sequence[Share], estimate: EntryDuty | None, given: EntrySummary
) -> Mapping[str, Actual]:
    """The cost of each order of one entry, in the order in which `shares` name them."""
    order_ids = list(dict.fromkeys(share.order_id for share in shares))
    duty, fees = given.final_duty_usd, given.final_fees_usd
    duties = None if duty is None else _divided(duty, _duty_weights(shares, estimate, given), order_ids)
    parts = None if fees is None else _divided(fees, _fee_weights(shares, estimate), order_ids)
    return {
        order_id: Actual(
            duty=None if duties is None else duties[order_id], fees=None if parts is None else parts[order_id]
        )
        for order_id in order_ids
    }


def _divided(
    total: Decimal, weights: Mapping[str, Decimal], order_ids: Sequence[str]
) -> Mapping[str, Decimal]:
    parts = allocate(total, [weights.get(order_id, ZERO) for order_id in order_ids])
    return dict(zip(order_ids, parts, strict=True))


def _duty_weights(
    shares: Sequence[Share], estimate: EntryDuty | None, given: EntrySummary
) -> Mapping[str, Decimal]:
    """Each order's duty as its lines were entered; without lines, by the estimate, else by value."""
    if estimate is None:
        return _by_value(shares)
    if not given.lines:
        return _estimated_weights(shares, estimate)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for pair in pair_lines(estimate.lines, given.lines):
        numbers = {line.number for line in pair.estimated}
        # What was added is nobody's goods: all of the entry bear it.
        bearing = [share for share in shares if not numbers or share.line in numbers]
        duty = sum((line.duty_usd for line in pair.entered), ZERO)
        for share, part in zip(bearing, allocate(duty, [each.value_usd for each in bearing]), strict=True):
            sums[share.order_id] += part
    return sums if any(sums.values()) else _by_value(shares)


def _estimated_weights(shares: Sequence[Share], estimate: EntryDuty) -> Mapping[str, Decimal]:
    duties = {line.number: line.low_usd for line in estimate.lines}
    if None in duties.values() or not any(duties.values()):
        return _by_value(shares)
    values: dict[int, Decimal] = defaultdict(Decimal)
    for share in shares:
        values[share.line] += share.value_usd
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for share in shares:
        of_line = values[share.line]
        sums[share.order_id] += (duties[share.line] or ZERO) * share.value_usd / of_line if of_line else ZERO
    return sums


def _fee_weights(shares: Sequence[Share], estimate: EntryDuty | None) -> Mapping[str, Decimal]:
    """By the value of what pays the processing fee; where nothing does, of everything."""
    paying = {line.number for line in estimate.lines if line.pays_processing_fee} if estimate else set()
    return _by_value([share for share in shares if not paying or share.line in paying])


def _by_value(shares: Sequence[Share]) -> Mapping[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for share in shares:
        sums[share.order_id] += share.value_usd
    return sums


def costs_table(invoice: Invoice, summaries: Mapping[int, EntrySummary]) -> bytes:
    """One row an order, of every entry of an export, as CSV; what was not given back is blank."""
    shares: dict[int, list[Share]] = defaultdict(list)
    entry_of = {line.number: line.entry_number for line in invoice.consolidated}
    for line in invoice.lines:
        number = line.consolidated_number
        shares[entry_of[number]].append(Share(line.order.id, number, line.value))
    estimates = {each.number: each for each in invoice.snapshot.entry_duties}
    rows = [
        row
        for entry in sorted(shares)
        for row in _rows(invoice, entry, shares[entry], estimates.get(entry), summaries.get(entry))
    ]
    return csv_table(COLUMNS, rows, NUMERIC_COLUMNS)


def _rows(
    invoice: Invoice,
    entry: int,
    shares: Sequence[Share],
    estimate: EntryDuty | None,
    given: EntrySummary | None,
) -> list[Sequence[str]]:
    names = {order.id: clean_text(order.external_id) for order in invoice.snapshot.orders}
    estimated = {cost.order_id: cost for cost in invoice.snapshot.landed_costs}
    actual = {} if given is None else actual_costs(shares, estimate, given)
    values, of_the_entry = _by_value(shares), _entry_cells(invoice, entry, given)
    return [
        (
            invoice.package.number,
            str(entry),
            given.entry_number if given else "",
            order_id,
            names[order_id],
            money(value),
            *_estimated_cells(estimated.get(order_id)),
            *_actual_cells(value, actual.get(order_id)),
            CURRENCY,
            _basis(given),
            *of_the_entry,
        )
        for order_id, value in values.items()
    ]


def _entry_cells(invoice: Invoice, entry: int, given: EntrySummary | None) -> Sequence[str]:
    """By which a month is summed up: who imports, and the day of the entry as it was filed."""
    snapshot = invoice.snapshot
    planned = next((each for each in snapshot.entries if each.number == entry), None)
    record = next((each for each in snapshot.importers if planned and each.id == planned.importer_id), None)
    importer = snapshot.warehouse.importer_of_record if planned is None else importer_of(snapshot, planned)
    day = given.entry_date if given else None
    return (
        clean_text(record.external_id) if record else "",
        clean_text(importer.name),
        day.isoformat() if day else "",
    )


def _estimated_cells(cost: OrderCost | None) -> Sequence[str]:
    if cost is None:
        return ("", "", "")
    return (_known(cost.duty_low_usd), _known(cost.duty_high_usd), money(cost.fees_usd))


def _actual_cells(value: Decimal, actual: Actual | None) -> Sequence[str]:
    if actual is None:
        return ("", "", "")
    is_whole = actual.duty is not None and actual.fees is not None
    total = value + (actual.duty or ZERO) + (actual.fees or ZERO) if is_whole else None
    return (_known(actual.duty), _known(actual.fees), _known(total))


def _basis(given: EntrySummary | None) -> str:
    if given is None:
        return NOT_GIVEN
    return LIQUIDATED if given.liquidation else ENTERED


def _known(amount: Decimal | None) -> str:
    return "" if amount is None else money(amount)
