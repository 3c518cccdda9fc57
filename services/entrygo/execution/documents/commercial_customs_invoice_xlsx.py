"""commercial_customs_invoice.xlsx: order lines, entry lines and totals, for who works in a spreadsheet."""

from collections.abc import Iterator, Sequence

from entrygo.domain.shipment import Shipment
from entrygo.domain.tariff import headings_of
from entrygo.domain.time import parse_rfc3339
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.facts import NOTICE
from entrygo.execution.package.figures import quantities
from entrygo.execution.package.hts_quantities import HtsQuantity
from entrygo.execution.package.invoice import CURRENCY, Invoice
from entrygo.execution.package.invoice_columns import COLUMNS, PACKAGE, Column, line_rows
from entrygo.execution.package.printable import clean_text, dotted_hts
from entrygo.execution.package.shipment_values import carriage, sale
from entrygo.execution.package.workbook import WORKBOOK_MEDIA_TYPE, Cell, Sheet, workbook

_WIDE = frozenset({"customs_description", "material_composition", "manufacturer_name", "warnings"})
_ENTRY_COLUMNS = (
    ("consolidated_line_number", 12), ("hts_code", 13), ("hts_code_dotted", 15), ("country_of_origin", 10),
    ("manufacturer_name", 34), ("manufacturer_mid", 18), ("spi", 6), ("customs_descriptions", 50),
    ("skus", 34), ("orders", 9), ("order_lines", 11), ("quantities", 16), ("net_weight_kg", 14),
    ("gross_weight_kg", 14), ("weights_complete", 14), ("value_usd", 14), ("section_232_statuses", 20),
    ("warnings", 34), ("hts_quantity_1", 14), ("hts_unit_1", 10), ("hts_quantity_2", 14), ("hts_unit_2", 10),
    ("chapter99_headings", 24), ("chapter99_candidates", 24), ("pga_flags", 12),
)  # fmt: skip
_NO_QUANTITY = HtsQuantity("", None)


# What is the same on every line stands once, on the sheet of totals.
_LINE_COLUMNS = tuple((index, each) for index, each in enumerate(COLUMNS) if each.scope is not PACKAGE)


class CommercialCustomsInvoiceXlsx(Document):
    """The invoice as a workbook; figures are numbers, codes are text."""

    artifact_type = "cci_xlsx"
    filename = "commercial_customs_invoice.xlsx"
    media_type = WORKBOOK_MEDIA_TYPE

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """A workbook of three sheets, dated as the package is, so that the bytes are the same each time."""
        return workbook(
            (_lines(invoice), _consolidated(invoice), _totals(invoice)),
            title=f"Commercial Customs Invoice {invoice.package.number}",
            comments=NOTICE,
            created=parse_rfc3339(invoice.package.generated_at).replace(tzinfo=None),
        )


def _lines(invoice: Invoice) -> Sheet:
    return Sheet(
        name="lines",
        header=[column.name for _, column in _LINE_COLUMNS],
        widths=[40 if column.name in _WIDE else max(10, len(column.name)) for _, column in _LINE_COLUMNS],
        rows=([_cell(row[index], column) for index, column in _LINE_COLUMNS] for row in line_rows(invoice)),
    )


def _cell(content: str, column: Column) -> Cell:
    # The numbers of a spreadsheet are binary floats whatever is written into it.
    return float(content) if column.is_figure and content else content


def _consolidated(invoice: Invoice) -> Sheet:
    return Sheet(
        name="consolidated",
        header=[name for name, _ in _ENTRY_COLUMNS],
        widths=[width for _, width in _ENTRY_COLUMNS],
        rows=(
            (
                line.number,
                line.hts_code,
                dotted_hts(line.hts_code),
                line.country_of_origin,
                line.manufacturer_name,
                line.manufacturer_mid,
                line.spi,
                "; ".join(line.descriptions),
                "; ".join(line.skus),
                len(line.order_ids),
                len(line.line_numbers),
                quantities(line.quantities),
                line.net_weight.kg,
                line.gross_weight.kg,
                "yes" if line.net_weight.is_complete and line.gross_weight.is_complete else "no",
                line.value,
                "; ".join(line.section_232_statuses),
                "; ".join(line.warnings),
                *_hts_cells(line.hts_quantities),
                "; ".join(map(dotted_hts, line.chapter_99)),
                "; ".join(headings_of(line.candidate_headings)),
                "; ".join(flag.code for flag in line.agency_flags),
            )
            for line in invoice.consolidated
        ),
    )


def _hts_cells(reported: Sequence[HtsQuantity]) -> Iterator[Cell]:
    """Two quantities with their units, as the lines have them."""
    for each in (*reported, _NO_QUANTITY, _NO_QUANTITY)[:2]:
        yield from (each.amount, each.unit)


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
    yield "net_weight_kg", totals.net_weight.kg
    yield "net_weight_complete", "yes" if totals.net_weight.is_complete else "no"
    yield "gross_weight_kg", totals.gross_weight.kg
    yield "gross_weight_complete", "yes" if totals.gross_weight.is_complete else "no"
    yield from _shipment_rows(package.shipment)
    yield "merchandise_value_usd", totals.value
    yield from _charge_rows(package.shipment)
    yield "invoice_total_usd", totals.invoice_total
    yield "notice", NOTICE


def _shipment_rows(shipment: Shipment) -> Iterator[tuple[str, Cell]]:
    for name, value in {**carriage(shipment), **sale(shipment)}.items():
        yield name, value if isinstance(value, int) else str(value)


def _charge_rows(shipment: Shipment) -> Iterator[tuple[str, Cell]]:
    for each in shipment.charges:
        name = " ".join(filter(None, (f"{each.kind}_usd", clean_text(each.description))))
        yield name, each.amount_usd
    if shipment.charges:
        yield "charges_usd", shipment.billed_usd
        yield "discounts_usd", shipment.discounts_usd
