"""Facts from outside as a plan reads them: orders, products, a warehouse, a broker, importers.

They cross two wires (sync to planning, and in the snapshot to execution), hence pydantic.
A datum nobody gave is None; nothing here judges it, that is what the planning rules do.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from entrygo.domain.money import line_value, parse_decimal, plain
from entrygo.domain.template_layout import DEFAULT_DATE, LayoutFormat, LayoutRows, WeightUnit

# In documents a decimal is text, so that no reader can make a binary float of it.
Number = Annotated[
    Decimal, BeforeValidator(parse_decimal), PlainSerializer(plain, return_type=str, when_used="json")
]


class Fact(BaseModel):
    """A frozen value with exactly the fields listed."""

    # Every process knows these, few read any: what reads one is built when the first comes.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Address(Fact):
    """A postal address; `country` is ISO 3166-1 alpha-2, `region` a state or province."""

    line_1: str | None = None
    line_2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Party(Fact):
    """A firm that sells or buys."""

    name: str | None = None
    address: Address = Address()


class Manufacturer(Fact):
    """The actual maker; `mid` is the manufacturer identification code (19 CFR 102 Appendix)."""

    name: str | None = None
    address: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    mid: str | None = None


class Usmca(Fact):
    """A claim of preference: origin criterion and the certification in hand (USMCA Annex 5-A)."""

    criterion: str | None = None
    certification: str | None = None
    blanket_from: date | None = None
    blanket_to: date | None = None

    def is_certified_on(self, day: date) -> bool:
        """Whether the certification in hand covers entries on `day` (19 CFR 182.11 and 182.12)."""
        return (
            self.criterion is not None
            and self.certification is not None
            and (self.blanket_from is None or self.blanket_from <= day)
            and (self.blanket_to is None or day <= self.blanket_to)
        )


class Section232Status(StrEnum):
    """What is known of a product under Section 232 of the Trade Expansion Act of 1962."""

    NOT_ASSESSED = "not_assessed"
    NOT_APPLICABLE = "not_applicable"
    REVIEW = "review"
    APPLICABLE = "applicable"


class Metal(Fact):
    """Metal content for Section 232: weights in kg, value in USD, countries as ISO alpha-2 (or OTH)."""

    metal: Literal["steel", "aluminum", "copper"]
    weight_kg: Number | None = None
    weight_pct: Number | None = None
    value_usd: Number | None = None
    melt_pour: str | None = None
    smelt_1: str | None = None
    smelt_2: str | None = None
    cast: str | None = None


class Section232(Fact):
    """The finding on metal content; shares are percent of the weight of one unit, from 0 to 100."""

    status: Section232Status = Section232Status.NOT_ASSESSED
    metals: tuple[Metal, ...] = ()
    us_metal_pct: Number | None = None
    evidence: str | None = None
    assessed_on: date | None = None
    # The share of all metals together in the weight of the product.
    metal_weight_pct: Number | None = None


class ReviewStatus(StrEnum):
    """What a person has found about a duty or ban, if anybody has looked."""

    NOT_ASSESSED = "not_assessed"
    NOT_APPLICABLE = "not_applicable"
    APPLICABLE = "applicable"


class TradeReview(Fact):
    """What a person found about a duty or ban, and between which days the finding holds."""

    status: ReviewStatus = ReviewStatus.NOT_ASSESSED
    headings: str | None = None
    signed_off_by: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def is_signed_off_on(self, day: date) -> bool:
        """Whether somebody answers for the finding on `day`."""
        return (
            self.status is not ReviewStatus.NOT_ASSESSED
            and bool(self.signed_off_by)
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


class Fda(Fact):
    """What the Food and Drug Administration is sent (21 CFR 1.72 and 1.281)."""

    product_code: str | None = None
    registration: str | None = None
    prior_notice: str | None = None
    disclaimer: str | None = None


class Cpsc(Fact):
    """A certificate of the CPSC registry, or the elements of 16 CFR 1110 one by one."""

    certificate: str | None = None
    product_id: str | None = None
    citations: str | None = None
    manufactured_on: date | None = None
    manufactured_at: str | None = None
    tested_on: date | None = None
    laboratory: str | None = None
    records_contact: str | None = None
    disclaimer: str | None = None


class Fcc(Fact):
    """What is filed with the Federal Communications Commission, or why nothing is."""

    authorization: str | None = None
    disclaimer: str | None = None


class AgencyFiling(Fact):
    """An agency's reference, or the letter of a disclaimer."""

    reference: str | None = None
    disclaimer: str | None = None


