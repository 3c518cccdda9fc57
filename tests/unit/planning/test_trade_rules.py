"""The rules that rest on dated programmes: each on goods and days that it meets, and does not."""

from datetime import date
from typing import Any

import pytest

from entrygo.planning.decide import Decision
from tests.factories import make_product, make_warehouse
from tests.unit.planning.decisions import decide_on, found

SPRING, SUMMER, AUTUMN = date(2026, 5, 4), date(2026, 8, 3), date(2026, 11, 20)
SKU = "CAP-002"
PRODUCT = "orders[0].items[0].product."

NO_CLAIM: dict[str, Any] = {"usmca": {}}
STEEL_PAN: dict[str, Any] = {
    "hts_code": "7323930045",
    "customs_description": "Stainless steel frying pan",
    "country_of_origin": "IN",
    "material_composition": "100% stainless steel",
    **NO_CLAIM,
}
ALUMINUM_PAN = STEEL_PAN | {"hts_code": "7615107155", "customs_description": "Aluminum frying pan"}
DESK = STEEL_PAN | {"hts_code": "9403200082", "customs_description": "Steel office desk, flat packed"}
CHINESE_CAP: dict[str, Any] = {"country_of_origin": "CN", **NO_CLAIM}
CHAIR: dict[str, Any] = {"hts_code": "9401710000", "customs_description": "Folding chair of oak wood"}
HOODIE: dict[str, Any] = {
    "hts_code": "6110202041",
    "customs_description": "Men's knitted hooded sweatshirt of cotton",
}
LAMP: dict[str, Any] = {"hts_code": "9405218010", "customs_description": "Table lamp of oak wood"}
SIGNED = {
    "status": "applicable",
    "signed_off_by": "Dana",
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
}
SKINCARE: dict[str, Any] = {"hts_code": "3304995000", "customs_description": "Moisturizing face cream 50 ml"}
COFFEE: dict[str, Any] = {"hts_code": "0901210045", "customs_description": "Roasted coffee beans, whole"}
# Food beside the chapters that are food by their names, and what is food by its use.
FOODS: tuple[dict[str, Any], ...] = (
    {"hts_code": "0910300000", "customs_description": "Ground turmeric spice"},
    {"hts_code": "1509202000", "customs_description": "Extra virgin olive oil"},
    {"hts_code": "2102300000", "customs_description": "Prepared baking powder"},
    {
        "hts_code": "2204215000",
        "customs_description": "Red wine of grapes in bottles",
        "pga": {"ttb": {"reference": "WA-I-1"}},
    },
    {"hts_code": "2209000000", "customs_description": "Apple cider vinegar in bottles"},
    {"hts_code": "2309100010", "customs_description": "Dry dog food of chicken"},
)
SESAME: dict[str, Any] = {"hts_code": "1207400000", "customs_description": "White sesame seeds in pouches"}


def fda(**given: str) -> dict[str, Any]:
    return {"pga": {"fda": given}}


EARBUDS: dict[str, Any] = {"hts_code": "8518302000", "customs_description": "Wireless earbuds with case"}
# Of a chapter whose goods the annexes name, with nothing said of its metal; no row that ships has its code.
TOASTER: dict[str, Any] = {
    "hts_code": "8516720000",
    "customs_description": "Electric toaster for kitchens",
    "material_composition": "plastic housing",
}
PUZZLE: dict[str, Any] = {
    "hts_code": "9503000073",
    "customs_description": "Wooden jigsaw puzzle for children",
}
ELEMENTS = {
    "product_id": "TOY-090",
    "citations": "ASTM F963",
    "manufactured_on": "2026-06-01",
    "manufactured_at": "Nelson, CA",
    "tested_on": "2026-06-20",
    "laboratory": "Lab 7",
    "records_contact": "Dana",
}


def metals(status: str = "applicable", *given: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"section_232": {"status": status, "metals": given, **fields}}


