"""Packing list, declarations, data sets and estimate: right figures, and absent where they do not apply."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from entrygo.domain.duty import OrderCost
from entrygo.domain.facts import (
    Address,
    Broker,
    FeeSchedule,
    ImporterOfRecord,
    Manufacturer,
    Metal,
    Product,
    Section232,
    Section232Status,
    Usmca,
)
from entrygo.domain.snapshot import ReferenceRow, Severity, Snapshot, ValidationMessage
from entrygo.execution.documents.ace_manifest import MAX_DESCRIPTION, manifest_description
from entrygo.execution.package.shipped_products import whole_dollars
from tests.unit.execution.rendered import csv_rows, html_of, json_of, rendered
from tests.unit.execution.snapshots import (
    make_item,
    make_order,
    make_product,
    make_snapshot,
    make_warehouse,
)

STEEL = Metal(
    metal="steel",
    weight_kg=Decimal("0.31"),
    weight_pct=Decimal(92),
    value_usd=Decimal("4.20"),
    melt_pour="CN",
)


def _of(*products: Product, **changes: object) -> Snapshot:
    orders = (make_order(items=[make_item(product.id) for product in products]),)
    return make_snapshot(**{"products": products, "orders": orders, "validation_messages": ()} | changes)


def _of_metal(status: Section232Status, *metals: Metal) -> Snapshot:
    return _of(make_product(section_232=Section232(status=status, metals=metals)))


# Packing list


def test_the_packing_list_has_one_parcel_an_order_with_its_contents() -> None:
    rows = csv_rows(artifact_type="packing_list_csv")
    assert [(row["parcel_number"], row["package_marks"], row["sku"], row["quantity"]) for row in rows] == [
        ("1", "wms-ord_123", "PROD_HOODIE_001", "2"),
        ("1", "wms-ord_123", "PROD_CAP_002", "1"),
        ("2", "wms-ord_124", "PROD_CAP_002", "3"),
    ]
    assert [row["gross_weight_kg"] for row in rows] == ["1.9", "0.12", "0.36"]
    page = html_of("packing_list")
    assert page.count("wms-ord_123") == 1
    assert '<td class="n">1.73</td><td class="n">2.02</td>' in page


def test_a_parcel_of_unknown_weight_is_marked() -> None:
    page = html_of("packing_list", _of(make_product(gross_weight_kg=None)))
    assert "not stated" in page


# Section 232


@pytest.mark.parametrize(
    ("status", "metals", "is_there"),
    [
        (Section232Status.REVIEW, (), True),
        (Section232Status.APPLICABLE, (STEEL,), True),
        (Section232Status.NOT_ASSESSED, (STEEL,), True),
        (Section232Status.NOT_ASSESSED, (), False),
        (Section232Status.NOT_APPLICABLE, (STEEL,), False),
    ],
)
def test_the_metal_declaration_is_there_when_section_232_may_matter(
    status: Section232Status, metals: tuple[Metal, ...], is_there: bool
) -> None:
    found = rendered(_of_metal(status, *metals)).keys()
    assert ("section_232_declaration" in found) is is_there
    assert ("section_232_declaration_csv" in found) is is_there


def test_the_metal_declaration_is_there_when_the_plan_asks_for_a_metals_review() -> None:
    product = make_product(section_232=Section232())
    message = ValidationMessage(
        code="METALS_REVIEW_RECOMMENDED",
        message="Review.",
        severity=Severity.WARNING,
        field="f",
        product_id=product.id,
        order_id="ord_123",
    )
    assert "section_232_declaration" in rendered(_of(product, validation_messages=(message,)))


def test_metal_weight_and_value_are_of_the_whole_quantity() -> None:
    [row] = csv_rows(_of_metal(Section232Status.APPLICABLE, STEEL), "section_232_declaration_csv")
    assert (row["metal"], row["metal_weight_kg"], row["metal_weight_pct"]) == ("steel", "0.62", "92")
    assert (row["metal_value_usd"], row["melt_pour_country"], row["cast_country"]) == ("8.40", "CN", "")
    assert (row["quantity"], row["value_usd"], row["chapter99_heading"]) == ("2", "220.00", "")


def test_the_value_of_metal_is_the_same_to_the_cent_in_every_document() -> None:
    metal = STEEL.model_copy(update={"value_usd": Decimal("4.2057")})
    snapshot = _of_metal(Section232Status.APPLICABLE, metal)
    [row] = csv_rows(snapshot, "section_232_declaration_csv")
    [line] = json_of("entry_dataset", snapshot)["lines"]
    assert row["metal_value_usd"] == line["metals"][0]["value"] == "8.41"
    assert ">8.41<" in html_of("section_232_declaration", snapshot)


def test_the_share_of_all_metals_reaches_the_documents_that_a_broker_files_from() -> None:
    section = Section232(
        status=Section232Status.APPLICABLE, metals=(STEEL,), metal_weight_pct=Decimal("92.5")
    )
    snapshot = _of(make_product(section_232=section))
    [declared] = csv_rows(snapshot, "section_232_declaration_csv")
    [invoiced] = csv_rows(snapshot)
    [line] = json_of("entry_dataset", snapshot)["lines"]
    assert declared["all_metals_weight_pct"] == invoiced["metal_weight_pct"] == "92.5"
    assert list(line["metal_weight_pct"].values()) == ["92.5"]
    assert "92.5 all metals" in html_of("section_232_declaration", snapshot)


def test_a_product_under_review_without_stated_metal_has_a_row_to_fill_in() -> None:
    snapshot = _of_metal(Section232Status.REVIEW)
    [row] = csv_rows(snapshot, "section_232_declaration_csv")
    assert (row["section_232_status"], row["metal"], row["no_metal_content"]) == ("review", "", "")
    assert 'class="box"' in html_of("section_232_declaration", snapshot)


# USMCA


def test_the_certification_is_left_out_when_nothing_claims_preference() -> None:
    found = rendered(_of(make_product(usmca=Usmca(criterion="A")))).keys()
    assert not {"usmca_certification", "usmca_certification_json"} & found


def test_the_certification_names_only_goods_that_claim_preference() -> None:
    claimed = make_product(
        "prod_a",
        usmca=Usmca(
            criterion="B",
            certification="C-1",
            blanket_from=date(2026, 1, 1),
            blanket_to=date(2026, 12, 31),
        ),
    )
    snapshot = _of(claimed, make_product("prod_b", usmca=Usmca()))
    found = json_of("usmca_certification_json", snapshot)
    [good] = found["goods"]
    assert (good["product_id"], good["hs6"], good["origin_criterion"]) == ("prod_a", "620230", "B")
    assert good["blanket_period"] == {"from": "2026-01-01", "to": "2026-12-31"}
    assert good["producer"]["name"] == "Northshore Apparel Ltd"
    page = html_of("usmca_certification", snapshot)
    assert "2026-01-01 to 2026-12-31" in page
    assert "PROD_A" in page
    assert "PROD_B" not in page


def test_the_certification_has_nine_elements_and_is_signed_by_nobody() -> None:
    found = json_of("usmca_certification_json")
    assert [name.partition("_")[0] for name in sorted(found["elements"])] == [str(n) for n in range(1, 10)]
    signature = found["elements"]["9_signature"]
    assert (found["status"], signature["signature"], signature["date"]) == ("unsigned draft", None, None)
    assert signature["statement"].startswith("I certify that the goods described in this document qualify")
    assert set(found["elements"]["2_certifier"].values()) == {None}


# Fee estimate


def test_the_estimate_shows_both_sides_and_what_it_rests_on() -> None:
    schedule = FeeSchedule(
        valid_from=date(2026, 1, 1),
        fee_formal=Decimal(95),
        fee_informal=Decimal(20),
        included_lines=5,
        line_fee=Decimal(3),
        order_fee=Decimal("1.5"),
    )
    rows = tuple(
        ReferenceRow(table=table, key="FY2026", value="v", effective_from=date(2025, 10, 1), source="s")
        for table in ("merchandise_processing_fees", "countries")
    )
    broker = Broker(id="br_123", external_id="br", fee_schedules=(schedule,))
    found = json_of("fee_estimate", make_snapshot(broker=broker, reference_rows=rows))
    assert (found["estimated_savings"], found["signed_difference"]) == ("18.50", "18.50")
    assert found["separate_entries"]["total"] == "40.00"
    assert found["consolidated_entry"]["total"] == "21.50"
    assert found["basis"]["broker_fee_schedule"]["fee_informal"] == "20"
    assert [row["table"] for row in found["basis"]["reference_rows"]] == ["merchandise_processing_fees"]


def test_the_estimate_is_left_out_when_the_plan_has_none() -> None:
    assert "fee_estimate" not in rendered(make_snapshot(savings=None))


# 3461 / 7501


@pytest.mark.parametrize(
    ("value", "dollars"), [("0.49", 0), ("0.50", 1), ("1.49", 1), ("2.50", 3), ("139.99", 140)]
)
def test_entered_values_are_whole_dollars_rounded_half_up(value: str, dollars: int) -> None:
    assert whole_dollars(Decimal(value)) == dollars


def test_the_entry_data_set_has_a_line_an_entry_line_with_its_entered_value() -> None:
    found = json_of("entry_dataset")
    assert [(line["hts_code"], line["entered_value"], line["invoice_value"]) for line in found["lines"]] == [
        ("6202308061", 220, "220.00"),
        ("6505003030", 140, "139.99"),
    ]
    assert found["totals"]["entered_value"] == 360
    assert found["totals"]["invoice_value"] == "359.99"
    assert found["status"] == "for broker review"


def test_the_entry_data_set_names_what_the_broker_has_to_add() -> None:
    found = json_of("entry_dataset")
    entry, line = found["entry"], found["lines"][0]
    assert {name for name, value in entry.items() if value is None} == set(
        found["left_to_the_broker"]["entry"]
    )
    assert all(line[name] is None for name in found["left_to_the_broker"]["lines"])
    assert (entry["mode_of_transport"], entry["entry_type"], entry["bond_type"]) == ("30", "11", "8")
    assert (entry["country_of_origin"], entry["manufacturer_id"]) == ("CA", "XCNORAPP1450VAN")
    assert (entry["port_of_entry"], entry["carrier_scac"]) == ("3004", "PCXL")


def test_several_origins_are_said_to_be_several() -> None:
    other = make_product("prod_b", country_of_origin="MX", manufacturer=Manufacturer(name="M", mid="MXM1TIJ"))
    entry = json_of("entry_dataset", _of(make_product(), other))["entry"]
    assert (entry["country_of_origin"], entry["manufacturer_id"]) == ("MULTI", "MULTI")


def test_the_entry_data_set_has_the_metal_of_each_line() -> None:
    [line] = json_of("entry_dataset", _of_metal(Section232Status.APPLICABLE, STEEL))["lines"]
    [metal] = line["metals"]
    assert (metal["metal"], metal["weight_kg"], metal["value"]) == ("steel", "0.62", "8.40")
    assert (metal["melt_pour"], metal["cast"]) == ("CN", None)


def test_the_entry_data_set_has_text_as_supplied_and_in_the_capitals_that_filing_software_takes() -> None:
    maker = Manufacturer(name="Écharpes Łódź 深圳", mid="PLECHLOD1LOD")
    [line] = json_of(
        "entry_dataset", _of(make_product(customs_description="Écharpe de laine", manufacturer=maker))
    )["lines"]
    assert (line["descriptions"], line["descriptions_ascii"]) == (["Écharpe de laine"], ["ECHARPE DE LAINE"])
    assert line["manufacturer_name"] == "Écharpes Łódź 深圳"
    assert line["manufacturer_name_ascii"] == "ECHARPES LODZ SHENZHEN"


def test_a_name_of_another_script_in_capitals_is_said_to_be_transliterated_with_the_original() -> None:
    """Chinese characters are written as in Mandarin: 東京 is not the Tokyo that a broker would file."""
    maker = Manufacturer(name="東京織物株式会社", mid="JPTOKORI1TOK")
    product = make_product(customs_description="Écharpe de laine", manufacturer=maker)
    dataset = json_of("entry_dataset", _of(product))
    [line], said = dataset["lines"], dataset["transliterated"]
    assert said["texts"] == [{"original": maker.name, "written": line["manufacturer_name_ascii"]}]
    assert "ask for the name in Latin letters" in said["note"]
    in_chinese = _of(make_product(customs_description="羊毛圍巾"))
    listed = json_of("ace_manifest", in_chinese)["transliterated"]["texts"]
    assert [each["original"] for each in listed] == ["羊毛圍巾"]


def test_shipper_and_consignee_stand_in_the_manifest_as_ace_takes_them_too() -> None:
    place = Address(line_1="Büro 5", city="Montréal", region="QC", postal_code="H2X 1Y4", country="CA")
    importer = make_warehouse().importer_of_record.model_copy(update={"name": "Импортёр"})
    warehouse = make_warehouse(name="Entrepôt Ltée", address=place, importer_of_record=importer)
    manifest = json_of("ace_manifest", make_snapshot(warehouse=warehouse))
    [shipment] = manifest["shipments"]
    shipper, consignee = shipment["shipper"], shipment["consignee"]
    assert (shipper["name"], shipper["name_ascii"]) == ("Entrepôt Ltée", "ENTREPOT LTEE")
    assert (shipper["address_ascii"]["line_1"], shipper["address_ascii"]["city"]) == ("BURO 5", "MONTREAL")
    assert shipper["address_ascii"]["line_2"] is None
    [guess] = manifest["transliterated"]["texts"]
    assert guess == {"original": "Импортёр", "written": consignee["name_ascii"]}


@pytest.mark.parametrize("artifact_type", ["entry_dataset", "ace_manifest"])
def test_accents_alone_are_no_doubtful_transliteration(artifact_type: str) -> None:
    maker = Manufacturer(name="Écharpes Łódź", mid="PLECHLOD1LOD")
    product = make_product(customs_description="Écharpe de laine", manufacturer=maker)
    assert "transliterated" not in json_of(artifact_type, _of(product))


def test_nobody_knows_the_bond_of_an_importer_who_did_not_say() -> None:
    warehouse = make_warehouse(importer_of_record=ImporterOfRecord())
    entry: dict[str, Any] = json_of("entry_dataset", make_snapshot(warehouse=warehouse))["entry"]
    assert entry["bond_type"] is None


# ACE


@pytest.mark.parametrize(
    ("descriptions", "said"),
    [
        (["Women's jacket", "Wool scarf"], "WOMEN'S JACKET; WOOL SCARF"),
        (["Écharpe en laine"], "ECHARPE EN LAINE"),
        ([], ""),
    ],
)
def test_a_manifest_description_is_latin_capitals(descriptions: list[str], said: str) -> None:
    assert manifest_description(descriptions) == said


@pytest.mark.parametrize(
    "descriptions", [["word " * 300], ["x" * 2_000], ["深圳" * 400], [f"item {index}" for index in range(99)]]
)
def test_a_manifest_description_is_never_longer_than_ace_takes(descriptions: list[str]) -> None:
    said = manifest_description(descriptions)
    assert MAX_DESCRIPTION - 30 < len(said) <= MAX_DESCRIPTION
    assert said.isascii()
    assert said.endswith(" ...")


def test_the_truck_manifest_has_one_shipment_with_its_commodities() -> None:
    found = json_of("ace_manifest")
    assert (found["trip"]["scac"], found["trip"]["port_of_arrival"]) == ("PCXL", "3004")
    [shipment] = found["shipments"]
    assert shipment["control_number"] is None
    assert shipment["quantity"] == {"unit": "PKG", "quantity": "2"}
    assert shipment["gross_weight_kg"] == {"kg": "2.38", "complete": True}
    assert shipment["value"] == "359.99"
    assert [each["hs6"] for each in shipment["commodities"]] == ["620230", "650500"]


def test_landed_costs_have_a_row_an_order_and_leave_blank_what_was_not_computed() -> None:
    order = make_order()
    known = OrderCost(
        order_id=order.id,
        entry_number=1,
        value_usd=Decimal("59.00"),
        duty_low_usd=Decimal("32.71"),
        duty_high_usd=Decimal("40.00"),
        fees_usd=Decimal("0.38"),
    )
    snapshot = make_snapshot(landed_costs=(known,), orders=(order,))
    [row] = csv_rows(snapshot, "landed_costs")
    assert (row["goods_value"], row["duty_low"], row["duty_high"], row["fees"]) == (
        "59.00", "32.71", "40.00", "0.38",
    )  # fmt: skip
    assert (row["landed_cost_low"], row["landed_cost_high"]) == ("92.09", "99.38")
    assert (row["entry"], "entry_number" in row) == ("1", False)
    unknown = replace(known, duty_low_usd=None, duty_high_usd=None)
    [row] = csv_rows(make_snapshot(landed_costs=(unknown,), orders=(order,)), "landed_costs")
    assert (row["duty_low"], row["landed_cost_low"], row["landed_cost_high"]) == ("", "", "")
    assert "landed_costs" not in rendered()
