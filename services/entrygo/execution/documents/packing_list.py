"""packing_list.html: what is in each parcel (19 CFR 141.86(e))."""

from collections.abc import Sequence

from entrygo.execution.documents.base import Document, html
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.html_rows import parcel_rows
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoice_view import document_view
from entrygo.execution.package.parcels import parcels


class PackingList(Document):
    """The packing list for people; as an iterator, so that thousands of parcels never lie in memory twice."""

    artifact_type = "packing_list"
    filename = "packing_list.html"
    media_type = "text/html; charset=utf-8"

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """HTML in UTF-8: parcel by parcel, weights in kg."""
        view = {**document_view(invoice), "parcel_rows": parcel_rows(parcels(invoice))}
        return html("packing_list.html.j2", view)
