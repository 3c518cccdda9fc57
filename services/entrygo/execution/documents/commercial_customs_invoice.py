"""commercial_customs_invoice.html: the invoice as a person reads and prints it (19 CFR 141.86).

One file without any external asset.
"""

from collections.abc import Sequence

from entrygo.execution.documents.base import Document, html
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.html_rows import order_line_rows
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoice_view import entry_line_view, invoice_view


class CommercialCustomsInvoice(Document):
    """The invoice for people: parties, transport, entry lines, findings, and every order line."""

    artifact_type = "cci_human_readable"
    filename = "commercial_customs_invoice.html"
    media_type = "text/html; charset=utf-8"

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """HTML in UTF-8: entry lines, then every order line, in USD."""
        view = {
            **invoice_view(invoice),
            "entry_lines": map(entry_line_view, invoice.consolidated),
            # Lazily: thousands of rows never lie in memory twice.
            "order_line_rows": order_line_rows(invoice.lines),
        }
        return html("commercial_customs_invoice.html.j2", view)
