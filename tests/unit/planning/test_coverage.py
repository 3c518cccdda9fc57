"""What is said not to have been checked, and what lists change about it."""

from datetime import date
from typing import Any

import pytest

from entrygo.domain.coverage import Checked
from entrygo.domain.snapshot import Readiness
from entrygo.planning.decide import Decision
from entrygo.planning.reference.in_force import Book, shipped_book
from entrygo.planning.reference.published import Kind
from entrygo.planning.reference.records import UnusableFile
from tests.factories import CAP, GOLDEN_ENTRY_DATE, golden_orders, make_product, make_warehouse
from tests.tariff import tariff_csv
from tests.unit.planning.decisions import codes, decide_on, found
from tests.unit.planning.published import LINES, START, read

CABLE: dict[str, Any] = {
    "hts_code": "8544429090",
    "customs_description": "USB cable with copper conductors",
    "section_232": {"status": "not_applicable"},
}
TARIFF = (Kind.HTS, tariff_csv(LINES))
FLAGS = (Kind.PGA_FLAGS, "hts_prefix,agency,flag,need\n8544,FDA,FD2,must\n")
CPSC = (Kind.CPSC, "hts_prefix,citation\n9503,16 CFR 1250\n")
SCOPES = (Kind.AGENCY_SCOPES, "hts_prefix,agency,programme,need\n2208,TTB,27 CFR 27,required\n")
CASES = (Kind.ADCVD, "case,hts_prefix,origin\nA-570-001,8544.42.90,CN\nA-570-001,8544.49,CN\n")


def with_lists(facts: dict[str, Any], *lists: tuple[Kind, str], **given: Any) -> Decision:
    tables = dict(shipped_book().tables)
    for kind, text in lists:
        tables |= {table: tuple(rows) for table, rows in read(kind, text).items()}
    return decide_on(
        products=[make_product(**facts)], entry_date=START, reference=Book(tables).on(START), **given
    )


def checks(decision: Decision) -> dict[str, str]:
    [code] = decision.coverage.codes
    return {check.subject: str(check.by) for check in code.checks}


def test_code_that_no_list_could_catch_is_never_ready() -> None:
    decision = with_lists(CABLE)
    [unverified], [unchecked] = found(decision, "HTS_NOT_VERIFIED"), found(decision, "LISTS_NOT_CHECKED")
    assert decision.readiness is Readiness.REVIEW_REQUIRED
    assert decision.score < 80
    assert unverified.message == (
        "HTS code 8544429090 of CAP-002 was compared with no tariff: none is loaded."
    )
    assert unchecked.message == (
        "HTS code 8544429090 of CAP-002 was not checked for agency flags of ACE, CPSC certificates,"
        " TTB, ATF, FWS and Lacey Act, AD/CVD orders."
    )
    assert set(checks(decision).values()) == {"not_checked"}


@pytest.mark.parametrize("code", ["0199999999", "6202934500"])
def test_code_that_does_not_exist_asks_for_a_review_without_a_tariff_and_is_an_error_with_one(
    code: str,
) -> None:
    missing = {"hts_code": code, "customs_description": "Women's jacket of polyester"}
    assert "HTS_NOT_VERIFIED" in codes(with_lists(missing))
    decision = with_lists(missing, TARIFF)
    assert decision.readiness is Readiness.BLOCKED
    assert "HTS_NOT_IN_TARIFF" in codes(decision)
    assert "HTS_NOT_VERIFIED" not in codes(decision)


def test_a_code_of_the_sample_that_is_gone_is_not_taken_for_checked() -> None:
    """8507.60.00.20 is in HTS 2026 Rev 20 no more; .90 is."""
    assert "HTS_NOT_VERIFIED" in codes(with_lists({"hts_code": "8507600020"}))
    assert "HTS_NOT_VERIFIED" not in codes(with_lists({"hts_code": "8507600090"}))


def test_what_is_loaded_is_said_with_its_source_and_day() -> None:
    decision = with_lists(CABLE, FLAGS, CPSC, SCOPES, CASES)
    assert codes(decision).count("LISTS_NOT_CHECKED") == 0
    assert checks(decision) == {"tariff": "not_checked"} | dict.fromkeys(
        ("agencies", "cpsc", "scopes", "adcvd"), "list"
    )
    loaded = {each.subject: each for each in decision.coverage.lists}
    assert not loaded["tariff"].is_loaded
    assert (loaded["adcvd"].source, loaded["adcvd"].effective_from) == ("usitc.gov", START)


