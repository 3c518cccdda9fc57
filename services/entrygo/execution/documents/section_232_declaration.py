"""section_232_declaration.html: the metal in goods that Section 232 covers or may cover, to be signed."""

from collections.abc import Iterator, Mapping, Sequence

from entrygo.execution.documents.base import Document, html
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.figures import amount, plain_figure, quantities
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoice_view import SECTION_232, document_view
from entrygo.execution.package.printable import clean_text, dotted_hts
from entrygo.execution.package.shipped_products import (
    MetalContent,
    ShippedProduct,
    metal_content,
    metals_matters,
)


class Section232Declaration(Document):
    """One row a metal of a product; a product of which no metal is stated has one row to fill in."""

    artifact_type = "section_232_declaration"
    filename = "section_232_declaration.html"
    media_type = "text/html; charset=utf-8"

    def applies(self, invoice: Invoice, /) -> bool:
        """Where a product is, or may be, of a metal of Section 232."""
        return bool(metals_matters(invoice))

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """HTML in UTF-8: a row for each metal of each product, weights in kg, values in USD."""
        rows = [row for shipped in metals_matters(invoice) for row in _rows(shipped)]
        view = {**document_view(invoice), "rows": rows}
        return html("section_232_declaration.html.j2", view)


def _rows(shipped: ShippedProduct) -> Iterator[Mapping[str, object]]:
    goods = _goods(shipped)
    for content in metal_content(shipped):
        yield goods | _metal(content)
    if not shipped.product.section_232.metals:
        yield goods | dict.fromkeys(
            ("metal", "metal_kg", "metal_pct", "metal_value", "melt_pour", "smelt", "cast"), ""
        )


def _goods(shipped: ShippedProduct) -> dict[str, object]:
    product = shipped.product
    return {
        "entry_line": shipped.entry_line,
        "sku": clean_text(product.sku),
        "description": clean_text(product.customs_description),
        "hts": dotted_hts(product.hts_code),
        "origin": clean_text(product.country_of_origin),
        "quantity": quantities([(shipped.unit, shipped.quantity)]),
        "value": amount(shipped.value),
        "headings": shipped.metal_headings,
        "status": SECTION_232[str(product.section_232.status)],
        "all_metals_pct": plain_figure(product.section_232.metal_weight_pct),
    }


def _metal(content: MetalContent) -> dict[str, object]:
    return {
        "metal": content.metal.capitalize(),
        "metal_kg": plain_figure(content.weight_kg),
        "metal_pct": plain_figure(content.weight_pct),
        "metal_value": "" if content.value is None else amount(content.value),
        "melt_pour": content.melt_pour,
        "smelt": " / ".join(filter(None, (content.smelt_1, content.smelt_2))),
        "cast": content.cast,
    }
