"""Rules as their sources have them: each on goods that break it and on goods that just do not."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from entrygo.domain.facts import Order
from entrygo.domain.snapshot import Readiness
from entrygo.domain.tariff import headings_of
from entrygo.planning.decide import Decision
from tests.factories import CAP, make_importer, make_item, make_order, make_product, make_warehouse
from tests.unit.planning.decisions import codes, decide_on, found

SPRING, AUTUMN = date(2026, 5, 4), date(2026, 11, 20)
OF_AUTUMN = {"UFLPA_REVIEW_RECOMMENDED", "HEADING_NOT_IN_FORCE"}
PRODUCT = "orders[0].items[0].product."
NO_CLAIM: dict[str, Any] = {"usmca": {}}
BOOK: dict[str, Any] = {
    "hts_code": "4901990092",
    "customs_description": "Printed paperback book",
    **NO_CLAIM,
}
TUMBLER: dict[str, Any] = {"hts_code": "9617001000", "customs_description": "Vacuum insulated steel bottle"}
CANDLE: dict[str, Any] = {
    "hts_code": "3406000000",
    "customs_description": "Candle of paraffin wax",
    "country_of_origin": "CN",
    **NO_CLAIM,
}
PAN: dict[str, Any] = {
    "hts_code": "7615107155",
    "customs_description": "Aluminum frying pan",
    "country_of_origin": "IN",
    "material_composition": "100% aluminum",
    "net_weight_kg": "0.8",
    **NO_CLAIM,
}
ALUMINUM = {"metal": "aluminum", "weight_kg": "0.7", "smelt_1": "IN", "smelt_2": "N", "cast": "IN"}
SIGNED = {"status": "applicable", "signed_off_by": "Dana", "valid_from": "2026-01-01"}
REPAIRED: dict[str, Any] = {
    "provision": "9802005060",
    "declaration": "Repair order 7",
    "exported_on": "2026-02-01",
    "repair_value_usd": "12.50",
}

RETURNED: dict[str, Any] = {
    "provision": "9801.00.10",
    "declaration": "Declaration 7",
    "exported_on": "2026-02-01",
}


def maker(**changes: Any) -> dict[str, Any]:
    return {"manufacturer": {"name": "Works", "country": "CA", "mid": "XCNORAPP1450VAN"} | changes}


def metals(*given: dict[str, Any]) -> dict[str, Any]:
    return {"section_232": {"status": "applicable", "metals": given}}


def of_us_metal(*given: dict[str, Any]) -> dict[str, Any]:
    return {"section_232": {"status": "applicable", "metals": given, "us_metal_pct": "90"}}


def usmca(first: str | None, last: str | None) -> dict[str, Any]:
    claim = {"criterion": "A", "certification": "C-1", "blanket_from": first, "blanket_to": last}
    return {"usmca": claim}


class Case(NamedTuple):
    """What a rule is about by its source; facts of the product that break it, and that do not."""

    source: str
    code: str
    field: str
    broken: dict[str, Any]
    held: dict[str, Any]


CASES = [
    Case(
        "19 CFR 10.8: repairs abroad need the repairer's declaration",
        "CHAPTER_98_DATA_MISSING",
        "chapter_98.declaration",
        {"chapter_98": REPAIRED | {"declaration": None}},
        {"chapter_98": REPAIRED},
    ),
    Case(
        "19 CFR 10.8: duty is on the value of the repairs",
        "CHAPTER_98_DATA_MISSING",
        "chapter_98.repair_value_usd",
        {"chapter_98": REPAIRED | {"repair_value_usd": None}},
        {"chapter_98": REPAIRED | {"provision": "9801001012", "repair_value_usd": None}},
    ),
    Case(
        "19 CFR 10.8(b): repairs that nothing was charged for have a value",
        "CHAPTER_98_DATA_MISSING",
        "chapter_98.repair_value_usd",
        {"chapter_98": REPAIRED | {"repair_value_usd": "0"}},
        {"chapter_98": REPAIRED},
    ),
    Case(
        "HTS chapter 98: samples, goods that stay for a time and others have conditions of their own",
        "CHAPTER_98_NOT_CHECKED",
        "chapter_98",
        {"chapter_98": {"provision": "9811.00.60", "declaration": "Samples, marked"}},
        {"chapter_98": REPAIRED},
    ),
    Case(
        "19 CFR 10.24: assembly abroad needs the value of the US components",
        "CHAPTER_98_DATA_MISSING",
        "chapter_98.us_components_value_usd",
        {"chapter_98": REPAIRED | {"provision": "9802.00.80.65"}},
        {"chapter_98": REPAIRED | {"provision": "9802.00.80.65", "us_components_value_usd": "3"}},
    ),
    Case(
        "19 CFR 10.1: US goods returned, classified in chapter 98 itself",
        "CHAPTER_98_DATA_MISSING",
        "chapter_98.exported_on",
        {"hts_code": "9801001012", "chapter_98": {"declaration": "D-1"}},
        {"hts_code": "9801001012", "chapter_98": {"declaration": "D-1", "exported_on": "2026-02-01"}},
    ),
    Case(
        "HTS notes 20(vvv) and 20(www): exclusions hold until 2026-11-09",
        "HEADING_NOT_IN_FORCE",
        "section_301",
        {"section_301": SIGNED | {"headings": "9903.88.69", "valid_to": "2026-12-31"}},
        {"section_301": SIGNED | {"headings": "9903.88.69", "valid_to": "2026-11-09"}},
    ),
    Case(
        "CSMS 67834313: no heading of IEEPA holds from 2026-02-24 on",
        "HEADING_NOT_IN_FORCE",
        "section_301",
        {"section_301": SIGNED | {"headings": "9903.88.15, 9903.01.25"}},
        {"section_301": SIGNED | {"headings": "9903.88.15"}},
    ),
    Case(
        "HTS chapter 99: a heading that no row names was not looked at",
        "HEADING_UNKNOWN",
        "section_301",
        {"section_301": SIGNED | {"headings": "9903.88.15, 9903.99.99"}},
        {"section_301": SIGNED | {"headings": "9903.88.15, 9903.01.25, 9903.88.69"}},
    ),
    Case(
        "HTS 9811: samples were never in the United States, and those who claim them hold a document",
        "CHAPTER_98_DATA_MISSING",
        "chapter_98.declaration",
        {"chapter_98": {"provision": "9811.00.60"}},
        {"chapter_98": {"provision": "9811.00.60", "declaration": "D-1"}},
    ),
    Case(
        "HTS 9801.00.10: goods of other origins come back within three years",
        "CHAPTER_98_CLAIM_INVALID",
        "chapter_98.exported_on",
        {"country_of_origin": "VN", "chapter_98": RETURNED | {"exported_on": "2023-05-03"}},
        {"country_of_origin": "VN", "chapter_98": RETURNED | {"exported_on": "2023-05-04"}},
    ),
    Case(
        "HTS 9801.00.10: US goods come back whenever they left",
        "CHAPTER_98_CLAIM_INVALID",
        "chapter_98.exported_on",
        {"country_of_origin": "US", "chapter_98": RETURNED | {"exported_on": "2026-05-05"}},
        {"country_of_origin": "US", "chapter_98": RETURNED | {"exported_on": "2010-01-01"}},
    ),
    Case(
        "HTS chapter 98: a provision is a number of eight digits, or of ten",
        "CHAPTER_98_CLAIM_INVALID",
        "chapter_98.provision",
        {"chapter_98": RETURNED | {"provision": "9801"}},
        {"country_of_origin": "US", "chapter_98": RETURNED | {"provision": "9801.00.10.12"}},
    ),
    Case(
        "19 CFR 10.1: US goods that come back are free where somebody claims it",
        "US_GOODS_RETURNED",
        "chapter_98",
        {"country_of_origin": "US", **NO_CLAIM},
        {"country_of_origin": "US", "chapter_98": RETURNED, **NO_CLAIM},
    ),
    Case(
        "31 CFR 515.204 and 515.206: goods of Cuba, but for informational materials",
        "PRODUCT_ORIGIN_RESTRICTED",
        "country_of_origin",
        {"country_of_origin": "CU"},
        BOOK | {"country_of_origin": "CU"},
    ),
    Case(
        "HTS General Note 3(b): column 2 is a rate and no ban",
        "PRODUCT_ORIGIN_RESTRICTED",
        "country_of_origin",
        {"country_of_origin": "KP", **NO_CLAIM},
        {"country_of_origin": "BY", **NO_CLAIM},
    ),
    Case(
        "31 CFR 560.201: goods of Iran; those of Russia are banned by their kind alone (EO 14068)",
        "PRODUCT_ORIGIN_RESTRICTED",
        "country_of_origin",
        {"country_of_origin": "IR", **NO_CLAIM},
        {"country_of_origin": "RU", **NO_CLAIM},
    ),
    Case(
        "50 USC 1702(b)(3): informational materials are free of every embargo",
        "PRODUCT_ORIGIN_RESTRICTED",
        "country_of_origin",
        {"hts_code": "6505003030", "country_of_origin": "CU", **NO_CLAIM},
        BOOK | {"hts_code": "4902902000", "country_of_origin": "IR"},
    ),
    Case(
        "19 CFR 102.23(a): the MID of textile and apparel products",
        "TEXTILE_MID_MISSING",
        "manufacturer.mid",
        {"hts_code": "6109100012", **maker(mid=None)},
        TUMBLER | maker(mid=None),
    ),
    Case(
        "19 CFR 102.21(b)(5): bags with a textile surface are textile products",
        "TEXTILE_MID_MISSING",
        "manufacturer.mid",
        {"hts_code": "4202923131", **maker(mid=" ")},
        {"hts_code": "4202121000", **maker(mid=None)},
    ),
    Case(
        "19 CFR 102, Appendix: a MID begins with the country of origin",
        "MID_COUNTRY_MISMATCH",
        "manufacturer.mid",
        {"country_of_origin": "VN", **NO_CLAIM, **maker()},
        {"country_of_origin": "VN", **NO_CLAIM, **maker(mid="VNSAIGAR12HO", country="VN")},
    ),
    Case(
        "19 CFR 134.1(b): what a maker in China makes is no good of Canada",
        "MAKER_ORIGIN_MISMATCH",
        "manufacturer.country",
        maker(country="CN", postal_code="315000"),
        maker(country="CN", postal_code="315000") | {"country_of_origin": "CN", **NO_CLAIM},
    ),
    Case(
        "USMCA Annex 5-A(8): a blanket period is of at most 12 months",
        "USMCA_PERIOD_TOO_LONG",
        "usmca.blanket_to",
        usmca("2026-01-01", "2027-01-01"),
        usmca("2026-01-01", "2026-12-31"),
    ),
    Case(
        "USMCA Annex 5-A(8): a period does not end before it begins",
        "USMCA_PERIOD_TOO_LONG",
        "usmca.blanket_to",
        usmca("2026-06-01", "2026-05-31"),
        usmca("2024-02-29", "2025-02-28"),
    ),
    Case(
        "CSMS 55438432: that there was no second smelt is stated",
        "METALS_DATA_MISSING",
        "section_232",
        PAN | metals(ALUMINUM | {"smelt_2": None}),
        PAN | metals(ALUMINUM),
    ),
    Case(
        "HTS note 16(c): a duty that somebody found to apply is of an annex that names the code",
        "METALS_ANNEX_UNKNOWN",
        "section_232",
        PAN | metals(ALUMINUM) | {"hts_code": "9403200018"},
        PAN | metals(ALUMINUM),
    ),
    Case(
        "HTS note 37: furniture of wood has a heading of its own under Section 232",
        "METALS_ANNEX_UNKNOWN",
        "section_232",
        {"section_232": {"status": "applicable"}},
        {"section_232": {"status": "applicable"}, "hts_code": "9401614011"},
    ),
    Case(
        "HTS 9903.08.20 to .26: unmanned aircraft, of which no list is here, are assessed by a person",
        "METALS_REVIEW_RECOMMENDED",
        "section_232",
        {"hts_code": "8806220000", "material_composition": "plastic", "section_232": {}},
        {"hts_code": "8806220000", "section_232": {"status": "not_applicable"}},
    ),
    Case(
        "HTS note 16(c): goods of chapter 73 are of metal, whatever is said of what they are made of",
        "METALS_REVIEW_RECOMMENDED",
        "section_232",
        {"hts_code": "7318155000", "material_composition": None, "section_232": {}},
        {"hts_code": "7318155000", "section_232": {"status": "not_applicable"}},
    ),
    Case(
        "CBP Form 7501, blocks 22 to 24: countries by ISO code",
        "METALS_DATA_INVALID",
        "section_232.metals.aluminum.cast",
        PAN | metals(ALUMINUM | {"cast": "ZZ"}),
        PAN | metals(ALUMINUM | {"cast": "OTH"}),
    ),
    Case(
        "CBP Form 7501, block 23: only of the second smelt can there be none",
        "METALS_DATA_INVALID",
        "section_232.metals.aluminum.smelt_1",
        PAN | metals(ALUMINUM | {"smelt_1": "N"}),
        PAN | metals(ALUMINUM | {"smelt_2": "OTH"}),
    ),
    Case(
        "19 CFR 141.87: no more metal than the article weighs",
        "METALS_DATA_INVALID",
        "section_232.metals",
        PAN | metals(ALUMINUM | {"weight_kg": "99"}),
        PAN | metals(ALUMINUM | {"weight_kg": "0.8"}),
    ),
    Case(
        "Public Law 117-78, section 3: an input from China that the description names",
        "UFLPA_REVIEW_RECOMMENDED",
        "supply_chain",
        {"customs_description": "Men's cap of Xinjiang cotton twill", "country_of_origin": "VN", **NO_CLAIM},
        {"customs_description": "Men's cap of cotton twill", "country_of_origin": "VN", **NO_CLAIM},
    ),
    Case(
        "UFLPA strategy of 2025-08-19: steel is a sector; where it was melted is known better than the maker",
        "UFLPA_REVIEW_RECOMMENDED",
        "supply_chain",
        TUMBLER
        | metals({"metal": "steel", "weight_kg": "0.05", "melt_pour": "CN"})
        | {"country_of_origin": "VN", "net_weight_kg": "0.4", **NO_CLAIM},
        TUMBLER
        | metals({"metal": "steel", "weight_kg": "0.05", "melt_pour": "KR"})
        | {"country_of_origin": "CN", "net_weight_kg": "0.4", "material_composition": "steel", **NO_CLAIM},
    ),
    Case(
        "CBP Form 7501, block 31: shoes are reported in pairs, which no unit says",
        "PRODUCT_UNIT_OF_MEASURE_MISSING",
        "unit_of_measure",
        {"hts_code": "6404199060", "unit_of_measure": None},
        {"hts_code": "6404199060", "unit_of_measure": "pairs"},
    ),
    Case(
        "CBP Form 7501, block 31: a set has pieces that only the maker can count",
        "PRODUCT_UNIT_OF_MEASURE_MISSING",
        "unit_of_measure",
        {"hts_code": "8215200000", "unit_of_measure": " "},
        {"hts_code": "9503000073", "unit_of_measure": None},
    ),
    Case(
        "CBP Form 7501, block 29: goods under an order have its case number",
        "ADCVD_CASE_MISSING",
        "adcvd_case.headings",
        {"adcvd_case": SIGNED | {"headings": "see broker"}},
        {"adcvd_case": SIGNED | {"headings": "A-570-504-001"}},
    ),
]


def on(facts: dict[str, Any], *orders: Order, day: date = SPRING, **changes: Any) -> Decision:
    return decide_on(*orders, products=[make_product(**facts)], entry_date=day, **changes)


def test_goods_of_us_metal_have_some_source_there() -> None:
    """HTS 9903.82.06 asks for metal that was smelted and cast, or melted and poured, in the United States."""
    field = f"{PRODUCT}section_232.us_metal_pct"
    [told] = found(on(PAN | of_us_metal(ALUMINUM), day=AUTUMN), "METALS_DATA_INVALID")
    assert (told.field, told.message.endswith("to come from IN.")) == (field, True)
    for given in ((ALUMINUM | {"smelt_1": "US", "cast": "US"},), ()):
        assert not found(on(PAN | of_us_metal(*given), day=AUTUMN), "METALS_DATA_INVALID")
    assert not found(on(PAN | metals(ALUMINUM), day=AUTUMN), "METALS_DATA_INVALID")


@pytest.mark.parametrize("case", CASES, ids=[case.source for case in CASES])
def test_rule_speaks_as_its_source_has_it(case: Case) -> None:
    day = AUTUMN if case.code in OF_AUTUMN else SPRING
    fields = [message.field for message in found(on(case.broken, day=day), case.code)]
    assert fields.count(PRODUCT + case.field) == 1


@pytest.mark.parametrize("case", CASES, ids=[case.source for case in CASES])
def test_rule_is_silent_as_its_source_has_it(case: Case) -> None:
    day = AUTUMN if case.code in OF_AUTUMN else SPRING
    assert found(on(case.held, day=day), case.code) == []


def test_that_us_goods_may_come_back_free_asks_nobody_for_anything() -> None:
    """19 CFR 10.1: a claim is the importer's choice."""
    mine = maker(mid="USNORAPP1450VAN", country="US") | {"country_of_origin": "US"}
    decision = on(mine)
    [hint] = found(decision, "US_GOODS_RETURNED")
    assert (hint.severity, decision.readiness, decision.score) == ("info", Readiness.READY, 100)
    assert found(on({}), "US_GOODS_RETURNED") == []


