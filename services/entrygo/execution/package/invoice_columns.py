"""The table of the invoice lines: names, order, values. Clean text; each document escapes it itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache

from entrygo.domain.money import CENT, plain
from entrygo.domain.tariff import headings_of
from entrygo.execution.package.facts import SHORT_NOTICE
from entrygo.execution.package.invoice import CURRENCY, Invoice, InvoiceLine
from entrygo.execution.package.invoicing import times
from entrygo.execution.package.printable import clean_text, dotted_hts, undotted_hts
from entrygo.execution.package.returned_goods import (
    AMOUNTS,
    amount_of,
    declaration_of,
    exported_on,
    provision_of,
)

Cell = Callable[[Invoice, InvoiceLine], str]
# A cell's content as a file of some format has it.
Writer = Callable[[str], str]


class Scope(Enum):
    """What a column describes: its cells are the same for every line of it."""

    PACKAGE = auto()
    PRODUCT = auto()
    # So much of a product.
    QUANTITY = auto()
    LINE = auto()


PACKAGE, PRODUCT, QUANTITY, LINE = Scope.PACKAGE, Scope.PRODUCT, Scope.QUANTITY, Scope.LINE


@dataclass(frozen=True, slots=True)
class Column:
    """A figure is computed by us and never text of outside origin."""

    name: str
    scope: Scope
    cell: Cell
    is_figure: bool = False


# Thousands of lines have few quantities and prices: here and below their texts are remembered. Equal decimals
# have equal text, whatever their trailing zeros.
@lru_cache(maxsize=4_096)
def money(amount: Decimal) -> str:
    """At least cents; a unit value keeps its further decimals."""
    cents = amount.quantize(CENT)
    return format(cents, "f") if amount == cents else plain(amount)


@lru_cache(maxsize=4_096)
def number(value: Decimal | None) -> str:
    """Decimal text for a cell; empty for None."""
    return "" if value is None else plain(value)


def _metal_weight(metal: str) -> Cell:
    def cell(_: Invoice, line: InvoiceLine) -> str:
        stated = [each.weight_kg for each in line.product.section_232.metals if each.metal == metal]
        return number(times(line.item.quantity, stated[-1])) if stated else ""

    return cell


def _metal_countries(attribute: str) -> Cell:
    def cell(_: Invoice, line: InvoiceLine) -> str:
        values = (getattr(metal, attribute) for metal in line.product.section_232.metals)
        return ";".join(dict.fromkeys(clean_text(value) for value in values if value))

    return cell


def _metal_share(_: Invoice, line: InvoiceLine) -> str:
    """Of all metals together where it was stated: what the threshold of note 16 is about."""
    if line.product.section_232.metal_weight_pct is not None:
        return number(line.product.section_232.metal_weight_pct)
    metals = [metal for metal in line.product.section_232.metals if metal.weight_pct is not None]
    if len(metals) == 1:
        return number(metals[0].weight_pct)
    return ";".join(f"{metal.metal}={number(metal.weight_pct)}" for metal in metals)


def _hts_quantity(position: int) -> Cell:
    def cell(_: Invoice, line: InvoiceLine) -> str:
        reported = line.hts_quantities[position : position + 1]
        return str(reported[0].amount) if reported and reported[0].amount is not None else ""

    return cell


def _hts_unit(position: int) -> Cell:
    def cell(_: Invoice, line: InvoiceLine) -> str:
        return "".join(each.unit for each in line.hts_quantities[position : position + 1])

    return cell


def _of_returned_goods(name: str) -> Column:
    def cell(_: Invoice, line: InvoiceLine) -> str:
        amount = amount_of(line.product, line.item.quantity, AMOUNTS[name])
        return "" if amount is None else money(amount)

    return Column(name, QUANTITY, cell, is_figure=True)


def _text(value: str | None) -> str:
    return clean_text(value)


# The column names and their order are the broker's import contract; new ones are added at the end.
COLUMNS: tuple[Column, ...] = (
    Column("package_number", PACKAGE, lambda invoice, _: _text(invoice.package.number)),
    Column("invoice_number", PACKAGE, lambda invoice, _: _text(invoice.package.number)),
    Column("invoice_date", PACKAGE, lambda invoice, _: invoice.package.invoice_date.isoformat()),
    Column("line_number", LINE, lambda _, line: str(line.number), is_figure=True),
    Column("consolidated_line_number", LINE, lambda _, line: str(line.consolidated_number), is_figure=True),
    Column("order_id", LINE, lambda _, line: _text(line.order.id)),
    Column("order_external_id", LINE, lambda _, line: _text(line.order.external_id)),
    Column("package_marks", LINE, lambda _, line: _text(line.order.external_id)),
    Column("product_id", PRODUCT, lambda _, line: _text(line.product.id)),
    Column("sku", PRODUCT, lambda _, line: _text(line.product.sku)),
    Column("customs_description", PRODUCT, lambda _, line: _text(line.product.customs_description)),
    Column("material_composition", PRODUCT, lambda _, line: _text(line.product.material_composition)),
    Column("hts_code", PRODUCT, lambda _, line: _text(undotted_hts(line.product.hts_code))),
    Column("hts_code_dotted", PRODUCT, lambda _, line: _text(dotted_hts(line.product.hts_code))),
    Column(
        "chapter99_headings", PRODUCT, lambda _, line: ";".join(map(dotted_hts, line.filing.key.chapter_99))
    ),
    Column("country_of_origin", PRODUCT, lambda _, line: _text(line.product.country_of_origin)),
    Column("manufacturer_name", PRODUCT, lambda _, line: _text(line.product.manufacturer.name)),
    Column("manufacturer_mid", PRODUCT, lambda _, line: _text(line.product.manufacturer.mid)),
    Column("spi", PRODUCT, lambda _, line: line.spi),
    Column(
        "usmca_criterion", PRODUCT, lambda _, line: _text(line.product.usmca.criterion) if line.spi else ""
    ),
    Column("quantity", QUANTITY, lambda _, line: number(line.item.quantity), is_figure=True),
    Column("unit_of_measure", PRODUCT, lambda _, line: _text(line.unit)),
    Column("hts_quantity_1", QUANTITY, _hts_quantity(0), is_figure=True),
    Column("hts_unit_1", PRODUCT, _hts_unit(0)),
    Column("hts_quantity_2", QUANTITY, _hts_quantity(1), is_figure=True),
    Column("hts_unit_2", PRODUCT, _hts_unit(1)),
    Column("net_weight_kg", QUANTITY, lambda _, line: number(line.net_weight_kg), is_figure=True),
    Column("gross_weight_kg", QUANTITY, lambda _, line: number(line.gross_weight_kg), is_figure=True),
    Column("unit_value", LINE, lambda _, line: money(line.item.unit_value_usd), is_figure=True),
    Column("line_value", LINE, lambda _, line: money(line.value), is_figure=True),
    Column("currency", PACKAGE, lambda _invoice, _line: CURRENCY),
    Column("fx_rate", PACKAGE, lambda _invoice, _line: "1", is_figure=True),
    Column("line_value_usd", LINE, lambda _, line: money(line.value), is_figure=True),
    Column("section_232_status", PRODUCT, lambda _, line: str(line.product.section_232.status)),
    Column("steel_weight_kg", QUANTITY, _metal_weight("steel"), is_figure=True),
    Column("aluminum_weight_kg", QUANTITY, _metal_weight("aluminum"), is_figure=True),
    Column("copper_weight_kg", QUANTITY, _metal_weight("copper"), is_figure=True),
    Column("metal_weight_pct", PRODUCT, _metal_share),
    Column("melt_pour_country", PRODUCT, _metal_countries("melt_pour")),
    Column("smelt_primary_country", PRODUCT, _metal_countries("smelt_1")),
    Column("smelt_secondary_country", PRODUCT, _metal_countries("smelt_2")),
    Column("cast_country", PRODUCT, _metal_countries("cast")),
    Column(
        "pga_flags",
        PRODUCT,
        lambda _, line: ";".join(flag.code for flag in line.filing.treatment.agency_flags),
    ),
    Column("destination_state", LINE, lambda _, line: _text(line.order.destination_region)),
    Column("destination_postal_code", LINE, lambda _, line: _text(line.order.destination_postal_code)),
    Column("warnings", LINE, lambda _, line: _text(";".join(line.warnings))),
    Column(
        "chapter99_candidates",
        PRODUCT,
        lambda _, line: ";".join(headings_of(line.filing.treatment.candidate_headings)),
    ),
    Column("notice", PACKAGE, lambda _invoice, _line: SHORT_NOTICE),
    Column("chapter98_provision", PRODUCT, lambda _, line: provision_of(line.product)),
    Column("chapter98_declaration", PRODUCT, lambda _, line: declaration_of(line.product)),
    Column("exported_from_us_on", PRODUCT, lambda _, line: exported_on(line.product)),
    *map(_of_returned_goods, AMOUNTS),
)


def product_rows(invoice: Invoice) -> Mapping[str, list[str]]:
    """By product id, in the order of their first lines: the cells that its lines share, others blank."""
    first = {line.product.id: line for line in reversed(invoice.lines)}
    return {
        product_id: ["" if each.scope in (QUANTITY, LINE) else each.cell(invoice, line) for each in COLUMNS]
        for product_id, line in sorted(first.items(), key=lambda item: item[1].number)
    }


_NOT_OF_A_PRODUCT = tuple(
    (index, column.cell) for index, column in enumerate(COLUMNS) if column.scope in (QUANTITY, LINE)
)


def line_rows(invoice: Invoice) -> Iterator[list[str]]:
    """The cells of each line, as COLUMNS orders them; what lines of a product share is worked out once."""
    shared = product_rows(invoice)
    for line in invoice.lines:
        row = shared[line.product.id].copy()
        for index, cell in _NOT_OF_A_PRODUCT:
            row[index] = cell(invoice, line)
        yield row


def written_rows(invoice: Invoice, writers: Sequence[Writer]) -> Iterator[str]:
    """Each line as one text: its cells one after another, each by the writer of its column.

    What lines of so much of a product share is written once; it is four fifths of a row.
    """
    of_a_line = [
        (place, column.cell, writer)
        for place, (column, writer) in enumerate(
            (column, writer) for column, writer in zip(COLUMNS, writers, strict=True) if column.scope is LINE
        )
    ]
    shared: dict[tuple[str, Decimal], list[str]] = {}
    for line in invoice.lines:
        # Equal decimals may have different zeros, which make no difference to any cell.
        key = line.product.id, line.item.quantity
        pieces = shared.get(key)
        if pieces is None:
            pieces = shared[key] = _pieces(invoice, line, writers)
        row = pieces.copy()
        for place, cell, writer in of_a_line:
            row[2 * place + 1] = writer(cell(invoice, line))
        yield "".join(row)


def _pieces(invoice: Invoice, line: InvoiceLine, writers: Sequence[Writer]) -> list[str]:
    """The written cells around those of a line, each of which has a place of its own between two of them."""
    pieces = [""]
    for column, writer in zip(COLUMNS, writers, strict=True):
        if column.scope is LINE:
            pieces += ["", ""]
        else:
            pieces[-1] += writer(column.cell(invoice, line))
    return pieces
