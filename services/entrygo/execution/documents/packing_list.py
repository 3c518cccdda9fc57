"""packing_list.html: what is in each parcel (19 CFR 141.86(e))."""

from collections.abc import Mapping, Sequence

from entrygo.domain.money import plain
from entrygo.execution.documents.base import Document, html_template
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.figures import weight
from entrygo.execution.package.invoice import Invoice, InvoiceLine
from entrygo.execution.package.invoice_view import document_view
from entrygo.execution.package.parcels import Parcel, parcels
from entrygo.execution.package.printable import clean_text


class PackingList(Document):
    """The packing list for people; as an iterator, so that thousands of parcels never lie in memory twice."""

    artifact_type = "packing_list"
    filename = "packing_list.html"
    media_type = "text/html; charset=utf-8"

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """HTML in UTF-8: parcel by parcel, weights in kg."""
        rows = (_parcel(parcel) for parcel in parcels(invoice))
        view = {**document_view(invoice), "parcels": rows}
        return html_template("packing_list.html.j2").render(view).encode()


def _parcel(parcel: Parcel) -> Mapping[str, object]:
    order = parcel.order
    place = (order.destination_region, order.destination_postal_code, order.destination_country)
    return {
        "number": parcel.number,
        "marks": clean_text(order.external_id),
        "contents": [_content(line) for line in parcel.contents],
        "destination": " ".join(filter(None, map(clean_text, place))),
        "net": weight(parcel.net_weight),
        "gross": weight(parcel.gross_weight),
    }


def _content(line: InvoiceLine) -> Mapping[str, str]:
    return {
        "quantity": f"{plain(line.item.quantity)} {line.unit}",
        "sku": clean_text(line.product.sku),
        "description": clean_text(line.product.customs_description),
    }