def test_goods_returned_are_a_valid_classification_and_other_codes_of_chapter_98_are_not() -> None:
    """HTS chapter 98: headings 9801 and 9802 are for goods that come back."""
    assert "PRODUCT_HTS_CODE_INVALID" not in codes(on({"hts_code": "9802005060"}))
    assert "PRODUCT_HTS_CODE_INVALID" in codes(on({"hts_code": "9817000000"}))
    assert "PRODUCT_HTS_CODE_INVALID" in codes(on({"hts_code": "9903053100"}))


@pytest.mark.parametrize(
    ("hts_code", "unit", "quantity", "is_lawful"),
    [
        ("6505003030", "pcs", "1.5", False),
        ("6505003030", None, "1.5", False),
        ("0901210045", "kg", "2.35", True),
        ("0901210045", None, "0.34", True),
        ("0901210045", "bags", "0.34", False),
        ("5407100010", "M", "12.4", True),
        ("2204212000", "litres", "0.75", True),
        ("2204212000", "litres", "0", False),
        ("6505003030", "pcs", "2.0", True),
    ],
)
def test_what_goods_are_sold_by_decides_whether_a_fraction_is_lawful(
    hts_code: str, unit: str | None, quantity: str, is_lawful: bool
) -> None:
    """HTS units of quantity; 19 CFR 141.86(a)(4)."""
    order = make_order("ord_1", make_item(CAP, quantity, "35"))
    decision = on({"hts_code": hts_code, "unit_of_measure": unit}, order)
    assert ("ITEM_QUANTITY_INVALID" not in codes(decision)) is is_lawful


