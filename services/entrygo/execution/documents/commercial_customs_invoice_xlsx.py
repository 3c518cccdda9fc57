"""commercial_customs_invoice.xlsx: the entry as a page, then entry lines, order lines, parties and totals."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from entrygo.domain.shipment import Shipment
from entrygo.domain.time import parse_rfc3339
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.entry_column import EntryColumn
from entrygo.execution.package.entry_columns import ENTRY_COLUMNS, entry_line_rows
from entrygo.execution.package.entry_page import entry_page
from entrygo.execution.package.facts import NOTICE
from entrygo.execution.package.invoice import CURRENCY, Invoice, Weight
from entrygo.execution.package.invoice_columns import COLUMNS, PACKAGE, Column, Writer, written_rows
from entrygo.execution.package.printable import clean_text
from entrygo.execution.package.shipment_values import carriage, sale
from entrygo.execution.package.typesetting import paper_for
from entrygo.execution.package.workbook import (
    WORKBOOK_MEDIA_TYPE,
    Cell,
    Sheet,
    WrittenRow,
    cell_writer,
    workbook,
)

_WIDE = frozenset({"customs_description", "material_composition", "manufacturer_name", "warnings"})
# There are too many columns for the width of a page.
_PAGES_WIDE = 4

# What is the same on every line stands once, on the sheet of totals.
_LINE_COLUMNS = tuple(each for each in COLUMNS if each.scope is not PACKAGE)


class CommercialCustomsInvoiceXlsx(Document):
    """The invoice as a workbook; figures are numbers, codes are text."""

    artifact_type = "cci_xlsx"
    filename = "commercial_customs_invoice.xlsx"
    media_type = WORKBOOK_MEDIA_TYPE

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """A workbook of five sheets, dated as the package is, so that the bytes are the same each time."""
        rows = list(entry_line_rows(invoice))
        return workbook(
            (entry_page(invoice), _lines(rows), _orders(invoice), _parties(rows), _totals(invoice)),
            title=f"Commercial Customs Invoice {invoice.package.number}",
            comments=NOTICE,
            created=parse_rfc3339(invoice.package.generated_at).replace(tzinfo=None),
            paper=paper_for(invoice.snapshot.destination_country),
        )


def _lines(rows: Sequence[Sequence[str]]) -> Sheet:
    """The entry lines; what they share is on the sheet of the parties."""
    columns = [(index, each) for index, each in enumerate(ENTRY_COLUMNS) if not each.is_of_the_head]
    return Sheet(
        name="lines",
        header=[column.name for _, column in columns],
        widths=[max(column.width, len(column.name) + 1) for _, column in columns],
        rows=([_cell(row[index], column) for index, column in columns] for row in rows),
        pages_wide=_PAGES_WIDE,
    )


def _parties(rows: Sequence[Sequence[str]]) -> Sheet:
    """Who ships, imports and clears, and the truck: what every row of entry_lines.csv repeats."""
    first = rows[0] if rows else [""] * len(ENTRY_COLUMNS)
    return Sheet(
        name="parties",
        header=("item", "value"),
        widths=(28, 60),
        rows=[
            (column.name, content)
            for column, content in zip(ENTRY_COLUMNS, first, strict=True)
            if column.is_of_the_head
        ],
    )


def _orders(invoice: Invoice) -> Sheet:
    return Sheet(
        name="orders",
        header=[column.name for column in _LINE_COLUMNS],
        widths=[40 if column.name in _WIDE else max(10, len(column.name)) for column in _LINE_COLUMNS],
        rows=map(WrittenRow, written_rows(invoice, list(_writers()))),
        pages_wide=_PAGES_WIDE,
    )


def _writers() -> Iterator[Writer]:
    """By column, as COLUMNS orders them; what is the same on every line has no cell."""
    places = count()
    for column in COLUMNS:
        if column.scope is PACKAGE:
            yield lambda _: ""
        else:
            yield cell_writer(next(places), is_figure=column.is_figure)


def _cell(content: str, column: Column | EntryColumn) -> Cell:
    # The numbers of a spreadsheet are binary floats whatever is written into it.
    return float(content) if column.is_figure and content else content


def _totals(invoice: Invoice) -> Sheet:
    return Sheet(name="totals", header=("item", "value"), widths=(28, 60), rows=tuple(_total_rows(invoice)))


def _total_rows(invoice: Invoice) -> Iterator[tuple[str, Cell]]:
    snapshot, package, totals = invoice.snapshot, invoice.package, invoice.totals
    yield "package_number", package.number
    yield "invoice_number", package.number
    yield "invoice_date", package.invoice_date.isoformat()
    yield "export_id", snapshot.export_id
    yield "plan_hash", snapshot.plan_hash
    yield "expected_entry_date", snapshot.entry_date.isoformat()
    yield "currency", CURRENCY
    yield "fx_rate", "1"
    yield "orders", totals.orders
    yield "order_lines", totals.lines
    yield "entry_lines", totals.consolidated_lines
    yield from ((f"quantity_{unit}", quantity) for unit, quantity in totals.quantities)
    yield "net_weight_kg", _stated(totals.net_weight)
    yield "net_weight_complete", "yes" if totals.net_weight.is_complete else "no"
    yield "gross_weight_kg", _stated(totals.gross_weight)
    yield "gross_weight_complete", "yes" if totals.gross_weight.is_complete else "no"
    yield from _shipment_rows(package.shipment)
    yield "merchandise_value_usd", totals.value
    yield from _charge_rows(package.shipment)
    yield "invoice_total_usd", totals.invoice_total
    yield "notice", NOTICE


def _stated(weight: Weight) -> Cell:
    return "not stated" if weight.stated_kg is None else weight.stated_kg


def _shipment_rows(shipment: Shipment) -> Iterator[tuple[str, Cell]]:
    for name, value in {**carriage(shipment), **sale(shipment)}.items():
        yield name, _shown(value)


def _shown(value: object) -> Cell:
    """An address, or a list, in one cell."""
    match value:
        case int():
            return value
        case Mapping():
            return ", ".join(str(each) for each in value.values() if each)
        case list():
            return "; ".join(map(str, value))
        case _:
            return str(value)


def _charge_rows(shipment: Shipment) -> Iterator[tuple[str, Cell]]:
    for each in shipment.charges:
        name = " ".join(filter(None, (f"{each.kind}_usd", clean_text(each.description))))
        yield name, each.amount_usd
    if shipment.charges:
        yield "charges_usd", shipment.billed_usd
        yield "discounts_usd", shipment.discounts_usd
