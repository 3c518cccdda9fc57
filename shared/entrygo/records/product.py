"""A product as US customs needs it; weights in kg, values in USD."""

from entrygo.records import trade_codes
from entrygo.records.kinds import (
    Amount,
    ByCountry,
    Country,
    Day,
    Field,
    Group,
    Many,
    OwnName,
    Percent,
    Record,
    Text,
    Words,
)
from entrygo.records.review import TRADE_REVIEW
from entrygo.requests.texts import MAX_EXTERNAL_ID, no_placeholder

_LETTERS = ("A", "B", "C", "D")
_HTS_CODE = Text(32, trade_codes.hts_code)
_ORIGIN = Text(100, trade_codes.origin)
_DISCLAIMER = Field(
    "disclaimer",
    Words(_LETTERS, either_case=True),
    "Why the agency's data do not apply, as ACE codes it",
)

MANUFACTURER = Group(
    "Manufacturer",
    (
        Field("name", Text(500), "The actual maker, not the seller"),
        Field("address", Text(500), "Street and number"),
        Field("city", Text(100)),
        Field("region", Text(100), "State or province"),
        Field("postal_code", Text(32)),
        Field("country", Country(), "ISO 3166-1 alpha-2"),
        Field("mid", Text(32), "Manufacturer identification code, 19 CFR 102"),
    ),
)

USMCA = Group(
    "Usmca",
    (
        Field("criterion", Words(_LETTERS, either_case=True), "Origin criterion of the certification"),
        Field("certification", Text(200), "The certification in hand"),
        Field("blanket_from", Day(), "First day of its blanket period"),
        Field("blanket_to", Day(), "Last day of its blanket period"),
    ),
)

METAL = Group(
    "MetalContent",
    (
        Field("metal", Words(("steel", "aluminum", "copper")), "Which metal", required=True),
        Field("weight_kg", Amount(), "Its weight in one unit, kg"),
        Field("weight_pct", Percent(), "Its share in the weight of the product"),
        Field("value_usd", Amount(), "Its value in one unit, USD"),
        Field("melt_pour", _ORIGIN, "Of steel: where it was melted and poured: ISO 3166-1 alpha-2, or OTH"),
        Field("smelt_1", _ORIGIN, "Where the most was smelted: ISO 3166-1 alpha-2, or OTH"),
        Field(
            "smelt_2",
            _ORIGIN,
            "Where the second most was smelted: ISO 3166-1 alpha-2, or OTH; N: there was no second smelt",
        ),
        Field(
            "cast",
            _ORIGIN,
            "Where it was last cast: ISO 3166-1 alpha-2, or OTH",
            documented="castIn",  # Generated Python calls a function of typing by its name.
        ),
    ),
)

SECTION_232 = Group(
    "Section232",
    (
        Field(
            "status",
            Words(("not_assessed", "not_applicable", "review", "applicable")),
            "Whether Section 232 applies; not_assessed when absent",
        ),
        Field("metals", Many(METAL, rest_maximum=20, one_for_each="metal"), column=""),
        Field("us_metal_pct", Percent(), "Share of the metal that was melted or smelted in the US"),
        Field("evidence", Text(2000), "What the finding rests on"),
        Field("assessed_on", Day(), "When it was made"),
        Field("metal_weight_pct", Percent(), "Share of all metals together in the weight"),
    ),
)

_FDA = Group(
    "Fda",
    (
        Field("product_code", Text(20, no_placeholder(20)), "FDA product code"),
        Field("registration", Text(20, no_placeholder(20)), "Facility registration number"),
        Field(
            "prior_notice",
            Text(40, no_placeholder(40)),
            "Kept, and asked for by no rule: a notice is of one arrival",
        ),
        _DISCLAIMER,
    ),
)
_CPSC = Group(
    "Cpsc",
    (
        Field("certificate", Text(100), "Reference of the certificate in the CPSC registry"),
        Field("product_id", Text(100), "The id of the product there"),
        Field("citations", Text(500), "Safety rules certified to"),
        Field("manufactured_on", Day(), "When it was made"),
        Field("manufactured_at", Text(500), "Where it was made"),
        Field("tested_on", Day(), "When it was tested"),
        Field("laboratory", Text(200), "Who tested it"),
        Field("records_contact", Text(500), "Who keeps the test records"),
        _DISCLAIMER,
    ),
    "The reference of a certificate in the CPSC registry, or the elements of 16 CFR 1110.",
)
_FCC = Group(
    "Fcc",
    (
        Field("authorization", Text(100), "FCC ID, or a supplier's declaration of conformity"),
        _DISCLAIMER,
    ),
)
_AGENCY = Group(
    "AgencyFiling",
    (Field("reference", Text(100), "Permit or declaration in hand"), _DISCLAIMER),
)
PGA = Group(
    "Pga",
    (
        Field("fda", _FDA, "Food and Drug Administration"),
        Field("cpsc", _CPSC, "Consumer Product Safety Commission"),
        Field("fcc", _FCC, "Federal Communications Commission"),
        Field("usda", _AGENCY, "Department of Agriculture"),
        Field("fws", _AGENCY, "Fish and Wildlife Service"),
        Field("epa", _AGENCY, "Environmental Protection Agency"),
        Field("dot", _AGENCY, "Department of Transportation"),
        Field("ttb", _AGENCY, "Alcohol and Tobacco Tax and Trade Bureau"),
    ),
    "What partner government agencies ask for beside customs.",
)

