"""The commercial invoice as a value: every order line, the consolidated entry lines, and totals that agree.

Pure: computed from the snapshot and the package facts alone, so every document shows the same figures.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from entrygo.domain.facts import Metal, Order, OrderItem, Product
from entrygo.domain.snapshot import Severity, Snapshot
from entrygo.domain.time import CUSTOMS_ZONE, parse_rfc3339
from entrygo.execution.printable import clean_text, undotted_hts

CURRENCY = "USD"
UNIT_WHEN_UNSTATED = "PCS"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFacts:
    """What execution adds to the snapshot; fixed once, so that a second rendering gives the same bytes."""

    id: str
    number: str
    generated_at: str

    @property
    def invoice_date(self) -> date:
        """The day of the invoice in US customs' own calendar."""
        return parse_rfc3339(self.generated_at).astimezone(CUSTOMS_ZONE).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """A sum of weights; incomplete when a part of it was never stated."""

    kg: Decimal
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One line of one order, with the product it names and the figures worked out."""

    number: int
    consolidated_number: int
    order: Order
    product: Product
    item: OrderItem
    spi: str
    value: Decimal
    net_weight_kg: Decimal | None
    gross_weight_kg: Decimal | None
    warnings: tuple[str, ...]

    @property
    def unit(self) -> str:
        return clean_text(self.product.unit_of_measure) or UNIT_WHEN_UNSTATED


# HTS code, origin, manufacturer (its MID, else its name), special programme: what makes one entry line.
GroupKey = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolidatedLine:
    """Order lines that a broker files as one line, and the orders it came from."""

    number: int
    hts_code: str
    country_of_origin: str
    manufacturer_mid: str
    manufacturer_name: str
    spi: str
    descriptions: tuple[str, ...]
    skus: tuple[str, ...]
    product_ids: tuple[str, ...]
    order_ids: tuple[str, ...]
    line_numbers: tuple[int, ...]
    quantities: tuple[tuple[str, Decimal], ...]
    net_weight: Weight
    gross_weight: Weight
    value: Decimal
    section_232_statuses: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The foot of the invoice: sums of rounded lines, so they equal the lines to the cent."""

    orders: int
    lines: int
    consolidated_lines: int
    quantities: tuple[tuple[str, Decimal], ...]
    net_weight: Weight
    gross_weight: Weight
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    snapshot: Snapshot
    package: PackageFacts
    lines: tuple[InvoiceLine, ...]
    consolidated: tuple[ConsolidatedLine, ...]
    totals: Totals


def build_invoice(snapshot: Snapshot, package: PackageFacts) -> Invoice:
    """Number the lines, group them into entry lines, and total both."""
    numbers = _group_numbers(snapshot)
    lines = tuple(_lines(snapshot, numbers))
    groups: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        groups[line.consolidated_number].append(line)
    consolidated = tuple(_consolidate(number, groups[number]) for number in sorted(groups))
    return Invoice(
        snapshot=snapshot,
        package=package,
        lines=lines,
        consolidated=consolidated,
        totals=_totals(snapshot, lines, len(consolidated)),
    )


def special_programme(product: Product, entry_date: date) -> str:
    """`S` when a USMCA certification in hand covers the entry date, otherwise no claim."""
    return "S" if product.usmca.is_certified_on(entry_date) else ""


def metals_by_name(product: Product) -> Mapping[str, Metal]:
    return {metal.metal: metal for metal in product.section_232.metals}


def _group_key(product: Product, entry_date: date) -> GroupKey:
    maker = product.manufacturer
    return (
        undotted_hts(product.hts_code),
        clean_text(product.country_of_origin).upper(),
        clean_text(maker.mid).upper() or clean_text(maker.name),
        special_programme(product, entry_date),
    )


def _group_numbers(snapshot: Snapshot) -> Mapping[str, int]:
    """Product id to the number of its consolidated line; only products that an order names count."""
    used = {item.product_id for order in snapshot.orders for item in order.items}
    keys = {product.id: _group_key(product, snapshot.entry_date) for product in snapshot.products}
    ordered = {key: index for index, key in enumerate(sorted({keys[each] for each in used}), start=1)}
    return {product_id: ordered[keys[product_id]] for product_id in used}


