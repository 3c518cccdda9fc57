"""The shipments of the truck's manifest: entries, or house bills of orders. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from entrygo.domain.facts import Order
from entrygo.execution.package.invoice import (
    ConsolidatedLine,
    Invoice,
    InvoiceEntry,
    InvoiceLine,
    Weight,
)
from entrygo.execution.package.invoicing import distinct, sum_quantities, sum_weights
from entrygo.execution.package.printable import clean_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestShipment:
    """Goods under one control number (SCN, for a truck its PAPS number); of a house bill its order."""

    entry_number: int
    control_number: str | None
    # Entry lines, of a house bill with what of them is in its order.
    lines: tuple[ConsolidatedLine, ...]
    order_lines: tuple[InvoiceLine, ...]
    packages: int
    value: Decimal
    order: Order | None = None

    @property
    def gross_weight(self) -> Weight:
        return Weight(
            kg=sum((line.gross_weight.kg for line in self.lines), Decimal(0)),
            is_complete=all(line.gross_weight.is_complete for line in self.lines),
        )


def manifest_shipments(invoice: Invoice) -> list[ManifestShipment]:
    """One for each entry, or for each order where the broker's record says `house_bill`; entry by entry."""
    lines: dict[str, list[InvoiceLine]] = defaultdict(list)
    for line in invoice.lines:
        lines[line.order.id].append(line)
    if invoice.snapshot.broker.manifest_per == "entry":
        return [_of_entry(invoice, entry, lines) for entry in invoice.entries]
    consolidated = {line.number: line for line in invoice.consolidated}
    stated = invoice.package.shipment.house_bill_numbers()
    return [
        _of_order(entry, lines[order_id], consolidated, stated.get(order_id))
        for entry in invoice.entries
        for order_id in entry.order_ids
    ]


def uncounted(invoice: Invoice, shipments: Sequence[ManifestShipment]) -> int | None:
    """The packages that were counted on the truck, where they are not those of its shipments together.

    Nobody said in which shipment they are: one of which nothing is stated is taken to have one an order.
    """
    counted = invoice.package.shipment.packages
    return None if counted == sum(each.packages for each in shipments) else counted


def _of_entry(
    invoice: Invoice, entry: InvoiceEntry, lines: Mapping[str, Sequence[InvoiceLine]]
) -> ManifestShipment:
    entries, shipment = len(invoice.entries), invoice.package.shipment
    stated = shipment.packages_with(entry.number, entry.order_ids, entries=entries)
    return ManifestShipment(
        entry_number=entry.number,
        control_number=shipment.paps_of(entry.number, entries=entries),
        lines=tuple(line for line in invoice.consolidated if line.entry_number == entry.number),
        order_lines=tuple(line for order_id in entry.order_ids for line in lines[order_id]),
        # The smallest outside packing: the parcels, one an order unless stated otherwise.
        packages=invoice.totals.packages if entries == 1 else stated,
        value=entry.value,
    )


def _of_order(
    entry: InvoiceEntry,
    lines: Sequence[InvoiceLine],
    consolidated: dict[int, ConsolidatedLine],
    control_number: str | None,
) -> ManifestShipment:
    return ManifestShipment(
        entry_number=entry.number,
        control_number=control_number,
        lines=tuple(_parts(lines, consolidated)),
        order_lines=tuple(lines),
        packages=1,
        value=sum((line.value for line in lines), Decimal("0.00")),
        order=lines[0].order,
    )


def _parts(
    lines: Sequence[InvoiceLine], consolidated: dict[int, ConsolidatedLine]
) -> Iterator[ConsolidatedLine]:
    groups: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        groups[line.consolidated_number].append(line)
    for number, own in sorted(groups.items()):
        yield replace(
            consolidated[number],
            descriptions=distinct(clean_text(line.product.customs_description) for line in own),
            quantities=sum_quantities(own),
            net_weight=sum_weights(line.net_weight_kg for line in own),
            gross_weight=sum_weights(line.gross_weight_kg for line in own),
            value=sum((line.value for line in own), Decimal("0.00")),
        )