def test_lists_are_looked_up_once_they_are_imported() -> None:
    chinese = CABLE | {"country_of_origin": "CN", "usmca": {}}
    decision = with_lists(chinese, FLAGS, CASES)
    assert decision.tariff[CAP].adcvd_cases == ("A-570-001",)
    [asked] = found(decision, "PGA_DATA_MISSING")
    assert "requires FDA data (FD2 fda required)" in asked.message
    assert "PGA_DATA_MISSING" in codes(with_lists({"hts_code": "2208305035"}, SCOPES))
    assert "PGA_REVIEW_RECOMMENDED" in codes(with_lists({"hts_code": "9503000073"}, CPSC))


LUNCH_BOX: dict[str, Any] = {
    "hts_code": "3924104000",
    "customs_description": "Lunch box of plastic",
    "country_of_origin": "CN",
    "usmca": {},
}
SIGNED = {"status": "not_applicable", "signed_off_by": "D. Whitfield"}


def test_goods_of_china_are_looked_up_on_its_lists_or_asked_about() -> None:
    """The importer's word on duties of an origin says nothing about a list that was not read."""
    importer = make_warehouse().importer_of_record.model_dump() | {"section_301": SIGNED}
    of_origin_settled = {"warehouse": make_warehouse(importer_of_record=importer)}
    code = "SECTION_301_REVIEW_RECOMMENDED"
    lists = (Kind.SECTION_301, "hts8,list,ch99_code\n39241040,3,9903.88.03\n39249056,3,9903.88.03\n")
    [asked] = found(with_lists(LUNCH_BOX, **of_origin_settled), code)
    assert asked.message.endswith(
        "of CN may owe Section 301 duty: its code was looked up on no list of China."
    )
    [asked] = found(with_lists(LUNCH_BOX), code)
    assert asked.message.endswith("(9903.05.31; its code was looked up on no list of China).")
    [asked] = found(with_lists(LUNCH_BOX, lists, **of_origin_settled), code)
    assert asked.message.endswith("(9903.88.03).")
    for facts in ({"hts_code": "3924200500"}, {"country_of_origin": "VN"}, {"section_301": SIGNED}):
        known = (lists,) if "hts_code" in facts else ()
        assert not found(with_lists(LUNCH_BOX | facts, *known, **of_origin_settled), code)


def test_annexes_that_were_imported_are_whole_for_goods_that_nobody_assessed() -> None:
    facts = {"hts_code": "8516720000", "section_232": {"status": "not_assessed"}}
    annexes = (Kind.SECTION_232, "hts_prefix,annex,metal_type\n851650,1b,aluminum\n")
    assert "METALS_REVIEW_RECOMMENDED" in codes(with_lists(facts))
    assert "METALS_REVIEW_RECOMMENDED" not in codes(with_lists(facts, annexes))


@pytest.mark.parametrize("need", ["may", "must"])
def test_a_person_looks_at_the_flag_of_an_agency_that_products_have_no_data_of(need: str) -> None:
    flags = (Kind.PGA_FLAGS, f"hts_prefix,agency,flag,need\n8544,NMF,NM8,{need}\n")
    [asked] = found(with_lists(CABLE, flags), "PGA_REVIEW_RECOMMENDED")
    assert asked.message.startswith("CAP-002 may need NMFS data or a disclaimer (NM8 nmfs ")
    assert asked.field == "orders[0].items[0].product.pga.nmfs"


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        (Kind.ADCVD, "case,hts_prefix,origin\n570-504,3406,CN\n", "case number"),
        (Kind.ADCVD, "case,hts_prefix,origin\nA-570-504,3406,China\n", "country of two letters"),
        (Kind.PGA_FLAGS, "hts_prefix,agency,flag,need\n3406,XYZ,FD2,must\n", "Agency 'XYZ'"),
        (Kind.PGA_FLAGS, "hts_prefix,agency,flag,need\n3406,FDA,FD2,perhaps\n", "Need 'perhaps'"),
        (Kind.CPSC, "hts_prefix\n9503\n", "no column citation"),
    ],
)
def test_a_file_that_would_never_catch_anything_is_refused(kind: Kind, text: str, fault: str) -> None:
    with pytest.raises(UnusableFile, match=fault):
        read(kind, text)