def _warnings(snapshot: Snapshot) -> Mapping[tuple[str | None, str | None], tuple[str, ...]]:
    found: dict[tuple[str | None, str | None], set[str]] = defaultdict(set)
    for message in snapshot.validation_messages:
        if message.severity is not Severity.INFO:
            found[message.order_id, message.product_id].add(message.code)
    return {key: tuple(sorted(codes)) for key, codes in found.items()}


def _lines(snapshot: Snapshot, numbers: Mapping[str, int]) -> Iterator[InvoiceLine]:
    products = {product.id: product for product in snapshot.products}
    programmes = {each.id: special_programme(each, snapshot.entry_date) for each in snapshot.products}
    warnings = _warnings(snapshot)
    number = 0
    for order in snapshot.orders:
        for item in order.items:
            number += 1
            product = products[item.product_id]
            codes = {
                code
                for key in ((order.id, product.id), (order.id, None), (None, product.id))
                for code in warnings.get(key, ())
            }
            yield InvoiceLine(
                number=number,
                consolidated_number=numbers[product.id],
                order=order,
                product=product,
                item=item,
                spi=programmes[product.id],
                value=item.value_usd,
                net_weight_kg=times(item.quantity, product.net_weight_kg),
                gross_weight_kg=times(item.quantity, product.gross_weight_kg),
                warnings=tuple(sorted(codes)),
            )


def times(quantity: Decimal, each: Decimal | None) -> Decimal | None:
    """The line's amount from the unit's; unknown stays unknown."""
    return None if each is None else quantity * each


def _consolidate(number: int, lines: Sequence[InvoiceLine]) -> ConsolidatedLine:
    product = lines[0].product
    return ConsolidatedLine(
        number=number,
        hts_code=undotted_hts(product.hts_code),
        country_of_origin=clean_text(product.country_of_origin).upper(),
        manufacturer_mid=clean_text(product.manufacturer.mid).upper(),
        manufacturer_name=clean_text(product.manufacturer.name),
        spi=lines[0].spi,
        descriptions=_distinct(clean_text(line.product.customs_description) for line in lines),
        skus=_distinct(clean_text(line.product.sku) for line in lines),
        product_ids=_distinct(line.product.id for line in lines),
        order_ids=_distinct(line.order.id for line in lines),
        line_numbers=tuple(line.number for line in lines),
        quantities=sum_quantities(lines),
        net_weight=sum_weights(line.net_weight_kg for line in lines),
        gross_weight=sum_weights(line.gross_weight_kg for line in lines),
        value=sum((line.value for line in lines), Decimal("0.00")),
        section_232_statuses=_distinct(str(line.product.section_232.status) for line in lines),
        warnings=tuple(sorted({code for line in lines for code in line.warnings})),
    )


def _totals(snapshot: Snapshot, lines: Sequence[InvoiceLine], consolidated_lines: int) -> Totals:
    return Totals(
        orders=len(snapshot.orders),
        lines=len(lines),
        consolidated_lines=consolidated_lines,
        quantities=sum_quantities(lines),
        net_weight=sum_weights(line.net_weight_kg for line in lines),
        gross_weight=sum_weights(line.gross_weight_kg for line in lines),
        value=sum((line.value for line in lines), Decimal("0.00")),
    )


def _distinct(texts: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def sum_quantities(lines: Sequence[InvoiceLine]) -> tuple[tuple[str, Decimal], ...]:
    """Per unit of measure: pairs and pieces are never added together."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.unit] += line.item.quantity
    return tuple(sorted(sums.items()))


def sum_weights(weights: Iterator[Decimal | None]) -> Weight:
    known = list(weights)
    return Weight(
        kg=sum((each for each in known if each is not None), Decimal(0)),
        is_complete=None not in known,
    )