DANGEROUS_GOODS = Group(
    "DangerousGoods",
    (
        Field(
            "status",
            Words(("not_assessed", "not_regulated", "regulated")),
            "Whether it is regulated in transport; not_assessed when absent",
        ),
        Field("un_number", Text(20, trade_codes.un_number), "Four digits, with or without UN"),
        Field("hazard_class", Text(20), "49 CFR 172.101, e.g. 9"),
        Field("packing_group", Words(("I", "II", "III"))),
        Field("proper_shipping_name", Text(200), "49 CFR 172.101"),
    ),
)

CHAPTER_98 = Group(
    "Chapter98",
    (
        Field("provision", _HTS_CODE, "9801.00.10 for US goods returned, 9802.00.40 or .50 for repairs"),
        Field("declaration", Text(200), "The declaration that supports the claim (19 CFR 10.1, 10.8, 10.24)"),
        Field("exported_on", Day(), "When the goods left the United States"),
        Field("repair_value_usd", Amount(), "What was paid for the repair of one unit, USD"),
        Field("us_components_value_usd", Amount(), "Value of the US components in one unit, USD"),
    ),
    "Goods that come back to the United States: returned as they were, repaired, or assembled abroad.",
)

# The columns of a product's two ids, of which a file needs its SKU or the caller's own.
IDENTITY = (
    Field("external_id", OwnName(MAX_EXTERNAL_ID), "Your SKU or product reference; absent: the sku"),
    Field("id", OwnName(64), "The id to take on creation; absent: generated"),
)

PRODUCT = Record(
    title="Product",
    own_name="Your SKU or product reference",
    rest_maximum=5_000,
    fields=(
        Field("sku", OwnName(MAX_EXTERNAL_ID), "The SKU it is sold under; absent: its externalId"),
        Field("name", Text(500), "What you call it"),
        Field("status", Words(("active", "archived")), "active when absent"),
        Field("customs_description", Text(2000), "What it is, in words that customs can classify"),
        Field("hts_code", _HTS_CODE, "Digits, with or without dots; never padded"),
        Field("country_of_origin", _ORIGIN, "ISO 3166-1 alpha-2; judged when an export is planned"),
        Field("material_composition", Text(1000), "What it is made of: 80% cotton, 20% polyester"),
        Field("manufacturer", MANUFACTURER),
        Field("net_weight_kg", Amount(), "Weight of one unit without packing, kg"),
        Field("gross_weight_kg", Amount(), "Weight of one unit with packing, kg"),
        Field("unit_of_measure", Text(32), "What one unit is: pcs, pair, kg"),
        Field("unit_value_usd", Amount(), "Catalogue value of one unit, USD"),
        Field("usmca", USMCA),
        Field("section_232", SECTION_232),
        Field(
            "hts_codes",
            ByCountry(_HTS_CODE, but="US", instead="htsCode"),
            "Codes of other destinations by country; the US one is htsCode",
            column="hts_code",
        ),
        Field("pga", PGA, column=""),
        Field("dangerous_goods", DANGEROUS_GOODS),
        Field("section_301", TRADE_REVIEW),
        Field("section_338", TRADE_REVIEW),
        Field("adcvd_case", TRADE_REVIEW),
        Field("supply_chain", TRADE_REVIEW, "Forced labour (UFLPA)"),
        Field("chapter_98", CHAPTER_98),
    ),
)