def test_goods_that_an_order_may_name_are_entered_as_type_03_whatever_they_cost() -> None:
    """CBP Form 7501, block 2."""
    candle, denied = CANDLE, CANDLE | {"adcvd_case": SIGNED | {"status": "not_applicable"}}
    decision = on(candle)
    assert (decision.entry_type, decision.tariff[CAP].adcvd_cases) == ("03", ("A-570-504",))
    assert (on(denied).entry_type, on(denied).tariff[CAP].adcvd_cases) == ("11", ())
    found_case = on({"adcvd_case": SIGNED | {"headings": "c-122-864"}})
    assert (found_case.entry_type, found_case.tariff[CAP].adcvd_cases) == ("03", ("C-122-864",))
    assert decision.savings is not None
    assert decision.savings.consolidated.entry_type == decision.savings.separate.entry_type == "03"
    assert decision.savings.consolidated.broker_fee == Decimal(95)


def test_informal_entry_is_refused_to_goods_under_an_order() -> None:
    """19 CFR 143.22."""
    decision = on(CANDLE, entry_type="11")
    [refused] = found(decision, "ADCVD_INFORMAL_REFUSED")
    assert (refused.field, decision.readiness) == ("batch.entry_type", Readiness.BLOCKED)
    assert found(on({}, entry_type="11"), "ADCVD_INFORMAL_REFUSED") == []


