"""commercial_customs_invoice.csv: one row an order line, so that nobody at the broker retypes anything."""

from collections.abc import Sequence

from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.csv_table import csv_table
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoice_columns import COLUMNS, line_rows


class CommercialCustomsInvoiceCsv(Document):
    """The line-level spreadsheet."""

    artifact_type = "cci_csv"
    filename = "commercial_customs_invoice.csv"
    media_type = "text/csv; charset=utf-8"

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """A header, then a row for each order line; text that would open a formula is marked as text."""
        figures = {column.name for column in COLUMNS if column.is_figure}
        return csv_table([column.name for column in COLUMNS], line_rows(invoice), figures)
