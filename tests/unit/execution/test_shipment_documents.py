"""What is stated of a shipment stands in every document that asks for it, and what is not is as it was."""

import html
import re
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from entrygo.domain.shipment import MAX_CHARGES, NOTHING_STATED, ChargeKind, Shipment
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.invoicing import build_invoice
from entrygo.execution.package.shipment_view import shipment_view
from tests.unit.execution.pdf_text import lowest_of, text_of
from tests.unit.execution.rendered import rendered, sheets_of
from tests.unit.execution.shipments import make_charge, make_shipment, package_of
from tests.unit.execution.snapshots import make_snapshot

Rendered = Mapping[str, RenderedArtifact]


@pytest.fixture(scope="module")
def stated() -> Rendered:
    return rendered(package=package_of(make_shipment()))


def _json(documents: Rendered, artifact_type: str) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(documents[artifact_type].content)
    return document


def _page(documents: Rendered, artifact_type: str = "cci_human_readable") -> str:
    """The text of an HTML document, as a reader sees it."""
    text = re.sub(r"<[^>]+>", " ", documents[artifact_type].content.decode())
    return " ".join(html.unescape(text).split())


def test_rendering_again_gives_the_same_bytes(stated: Rendered) -> None:
    stored = Shipment.model_validate_json(make_shipment().model_dump_json())
    assert rendered(package=package_of(stored)) == stated


def test_nothing_stated_changes_no_byte() -> None:
    facts = package_of(NOTHING_STATED)
    without = PackageFacts(id=facts.id, number=facts.number, generated_at=facts.generated_at)
    assert rendered(package=facts) == rendered(package=without)
    for name in ("manifest", "entry_dataset", "ace_manifest"):
        assert b"PCXL2026" not in rendered()[name].content
    assert not {"sale", "charges"} & set(_json(rendered(), "manifest"))


SHOWN = (
    "DAP Blaine, WA (Incoterms 2020)", "4 holding 2 orders, marked with the order ref", "2026-03-10",
    "PAPS PCXL20260310; trip PCXL0310A", "Seller: Northshore Apparel Ltd; buyer: Northshore Imports LLC",
    "Merchandise value 359.99", "Freight: Richmond BC to Blaine WA 180.50", "Insurance 12.25",
    "Packing, cases and containers none stated", "Commission and other charges none stated",
    "Discount: Spring -20.00", "Rebate, drawback or bounty, not deducted 9.00",
    "Assist, not added: Embroidery dies 75.00", "Invoice total, USD 532.74", "141.86(a)(9), (11)",
)  # fmt: skip


def test_the_invoice_says_it_on_the_page_and_in_print(stated: Rendered) -> None:
    printed = " ".join(text_of(stated["cci_pdf"].content).split())
    for text in (_page(stated), printed):
        for shown in SHOWN:
            assert shown in text, shown
        assert re.search(r"reason for shipment sale", text, re.IGNORECASE)


def test_a_part_that_nobody_stated_reads_so_beside_those_that_somebody_did() -> None:
    page = _page(rendered(package=package_of(Shipment(paps_number="PCXL1"))))
    assert "PAPS or trip no. PAPS PCXL1 Seller and buyer, if sold not stated" in page
    assert page.count("none stated") == 6
    assert "Invoice total, USD 359.99" in page


def test_text_of_a_shipment_is_data_and_never_markup() -> None:
    hostile = make_shipment(
        seller="<b>x</b>#eval(1)", charges=(make_charge("other", "1", "<script>\u202e*_$"),)
    )
    documents = rendered(package=package_of(hostile))
    source = documents["cci_human_readable"].content.decode()
    assert "<script>" not in source
    assert "<b>x</b>" not in source
    assert "\u202e" not in source
    assert "#eval(1)" in "".join(text_of(documents["cci_pdf"].content).split())


@pytest.mark.parametrize("repeated", [1, 3])
def test_all_charges_and_their_total_stand_above_the_foot_of_a_page(repeated: int) -> None:
    kinds = [*ChargeKind] * repeated
    charges = tuple(
        make_charge(kind, f"{number}.01", f"charge{number} {'word ' * 18}")
        for number, kind in enumerate(kinds[:MAX_CHARGES])
    )
    content = rendered(package=package_of(make_shipment(charges=charges)))["cci_pdf"].content
    text = text_of(content)
    assert all(f"charge{number} word" in text for number in range(len(charges)))
    # The last row of them.
    assert lowest_of(content, "Invoice total") > lowest_of(content, "Commercial Customs Invoice") + 10