class Pga(Fact):
    """What partner government agencies ask for; a disclaimer is a code A to D of the ACE message set."""

    fda: Fda = Fda()
    cpsc: Cpsc = Cpsc()
    fcc: Fcc = Fcc()
    usda: AgencyFiling = AgencyFiling()
    fws: AgencyFiling = AgencyFiling()
    epa: AgencyFiling = AgencyFiling()
    dot: AgencyFiling = AgencyFiling()
    ttb: AgencyFiling = AgencyFiling()


class DangerousGoodsStatus(StrEnum):
    """Whether a product is a dangerous good, as far as it was assessed."""

    NOT_ASSESSED = "not_assessed"
    NOT_REGULATED = "not_regulated"
    REGULATED = "regulated"


class DangerousGoods(Fact):
    """Classification for transport (49 CFR 172.101, TDG)."""

    status: DangerousGoodsStatus = DangerousGoodsStatus.NOT_ASSESSED
    un_number: str | None = None
    hazard_class: str | None = None
    packing_group: str | None = None
    proper_shipping_name: str | None = None


class Chapter98(Fact):
    """A claim under chapter 98 of the tariff, for goods that come back; values in USD for one unit.

    `provision` is its number (9801.00.10, 9802.00.50); `declaration` names the document that supports it.
    """

    provision: str | None = None
    declaration: str | None = None
    exported_on: date | None = None
    repair_value_usd: Number | None = None
    us_components_value_usd: Number | None = None


class Product(Fact):
    """A product as US customs needs it; weights in kg, value in USD."""

    id: str
    external_id: str
    sku: str
    name: str | None = None
    status: Literal["active", "archived"] = "active"
    customs_description: str | None = None
    hts_code: str | None = None
    country_of_origin: str | None = None
    material_composition: str | None = None
    manufacturer: Manufacturer = Manufacturer()
    net_weight_kg: Number | None = None
    gross_weight_kg: Number | None = None
    unit_of_measure: str | None = None
    unit_value_usd: Number | None = None
    usmca: Usmca = Usmca()
    section_232: Section232 = Section232()
    # Codes of destinations other than the US, by country.
    hts_codes: Mapping[str, str] = {}
    pga: Pga = Pga()
    dangerous_goods: DangerousGoods = DangerousGoods()
    section_301: TradeReview = TradeReview()
    section_338: TradeReview = TradeReview()
    adcvd_case: TradeReview = TradeReview()
    # Forced labour in the supply chain (UFLPA).
    supply_chain: TradeReview = TradeReview()
    chapter_98: Chapter98 = Chapter98()


class OrderItem(Fact):
    """A line of an order: how many of which product, at what value of one unit (USD)."""

    product_id: str
    quantity: Number
    unit_value_usd: Number

    @property
    def value_usd(self) -> Decimal:
        """Quantity times value of one unit, in whole cents (USD)."""
        return line_value(self.quantity, self.unit_value_usd)


