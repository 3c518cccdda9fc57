"""The products of each entry line: how much of each is shipped, and which metals are in it. Declarations have
a row for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from weakref import WeakKeyDictionary

from entrygo.domain.facts import Metal, Product, Section232Status
from entrygo.domain.tariff import SECTION_232, TariffTreatment, headings_of
from entrygo.execution.package.invoice import Invoice, InvoiceLine
from entrygo.execution.package.invoicing import times
from entrygo.execution.package.printable import clean_text

METALS_FINDING = "METALS_REVIEW_RECOMMENDED"
_DOLLAR = Decimal(1)
# No longer than the invoice itself.
_KNOWN: "WeakKeyDictionary[Invoice, Sequence[ShippedProduct]]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedProduct:
    """One product of one entry line, and the sums over its order lines."""

    product: Product
    entry_line: int
    unit: str
    spi: str
    quantity: Decimal
    value: Decimal
    findings: frozenset[str]
    treatment: TariffTreatment

    @property
    def metal_headings(self) -> tuple[str, ...]:
        """Section 232 headings that may apply; the broker chooses."""
        candidates = self.treatment.candidate_headings
        return headings_of([each for each in candidates if each.programme == SECTION_232])

    @property
    def is_metals_matter(self) -> bool:
        """Whether Section 232 applies or may apply: it is declared, or the product has unassessed metal."""
        section = self.product.section_232
        if section.status is not Section232Status.NOT_ASSESSED:
            return section.status is not Section232Status.NOT_APPLICABLE
        return bool(section.metals) or METALS_FINDING in self.findings


def shipped_products(invoice: Invoice) -> Sequence[ShippedProduct]:
    """By entry line, then by SKU; worked out once for all documents of an invoice."""
    known = _KNOWN.get(invoice)
    if known is None:
        known = _KNOWN[invoice] = _shipped(invoice)
    return known


def _shipped(invoice: Invoice) -> Sequence[ShippedProduct]:
    lines: dict[tuple[int, str], list[InvoiceLine]] = {}
    for line in invoice.lines:
        lines.setdefault((line.consolidated_number, line.product.id), []).append(line)
    found = [_sum(each) for each in lines.values()]
    return sorted(found, key=lambda each: (each.entry_line, each.product.sku, each.product.id))


def goods_by_line(invoice: Invoice) -> Mapping[int, Sequence[ShippedProduct]]:
    """The number of each entry line, and the products in it."""
    found: dict[int, list[ShippedProduct]] = {}
    for shipped in shipped_products(invoice):
        found.setdefault(shipped.entry_line, []).append(shipped)
    return found


def whole_dollars(value: Decimal) -> int:
    """Entered values are whole US dollars, half a dollar up, line by line."""
    return int(value.quantize(_DOLLAR, rounding=ROUND_HALF_UP))


def metals_matters(invoice: Invoice) -> Sequence[ShippedProduct]:
    return [each for each in shipped_products(invoice) if each.is_metals_matter]


def usmca_claims(invoice: Invoice) -> Sequence[ShippedProduct]:
    return [each for each in shipped_products(invoice) if each.spi]


def _sum(lines: Sequence[InvoiceLine]) -> ShippedProduct:
    first = lines[0]
    return ShippedProduct(
        product=first.product,
        entry_line=first.consolidated_number,
        unit=first.unit,
        spi=first.spi,
        quantity=sum((line.item.quantity for line in lines), Decimal(0)),
        value=sum((line.value for line in lines), Decimal("0.00")),
        findings=frozenset(code for line in lines for code in line.warnings),
        treatment=first.filing.treatment,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MetalContent:
    """One metal; weight and value are of the whole quantity. Unknown is None, or empty."""

    metal: str
    weight_kg: Decimal | None
    weight_pct: Decimal | None
    value: Decimal | None
    melt_pour: str
    smelt_1: str
    smelt_2: str
    cast: str


def metal_content(shipped: ShippedProduct) -> Sequence[MetalContent]:
    return [_content(shipped.quantity, metal) for metal in shipped.product.section_232.metals]


def _content(quantity: Decimal, metal: Metal) -> MetalContent:
    return MetalContent(
        metal=metal.metal,
        weight_kg=times(quantity, metal.weight_kg),
        weight_pct=metal.weight_pct,
        value=times(quantity, metal.value_usd),
        melt_pour=clean_text(metal.melt_pour),
        smelt_1=clean_text(metal.smelt_1),
        smelt_2=clean_text(metal.smelt_2),
        cast=clean_text(metal.cast),
    )