STEEL = {"metal": "steel", "weight_kg": "1.1", "melt_pour": "IN"}
ALUMINUM = {"metal": "aluminum", "weight_kg": "0.7", "smelt_1": "IN", "smelt_2": "N", "cast": "IN"}

# Code, field, facts that break the rule, the entry date, and what the message says beside the SKU.
BROKEN: list[tuple[str, str, dict[str, Any], date, str]] = [
    ("PRODUCT_ORIGIN_RESTRICTED", "country_of_origin", {"country_of_origin": "KP"}, SPRING, "Goods of KP"),
    (
        "PRODUCT_COMPOSITION_MISSING",
        "material_composition",
        {"material_composition": None, "hts_code": "6109100012"},
        SPRING,
        "fibre",
    ),
    (
        "PRODUCT_COMPOSITION_MISSING",
        "material_composition",
        {"hts_code": "6404199060", "material_composition": "textile upper; rubber sole"},
        SPRING,
        "footwear",
    ),
    (
        "PRODUCT_MANUFACTURER_MISSING",
        "manufacturer",
        {"hts_code": "6109100012", "manufacturer": {}},
        SPRING,
        "Textile product",
    ),
    (
        "PRODUCT_MANUFACTURER_POSTAL_CODE_MISSING",
        "manufacturer.postal_code",
        {"manufacturer": {"name": "Ningbo Hats", "country": "CN"}},
        SPRING,
        "no postal code",
    ),
    ("METALS_REVIEW_RECOMMENDED", "section_232", DESK | metals("not_assessed"), AUTUMN, "metals review"),
    ("METALS_REVIEW_RECOMMENDED", "section_232", TOASTER | metals("not_assessed"), AUTUMN, "metals review"),
    (
        "METALS_REVIEW_RECOMMENDED",
        "section_232",
        STEEL_PAN | metals("not_applicable"),
        SPRING,
        "metals review",
    ),
    (
        "METALS_REVIEW_RECOMMENDED",
        "section_232",
        DESK | metals("applicable", STEEL, assessed_on="2026-06-07"),
        AUTUMN,
        "metals review",
    ),
    ("METALS_DATA_MISSING", "section_232", STEEL_PAN | metals(), SPRING, "Section 232 annex"),
    (
        "METALS_DATA_MISSING",
        "section_232",
        STEEL_PAN | metals("applicable", STEEL | {"melt_pour": None}),
        SPRING,
        "melt/smelt/cast",
    ),
    (
        "METALS_DATA_MISSING",
        "section_232",
        STEEL_PAN | metals("applicable", STEEL | {"weight_kg": None}),
        SPRING,
        "metal weights",
    ),
    ("METALS_DATA_MISSING", "section_232", STEEL_PAN | metals("applicable", ALUMINUM), SPRING, "annex"),
    (
        "METALS_DATA_MISSING",
        "section_232",
        ALUMINUM_PAN | metals("applicable", ALUMINUM | {"cast": " "}),
        SPRING,
        "annex",
    ),
    (
        "METALS_THRESHOLD_UNDOCUMENTED",
        "section_232.metal_weight_pct",
        DESK | metals("not_applicable", metal_weight_pct="9"),
        AUTUMN,
        "under 15 %",
    ),
    (
        "METALS_THRESHOLD_UNDOCUMENTED",
        "section_232.metal_weight_pct",
        DESK | metals("applicable", STEEL, metal_weight_pct="14.9"),
        AUTUMN,
        "under 15 %",
    ),
    (
        "METALS_THRESHOLD_UNDOCUMENTED",
        "section_232.metal_weight_pct",
        DESK | metals("applicable", STEEL | {"weight_pct": "8"}, evidence="Bill of materials"),
        AUTUMN,
        "under 15 %",
    ),
    (
        "METALS_THRESHOLD_UNDOCUMENTED",
        "section_232.metal_weight_pct",
        DESK | metals("not_applicable", evidence="Bill of materials"),
        AUTUMN,
        "under 15 %",
    ),
    (
        "SECTION_301_REVIEW_RECOMMENDED",
        "section_301",
        CHINESE_CAP,
        SPRING,
        "of CN may owe Section 301 duty (9903.88.03)",
    ),
    ("SECTION_301_REVIEW_RECOMMENDED", "section_301", CHINESE_CAP, AUTUMN, "(9903.88.03, 9903.05.31)"),
    (
        "SECTION_301_REVIEW_RECOMMENDED",
        "section_301",
        NO_CLAIM | {"country_of_origin": "PT"},
        date(2026, 7, 24),
        "of PT may owe Section 301 duty (9903.05.39)",
    ),
    (
        "SECTION_301_REVIEW_RECOMMENDED",
        "section_301",
        NO_CLAIM,
        AUTUMN,
        "of CA may owe Section 301 duty (9903.05.29)",
    ),
    (
        "SECTION_301_REVIEW_RECOMMENDED",
        "section_301",
        CHINESE_CAP | {"section_301": SIGNED | {"valid_to": "2026-05-03"}},
        SPRING,
        "9903.88.03",
    ),
    (
        "SECTION_301_REVIEW_RECOMMENDED",
        "section_301",
        CHINESE_CAP | {"section_301": SIGNED | {"signed_off_by": None}},
        SPRING,
        "9903.88.03",
    ),
    ("SECTION_338_REVIEW_RECOMMENDED", "section_338", CHAIR, AUTUMN, "(9903.03.14)"),
    ("SECTION_338_REVIEW_RECOMMENDED", "section_338", HOODIE, date(2026, 8, 22), "(9903.03.14)"),
    ("SECTION_338_REVIEW_RECOMMENDED", "section_338", LAMP, date(2026, 9, 15), "(9903.03.14)"),
    (
        "ADCVD_REVIEW_RECOMMENDED",
        "adcvd_case",
        CHINESE_CAP | {"hts_code": "3406000000", "customs_description": "Soy wax candle"},
        SPRING,
        "AD/CVD",
    ),
    ("UFLPA_REVIEW_RECOMMENDED", "supply_chain", CHINESE_CAP, SPRING, "priority input (cotton)"),
    (
        "UFLPA_REVIEW_RECOMMENDED",
        "supply_chain",
        {"manufacturer": {"country": "CN"}, "material_composition": "60% cotton, 40% PVC"},
        SPRING,
        "(cotton, PVC)",
    ),
    ("USMCA_CERTIFICATION_MISSING", "usmca.certification", {"usmca": {"criterion": "A"}}, SPRING, "in hand"),
    (
        "USMCA_CERTIFICATION_EXPIRED",
        "usmca.certification",
        {"usmca": {"criterion": "A", "certification": "C-1", "blanket_to": "2026-05-03"}},
        SPRING,
        "does not cover 2026-05-04",
    ),
    ("USMCA_ORIGIN_INCONSISTENT", "usmca", {"country_of_origin": "VN"}, SPRING, "its origin is VN"),
    ("PGA_DATA_MISSING", "pga.fda", SKINCARE, SPRING, "requires FDA data (21 CFR 1.72)"),
    ("PGA_DATA_MISSING", "pga.fda", SKINCARE | {"pga": {"fda": {"disclaimer": "A"}}}, SPRING, "FDA"),
    (
        "PGA_DATA_MISSING",
        "pga.fda",
        COFFEE | {"pga": {"fda": {"product_code": "31A"}}},
        SPRING,
        "(21 CFR 1.281)",
    ),
    ("PGA_REVIEW_RECOMMENDED", "pga.fcc", EARBUDS, SPRING, "may need FCC data or a disclaimer"),
    ("CPSC_CERTIFICATE_MISSING", "pga.cpsc", PUZZLE, date(2026, 7, 8), "from 2026-07-08"),
    (
        "CPSC_CERTIFICATE_MISSING",
        "pga.cpsc",
        PUZZLE | {"pga": {"cpsc": ELEMENTS | {"tested_on": None}}},
        AUTUMN,
        "CPSC",
    ),
    *(("PGA_DATA_MISSING", "pga.fda", food, SPRING, "requires FDA data (21 CFR 1.281)") for food in FOODS),
    *(("FDA_PRIOR_NOTICE_MISSING", "pga.fda", food, SPRING, "prior notice") for food in FOODS),
    ("PGA_REVIEW_RECOMMENDED", "pga.fda", SESAME, SPRING, "(21 CFR 1.276)"),
    ("FDA_PRIOR_NOTICE_MISSING", "pga.fda", COFFEE, SPRING, "prior notice"),
    ("FDA_PRIOR_NOTICE_MISSING", "pga.fda", COFFEE | fda(prior_notice="PN-1"), SPRING, "of its arrival"),
    # 21 CFR 1.281(a)(5) and (6): the product code, and the registration of the facility (21 CFR 1.226).
    ("FDA_DATA_INVALID", "pga.fda.product_code", COFFEE | fda(product_code="COFFEE"), SPRING, "two digits"),
    (
        "FDA_DATA_INVALID",
        "pga.fda.product_code",
        COFFEE | fda(product_code="31A"),
        SPRING,
        "two to four more",
    ),
    ("FDA_DATA_INVALID", "pga.fda.registration", COFFEE | fda(registration="1234"), SPRING, "eleven digits"),
    (
        "FDA_DATA_INVALID",
        "pga.fda.registration",
        COFFEE | fda(registration="0" * 11),
        SPRING,
        "not all the same",
    ),
]