def test_documented_example_is_covered_by_the_shipped_seed() -> None:
    """Its readiness and score are the contract's: 74, with one finding."""
    for day in (GOLDEN_ENTRY_DATE, date(2026, 11, 28)):
        decision = decide_on(*golden_orders(), entry_date=day)
        assert {check.by for code in decision.coverage.codes for check in code.checks} == {Checked.SEED}
        assert not {"HTS_NOT_VERIFIED", "LISTS_NOT_CHECKED"} & set(codes(decision))


@pytest.mark.parametrize(
    ("hts_code", "description", "code"),
    [
        ("2208305035", "Whisky in bottles of glass", "PGA_DATA_MISSING"),
        ("0402210200", "Milk powder in bags", "PGA_DATA_MISSING"),
        ("3304100000", "Lip balm in tubes", "PGA_DATA_MISSING"),
        ("9004100000", "Sunglasses of plastic", "PGA_REVIEW_RECOMMENDED"),
        ("9001300000", "Contact lenses, soft", "PGA_REVIEW_RECOMMENDED"),
        ("6506106030", "Bicycle helmet of plastic", "PGA_REVIEW_RECOMMENDED"),
        ("8517130000", "Smartphone with radio", "PGA_REVIEW_RECOMMENDED"),
        ("8543400000", "Electronic cigarette device", "PGA_REVIEW_RECOMMENDED"),
        ("9403608093", "Table of oak wood", "PGA_REVIEW_RECOMMENDED"),
        ("4301100000", "Raw mink skins", "PGA_REVIEW_RECOMMENDED"),
        ("3304995000", "Face cream with CBD", "PGA_REVIEW_RECOMMENDED"),
        ("1704903550", "Gummies with THC", "PRODUCT_PROHIBITED"),
        ("1806909090", "Chocolate bars with nuts", "PGA_DATA_MISSING"),
        ("2106909898", "Vitamin D supplement in capsules", "PGA_DATA_MISSING"),
        ("9503000073", "Wooden puzzle for children", "CPSC_CERTIFICATE_MISSING"),
        ("8715000020", "Stroller with a frame of steel", "PGA_REVIEW_RECOMMENDED"),
        ("6111206070", "Bodysuit of knitted cotton", "PGA_REVIEW_RECOMMENDED"),
        ("9401800000", "High chair for toddlers, of plastic", "PGA_REVIEW_RECOMMENDED"),
        ("8506500000", "Lithium coin cells", "PGA_REVIEW_RECOMMENDED"),
        ("8507600090", "Power bank with lithium cells", "DANGEROUS_GOODS_REVIEW"),
        ("8518302000", "Wireless earbuds with case", "PGA_REVIEW_RECOMMENDED"),
        ("2402208000", "Cigarettes of tobacco", "PGA_DATA_MISSING"),
        ("3301298000", "Oil of hemp with CBD", "PGA_REVIEW_RECOMMENDED"),
        ("4202213000", "Handbag of reptile leather", "PGA_REVIEW_RECOMMENDED"),
        ("4113300000", "Leather of crocodile", "PGA_REVIEW_RECOMMENDED"),
        ("4419110000", "Bread board of bamboo", "PGA_REVIEW_RECOMMENDED"),
        ("1604143099", "Tuna in water, in cans", "PGA_REVIEW_RECOMMENDED"),
        ("9403200082", "Rack of steel with shelves of particle board", "PGA_REVIEW_RECOMMENDED"),
    ],
)
def test_seed_catches_what_parcels_commonly_hold(hts_code: str, description: str, code: str) -> None:
    facts = {"hts_code": hts_code, "customs_description": description}
    assert code in codes(decide_on(products=[make_product(**facts)], entry_date=START))


@pytest.mark.parametrize(
    ("hts_code", "description"),
    [
        ("9401800000", "Bar stool of plastic"),
        ("6109100012", "Men's knitted cotton T-shirt"),
        ("4202213000", "Handbag of leather"),
    ],
)
def test_seed_asks_nothing_of_children_s_goods_where_nothing_is_called_so(
    hts_code: str, description: str
) -> None:
    facts = {"hts_code": hts_code, "customs_description": description}
    decision = decide_on(products=[make_product(**facts)], entry_date=START)
    assert not [each for each in found(decision, "PGA_REVIEW_RECOMMENDED") if "16 CFR 1219" in each.message]
