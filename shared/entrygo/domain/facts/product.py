"""A product as US customs needs it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Literal

from entrygo.domain.facts.base import Fact, Number
from entrygo.domain.facts.review import TradeReview


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