HELD: list[tuple[str, dict[str, Any], date]] = [
    ("PRODUCT_ORIGIN_RESTRICTED", {"country_of_origin": "SY"}, SPRING),
    (
        "PRODUCT_COMPOSITION_MISSING",
        {"material_composition": "100 percent cotton", "hts_code": "6109100012"},
        SPRING,
    ),
    ("PRODUCT_COMPOSITION_MISSING", {"material_composition": "paper", "hts_code": "4901990092"}, SPRING),
    ("PRODUCT_MANUFACTURER_MISSING", {"hts_code": "9617001000", "manufacturer": {}}, SPRING),
    ("PRODUCT_MANUFACTURER_POSTAL_CODE_MISSING", {"manufacturer": {"country": "VN"}}, SPRING),
    (
        "PRODUCT_MANUFACTURER_POSTAL_CODE_MISSING",
        {"manufacturer": {"country": "CN", "postal_code": "315000"}},
        SPRING,
    ),
    ("METALS_REVIEW_RECOMMENDED", DESK | metals("applicable", STEEL, assessed_on="2026-06-08"), AUTUMN),
    (
        "METALS_REVIEW_RECOMMENDED",
        DESK | metals("not_applicable", evidence="Bill of materials", assessed_on="2026-06-08"),
        AUTUMN,
    ),
    ("METALS_REVIEW_RECOMMENDED", TOASTER | metals("not_applicable"), AUTUMN),
    ("METALS_REVIEW_RECOMMENDED", EARBUDS | metals("not_assessed"), AUTUMN),
    ("METALS_DATA_MISSING", STEEL_PAN | metals("applicable", STEEL), SPRING),
    ("METALS_DATA_MISSING", ALUMINUM_PAN | metals("applicable", ALUMINUM), SPRING),
    ("METALS_DATA_MISSING", DESK | metals(), SPRING),
    ("METALS_DATA_MISSING", STEEL_PAN | metals("review"), SPRING),
    (
        "METALS_THRESHOLD_UNDOCUMENTED",
        DESK | metals("not_applicable", metal_weight_pct="9", evidence="Bill of materials"),
        AUTUMN,
    ),
    ("METALS_THRESHOLD_UNDOCUMENTED", DESK | metals("applicable", STEEL, metal_weight_pct="15"), AUTUMN),
    ("METALS_THRESHOLD_UNDOCUMENTED", DESK | metals("applicable", STEEL | {"weight_pct": "15"}), AUTUMN),
    ("METALS_THRESHOLD_UNDOCUMENTED", STEEL_PAN | metals("not_applicable"), SPRING),
    ("SECTION_301_REVIEW_RECOMMENDED", CHINESE_CAP | {"section_301": SIGNED}, AUTUMN),
    ("SECTION_301_REVIEW_RECOMMENDED", {"country_of_origin": "KE", **NO_CLAIM}, AUTUMN),
    ("SECTION_301_REVIEW_RECOMMENDED", COFFEE | {"country_of_origin": "CO", **NO_CLAIM}, AUTUMN),
    ("SECTION_301_REVIEW_RECOMMENDED", {}, AUTUMN),
    ("SECTION_301_REVIEW_RECOMMENDED", NO_CLAIM, SPRING),
    (
        "SECTION_301_REVIEW_RECOMMENDED",
        NO_CLAIM | {"hts_code": "4901990092", "customs_description": "Printed paperback book"},
        AUTUMN,
    ),
    (
        "SECTION_301_REVIEW_RECOMMENDED",
        ALUMINUM_PAN | {"country_of_origin": "CN"} | metals("applicable", ALUMINUM),
        AUTUMN,
    ),
    ("SECTION_338_REVIEW_RECOMMENDED", CHAIR, SUMMER),
    ("SECTION_338_REVIEW_RECOMMENDED", HOODIE, date(2026, 8, 21)),
    ("SECTION_338_REVIEW_RECOMMENDED", LAMP, date(2026, 9, 14)),
    ("SECTION_338_REVIEW_RECOMMENDED", {"hts_code": "6202308061"}, AUTUMN),
    ("SECTION_338_REVIEW_RECOMMENDED", CHAIR | CHINESE_CAP, AUTUMN),
    ("SECTION_338_REVIEW_RECOMMENDED", CHAIR | {"section_338": SIGNED}, AUTUMN),
    ("ADCVD_REVIEW_RECOMMENDED", {"hts_code": "3406000000"}, SPRING),
    ("ADCVD_REVIEW_RECOMMENDED", CHINESE_CAP | {"hts_code": "3406000000", "adcvd_case": SIGNED}, SPRING),
    ("UFLPA_REVIEW_RECOMMENDED", {}, SPRING),
    (
        "UFLPA_REVIEW_RECOMMENDED",
        CHINESE_CAP
        | {"material_composition": "100% polyester", "customs_description": "Men's knitted polyester cap"},
        SPRING,
    ),
    ("UFLPA_REVIEW_RECOMMENDED", CHINESE_CAP | {"supply_chain": SIGNED}, SPRING),
    ("USMCA_CERTIFICATION_MISSING", NO_CLAIM, SPRING),
    (
        "USMCA_CERTIFICATION_EXPIRED",
        {"usmca": {"criterion": "A", "certification": "C-1", "blanket_to": "2026-05-04"}},
        SPRING,
    ),
    ("USMCA_CERTIFICATION_EXPIRED", {"usmca": {"certification": "C-1", "blanket_to": "2026-05-03"}}, SPRING),
    ("USMCA_ORIGIN_INCONSISTENT", {"country_of_origin": "MX"}, SPRING),
    ("USMCA_ORIGIN_INCONSISTENT", {"country_of_origin": "VN", **NO_CLAIM}, SPRING),
    ("PGA_DATA_MISSING", SKINCARE | {"pga": {"fda": {"product_code": "53CA6"}}}, SPRING),
    ("PGA_DATA_MISSING", COFFEE | {"pga": {"fda": {"product_code": "31A", "registration": "1"}}}, SPRING),
    ("PGA_DATA_MISSING", SKINCARE, date(2025, 7, 8)),
    ("PGA_DATA_MISSING", PUZZLE, AUTUMN),
    ("PGA_REVIEW_RECOMMENDED", EARBUDS | {"pga": {"fcc": {"authorization": "2AB-1"}}}, SPRING),
    ("PGA_REVIEW_RECOMMENDED", EARBUDS | {"pga": {"fcc": {"disclaimer": "A"}}}, SPRING),
    ("CPSC_CERTIFICATE_MISSING", PUZZLE, date(2026, 7, 7)),
    ("CPSC_CERTIFICATE_MISSING", PUZZLE | {"pga": {"cpsc": {"certificate": "GCC-1"}}}, AUTUMN),
    ("CPSC_CERTIFICATE_MISSING", PUZZLE | {"pga": {"cpsc": ELEMENTS}}, AUTUMN),
    ("CPSC_CERTIFICATE_MISSING", PUZZLE | {"pga": {"cpsc": {"disclaimer": "B"}}}, AUTUMN),
    ("FDA_DATA_INVALID", COFFEE | fda(product_code="31A--01", registration="23456789012"), SPRING),
    ("FDA_DATA_INVALID", COFFEE, SPRING),
    # Of a cosmetic no notice is given, and its facility has another kind of number.
    ("FDA_DATA_INVALID", SKINCARE | fda(registration="1234"), SPRING),
    ("FDA_PRIOR_NOTICE_MISSING", SKINCARE, SPRING),
]

