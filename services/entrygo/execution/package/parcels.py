"""The parcels of a shipment: one per order, marked with the order's own id."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from entrygo.domain.facts import Order
from entrygo.execution.package.invoice import Invoice, InvoiceLine, Weight
from entrygo.execution.package.invoicing import sum_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one order ships, as one parcel; `number` counts from 1 in the package."""

    number: int
    order: Order
    contents: tuple[InvoiceLine, ...]

    @property
    def net_weight(self) -> Weight:
        """The sum of its lines, in kilograms."""
        return sum_weights(line.net_weight_kg for line in self.contents)

    @property
    def gross_weight(self) -> Weight:
        """The sum of its lines, in kilograms."""
        return sum_weights(line.gross_weight_kg for line in self.contents)


def parcels(invoice: Invoice) -> Iterator[Parcel]:
    """In the order of the invoice's lines, which stand together per order."""
    grouped = groupby(invoice.lines, key=lambda line: line.order.id)
    for number, (_, lines) in enumerate(grouped, start=1):
        contents = tuple(lines)
        yield Parcel(number=number, order=contents[0].order, contents=contents)
