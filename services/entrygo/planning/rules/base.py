"""What a rule is: what it looks at, weighs and rests on, and when it holds. Pure; judge.py runs them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from entrygo.domain.bonds import BondNeed
from entrygo.domain.consolidation import LineKey
from entrygo.domain.facts import Broker, ImporterOfRecord, Order, OrderItem, Product, Warehouse
from entrygo.domain.snapshot import AskedEntryType, EntryType, Savings, Severity
from entrygo.domain.tariff import TariffTreatment
from entrygo.planning.importations import Importation
from entrygo.planning.law.additional_duties import named_headings
from entrygo.planning.law.goods import Goods, goods_of
from entrygo.planning.law.law_book import LawBook
from entrygo.planning.reference.in_force import ReferenceData

_WORD = re.compile(r"[a-z]+")
# "aluminium-free", "cotton free." (not "cotton, free size"), "free of", "non-", "without any", "0 %".
_ABSENT = re.compile(
    r"\b[a-z]+[-\u2010\u2011\u2013]free\b"
    r"|\b[a-z]+ free(?=\s*(?:[.,;:)/]|$))"
    r"|\b(?:free (?:of|from)|without|non|no)[-\s\u2010\u2011\u2013]\s*(?:any )?[a-z]+\b"
    r"|(?<![0-9.,])(?<![0-9] )0(?:[.,]0+)?\s*(?:%|percent\b|pct\b)\s*[a-z]+\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The context of a rule, in addition to the record that it checks."""

    entry_date: date
    # Whether that day was over when the plan was asked for: a plan knows no other clock.
    is_of_the_past: bool = False
    destination_country: str
    reference: ReferenceData
    # What of it, and of the rows that ship, duties beside the tariff's own follow from.
    law: LawBook
    # Order id → the export that has it; None for one of another warehouse, which is not named.
    exported: Mapping[str, str | None]
    open_exports: Mapping[str, str | None]
    importer: ImporterOfRecord = field(default_factory=ImporterOfRecord)
    # Order id → the external id of another requested order that it may be a repetition of.
    look_alikes: Mapping[str, str] = field(default_factory=dict)
    # Product id → what the reference rows say of it.
    tariff: Mapping[str, TariffTreatment] = field(default_factory=dict)
    # Product id → what an entry lists it as, and how many of these the broker takes in one.
    entry_lines: Mapping[str, LineKey] = field(default_factory=dict)
    max_lines_per_entry: int | None = None
    # Product id → USD of goods that claim USMCA in the importation with it; of several the largest.
    originating_usd: Mapping[str, Decimal] = field(default_factory=dict)
    # What was asked of products already, by their identity, beside the products, so that none is another's.
    known: dict[int, tuple[Product, Goods, tuple[str, ...]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def goods_of(self, product: Product) -> Goods:
        """The product as its entry declares it."""
        return self._of(product)[1]

    def headings_of(self, product: Product) -> tuple[str, ...]:
        """The headings of chapter 99 that rows in hand name for it, in the order of filing."""
        return self._of(product)[2]

    def _of(self, product: Product) -> tuple[Product, Goods, tuple[str, ...]]:
        if id(product) not in self.known:
            goods = goods_of(product, self.entry_date, self.importer.section_301)
            self.known[id(product)] = (product, goods, named_headings(goods, self.law))
        return self.known[id(product)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One order line with the product it names."""

    item: OrderItem
    product: Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The export as a whole: what is left once orders were excluded."""

    orders: Sequence[Order]
    warehouse: Warehouse
    broker: Broker
    value_usd: Decimal
    entry_type: EntryType
    savings: Savings | None
    asked_entry_type: AskedEntryType | None = None
    # Whether some of the goods are, or may be, under antidumping or countervailing duty.
    has_adcvd: bool = False
    # The orders by importer of record.
    importations: Sequence[Importation] = ()
    # What the bond of each importer must cover, by its key; without those of which nothing was estimated.
    bonds: Mapping[str, BondNeed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that does not hold: the text for people, and where below the rule's field."""

    message: str
    below: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of one of the kinds below.

    `field` is the path below the thing looked at; `basis` names the law or policy behind the rule;
    `is_datum_missing` puts the path into missing_data as well.
    """

    code: str
    severity: Severity
    penalty: int
    field: str
    basis: str
    effective_from: date = date.min
    effective_to: date | None = None
    is_datum_missing: bool = False
    flag: str | None = None
    # What mends it where no other value of the field could: a list that is missing, say.
    remedy: str = ""
    # An account's policy made it weigh more than it does by itself.
    is_raised: bool = False
    # It looks at importers with a record of their own alone, and is hashed where orders name one.
    is_of_records: bool = False

    @property
    def label(self) -> str:
        """How the plan hash names it: a raised severity decides, too."""
        return f"{self.code}={self.severity}" if self.is_raised else self.code

    def is_in_force(self, day: date) -> bool:
        """Whether the rule holds for entries of `day`."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRule(Rule):
    """Looks at a product, once however many lines name it. Field: `orders[i].items[j].product.<field>`."""

    check: Callable[[Product, Context], Problem | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPartsRule(Rule):
    """Looks at several parts of a product. Field: `orders[i].items[j].product.<field>.<below>`."""

    check: Callable[[Product, Context], Sequence[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRule(Rule):
    """Looks at one order line. Field: `orders[i].items[j].<field>`."""

    check: Callable[[Line, Context], Problem | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRule(Rule):
    """Looks at one order; an order that an excluding rule meets stays behind. Field: `orders[i].<field>`."""

    check: Callable[[Order, Context], Problem | None]
    excludes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRule(Rule):
    """Looks at the name of each company that has a part in the export.

    Field: `orders[i].items[j].product.<field>` for the maker of a product; for others where the name stands.
    """

    check: Callable[[str, Context], Problem | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRule(Rule):
    """Looks at the export as a whole. Field: `<field>`, or `<field>.<below>`."""

    check: Callable[[Batch, Context], Sequence[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImporterRule(Rule):
    """Looks at each importer of record with its orders.

    Field: `<field>.<below>` for the importer of the warehouse, and for one with a record of its own
    `importers[<external id>].<of_record>.<below>`.
    """

    check: Callable[[Importation, Batch, Context], Sequence[Problem]]
    of_record: str = ""


def sku_of(product: Product) -> str:
    """How messages call a product: its SKU, else its external id."""
    return product.sku or product.external_id


def chapter_of(product: Product) -> str:
    """The chapter of the tariff that the product is classified in; empty when it is not."""
    return (product.hts_code or "")[:2]


def words_in(text: str | None) -> frozenset[str]:
    """The words of letters a to z, in lower case, as the tables list them."""
    return frozenset(_WORD.findall((text or "").lower()))


def materials_in(text: str | None) -> frozenset[str]:
    """The words of a text but for those of materials that it says are not there ("cotton-free")."""
    return words_in(_ABSENT.sub(" ", (text or "").lower()))


def is_blank(text: str | None) -> bool:
    """Whether nothing, or nothing but blanks, is given."""
    return text is None or not text.strip()