@pytest.mark.parametrize(("day", "is_said"), [(date(2026, 11, 9), False), (date(2026, 11, 10), True)])
def test_a_plan_says_that_an_exclusion_which_somebody_signed_off_has_ended(day: date, is_said: bool) -> None:
    """HTS notes 20(vvv) and 20(www): through November 9, 2026."""
    excluded = {"section_301": SIGNED | {"headings": "9903.88.69, 9903.05.31"}, "country_of_origin": "CN"}
    said = found(on(excluded | NO_CLAIM, day=day), "HEADING_NOT_IN_FORCE")
    text = "9903.88.69 holds until 2026-11-09: it cannot be claimed for CAP-002 on 2026-11-10."
    assert [message.message for message in said] == ([text] if is_said else [])


@pytest.mark.parametrize(
    ("heading", "last"), [("9903.02.20", date(2026, 2, 23)), ("9903.03.01", date(2026, 7, 23))]
)
def test_a_heading_of_a_programme_that_ended_is_named_from_the_day_after_its_last(
    heading: str, last: date
) -> None:
    """CSMS 67834313 (IEEPA); 19 USC 2132 (Section 122, 150 days)."""
    claimed = {"section_301": SIGNED | {"headings": heading}}
    assert "HEADING_NOT_IN_FORCE" not in codes(on(claimed, day=last))
    [said] = found(on(claimed, day=last + timedelta(days=1)), "HEADING_NOT_IN_FORCE")
    assert said.message.startswith(f"{heading} holds until {last}: it cannot be claimed for CAP-002 on ")


