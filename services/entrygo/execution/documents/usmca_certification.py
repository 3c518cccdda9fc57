"""usmca_certification.html: the nine data elements of USMCA Annex 5-A for a person to complete and sign."""

from collections.abc import Mapping, Sequence

from entrygo.domain.facts import Address, Manufacturer, Usmca
from entrygo.execution.documents.base import Document, html
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.figures import address_lines
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoice_view import document_view
from entrygo.execution.package.printable import clean_text, undotted_hts
from entrygo.execution.package.shipped_products import ShippedProduct, usmca_claims

# Annex 5-A, element 9.
STATEMENT = (
    "I certify that the goods described in this document qualify as originating and the information contained"
    " in this document is true and accurate. I assume responsibility for proving such representations and"
    " agree to maintain and present upon request or to make available during a verification visit,"
    " documentation necessary to support this certification."
)
HS_DIGITS = 6


class UsmcaCertification(Document):
    """The goods of this shipment that claim preference. Never signed by us."""

    artifact_type = "usmca_certification"
    filename = "usmca_certification.html"
    media_type = "text/html; charset=utf-8"

    def applies(self, invoice: Invoice, /) -> bool:
        """Where a claim under USMCA is made for at least one product."""
        return bool(usmca_claims(invoice))

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """HTML in UTF-8, unsigned: a row for each product that is claimed for."""
        goods = [_good(shipped) for shipped in usmca_claims(invoice)]
        view = {**document_view(invoice), "goods": goods, "statement": STATEMENT}
        return html("usmca_certification.html.j2", view)


def _good(shipped: ShippedProduct) -> Mapping[str, object]:
    product, maker = shipped.product, shipped.product.manufacturer
    return {
        "entry_line": shipped.entry_line,
        "sku": clean_text(product.sku),
        "description": clean_text(product.customs_description),
        "hs6": undotted_hts(product.hts_code)[:HS_DIGITS],
        "origin": clean_text(product.country_of_origin),
        "producer": clean_text(maker.name),
        "producer_address": _address_lines(maker),
        "criterion": clean_text(product.usmca.criterion),
        "period": _period(product.usmca),
        "certification": clean_text(product.usmca.certification),
    }


def _address_lines(maker: Manufacturer) -> Sequence[str]:
    address = Address(
        line_1=maker.address,
        city=maker.city,
        region=maker.region,
        postal_code=maker.postal_code,
        country=maker.country,
    )
    return address_lines(address)


def _period(usmca: Usmca) -> str:
    if usmca.blanket_from is None and usmca.blanket_to is None:
        return "this shipment"
    return " to ".join(
        "open" if day is None else day.isoformat() for day in (usmca.blanket_from, usmca.blanket_to)
    )
