"""commercial_customs_invoice.csv: one row an order line, so that nobody at the broker types anything again.

UTF-8, RFC 4180, every cell quoted. Text that a spreadsheet would run as a formula gets a leading apostrophe.
"""

import csv
import io
from collections.abc import Iterator, Sequence

from entrygo.execution.documents.base import RenderedArtifact
from entrygo.execution.invoice import Invoice, InvoiceLine
from entrygo.execution.invoice_columns import COLUMNS, NUMERIC_COLUMNS
from entrygo.execution.printable import spreadsheet_text


class CommercialCustomsInvoiceCsv:
    """The line-level spreadsheet."""

    artifact_type = "cci_csv"
    filename = "commercial_customs_invoice.csv"
    media_type = "text/csv; charset=utf-8"

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(name for name, _ in COLUMNS)
        writer.writerows(_row(invoice, line) for line in invoice.lines)
        return buffer.getvalue().encode()


def _row(invoice: Invoice, line: InvoiceLine) -> Iterator[str]:
    for name, cell in COLUMNS:
        value = cell(invoice, line)
        yield value if name in NUMERIC_COLUMNS else spreadsheet_text(value)