class Order(Fact):
    """What a warehouse has to ship to one buyer: no names, only where it goes."""

    id: str
    external_id: str
    destination_country: str
    destination_region: str | None = None
    destination_postal_code: str | None = None
    items: tuple[OrderItem, ...]
    # Under whose number it is imported; None is the importer of record of the warehouse.
    importer_number: str | None = None
    # Or by the external id of the importer's record.
    importer_external_id: str | None = None

    @property
    def total_value_usd(self) -> Decimal:
        """The sum of its lines, USD."""
        return sum((item.value_usd for item in self.items), Decimal(0))


BondType = Literal["continuous", "single"]


class ImporterOfRecord(Fact):
    """Who imports the consolidated entry; `number` is the IRS, SSN or CBP-assigned number."""

    name: str | None = None
    number: str | None = None
    address: Address = Address()
    power_of_attorney: bool | None = None
    bond: BondType | None = None
    # Section 301 duties that meet every good of an origin are signed off once, not for each product.
    section_301: TradeReview = TradeReview()


class Bond(Fact):
    """Security for duties, taxes and fees (19 CFR 113), in USD; days are inclusive, None is no limit."""

    type: BondType | None = None
    amount_usd: Number | None = None
    surety: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it holds on this day, both ends included."""
        return _is_within(day, self.valid_from, self.valid_to)


class PowerOfAttorney(Fact):
    """Who may file in the importer's name (19 CFR 141.31 to 141.46); `broker` is an external id, or an id."""

    broker: str
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it holds on this day, both ends included."""
        return _is_within(day, self.valid_from, self.valid_to)


class Importer(Fact):
    """Who imports the goods of some orders; `number` is the IRS, SSN or CBP-assigned number."""

    id: str
    external_id: str
    name: str | None = None
    number: str | None = None
    address: Address = Address()
    # Without a place of business in the United States (19 CFR 141.17 and 141.18).
    non_resident: bool | None = None
    bond: Bond = Bond()
    powers_of_attorney: tuple[PowerOfAttorney, ...] = ()
    section_301: TradeReview = TradeReview()
    # To whoever sells to it (19 CFR 152.102(g)).
    related_parties: bool | None = None


def _is_within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


class Transport(Fact):
    """How the truck goes: carrier, its SCAC, and the US port of entry by Schedule D code."""

    carrier: str | None = None
    scac: str | None = None
    port_code: str | None = None
    port_name: str | None = None


class Warehouse(Fact):
    """Where orders leave from: shipper, importer of record and transport."""

    id: str
    external_id: str
    name: str | None = None
    address: Address = Address()
    responsible_employee: str | None = None
    phone: str | None = None
    email: str | None = None
    transit_days: int = 0
    importer_of_record: ImporterOfRecord = ImporterOfRecord()
    transport: Transport = Transport()
    # Who sells to whom, where a shipment does not state it.
    seller: Party = Party()
    buyer: Party = Party()
    # Whether those two are related (19 CFR 152.102(g)).
    related_parties: bool | None = None
    # A FIRMS code, or a place.
    location_of_goods: str | None = None


class FeeSchedule(Fact):
    """What a broker charges for one entry between two dates, both inclusive; amounts in `currency`."""

    valid_from: date
    valid_to: date | None = None
    currency: str = "USD"
    fee_formal: Number
    fee_informal: Number
    included_lines: int
    line_fee: Number
    order_fee: Number
    pga_fee: Number = Decimal(0)
    disbursement_pct: Number = Decimal(0)
    disbursement_min: Number = Decimal(0)
    payment_mode: Literal["importer_ach", "broker"] = "importer_ach"
    bond_mode: Literal["continuous", "single"] = "continuous"
    single_bond_rate: Number = Decimal(0)
    single_bond_min: Number = Decimal(0)
    source: str = ""


BrokerChannel = Literal["email", "https", "sftp"]
CHANNEL_NAMES: tuple[BrokerChannel, ...] = get_args(BrokerChannel)


# What a package can have; each has its module in execution.documents.
ARTIFACT_TYPES = (
    "cci_human_readable", "cci_csv", "cci_pdf", "cci_xlsx", "packing_list", "packing_list_csv",
    "section_232_declaration", "section_232_declaration_csv", "usmca_certification",
    "usmca_certification_json", "fee_estimate", "landed_costs", "entry_dataset", "entry_lines",
    "broker_template_csv", "broker_template_xlsx", "ace_manifest", "cargowise_xml", "ace_trip",
    "amendment_changes", "post_summary_correction", "manifest", "package_zip",
)  # fmt: skip
EVERY_ARTIFACT = "all"
# Drafts for one system: a broker that does not name them does not get them, `all` or not.
ON_REQUEST = frozenset({"cargowise_xml", "ace_trip"})

# A mail has the documents one by one, or the archive beside those that are there to be read.
Attached = Literal["each", "zip"]
WAYS_TO_ATTACH: tuple[Attached, ...] = get_args(Attached)


class Endpoint(Fact):
    """Where packages are uploaded to. `credential` names a secret that only execution knows."""

    # What an upload cannot do without: the field, and what people call it.
    NEEDED: ClassVar[Mapping[str, str]]


class HttpsEndpoint(Endpoint):
    """An address that takes one POST for each package."""

    NEEDED: ClassVar[Mapping[str, str]] = {"url": "upload URL"}

    url: str | None = None
    credential: str | None = None


class SftpEndpoint(Endpoint):
    """A folder on a broker's server; `host_key` is the one public key that is trusted."""

    NEEDED: ClassVar[Mapping[str, str]] = {
        "host": "SFTP host",
        "username": "SFTP user name",
        "host_key": "SFTP host key",
    }

    host: str | None = None
    port: int = 22
    username: str | None = None
    folder: str | None = None
    host_key: str | None = None
    credential: str | None = None


