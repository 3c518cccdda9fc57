"""commercial_customs_invoice.pdf: the invoice on numbered pages ("Inv. 1, p. 1 of 3"), US Letter or A4.

Entry lines with their goods in full, then the order lines, a printed line each. Letters that no shipped font
has are printed in Latin ones, marked; the other documents have them as supplied.
"""

from collections.abc import Iterator, Mapping, Sequence

from entrygo.execution.documents.base import Document, typst_template
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.figures import amount, plain_figure, quantities
from entrygo.execution.package.invoice import CURRENCY, Invoice, InvoiceLine
from entrygo.execution.package.invoice_view import View, entry_line_view, invoice_view, order_line_view
from entrygo.execution.package.invoicing import times
from entrygo.execution.package.printable import clean_text
from entrygo.execution.package.shipped_products import ShippedProduct, shipped_products
from entrygo.execution.package.typesetting import paper_for, pdf, printable, printable_code, printable_line

# Beyond these a PDF serves nobody, and setting it takes memory: the spreadsheets have all (19 CFR 141.86(i)).
MAX_GOODS = 2_000
# More than these and none is printed: a hundred pages that end in the middle would help nobody.
MAX_ORDER_LINES = 5_000
MAX_FINDINGS = 500
_CODES = frozenset({"sku", "hts", "origin", "mid", "quantities", "quantity", "net", "gross", "value"})
# Name, head, width in mm; figures stand right. The description takes what is left.
_ORDER_COLUMNS = (
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
    ("destination", "Ship to", 17.0, "left"),
)
_PRINTED_MM = {"us-letter": 257.4, "a4": 275.0}
_ORDER_LINE_PT = 6.4
_PT_PER_MM = 72 / 25.4
_GAP_MM = 3.0
_EDGE_MM = 1.0


class CommercialCustomsInvoicePdf(Document):
    """The same content as the HTML, set by typst."""

    artifact_type = "cci_pdf"
    filename = "commercial_customs_invoice.pdf"
    media_type = "application/pdf"

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """PDF on the paper of the destination; more than MAX_ORDER_LINES lines stand in the CSV alone."""
        paper = paper_for(invoice.snapshot.destination_country)
        columns = _columns(_PRINTED_MM[paper])
        listed = invoice.lines if len(invoice.lines) <= MAX_ORDER_LINES else ()
        view = invoice_view(invoice)
        findings = view["messages"]
        assert isinstance(findings, list)
        return pdf(
            typst_template("commercial_customs_invoice.typ"),
            {
                **{name: printable(value) for name, value in view.items()},
                "messages": printable(findings[:MAX_FINDINGS]),
                "unlisted_findings": max(0, len(findings) - MAX_FINDINGS),
                "paper": paper,
                "printed_mm": _PRINTED_MM[paper],
                "entry_lines": list(_entry_lines(invoice)),
                "order_columns": columns,
                "order_lines": [_order_line(line, columns) for line in listed],
            },
        )


def _columns(printed_mm: float) -> Sequence[Mapping[str, object]]:
    rest = printed_mm - _EDGE_MM - sum(width for _, _, width, _ in _ORDER_COLUMNS)
    columns, start = [], _EDGE_MM
    for name, head, given, side in _ORDER_COLUMNS:
        width = given or rest
        columns.append({"name": name, "head": head, "start": start, "width": width - _GAP_MM, "side": side})
        start += width
    return columns


def _order_line(line: InvoiceLine, columns: Sequence[Mapping[str, object]]) -> Sequence[object]:
    """A row as a list: over thousands of rows the names would be most of the bytes."""
    view = order_line_view(line)
    texts = {**view, "description": f"{view['description']}  {view['composition']}".strip()}
    cells = [_fitted(str(texts[str(column["name"])]), column) for column in columns]
    return [*cells, view["needs_review"]]


def _fitted(text: str, column: Mapping[str, object]) -> str:
    width = column["width"]
    assert isinstance(width, float)
    return printable_line(text, width * _PT_PER_MM / _ORDER_LINE_PT)


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
