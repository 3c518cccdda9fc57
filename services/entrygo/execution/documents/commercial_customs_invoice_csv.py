"""commercial_customs_invoice.csv: one row an order line, so that nobody at the broker retypes anything."""

from collections.abc import Sequence

from entrygo.execution.csv_table import csv_table
from entrygo.execution.documents.base import Document, RenderedArtifact
from entrygo.execution.invoice import Invoice
from entrygo.execution.invoice_columns import COLUMNS, NUMERIC_COLUMNS
from entrygo.execution.notice import SHORT_NOTICE


class CommercialCustomsInvoiceCsv(Document):
    """The line-level spreadsheet."""

    artifact_type = "cci_csv"
    filename = "commercial_customs_invoice.csv"
    media_type = "text/csv; charset=utf-8"

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        # A table has no head that could say it.
        rows = ([*(cell(invoice, line) for _, cell in COLUMNS), SHORT_NOTICE] for line in invoice.lines)
        return csv_table([*(name for name, _ in COLUMNS), "notice"], rows, NUMERIC_COLUMNS)
