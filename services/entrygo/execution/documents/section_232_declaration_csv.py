"""section_232_declaration.csv: the same goods and metals as a spreadsheet, with room for the broker."""

from collections.abc import Iterator, Sequence

from entrygo.domain.money import to_cents
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.csv_table import csv_table
from entrygo.execution.package.facts import SHORT_NOTICE
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.invoice_columns import money, number
from entrygo.execution.package.printable import clean_text, dotted_hts, undotted_hts
from entrygo.execution.package.shipped_products import (
    MetalContent,
    ShippedProduct,
    metal_content,
    metals_matters,
)

_GOODS = (
    "package_number", "entry_line", "product_id", "sku", "customs_description", "hts_code", "hts_code_dotted",
    "chapter99_heading", "country_of_origin", "quantity", "unit_of_measure", "value_usd",
    "section_232_status", "us_metal_pct", "assessed_on", "evidence", "no_metal_content",
)  # fmt: skip
_METAL = (
    "metal", "metal_weight_kg", "metal_weight_pct", "metal_value_usd", "melt_pour_country",
    "smelt_primary_country", "smelt_secondary_country", "cast_country",
)  # fmt: skip
COLUMNS = (*_GOODS, *_METAL, "chapter99_candidates", "notice", "all_metals_weight_pct")
NUMERIC_COLUMNS = frozenset(
    {"entry_line", "quantity", "value_usd", "us_metal_pct", "metal_weight_kg", "metal_weight_pct"}
    | {"metal_value_usd", "all_metals_weight_pct"}
)


class Section232DeclarationCsv(Document):
    """The declaration's rows."""

    artifact_type = "section_232_declaration_csv"
    filename = "section_232_declaration.csv"
    media_type = "text/csv; charset=utf-8"

    def applies(self, invoice: Invoice, /) -> bool:
        """Together with the declaration itself."""
        return bool(metals_matters(invoice))

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """A header, then a row for each metal of each product, with empty columns for the broker."""
        rows = (row for shipped in metals_matters(invoice) for row in _rows(invoice.package.number, shipped))
        return csv_table(COLUMNS, rows, NUMERIC_COLUMNS)


def _rows(package_number: str, shipped: ShippedProduct) -> Iterator[Sequence[str]]:
    goods, candidates = _goods(package_number, shipped), ";".join(shipped.metal_headings)
    rest = (candidates, SHORT_NOTICE, number(shipped.product.section_232.metal_weight_pct))
    for content in metal_content(shipped):
        yield (*goods, *_metal(content), *rest)
    if not shipped.product.section_232.metals:
        yield (*goods, *[""] * len(_METAL), *rest)


def _goods(package_number: str, shipped: ShippedProduct) -> tuple[str, ...]:
    product, section = shipped.product, shipped.product.section_232
    return (
        package_number,
        str(shipped.entry_line),
        product.id,
        clean_text(product.sku),
        clean_text(product.customs_description),
        undotted_hts(product.hts_code),
        dotted_hts(product.hts_code),
        "",
        clean_text(product.country_of_origin),
        number(shipped.quantity),
        shipped.unit,
        money(shipped.value),
        str(section.status),
        number(section.us_metal_pct),
        "" if section.assessed_on is None else section.assessed_on.isoformat(),
        clean_text(section.evidence),
        "",
    )


def _metal(content: MetalContent) -> tuple[str, ...]:
    return (
        content.metal,
        number(content.weight_kg),
        number(content.weight_pct),
        "" if content.value is None else money(to_cents(content.value)),
        content.melt_pour,
        content.smelt_1,
        content.smelt_2,
        content.cast,
    )
