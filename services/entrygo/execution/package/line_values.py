"""Values of an entry and of its lines that are derived from orders and shipment. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from entrygo.domain.allocation import allocate
from entrygo.domain.shipment import ChargeKind
from entrygo.domain.us_states import state_code
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.printable import clean_text

LineCharges = Mapping[ChargeKind, Decimal]


@dataclass(frozen=True, slots=True)
class DestinationState:
    """A destination state, and the value of its goods in USD."""

    name: str
    value: Decimal


def destination_states(invoice: Invoice) -> Sequence[DestinationState]:
    """The states of the orders, highest value first; the form has room for the first.

    CBP Form 7501 asks, of a consolidated shipment, for the state of the greatest aggregate value.
    """
    values: dict[str, Decimal] = defaultdict(Decimal)
    for line in invoice.lines:
        values[state_code(clean_text(line.order.destination_region))] += line.value
    stated = [DestinationState(name, value) for name, value in values.items() if name]
    return sorted(stated, key=lambda each: (-each.value, each.name))


def charges_by_line(invoice: Invoice) -> Mapping[int, LineCharges]:
    """By entry line, its share by value of each kind of charge; the shares add up to the charge."""
    weights = [line.value for line in invoice.consolidated]
    totals: dict[ChargeKind, Decimal] = defaultdict(Decimal)
    for charge in invoice.package.shipment.charges:
        totals[charge.kind] += charge.amount_usd
    parts = {kind: allocate(total, weights) for kind, total in totals.items()}
    return {
        line.number: {kind: shares[place] for kind, shares in parts.items() if shares[place]}
        for place, line in enumerate(invoice.consolidated)
    }
