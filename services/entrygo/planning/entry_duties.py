"""Estimates the duty of each entry of a plan, and each order's part of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from entrygo.domain import duty as stated
from entrygo.domain.consolidation import LineKey
from entrygo.domain.facts import Order, Product
from entrygo.domain.hts_quantities import UNITS, measures_of, unit_of
from entrygo.domain.snapshot import PlannedEntry
from entrygo.planning.duty.book import DutyBook
from entrygo.planning.duty.duty_line import DutyLine, line_of
from entrygo.planning.duty.fees import entry_duty
from entrygo.planning.duty.landed_costs import OrderShare, landed_costs
from entrygo.planning.duty.results import ZERO, EntryDuty, Figure, LineDuty
from entrygo.planning.rules.base import Context


@dataclass(frozen=True, slots=True)
class Estimate:
    """Every entry, and every order's part, in the order of the entries."""

    entries: tuple[stated.EntryDuty, ...]
    orders: tuple[stated.OrderCost, ...]


@dataclass(frozen=True, slots=True)
class _Goods:
    """What one line of an entry merges: a product that stands for all of them, and the sums over them.

    A quantity, and the value of repairs (USD), is known where every product of the line has one.
    """

    product: Product
    value: Decimal
    quantities: Mapping[str, Fraction]
    repairs: Decimal | None

    def __add__(self, other: "_Goods") -> "_Goods":
        common = self.quantities.keys() & other.quantities.keys()
        both = self.repairs is not None and other.repairs is not None
        return _Goods(
            self.product,
            self.value + other.value,
            {unit: self.quantities[unit] + other.quantities[unit] for unit in common},
            (self.repairs or ZERO) + (other.repairs or ZERO) if both else None,
        )


def duties_of(
    planned: Sequence[PlannedEntry],
    orders: Sequence[Order],
    products: Mapping[str, Product],
    context: Context,
    *,
    book: DutyBook,
    importers: Mapping[int, str | None],
) -> Estimate:
    """The estimate of all entries; lines are numbered over all of them, as in the documents.

    `importers` has the importer's number by that of the entry.
    """
    by_id = {order.id: order for order in orders}
    entries: list[stated.EntryDuty] = []
    costs: list[stated.OrderCost] = []
    first = 1
    for each in planned:
        of_entry = [by_id[order_id] for order_id in each.order_ids]
        numbers = _numbers(of_entry, context.entry_lines, first)
        first += len(numbers)
        number_of = {product_id: numbers.get(key, 0) for product_id, key in context.entry_lines.items()}
        shares = [
            OrderShare(order.id, number_of[item.product_id], item.value_usd)
            for order in of_entry
            for item in order.items
        ]
        goods = _merged(of_entry, shares, products, context.entry_lines)
        lines = [_line(numbers[key], key, one, context) for key, one in sorted(goods.items())]
        assert each.entry_type is not None
        found = entry_duty(lines, book, each.entry_type)
        entries.append(_entry(each.number, importers[each.number], found, lines))
        costs += _costs(each.number, found, shares)
    return Estimate(tuple(entries), tuple(costs))


def _numbers(orders: Sequence[Order], keys: Mapping[str, LineKey], first: int) -> Mapping[LineKey, int]:
    products = {item.product_id for order in orders for item in order.items}
    used = {keys[product_id] for product_id in products}
    return {key: number for number, key in enumerate(sorted(used), start=first)}


def _merged(
    orders: Sequence[Order],
    shares: Sequence[OrderShare],
    products: Mapping[str, Product],
    keys: Mapping[str, LineKey],
) -> Mapping[LineKey, _Goods]:
    """The goods of each line of an entry; `shares` has a place for each line of each order."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    items = (item for order in orders for item in order.items)
    for item, share in zip(items, shares, strict=True):
        value, quantity = sums.get(item.product_id, (Decimal(0), Decimal(0)))
        sums[item.product_id] = (value + share.value_usd, quantity + item.quantity)
    goods: dict[LineKey, _Goods] = {}
    for product_id, (value, quantity) in sums.items():
        key, more = keys[product_id], _goods(products[product_id], value, quantity)
        goods[key] = goods[key] + more if key in goods else more
    return goods


def _goods(product: Product, value: Decimal, quantity: Decimal) -> _Goods:
    units = (*UNITS, unit_of(product))
    measures = ((measure.unit, measure.each) for measure in measures_of(product, units))
    repair = product.chapter_98.repair_value_usd
    return _Goods(
        product,
        value,
        {unit: Fraction(quantity) * each for unit, each in measures if each is not None},
        None if repair is None else repair * quantity,
    )


def _line(number: int, key: LineKey, goods: _Goods, context: Context) -> DutyLine:
    return line_of(
        replace(context.goods_of(goods.product), hts_code=key.hts_code, origin=key.country_of_origin),
        number=number,
        value_usd=goods.value,
        quantities=goods.quantities,
        repair_value_usd=goods.repairs,
        adcvd_cases=key.adcvd_cases,
    )


def _entry(
    number: int, importer: str | None, found: EntryDuty, lines: Sequence[DutyLine]
) -> stated.EntryDuty:
    return stated.EntryDuty(
        number=number,
        importer_number=importer,
        entry_type=found.entry_type,
        lines=tuple(_stated_line(line, each) for line, each in zip(lines, found.lines, strict=True)),
        duty_low_usd=found.duty_low,
        duty_high_usd=found.duty_high,
        processing_fee_usd=found.processing_fee.amount,
        processing_fee=_figure(found.processing_fee),
    )


def _stated_line(line: DutyLine, found: LineDuty) -> stated.LineDuty:
    return stated.LineDuty(
        number=found.number,
        hts_code=line.hts_code,
        country_of_origin=line.origin,
        value_usd=found.value_usd,
        pays_processing_fee=found.pays_processing_fee,
        low_usd=found.low.amount if found.low else None,
        high_usd=found.high.amount if found.high else None,
        low=tuple(map(_figure, found.low.figures)) if found.low else (),
        high=tuple(map(_figure, found.high.figures)) if found.high else (),
        questions=tuple(
            stated.DutyQuestion(programme=str(each.programme), decided_by=each.decided_by)
            for each in found.questions
        ),
        not_computed=found.not_computed,
        findings=tuple(f"{each.code}: {each.message}" for each in found.findings),
        unchecked=found.unchecked,
    )


def _figure(figure: Figure) -> stated.DutyFigure:
    return stated.DutyFigure(
        heading=figure.heading,
        rate=figure.rate,
        amount_usd=figure.amount,
        of=figure.of,
        table=figure.citation.table,
        row=figure.citation.key,
        source=figure.citation.source,
        effective_from=figure.citation.effective_from,
    )


def _costs(number: int, found: EntryDuty, shares: Sequence[OrderShare]) -> list[stated.OrderCost]:
    return [
        stated.OrderCost(
            order_id=order_id,
            entry_number=number,
            value_usd=cost.value,
            duty_low_usd=cost.duty_low,
            duty_high_usd=cost.duty_high,
            fees_usd=cost.fees,
        )
        for order_id, cost in landed_costs(found, shares).items()
    ]
