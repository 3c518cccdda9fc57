"""Builds the invoice: numbers its lines, groups them into those that the broker files, totals both. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from entrygo.domain.shipment import Shipment, carried_by, with_parties_of
from entrygo.domain.snapshot import Severity, Snapshot
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.filing import Filings
from entrygo.execution.package.invoice import (
    ConsolidatedLine,
    Invoice,
    InvoiceEntry,
    InvoiceLine,
    Totals,
    Weight,
)
from entrygo.execution.package.printable import clean_text, undotted_hts


def build_invoice(snapshot: Snapshot, package: PackageFacts) -> Invoice:
    """Number the lines, group them into entry lines, and total both."""
    package = replace(package, shipment=with_parties_of(package.shipment, snapshot.warehouse))
    snapshot = snapshot.model_copy(update={"warehouse": carried_by(snapshot.warehouse, package.shipment)})
    entry_of = snapshot.entry_of_orders()
    filings = Filings(snapshot)
    lines = tuple(_lines(snapshot, filings, _line_numbers(snapshot, filings, entry_of), entry_of))
    groups: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        groups[line.consolidated_number].append(line)
    consolidated = tuple(
        _consolidate(number, entry_of[groups[number][0].order.id], groups[number], filings)
        for number in sorted(groups)
    )
    return Invoice(
        snapshot=snapshot,
        package=package,
        lines=lines,
        consolidated=consolidated,
        entries=_entries(snapshot, consolidated, entry_of),
        totals=_totals(snapshot, package.shipment, lines, len(consolidated)),
    )


def _line_numbers(
    snapshot: Snapshot, filings: Filings, entry_of: Mapping[str, int]
) -> Mapping[tuple[int, str], int]:
    """Entry and product id to the number of the consolidated line; entry after entry."""
    used = {(entry_of[order.id], item.product_id) for order in snapshot.orders for item in order.items}
    ordered = sorted({(entry, filings[product_id].key) for entry, product_id in used})
    numbers = {place: number for number, place in enumerate(ordered, start=1)}
    return {(entry, product_id): numbers[entry, filings[product_id].key] for entry, product_id in used}


def _entries(
    snapshot: Snapshot, consolidated: Sequence[ConsolidatedLine], entry_of: Mapping[str, int]
) -> tuple[InvoiceEntry, ...]:
    order_ids: dict[int, list[str]] = defaultdict(list)
    for order in snapshot.orders:
        order_ids[entry_of[order.id]].append(order.id)
    lines: dict[int, list[ConsolidatedLine]] = defaultdict(list)
    for line in consolidated:
        lines[line.entry_number].append(line)
    return tuple(
        InvoiceEntry(
            number=number,
            order_ids=tuple(order_ids[number]),
            lines=len(lines[number]),
            value=sum((line.value for line in lines[number]), Decimal("0.00")),
        )
        for number in sorted(order_ids)
    )


def _warnings(snapshot: Snapshot) -> Mapping[tuple[str | None, str | None], tuple[str, ...]]:
    found: dict[tuple[str | None, str | None], set[str]] = defaultdict(set)
    for message in snapshot.validation_messages:
        if message.severity is not Severity.INFO:
            found[message.order_id, message.product_id].add(message.code)
    return {key: tuple(sorted(codes)) for key, codes in found.items()}


def _lines(
    snapshot: Snapshot,
    filings: Filings,
    numbers: Mapping[tuple[int, str], int],
    entry_of: Mapping[str, int],
) -> Iterator[InvoiceLine]:
    products = {product.id: product for product in snapshot.products}
    warnings = _warnings(snapshot)

    # Thousands of lines have few quantities of few products, and few findings: one value for all of them.
    @cache
    def weights(product_id: str, quantity: Decimal) -> tuple[Decimal | None, Decimal | None]:
        product = products[product_id]
        return times(quantity, product.net_weight_kg), times(quantity, product.gross_weight_kg)

    @cache
    def together(*found: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({code for codes in found for code in codes}))

    number = 0
    for order in snapshot.orders:
        for item in order.items:
            number += 1
            product = products[item.product_id]
            net_weight_kg, gross_weight_kg = weights(product.id, item.quantity)
            keys = ((order.id, product.id), (order.id, None), (None, product.id))
            yield InvoiceLine(
                number=number,
                consolidated_number=numbers[entry_of[order.id], product.id],
                order=order,
                product=product,
                item=item,
                filing=filings[product.id],
                hts_quantities=filings.quantities(product.id, item.quantity),
                value=item.value_usd,
                net_weight_kg=net_weight_kg,
                gross_weight_kg=gross_weight_kg,
                warnings=together(*(warnings.get(key, ()) for key in keys)),
            )


def times(quantity: Decimal, each: Decimal | None) -> Decimal | None:
    """The amount of the line from that of one unit; None stays None."""
    return None if each is None else quantity * each


def _consolidate(
    number: int, entry_number: int, lines: Sequence[InvoiceLine], filings: Filings
) -> ConsolidatedLine:
    product, filing = lines[0].product, lines[0].filing
    return ConsolidatedLine(
        number=number,
        entry_number=entry_number,
        hts_code=undotted_hts(product.hts_code),
        country_of_origin=clean_text(product.country_of_origin).upper(),
        manufacturer_mid=clean_text(product.manufacturer.mid).upper(),
        manufacturer_name=clean_text(product.manufacturer.name),
        manufacturer=product.manufacturer,
        spi=filing.key.spi,
        chapter_99=filing.key.chapter_99,
        candidate_headings=filing.treatment.candidate_headings,
        agency_flags=filing.treatment.agency_flags,
        adcvd_cases=filing.treatment.adcvd_cases,
        descriptions=distinct(clean_text(line.product.customs_description) for line in lines),
        skus=distinct(clean_text(line.product.sku) for line in lines),
        product_ids=distinct(line.product.id for line in lines),
        order_ids=distinct(line.order.id for line in lines),
        line_numbers=tuple(line.number for line in lines),
        quantities=sum_quantities(lines),
        hts_quantities=filings.sum((line.product.id, line.item.quantity) for line in lines),
        net_weight=sum_weights(line.net_weight_kg for line in lines),
        gross_weight=sum_weights(line.gross_weight_kg for line in lines),
        value=sum((line.value for line in lines), Decimal("0.00")),
        section_232_statuses=distinct(str(line.product.section_232.status) for line in lines),
        warnings=tuple(sorted({code for line in lines for code in line.warnings})),
        chapter_98=filing.key.chapter_98,
    )


def _totals(
    snapshot: Snapshot, shipment: Shipment, lines: Sequence[InvoiceLine], consolidated_lines: int
) -> Totals:
    value = sum((line.value for line in lines), Decimal("0.00"))
    return Totals(
        orders=len(snapshot.orders),
        lines=len(lines),
        consolidated_lines=consolidated_lines,
        quantities=sum_quantities(lines),
        net_weight=sum_weights(line.net_weight_kg for line in lines),
        gross_weight=sum_weights(line.gross_weight_kg for line in lines),
        value=value,
        invoice_total=value + shipment.billed_usd - shipment.discounts_usd,
        packages=shipment.packages or _packages(snapshot, shipment),
    )


def _packages(snapshot: Snapshot, shipment: Shipment) -> int:
    """As stated of each entry, else one an order."""
    if not snapshot.entries:
        return len(snapshot.orders)
    return sum(
        shipment.packages_with(each.number, each.order_ids, entries=len(snapshot.entries))
        for each in snapshot.entries
    )


def distinct(texts: Iterator[str]) -> tuple[str, ...]:
    """The distinct values in order of first occurrence, without blanks."""
    return tuple(dict.fromkeys(text for text in texts if text))


def sum_quantities(lines: Sequence[InvoiceLine]) -> tuple[tuple[str, Decimal], ...]:
    """Sums per unit of measure; pairs and pieces are never added."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.unit] += line.item.quantity
    return tuple(sorted(sums.items()))


def sum_weights(weights: Iterator[Decimal | None]) -> Weight:
    """The sum in kilograms of the weights that are known; incomplete when one is None."""
    known = list(weights)
    return Weight(
        kg=sum((each for each in known if each is not None), Decimal(0)),
        is_complete=None not in known,
    )