def test_bond_is_an_error_of_every_formal_entry_and_of_no_informal_one() -> None:
    """19 CFR 142.4."""
    importer = make_warehouse().importer_of_record.model_dump() | {"bond": None}
    warehouse = make_warehouse(importer_of_record=importer)
    assert on(CANDLE, warehouse=warehouse).readiness is Readiness.BLOCKED
    [bond] = found(on(CANDLE, warehouse=warehouse), "BOND_REQUIRED")
    assert bond.severity == "error"
    assert found(on({}, warehouse=warehouse), "BOND_REQUIRED") == []


@pytest.mark.parametrize(("quantity", "is_asked"), [("25", False), ("25.04", True)])
def test_period_of_a_certification_is_asked_for_where_a_copy_may_be(quantity: str, is_asked: bool) -> None:
    """19 CFR 182.14(a)(2): originating goods of the importation, not of a parcel, worth over USD 2,500."""
    of_two = [make_order(id, make_item(CAP, quantity, "50")) for id in ("ord_1", "ord_2")]
    facts = usmca(None, None) | {"unit_of_measure": "kg"}
    assert ("USMCA_PERIOD_MISSING" in codes(on(facts, *of_two))) is is_asked
    assert "USMCA_PERIOD_MISSING" not in codes(on(usmca("2026-01-01", "2026-12-31"), *of_two))


