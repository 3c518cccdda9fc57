"""Headings of chapter 99 and agencies' flags in every document that has lines; what an agency gets."""

import html
from typing import Any

from entrygo.domain.facts import Pga, Section232, Section232Status, TradeReview, Usmca
from entrygo.domain.snapshot import Snapshot
from entrygo.domain.tariff import (
    SECTION_232,
    SECTION_301,
    AgencyFlag,
    CandidateHeading,
    TariffTreatment,
)
from tests.unit.execution.pdf_text import text_of
from tests.unit.execution.rendered import csv_rows, html_of, json_of, rendered, sheets_of
from tests.unit.execution.snapshots import make_item, make_order, make_product, make_snapshot

LIST_3 = CandidateHeading(programme=SECTION_301, heading="9903.88.03")
METALS = CandidateHeading(programme=SECTION_232, heading="9903.82")
FOOD = AgencyFlag(code="FD4", agency="fda", is_required=True)
RADIO = AgencyFlag(code="FCC", agency="fcc", is_required=False)
MAY_APPLY = TariffTreatment(candidate_headings=(LIST_3, METALS))
REVIEWED = TradeReview.model_validate(
    {"status": "applicable", "signed_off_by": "Dana", "headings": "9903.88.15"}
)


def _of(treatment: TariffTreatment, **fields: Any) -> Snapshot:
    product = make_product("prod_a", **{"usmca": Usmca()} | fields)
    order = make_order(items=[make_item("prod_a")])
    tariff = {"prod_a": treatment}
    return make_snapshot(products=(product,), orders=(order,), tariff=tariff, validation_messages=())


def test_headings_that_may_apply_are_in_every_document_with_lines() -> None:
    snapshot = _of(MAY_APPLY)
    [row] = csv_rows(snapshot)
    assert (row["chapter99_headings"], row["chapter99_candidates"]) == ("", "9903.88.03;9903.82")
    artifacts = rendered(snapshot)
    sheets = sheets_of(artifacts["cci_xlsx"].content)
    header, cells = sheets["lines"]
    assert cells[header.index("chapter99_candidates")] == "9903.88.03; 9903.82"
    reported = [
        {"programme": "section_301", "heading": "9903.88.03"},
        {"programme": "section_232", "heading": "9903.82"},
    ]
    assert json_of("manifest", snapshot)["consolidated_lines"][0]["chapter99_candidates"] == reported
    [line] = json_of("entry_dataset", snapshot)["lines"]
    assert (line["chapter99_headings"], line["chapter99_candidates"]) == (None, reported)
    assert "chapter99_headings" in line["left_to_the_broker"]


def test_headings_stand_before_the_code_and_those_that_may_apply_with_a_question_mark() -> None:
    product = make_product("prod_a", usmca=Usmca(), section_301=REVIEWED)
    treatment = TariffTreatment(candidate_headings=(METALS,))
    snapshot = make_snapshot(
        products=(product,),
        orders=(make_order(items=[make_item("prod_a")]),),
        tariff={"prod_a": treatment},
    )
    printed = text_of(rendered(snapshot)["cci_pdf"].content)
    page = html_of("cci_human_readable", snapshot)
    for text in (printed, page):
        found, may, code = (text.index(each) for each in ("9903.88.15", "9903.82 ?", "6202.30.80.61"))
        assert found < may < code
        assert "9903.88.15 ?" not in text
        assert "the broker determines whether it does" in text
    [line] = json_of("entry_dataset", snapshot)["lines"]
    assert line["chapter99_headings"] == ["9903.88.15"]
    assert "chapter99_headings" not in line["left_to_the_broker"]
    assert "may apply, as published" not in html_of("cci_human_readable")


def test_the_case_of_an_antidumping_order_stands_beside_the_line_it_is_for() -> None:
    snapshot = _of(TariffTreatment(adcvd_cases=("A-570-504",), agency_flags=(FOOD,)))
    assert "AD/CVD A-570-504; FDA FD4" in html_of("cci_human_readable", snapshot)
    page = sheets_of(rendered(snapshot)["cci_xlsx"].content)["entry"]
    assert any("AD/CVD A-570-504" in str(cell) for row in page for cell in row)


def test_goods_of_which_other_headings_may_apply_are_not_added_together() -> None:
    products = tuple(make_product(f"prod_{name}") for name in "abc")
    order = make_order(items=[make_item(product.id) for product in products])
    snapshot = make_snapshot(products=products, orders=(order,), tariff={"prod_b": MAY_APPLY})
    groups = json_of("manifest", snapshot)["consolidated_lines"]
    assert sorted(group["skus"] for group in groups) == [["PROD_A", "PROD_C"], ["PROD_B"]]


def test_the_metal_declaration_names_the_heading_of_section_232_alone() -> None:
    snapshot = _of(MAY_APPLY, section_232=Section232(status=Section232Status.REVIEW))
    [row] = csv_rows(snapshot, "section_232_declaration_csv")
    assert (row["chapter99_heading"], row["chapter99_candidates"]) == ("", "9903.82")
    page = html_of("section_232_declaration", snapshot)
    assert "9903.82 ?" in page
    assert "9903.88.03" not in page


def test_agencies_flags_are_in_every_document_with_lines() -> None:
    snapshot = _of(TariffTreatment(agency_flags=(FOOD, RADIO)))
    [row] = csv_rows(snapshot)
    assert row["pga_flags"] == "FD4;FCC"
    artifacts = rendered(snapshot)
    header, cells = sheets_of(artifacts["cci_xlsx"].content)["lines"]
    assert cells[header.index("pga_flags")] == "FD4; FCC"
    assert json_of("manifest", snapshot)["products"][0]["pga_flags"] == "FD4;FCC"
    reported = [
        {"flag": "FD4", "agency": "fda", "required": True},
        {"flag": "FCC", "agency": "fcc", "required": False},
    ]
    assert json_of("manifest", snapshot)["consolidated_lines"][0]["agency_flags"] == reported
    assert json_of("entry_dataset", snapshot)["lines"][0]["agency_flags"] == reported
    shown = "FDA FD4; FCC may apply"
    assert shown in html.unescape(html_of("cci_human_readable", snapshot))
    assert shown in " ".join(text_of(artifacts["cci_pdf"].content).split())


def test_the_entry_data_set_has_what_agencies_are_told_and_names_what_they_are_not() -> None:
    pga = {"fda": {"product_code": "31A--01", "registration": "12345678901", "prior_notice": "PN-1"}}
    snapshot = _of(TariffTreatment(agency_flags=(FOOD, RADIO)), pga=Pga.model_validate(pga))
    [line] = json_of("entry_dataset", snapshot)["lines"]
    assert line["agency_data"] == pga
    assert "agency_data.fcc" in line["left_to_the_broker"]
    assert "agency_data.fda" not in line["left_to_the_broker"]


def test_the_certificate_of_a_toy_is_told_with_its_dates() -> None:
    elements = {"certificate": "CPC-1", "manufactured_on": "2026-05-01", "laboratory": "Lab\u202e 1"}
    toy = AgencyFlag(code="CPS", agency="cpsc", is_required=True)
    snapshot = _of(TariffTreatment(agency_flags=(toy,)), pga=Pga.model_validate({"cpsc": elements}))
    [line] = json_of("entry_dataset", snapshot)["lines"]
    assert line["agency_data"] == {"cpsc": elements | {"laboratory": "Lab 1"}}