class BrokerTemplateColumn(Fact):
    """One column: a field of ours, a constant, a text of several fields, or nothing."""

    header: str = ""
    field: str | None = None
    constant: str | None = None
    text: str | None = None
    format: str | None = None
    unit: WeightUnit = "kg"


class BrokerTemplate(Fact):
    """A broker's own layout of the lines; encoding, delimiter and decimal mark by their names."""

    format: LayoutFormat = "csv"
    rows: LayoutRows = "entry_line"
    sheet: str = "Lines"
    encoding: str = "utf-8"
    delimiter: str = "comma"
    decimal_mark: str = "point"
    date_format: str = DEFAULT_DATE
    # From 1 on; 0 is a layout without headers.
    header_row: int = 1
    columns: tuple[BrokerTemplateColumn, ...] = ()


class Broker(Fact):
    """A customs broker. The endpoint of a channel that uploads is the attribute with the channel's name."""

    id: str
    external_id: str
    name: str | None = None
    email: str | None = None
    port_code: str | None = None
    filer_code: str | None = None
    fee_schedules: tuple[FeeSchedule, ...] = ()
    channel: BrokerChannel = "email"
    https: HttpsEndpoint = HttpsEndpoint()
    sftp: SftpEndpoint = SftpEndpoint()
    # What the broker takes in one entry; None is any number.
    max_lines_per_entry: int | None = None
    max_orders_per_entry: int | None = None
    # Which documents it takes, by artifact type; empty, or with `all` among them, is every one but those that
    # have to be asked for by name.
    documents: tuple[str, ...] = ()
    attach: Attached = "each"
    # None where the broker has no layout of its own.
    template: BrokerTemplate | None = None

    def takes(self, artifact_type: str) -> bool:
        """Whether this broker is to get such a document."""
        if artifact_type in ON_REQUEST:
            return artifact_type in self.documents
        return not self.documents or not {EVERY_ARTIFACT, artifact_type}.isdisjoint(self.documents)

    @property
    def endpoint(self) -> Endpoint | None:
        """Where the chosen channel uploads to; None for mail."""
        found = getattr(self, self.channel)
        return found if isinstance(found, Endpoint) else None