def test_what_is_small_of_one_importer_is_not_added_to_what_another_brings_in() -> None:
    """19 CFR 182.14(a)(2): an importation has one importer."""
    facts = usmca(None, None) | {"unit_of_measure": "kg"}
    brands = ("north", "prairie")
    importers = [make_importer(name, number=f"98-112233{place}") for place, name in enumerate(brands)]
    of_each = [
        make_order(f"ord_{name}", make_item(CAP, "50", "50"), importer_external_id=name) for name in brands
    ]
    assert "USMCA_PERIOD_MISSING" not in codes(on(facts, *of_each, importers=importers))
    more = make_order("ord_3", make_item(CAP, "1", "1"), importer_external_id="north")
    assert "USMCA_PERIOD_MISSING" in codes(on(facts, *of_each, more, importers=importers))


@pytest.mark.parametrize(
    ("region", "postal_code", "code"),
    [
        ("ON", "94105", "ORDER_REGION_INVALID"),
        ("XX", "94105", "ORDER_REGION_INVALID"),
        ("UM", "96898", "ORDER_OUTSIDE_CUSTOMS_TERRITORY"),
        ("AK", "99999", "ORDER_POSTAL_CODE_PLACEHOLDER"),
        ("CA", "00000-0000", "ORDER_POSTAL_CODE_PLACEHOLDER"),
        ("AK", "99950", None),
        ("Ohio", "43215", None),
    ],
)
def test_places_that_do_not_exist_or_lie_outside_are_caught(
    region: str, postal_code: str, code: str | None
) -> None:
    """The plan: destination data missing or malformed; HTS General Note 2."""
    order = make_order("ord_1", destination_region=region, destination_postal_code=postal_code)
    assert [each for each in codes(on({}, order)) if each.startswith("ORDER_")] == ([code] if code else [])


