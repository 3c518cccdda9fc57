"""Products as US customs needs them; weights in kg, values in USD."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from entrygo.gateway.schemas.fields import (
    Amount,
    Body,
    Country,
    Date,
    IdempotencyKey,
    Identifier,
    LongText,
    Percent,
    Reference,
    ShortText,
)
from entrygo.gateway.schemas.reviews import TradeReview

MAX_PRODUCTS = 5_000
Digits = Annotated[ShortText, Field(description="Digits, with or without dots; never padded")]
Origin = Annotated[ShortText, Field(description="ISO 3166-1 alpha-2; judged when an export is planned")]


class Manufacturer(Body):
    name: ShortText | None = None
    address: ShortText | None = None
    city: ShortText | None = None
    region: ShortText | None = None
    postal_code: ShortText | None = None
    country: Country | None = None
    mid: Annotated[ShortText | None, Field(description="Manufacturer identification code, 19 CFR 102")] = None


class Usmca(Body):
    criterion: Literal["A", "B", "C", "D"] | None = None
    certification: Annotated[ShortText | None, Field(description="The certification in hand")] = None
    blanket_from: Date | None = None
    blanket_to: Date | None = None


class Metal(Body):
    metal: Literal["steel", "aluminum", "copper"]
    weight_kg: Amount | None = None
    weight_pct: Percent | None = None
    value_usd: Amount | None = None
    melt_pour: ShortText | None = None
    smelt_1: ShortText | None = None
    smelt_2: ShortText | None = None
    cast: ShortText | None = None


class Section232(Body):
    status: Literal["not_assessed", "not_applicable", "review", "applicable"] | None = None
    metals: Annotated[list[Metal], Field(max_length=20)] = Field(default_factory=list)
    us_metal_pct: Percent | None = None
    evidence: LongText | None = None
    assessed_on: Date | None = None
    metal_weight_pct: Annotated[
        Percent | None, Field(description="Share of all metals together in the weight")
    ] = None


Disclaimer = Annotated[
    Literal["A", "B", "C", "D"] | None,
    Field(description="Why the agency's data do not apply, as ACE codes it"),
]


class Fda(Body):
    product_code: ShortText | None = None
    registration: Annotated[ShortText | None, Field(description="Facility registration number")] = None
    prior_notice: Annotated[ShortText | None, Field(description="Confirmation number; food only")] = None
    disclaimer: Disclaimer = None


class Cpsc(Body):
    """The reference of a certificate in the CPSC registry, or the elements of 16 CFR 1110."""

    certificate: ShortText | None = None
    product_id: ShortText | None = None
    citations: Annotated[ShortText | None, Field(description="Safety rules certified to")] = None
    manufactured_on: Date | None = None
    manufactured_at: ShortText | None = None
    tested_on: Date | None = None
    laboratory: ShortText | None = None
    records_contact: ShortText | None = None
    disclaimer: Disclaimer = None


class Fcc(Body):
    authorization: Annotated[
        ShortText | None, Field(description="FCC ID, or a supplier's declaration of conformity")
    ] = None
    disclaimer: Disclaimer = None


class AgencyFiling(Body):
    reference: Annotated[ShortText | None, Field(description="Permit or declaration in hand")] = None
    disclaimer: Disclaimer = None


class Pga(Body):
    """What partner government agencies ask for beside customs."""

    fda: Fda | None = None
    cpsc: Cpsc | None = None
    fcc: Fcc | None = None
    usda: AgencyFiling | None = None
    fws: AgencyFiling | None = None
    epa: AgencyFiling | None = None
    dot: AgencyFiling | None = None
    ttb: AgencyFiling | None = None


class DangerousGoods(Body):
    status: Literal["not_assessed", "not_regulated", "regulated"] | None = None
    un_number: Annotated[ShortText | None, Field(description="Four digits, with or without UN")] = None
    hazard_class: ShortText | None = None
    packing_group: Literal["I", "II", "III"] | None = None
    proper_shipping_name: ShortText | None = None


class ProductFields(Body):
    sku: Reference | None = None
    name: ShortText | None = None
    status: Literal["active", "archived"] | None = None
    customs_description: LongText | None = None
    hts_code: Digits | None = None
    country_of_origin: Origin | None = None
    material_composition: LongText | None = None
    manufacturer: Manufacturer | None = None
    net_weight_kg: Amount | None = None
    gross_weight_kg: Amount | None = None
    unit_of_measure: ShortText | None = None
    unit_value_usd: Amount | None = None
    usmca: Usmca | None = None
    section_232: Section232 | None = None
    hts_codes: Annotated[
        dict[str, Digits | None] | None,
        Field(description="Codes of other destinations by country; the US one is htsCode"),
    ] = None
    pga: Pga | None = None
    dangerous_goods: DangerousGoods | None = None
    section_301: TradeReview | None = None
    section_338: TradeReview | None = None
    adcvd_case: TradeReview | None = None
    supply_chain: Annotated[TradeReview | None, Field(description="Forced labour (UFLPA)")] = None


class ProductInput(ProductFields):
    """A product to create or update; a field that is absent or null keeps its value."""

    id: Annotated[Identifier | None, Field(description="The id to take on creation; else generated")] = None
    external_id: Annotated[Reference, Field(description="Your SKU or product reference")]


class PatchProductBody(ProductFields):
    """The fields to change: one that is absent keeps its value, null clears it."""

    idempotency_key: IdempotencyKey | None = None


class SyncProductsBody(Body):
    account_id: Identifier
    items: Annotated[list[ProductInput], Field(min_length=1, max_length=MAX_PRODUCTS)]
    idempotency_key: IdempotencyKey | None = None


class Product(ProductFields):
    """A product as it is kept; what nobody gave is null."""

    id: str
    external_id: str
    created_at: str
    updated_at: str


class SyncProductsAnswer(TypedDict):
    data: list[Product]


class ProductPage(TypedDict):
    data: list[Product]
    hasMore: bool
    nextCursor: str | None