def test_the_manifest_has_transport_sale_charges_and_totals(stated: Rendered) -> None:
    found = _json(stated, "manifest")
    assert found["transport"] == {
        "mode": "truck", "carrier": "Pacific Crossing", "scac": "PCXL", "port_code": "3004",
        "port_name": "Blaine, WA", "shipped_on": "2026-03-10", "paps_number": "PCXL20260310",
        "trip_number": "PCXL0310A", "packages": 4,
    }  # fmt: skip
    assert found["sale"] == {
        "incoterm": "DAP", "incoterm_place": "Blaine, WA", "reason": "sale",
        "seller": "Northshore Apparel Ltd", "buyer": "Northshore Imports LLC",
    }  # fmt: skip
    assert [(each["kind"], each["amount_usd"], each["in_invoice_total"]) for each in found["charges"]] == [
        ("freight", "180.50", "added"),
        ("insurance", "12.25", "added"),
        ("discount", "20.00", "deducted"),
        ("assist", "75.00", "stated_only"),
        ("rebate", "9.00", "stated_only"),
    ]
    totals = found["totals"]
    names = ("merchandise_value_usd", "charges_usd", "discounts_usd", "invoice_total_usd")
    assert [totals[name] for name in names] == ["359.99", "192.75", "20.00", "532.74"]


def test_the_entry_data_set_leaves_nothing_to_the_broker_that_was_stated(stated: Rendered) -> None:
    found = _json(stated, "entry_dataset")
    entry = found["entry"]
    assert (entry["bill_of_lading"], entry["paps_number"]) == ("PCXL20260310", "PCXL20260310")
    assert (entry["export_date"], entry["manifest_quantity"]["quantity"]) == ("2026-03-10", "4")
    assert [each["amount_usd"] for each in entry["charges"]] == ["180.50", "12.25", "20.00", "75.00", "9.00"]
    assert found["left_to_the_broker"]["entry"] == [
        "entry_number", "entry_summary_date", "location_of_goods", "related_parties", "surety_number",
    ]  # fmt: skip
    # What is entered is the goods; which charges are dutiable is the broker's to say.
    assert found["totals"]["invoice_value"] == "359.99"


def test_the_truck_manifest_has_trip_control_number_and_packages(stated: Rendered) -> None:
    found = _json(stated, "ace_manifest")
    [shipment] = found["shipments"]
    assert (found["trip"]["number"], shipment["control_number"]) == ("PCXL0310A", "PCXL20260310")
    assert shipment["quantity"] == {"unit": "PKG", "quantity": "4"}
    left = found["left_to_the_carrier"]
    assert left == {"trip": ["conveyance", "equipment", "crew", "estimated_arrival_time"], "shipments": []}


def test_the_workbook_has_it_on_the_sheet_of_totals(stated: Rendered) -> None:
    totals = [row[:2] for row in sheets_of(stated["cci_xlsx"].content)["totals"]]
    for row in (
        ["shipped_on", "2026-03-10"], ["paps_number", "PCXL20260310"], ["packages", 4.0], ["incoterm", "DAP"],
        ["reason", "sale"], ["freight_usd Richmond BC to Blaine WA", 180.5], ["rebate_usd", 9.0],
        ["charges_usd", 192.75], ["discounts_usd", 20.0], ["merchandise_value_usd", 359.99],
        ["invoice_total_usd", 532.74],
    ):  # fmt: skip
        assert row in totals


def test_the_packing_list_counts_packages_only_when_they_are_stated(stated: Rendered) -> None:
    assert "Parcels 2 Packages 4 Quantity" in _page(stated, "packing_list")
    assert "Parcels 2 Quantity" in _page(rendered(), "packing_list")


def test_the_csv_is_the_same_whatever_is_stated(stated: Rendered) -> None:
    assert stated["cci_csv"] == rendered()["cci_csv"]


@pytest.mark.parametrize("kind", ChargeKind)
def test_every_kind_of_charge_has_its_row_and_its_way_to_count(kind: ChargeKind) -> None:
    shipment = make_shipment(charges=(make_charge(kind, "1"),))
    rows = shipment_view(build_invoice(make_snapshot(), package_of(shipment)))["charges"]
    assert isinstance(rows, list)
    assert [row["amount"] for row in rows if row["amount"]] in (["1.00"], ["-1.00"])
    found = _json(rendered(make_snapshot(), package_of(shipment)), "manifest")
    expected = {"added": "360.99", "deducted": "358.99", "stated_only": "359.99"}
    assert found["totals"]["invoice_total_usd"] == expected[found["charges"][0]["in_invoice_total"]]