def test_where_a_buyer_lives_is_a_matter_of_delivery_and_no_source_is_customs() -> None:
    """19 CFR 141.51: the consignee of a consolidated entry is its importer."""
    order = make_order("ord_1", destination_region="NY")
    [mismatch] = found(on({}, order), "ORDER_POSTAL_REGION_MISMATCH")
    assert mismatch.severity == "warning"


@pytest.mark.parametrize(
    ("facts", "headings"),
    [
        (PAN | metals(ALUMINUM), ("9903.05.90", "9903.82.09")),
        (BOOK | {"country_of_origin": "PT"}, ("9903.05.92",)),
        ({"country_of_origin": "PT", **NO_CLAIM}, ("9903.05.38", "9903.05.39")),
        ({}, ("9903.05.93",)),
    ],
)
def test_machine_fields_hold_headings_that_can_be_filed_and_name_the_exception(
    facts: dict[str, Any], headings: tuple[str, ...]
) -> None:
    """HTS chapter 99, note 52: 9903.05.90 for goods under Section 232, .92 for books, .93 under USMCA."""
    assert headings_of(on(facts, day=AUTUMN).tariff[CAP].candidate_headings) == headings


def test_goods_with_little_metal_stay_under_the_duty_of_their_origin() -> None:
    """HTS 9903.82.03: under 15 % metal by weight Section 232 does not meet them, and note 52 does."""
    desk = {"hts_code": "9403200082", "country_of_origin": "VN", **NO_CLAIM}
    little = {"section_232": {"status": "applicable", "metal_weight_pct": "9", "evidence": "Bill"}}
    much = {"section_232": {"status": "applicable", "metal_weight_pct": "90", "evidence": "Bill"}}
    assert headings_of(on(desk | little, day=AUTUMN).tariff[CAP].candidate_headings)[0] == "9903.05.84"
    assert headings_of(on(desk | much, day=AUTUMN).tariff[CAP].candidate_headings)[0] == "9903.05.90"
