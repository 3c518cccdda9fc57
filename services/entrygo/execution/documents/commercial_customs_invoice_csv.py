"""commercial_customs_invoice.csv: one row an order line, so that nobody at the broker retypes anything."""

from collections.abc import Sequence

from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.csv_table import csv_of_written, csv_writer
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoice_columns import COLUMNS, written_rows

_WRITERS = [csv_writer(is_figure=column.is_figure) for column in COLUMNS]


class CommercialCustomsInvoiceCsv(Document):
    """The line-level spreadsheet."""

    artifact_type = "cci_csv"
    filename = "commercial_customs_invoice.csv"
    media_type = "text/csv; charset=utf-8"

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """A header, then a row for each order line; text that would open a formula is marked as text."""
        return csv_of_written([column.name for column in COLUMNS], written_rows(invoice, _WRITERS))
