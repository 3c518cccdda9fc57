"""commercial_customs_invoice.pdf: the invoice on numbered pages ("Inv. 1, p. 1 of 3"), US Letter or A4.

Entry lines with their goods in full, then the order lines, a printed line each. Letters that no shipped font
has are printed in Latin ones, marked; the other documents have them as supplied.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from entrygo.execution.documents.base import Document, typst_template
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.figures import amount, plain_figure, quantities
from entrygo.execution.package.invoice import CURRENCY, Invoice, InvoiceLine
from entrygo.execution.package.invoice_view import View, entry_line_view, invoice_view, order_line_view
from entrygo.execution.package.invoicing import times
from entrygo.execution.package.printable import clean_text
from entrygo.execution.package.printed_lines import Line, LineColumn, columns_across, lines_of_row, wrapped
from entrygo.execution.package.shipped_products import ShippedProduct, shipped_products
from entrygo.execution.package.typesetting import paper_for, pdf, printable, printable_code, printable_line

# Beyond these a PDF serves nobody, and setting it takes memory: the spreadsheets have all (19 CFR 141.86(i)).
MAX_GOODS = 2_000
# More than these and none is printed: a hundred pages that end in the middle would help nobody.
MAX_ORDER_LINES = 5_000
MAX_FINDINGS = 500
_CODES = frozenset({"sku", "hts", "origin", "mid", "quantities", "quantity", "net", "gross", "value"})
# Name, head, width in mm; figures stand right. The description takes what is left.
_ORDER_COLUMNS: tuple[tuple[str, str, float, Literal["left", "right"]], ...] = (
    ("number", "No.", 11.0, "left"),
    ("entry_line", "Entry line", 16.0, "left"),
    ("order", "Order ref.", 30.0, "left"),
    ("sku", "SKU", 27.0, "left"),
    ("description", "Description and composition", 0.0, "left"),
    ("hts", "HTS code", 20.0, "left"),
    ("origin", "Origin", 11.0, "left"),
    ("quantity", "Quantity", 16.0, "right"),
    ("net", "Net kg", 13.0, "right"),
    ("unit_value", "Unit value", 16.0, "right"),
    ("value", f"Value {CURRENCY}", 18.0, "right"),
    ("destination", "Ship to", 20.5, "left"),
)
_FINDING_COLUMNS: tuple[tuple[str, str, float, Literal["left", "right"]], ...] = (
    ("severity", "Severity", 17.0, "left"),
    ("code", "Code", 67.0, "left"),
    ("message", "Finding", 0.0, "left"),
    ("count", "Lines", 17.0, "right"),
)
_PRINTED_MM = {"us-letter": 257.4, "a4": 275.0}
_ORDER_LINE_PT = 6.4
_FINDING_PT = 7.2
_AMBER = "#8a4b00"
_SEVERITIES = {"error": "#a11616", "warning": _AMBER, "info": "#5a6a78"}
_REVIEW = "review"
_BESIDE_ENTRY_LINE_MM = 6.0


class CommercialCustomsInvoicePdf(Document):
    """The same content as the HTML, set by typst."""

    artifact_type = "cci_pdf"
    filename = "commercial_customs_invoice.pdf"
    media_type = "application/pdf"
    is_typeset = True

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """PDF on the paper of the destination; more than MAX_ORDER_LINES lines stand in the CSV alone."""
        paper = paper_for(invoice.snapshot.destination_country)
        listed = invoice.lines if len(invoice.lines) <= MAX_ORDER_LINES else ()
        view = dict(invoice_view(invoice))
        findings = view.pop("messages")
        assert isinstance(findings, list)
        return pdf(
            typst_template("commercial_customs_invoice.typ"),
            {
                **{name: printable(value) for name, value in view.items()},
                "findings": _findings(findings[:MAX_FINDINGS], _PRINTED_MM[paper]),
                "unlisted_findings": max(0, len(findings) - MAX_FINDINGS),
                "paper": paper,
                "printed_mm": _PRINTED_MM[paper],
                "entry_lines": list(_entry_lines(invoice)),
                "order_lines": _order_lines(listed, _PRINTED_MM[paper]),
            },
        )


def _findings(findings: Sequence[View], printed_mm: float) -> Mapping[str, object]:
    severity, *others = columns_across(printed_mm, _FINDING_COLUMNS)
    # One over the other below one head: each severity in its color.
    severities = [
        replace(severity, name=name, head="" if place else severity.head, color=color)
        for place, (name, color) in enumerate(_SEVERITIES.items())
    ]
    code, message, _ = (column.ems(_FINDING_PT) for column in others)
    lines = [
        line
        for place, found in enumerate(findings)
        for line in lines_of_row(
            [
                *([name if name == found["severity"] else ""] for name in _SEVERITIES),
                wrapped(str(found["code"]), code),
                wrapped(str(found["message"]), message),
                [str(found["count"])],
            ],
            is_shaded=place % 2 == 1,
        )
    ]
    return {"columns": (*severities, *others), "lines": lines}


def _order_lines(listed: Sequence[InvoiceLine], printed_mm: float) -> Mapping[str, object]:
    columns = columns_across(printed_mm, _ORDER_COLUMNS)
    entry_line = columns[1]
    mark = replace(
        entry_line, name=_REVIEW, head="", start=entry_line.start + _BESIDE_ENTRY_LINE_MM, color=_AMBER
    )
    return {
        "columns": (*columns, mark),
        "lines": [_order_line(place, line, columns) for place, line in enumerate(listed)],
    }


def _order_line(place: int, line: InvoiceLine, columns: Sequence[LineColumn]) -> Line:
    view = order_line_view(line)
    texts = {**view._asdict(), "description": f"{view.description}  {view.composition}".strip()}
    cells = [printable_line(str(texts[column.name]), column.ems(_ORDER_LINE_PT)) for column in columns]
    return [*cells, _REVIEW if view.needs_review else "", place % 2 == 1]


def _entry_lines(invoice: Invoice) -> Iterator[Mapping[str, object]]:
    """Each with its goods, as long as there are not too many of them."""
    goods: dict[int, list[Mapping[str, object]]] = {}
    for shipped in shipped_products(invoice)[:MAX_GOODS]:
        goods.setdefault(shipped.entry_line, []).append(_printable_cells(_good(shipped)))
    for line in invoice.consolidated:
        listed = goods.get(line.number, [])
        unlisted = len(line.product_ids) - len(listed)
        yield {**_printable_cells(entry_line_view(line)), "goods": listed, "unlisted_goods": f"{unlisted:,}"}


def _good(shipped: ShippedProduct) -> View:
    product = shipped.product
    return {
        "sku": clean_text(product.sku),
        "description": clean_text(product.customs_description),
        "composition": clean_text(product.material_composition),
        "quantity": quantities([(shipped.unit, shipped.quantity)]),
        "net": plain_figure(times(shipped.quantity, product.net_weight_kg)),
        "gross": plain_figure(times(shipped.quantity, product.gross_weight_kg)),
        "value": amount(shipped.value),
    }


def _printable_cells(line: View) -> Mapping[str, object]:
    return {name: _cell(name, value) for name, value in line.items()}


def _cell(name: str, value: object) -> object:
    return printable_code(value) if name in _CODES and isinstance(value, str) else printable(value)
