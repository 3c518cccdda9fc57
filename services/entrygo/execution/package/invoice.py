"""The commercial invoice as a value: every order line, the consolidated entry lines, and totals that agree.

Pure: computed from the snapshot and the package facts alone, so every document shows the same figures.
"""

from dataclasses import dataclass
from decimal import Decimal

from entrygo.domain.facts import Manufacturer, Order, OrderItem, Product
from entrygo.domain.hts_quantities import HtsQuantity
from entrygo.domain.snapshot import Snapshot
from entrygo.domain.tariff import AgencyFlag, CandidateHeading
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.filing import Filing
from entrygo.execution.package.printable import clean_text

CURRENCY = "USD"
UNIT_WHEN_UNSTATED = "PCS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """A sum of weights in kg; incomplete if one of them is missing."""

    kg: Decimal
    is_complete: bool

    @property
    def stated_kg(self) -> Decimal | None:
        """The sum; None where all of it is missing, which is no weight of 0."""
        return self.kg if self.kg or self.is_complete else None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One line of one order, with the product it names and the figures worked out."""

    number: int
    consolidated_number: int
    order: Order
    product: Product
    item: OrderItem
    filing: Filing
    hts_quantities: tuple[HtsQuantity, ...]
    value: Decimal
    net_weight_kg: Decimal | None
    gross_weight_kg: Decimal | None
    warnings: tuple[str, ...]

    @property
    def spi(self) -> str:
        """The special program indicator (SPI) that the line claims, or an empty text."""
        return self.filing.key.spi

    @property
    def unit(self) -> str:
        """The unit that quantities count, as it is printed."""
        return clean_text(self.product.unit_of_measure) or UNIT_WHEN_UNSTATED


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceEntry:
    """One of the entries that the orders are filed in."""

    number: int
    order_ids: tuple[str, ...]
    lines: int
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolidatedLine:
    """Order lines that a broker files as one line, and the orders it came from."""

    number: int
    entry_number: int
    hts_code: str
    country_of_origin: str
    manufacturer_mid: str
    manufacturer_name: str
    # With the address; of the first of its goods.
    manufacturer: Manufacturer
    spi: str
    # Headings that somebody has found to apply; then those that may. Both in the order of filing.
    chapter_99: tuple[str, ...]
    candidate_headings: tuple[CandidateHeading, ...]
    agency_flags: tuple[AgencyFlag, ...]
    adcvd_cases: tuple[str, ...]
    descriptions: tuple[str, ...]
    skus: tuple[str, ...]
    product_ids: tuple[str, ...]
    order_ids: tuple[str, ...]
    line_numbers: tuple[int, ...]
    quantities: tuple[tuple[str, Decimal], ...]
    hts_quantities: tuple[HtsQuantity, ...]
    net_weight: Weight
    gross_weight: Weight
    value: Decimal
    section_232_statuses: tuple[str, ...]
    warnings: tuple[str, ...]
    # The provision of chapter 98 that is claimed, in digits; the code itself may be one.
    chapter_98: str = ""

    @property
    def declared_headings(self) -> tuple[str, ...]:
        """What is filed before the code, in order: chapter 98, then what was found to apply of chapter 99."""
        claimed = (self.chapter_98,) if self.chapter_98 not in ("", self.hts_code) else ()
        return (*claimed, *self.chapter_99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The foot of the invoice: sums of rounded lines, so they equal the lines to the cent."""

    orders: int
    lines: int
    consolidated_lines: int
    quantities: tuple[tuple[str, Decimal], ...]
    net_weight: Weight
    gross_weight: Weight
    value: Decimal
    # With what is billed beside the goods, less discounts.
    invoice_total: Decimal
    packages: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True, kw_only=True)
class Invoice:
    """All figures of the documents, in USD; computed once for all documents. One is equal to itself alone."""

    snapshot: Snapshot
    package: PackageFacts
    lines: tuple[InvoiceLine, ...]
    consolidated: tuple[ConsolidatedLine, ...]
    entries: tuple[InvoiceEntry, ...]
    totals: Totals