FLAGS = {
    "PRODUCT_ORIGIN_RESTRICTED": "prohibited_goods",
    "USMCA_CERTIFICATION_MISSING": "usmca_documentation_required",
    "USMCA_CERTIFICATION_EXPIRED": "usmca_documentation_required",
    "PGA_DATA_MISSING": "pga_data_required",
    "CPSC_CERTIFICATE_MISSING": "pga_data_required",
}


def on(facts: dict[str, Any], day: date, **changes: Any) -> Decision:
    return decide_on(products=[make_product(**facts)], entry_date=day, **changes)


@pytest.mark.parametrize(("code", "field", "facts", "day", "text"), BROKEN)
def test_rule_speaks_when_it_is_broken(
    code: str, field: str, facts: dict[str, Any], day: date, text: str
) -> None:
    decision = on(facts, day)
    (message,) = found(decision, code)
    assert message.field == PRODUCT + field
    assert text in message.message
    assert SKU in message.message or code == "PRODUCT_ORIGIN_RESTRICTED"
    assert FLAGS.get(code) in {None, *decision.advice.flags}


@pytest.mark.parametrize(("code", "facts", "day"), HELD)
def test_rule_is_silent_when_it_holds(code: str, facts: dict[str, Any], day: date) -> None:
    assert found(on(facts, day), code) == []


def test_importers_sign_off_covers_duties_of_an_origin_and_no_list() -> None:
    importer = make_warehouse().importer_of_record.model_dump() | {"section_301": SIGNED}
    warehouse = make_warehouse(importer_of_record=importer)
    assert found(on(NO_CLAIM, AUTUMN, warehouse=warehouse), "SECTION_301_REVIEW_RECOMMENDED") == []
    (message,) = found(on(CHINESE_CAP, AUTUMN, warehouse=warehouse), "SECTION_301_REVIEW_RECOMMENDED")
    assert message.message.endswith("(9903.88.03).")


def test_datum_that_is_absent_is_listed_by_its_path() -> None:
    decision = on(COFFEE | {"usmca": {"criterion": "A"}}, SPRING)
    absent = {f"{PRODUCT}{field}" for field in ("pga.fda", "usmca.certification")}
    assert set(decision.advice.missing_data) == absent
