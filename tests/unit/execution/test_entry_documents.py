"""Several importers on one truck: documents for each entry, one covering set, sums that agree to the cent."""

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
import pytest

from entrygo.domain.facts import Party
from entrygo.domain.importer_number import masked
from entrygo.domain.principal import Mode, Tenant
from entrygo.domain.shipment import Charge, ChargeKind, Shipment, Trip, TripEntry
from entrygo.domain.snapshot import Severity, Snapshot, ValidationMessage
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.documents.document_sets import LAST, OF_AN_ENTRY, OF_THE_TRUCK, render_package
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.facts import PackageFacts
from entrygo.planning.snapshots import snapshot_of
from tests.factories import make_importer, make_item, make_order
from tests.unit.execution.snapshots import PACKAGE
from tests.unit.planning.decisions import decide_on
from tests.unit.planning.test_entry_duties import BACKPACK, BOOK, NOVEMBER, PLANNED, TEE
from tests.unit.planning.test_importers import PRAIRIE_NUMBER

NORTH = make_importer("brand-north")
PRAIRIE = make_importer("brand-prairie", number=PRAIRIE_NUMBER)
FREIGHT = Shipment(charges=(Charge(kind=ChargeKind.FREIGHT, amount_usd=Decimal("100.01")),), packages=3)


def planned(*importers: str | None) -> Snapshot:
    """An order of two lines for each importer, with their duty."""
    orders = [
        make_order(
            f"ord_{n}",
            make_item("prod_a", str(n + 1), "59.01"),
            make_item("prod_b", "3", "24.35"),
            importer_external_id=importer,
        )
        for n, importer in enumerate(importers)
    ]
    decision = decide_on(
        *orders,
        products=[BACKPACK, TEE],
        importers=(NORTH, PRAIRIE),
        entry_date=NOVEMBER,
        duty_book=BOOK,
    )
    tenant = Tenant("acc_123", Mode.LIVE)
    return snapshot_of(decision, tenant=tenant, export_id="batch_1", revision=1, planned_at=PLANNED)


THREE = planned(None, "brand-north", "brand-prairie", "brand-north")


def rendered(snapshot: Snapshot, package: PackageFacts = PACKAGE) -> dict[str, RenderedArtifact]:
    return {artifact.filename: artifact for artifact in render_package(DOCUMENTS, snapshot, package)}


def json_of(found: dict[str, RenderedArtifact], name: str) -> Any:
    return orjson.loads(found[name].content)


def rows_of(found: dict[str, RenderedArtifact], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found[name].content.decode(), newline="")))


def page_of(artifact: RenderedArtifact) -> str:
    return artifact.content.decode()


@pytest.fixture(scope="module")
def package() -> dict[str, RenderedArtifact]:
    return rendered(THREE, replace(PACKAGE, shipment=FREIGHT))


@pytest.mark.parametrize(("counted", "differs"), [(3, True), (4, False), (None, False)])
def test_packages_that_were_counted_on_the_truck_are_compared_with_those_of_its_entries(
    counted: int | None, differs: bool
) -> None:
    shipment = FREIGHT.model_copy(update={"packages": counted})
    broker = THREE.broker.model_copy(update={"documents": ("all", "ace_trip")})
    found = rendered(THREE.model_copy(update={"broker": broker}), replace(PACKAGE, shipment=shipment))
    manifest, trip = json_of(found, "ace_manifest.json"), json_of(found, "ace_trip.json")
    both = {"on_the_truck": "3", "of_the_shipments": "4"}
    assert manifest.get("packages") == (both if differs else None)
    assert ("quantity" in manifest["left_to_the_carrier"]["shipments"]) is differs
    assert ("shipments.2.commodities.0.quantity" in trip["missing"]) is differs


def test_the_surety_stands_with_the_bond_of_its_importer_alone() -> None:
    """CBP Form 7501, block 4, is its code; the record has its name."""
    insured = [
        each.model_copy(update={"bond": each.bond.model_copy(update={"surety": "Pacific Surety Co"})})
        if each.id == NORTH.id
        else each
        for each in THREE.importers
    ]
    found = rendered(THREE.model_copy(update={"importers": tuple(insured)}))
    named = [json_of(found, f"entry-{n}_entry_dataset.json")["entry"].get("surety") for n in (1, 2, 3)]
    assert named == [None, "Pacific Surety Co", None]


def test_every_entry_has_documents_in_its_importers_name(package: dict[str, RenderedArtifact]) -> None:
    datasets = [json_of(package, f"entry-{number}_entry_dataset.json") for number in (1, 2, 3)]
    assert [each["parties"]["importer_of_record"]["number"] for each in datasets] == [
        "98-7654321",
        NORTH.number,
        PRAIRIE_NUMBER,
    ]
    assert [each["package"]["number"] for each in datasets] == [f"{PACKAGE.number}-E{n}" for n in (1, 2, 3)]
    assert [each["entry"]["bond_type"] for each in datasets] == ["8", "8", "8"]
    assert all([line["number"] for line in each["lines"]] == [1, 2] for each in datasets)
    for number, importer in ((2, NORTH), (3, PRAIRIE)):
        html = package[f"entry-{number}_commercial_customs_invoice.html"].content.decode()
        assert str(importer.name) in html
    assert str(PRAIRIE.name) not in package["entry-2_commercial_customs_invoice.html"].content.decode()


def test_the_truck_has_one_covering_set_and_a_shipment_for_each_entry(
    package: dict[str, RenderedArtifact],
) -> None:
    loose = [name for name in package if not name.startswith("entry-")]
    assert "commercial_customs_invoice.csv" in loose
    assert "entry_dataset.json" not in loose
    assert list(package)[-2:] == ["manifest.json", "customs_package.zip"]
    shipments = json_of(package, "ace_manifest.json")["shipments"]
    own = THREE.warehouse.importer_of_record
    assert [each["consignee"]["name"] for each in shipments] == [own.name, NORTH.name, PRAIRIE.name]
    assert shipments[0]["consignee"]["address"] == own.address.model_dump()
    assert [each["entry"] for each in shipments] == [1, 2, 3]
    manifest = json_of(package, "manifest.json")
    listed = [each["filename"] for each in manifest["artifacts"]]
    assert listed == list(package)[:-2]
    importers = [each["importer_of_record"]["id"] for each in manifest["entry"]["entries"]]
    assert importers == [None, NORTH.id, PRAIRIE.id]
    assert manifest["entry"]["entries"][0]["importer_of_record"]["name"] == own.name


def test_the_manifest_numbers_lines_as_the_documents_of_their_entry_do(
    package: dict[str, RenderedArtifact],
) -> None:
    for number, shipment in enumerate(json_of(package, "ace_manifest.json")["shipments"], start=1):
        rows = rows_of(package, f"entry-{number}_entry_lines.csv")
        named = [(str(each["entry_line"]), each["value"]) for each in shipment["commodities"]]
        assert named == [(row["entry_line"], row["value_usd"]) for row in rows]


def test_each_entry_names_who_sells_and_who_buys_what_its_own_importer_imports() -> None:
    sale = {"seller": Party(name="Fraser Ltd"), "buyer": Party(name="Fraser USA Inc")}
    north = NORTH.model_copy(update={"seller": Party(name="North Ltd"), "buyer": Party(name="North LLC")})
    snapshot = THREE.model_copy(
        update={
            "warehouse": THREE.warehouse.model_copy(update=sale),
            "importers": tuple(north if each.id == north.id else each for each in THREE.importers),
        }
    )
    package = rendered(snapshot)
    # The third importer's record names nobody: those of the warehouse are of the warehouse's own importer.
    expected = [("Fraser Ltd", "Fraser USA Inc"), ("North Ltd", "North LLC"), (None, None)]
    for number, (seller, buyer) in enumerate(expected, start=1):
        found = json_of(package, f"entry-{number}_entry_dataset.json")
        parties, left = found["parties"], found["left_to_the_broker"]
        assert (parties["seller"]["name"], parties["buyer"]["name"]) == (seller, buyer)
        assert ("name" in left["seller"], "name" in left["buyer"]) == (seller is None, buyer is None)
        row = rows_of(package, f"entry-{number}_entry_lines.csv")[0]
        assert (row["seller_name"], row["buyer_name"]) == (seller or "", buyer or "")
    assert "sale" not in json_of(package, "manifest.json")


def test_the_truck_names_a_seller_that_all_of_its_importers_have_in_common() -> None:
    fraser = Party(name="Fraser Ltd")
    snapshot = THREE.model_copy(
        update={
            "warehouse": THREE.warehouse.model_copy(update={"seller": fraser}),
            "importers": tuple(each.model_copy(update={"seller": fraser}) for each in THREE.importers),
        }
    )
    assert json_of(rendered(snapshot), "manifest.json")["sale"]["seller"] == "Fraser Ltd"


def test_no_entry_shows_what_was_found_of_the_whole_truck() -> None:
    """A finding of all that goes names the values of every importer that it is about."""
    values = "Value by importer exceeds the informal limit 2500 (brand-north 2600.00); type 01."
    found = ValidationMessage(
        code="FORMAL_ENTRY_REQUIRED", message=values, severity=Severity.INFO, field="batch.entry_type"
    )
    messages = (*THREE.validation_messages, found)
    documents = rendered(THREE.model_copy(update={"validation_messages": messages}))
    invoices = {name: page_of(each) for name, each in documents.items() if name.endswith("invoice.html")}
    assert len(invoices) == 4
    assert [name for name, page in invoices.items() if values in page] == ["commercial_customs_invoice.html"]


def test_the_covering_invoice_says_the_type_of_every_entry() -> None:
    types = zip(THREE.entries, ("03", "01", "11"), strict=True)
    entries = tuple(entry.model_copy(update={"entry_type": each}) for entry, each in types)
    documents = rendered(THREE.model_copy(update={"entries": entries, "entry_type": "03"}))
    said = "<dd>03 formal, AD/CVD; 01 formal; 11 informal</dd>"
    assert said in page_of(documents["commercial_customs_invoice.html"])
    assert "<dd>11 informal</dd>" in page_of(documents["entry-3_commercial_customs_invoice.html"])


def test_the_covering_invoice_names_the_importer_of_each_entry(package: dict[str, RenderedArtifact]) -> None:
    page = package["commercial_customs_invoice.html"].content.decode()
    assert "one in the name of each importer of record" in page
    assert "the broker's limits" not in page
    for importer in (THREE.warehouse.importer_of_record, NORTH, PRAIRIE):
        assert f"<td>{importer.name}</td>" in page


@pytest.mark.parametrize("name", ["commercial_customs_invoice.html", "packing_list.html"])
def test_the_covering_set_names_each_importer_with_its_number_bond_and_entry(
    package: dict[str, RenderedArtifact], name: str
) -> None:
    page = package[name].content.decode()
    box = page[page.index("Importers of record / consignees") : page.index("Customs broker")]
    assert "3 importers, each with an entry in its own name" in box
    assert "not stated" not in box
    for importer in (NORTH, PRAIRIE):
        assert f'<div class="party">{importer.name}</div>' in box
        assert f"<div>{importer.address.line_1}</div>" in box
        assert masked(importer.number) in box
    assert re.findall(r"<dt>Entry</dt><dd>\s*(\d+)", box) == ["1", "2", "3"]
    assert "Importers of record / consignees" not in package[f"entry-2_{name}"].content.decode()


def test_the_covering_manifest_lists_who_enters_what(package: dict[str, RenderedArtifact]) -> None:
    parties = json_of(package, "manifest.json")["parties"]
    listed = parties["importers_of_record"]
    assert [(each["name"], each["entries"]) for each in listed] == [
        (THREE.warehouse.importer_of_record.name, [1]),
        (NORTH.name, [2]),
        (PRAIRIE.name, [3]),
    ]
    assert [each["number_masked"] for each in listed[1:]] == [masked(NORTH.number), masked(PRAIRIE.number)]
    assert listed[1]["address"] == NORTH.address.model_dump()
    assert listed[1]["bond"] == NORTH.bond.type
    one = json_of(rendered(planned("brand-north")), "manifest.json")["parties"]
    assert "importers_of_record" not in one


def test_figures_of_the_entries_add_up_to_those_of_the_truck(package: dict[str, RenderedArtifact]) -> None:
    def total(name: str, column: str) -> Decimal:
        return sum((Decimal(row[column]) for row in rows_of(package, name)), Decimal(0))

    entries = [f"entry-{number}_" for number in (1, 2, 3)]
    values = [total(f"{each}commercial_customs_invoice.csv", "line_value_usd") for each in entries]
    assert values == [entry.value_usd for entry in THREE.entries]
    assert sum(values) == total("commercial_customs_invoice.csv", "line_value_usd")
    for column in ("goods_value", "duty_low", "fees", "landed_cost_low"):
        parts = [total(f"{each}landed-costs.csv", column) for each in entries]
        assert sum(parts) == total("landed-costs.csv", column) > 0
    duties = [duty.duty_low_usd for duty in THREE.entry_duties]
    assert [total(f"{each}landed-costs.csv", "duty_low") for each in entries] == duties
    shipments = json_of(package, "ace_manifest.json")["shipments"]
    assert [Decimal(each["value"]) for each in shipments] == values
    charged = [json_of(package, f"{each}entry_dataset.json")["entry"]["charges"][0] for each in entries]
    assert sum(Decimal(each["amount_usd"]) for each in charged) == Decimal("100.01")


def test_number_of_an_importer_stands_in_the_entry_data_of_its_own_entry_alone(
    package: dict[str, RenderedArtifact],
) -> None:
    for importer in (NORTH, PRAIRIE):
        assert importer.number
        holding = [
            name
            for name, artifact in package.items()
            if not name.endswith((".pdf", ".xlsx", ".zip")) and importer.number in artifact.content.decode()
        ]
        number = 2 if importer is NORTH else 3
        assert holding == [f"entry-{number}_entry_dataset.json"]


def test_one_importer_with_a_record_has_the_usual_documents_in_its_name() -> None:
    found = rendered(planned("brand-north", "brand-north"))
    assert not [name for name in found if name.startswith("entry-")]
    dataset = json_of(found, "entry_dataset.json")
    assert dataset["parties"]["importer_of_record"]["number"] == NORTH.number
    [shipment] = json_of(found, "ace_manifest.json")["shipments"]
    assert shipment["consignee"]["name"] == NORTH.name


def test_every_document_belongs_to_an_entry_or_to_the_truck() -> None:
    assert {document.artifact_type for document in DOCUMENTS} == OF_AN_ENTRY | OF_THE_TRUCK | LAST


def test_second_rendering_gives_the_same_bytes(package: dict[str, RenderedArtifact]) -> None:
    again = rendered(THREE, replace(PACKAGE, shipment=FREIGHT))
    assert {name: each.sha256 for name, each in again.items()} == {
        name: each.sha256 for name, each in package.items()
    }


def counted(*of_entries: int | None, truck: int | None = None) -> dict[str, RenderedArtifact]:
    """The documents of a truck of which so many packages are stated, of each entry and of all."""
    entries = tuple(
        TripEntry(entry=n, paps_number=f"CCBT000{n}", packages=each)
        for n, each in enumerate(of_entries, start=1)
    )
    return rendered(THREE, replace(PACKAGE, shipment=Shipment(trip=Trip(entries=entries), packages=truck)))


def test_each_entry_has_the_packages_that_are_stated_of_it_and_the_truck_their_sum() -> None:
    """ACE: the quantity of a shipment is that of its smallest outer packages."""
    found = counted(4, None, 7)
    orders = [len(entry.order_ids) for entry in THREE.entries]
    quantities = [4, orders[1], 7]
    manifest = json_of(found, "ace_manifest.json")
    assert [int(each["quantity"]["quantity"]) for each in manifest["shipments"]] == quantities
    assert "quantity" not in manifest["left_to_the_carrier"]["shipments"]
    for number, packages in enumerate(quantities, start=1):
        entry = json_of(found, f"entry-{number}_entry_dataset.json")["entry"]
        assert entry["manifest_quantity"]["quantity"] == str(packages)
        assert rows_of(found, f"entry-{number}_entry_lines.csv")[0]["packages"] == str(packages)
    page = page_of(found["commercial_customs_invoice.html"])
    assert f"{sum(quantities)} holding {sum(orders)} orders" in page


def test_quantities_that_are_not_those_of_the_truck_are_left_to_the_carrier() -> None:
    orders = sum(len(entry.order_ids) for entry in THREE.entries)
    for truck, is_left in ((orders, False), (orders + 1, True)):
        manifest = json_of(counted(None, None, None, truck=truck), "ace_manifest.json")
        assert ("quantity" in manifest["left_to_the_carrier"]["shipments"]) is is_left


def test_the_costs_of_orders_name_their_importer_and_the_fee_estimate_adds_them_up(
    package: dict[str, RenderedArtifact],
) -> None:
    costs = rows_of(package, "landed-costs.csv")
    own = THREE.warehouse.importer_of_record.name
    assert {(row["entry"], row["importer_external_id"], row["importer_name"]) for row in costs} == {
        ("1", "", own),
        ("2", "brand-north", NORTH.name),
        ("3", "brand-prairie", PRAIRIE.name),
    }
    [first, north, prairie] = json_of(package, "fee_estimate.json")["importers"]
    assert (first["importer"], first["name"], first["entries"]) == (None, own, [1])
    assert (north["importer"], north["entries"], prairie["importer"]) == ("brand-north", [2], "brand-prairie")
    of_north = [row for row in costs if row["importer_external_id"] == "brand-north"]
    for total, column in (("value", "goods_value"), ("duty_low", "duty_low"), ("fees", "fees")):
        assert Decimal(north[total]) == sum(Decimal(row[column]) for row in of_north)


def test_an_importer_of_several_entries_has_one_total_and_none_where_one_was_not_computed() -> None:
    north = THREE.entries[1]
    second = THREE.entries[2].model_copy(update={"importer_id": north.importer_id})
    unknown = THREE.entry_duties[2].model_copy(update={"duty_low_usd": None, "duty_high_usd": None})
    changed = {
        "entries": (THREE.entries[0], north, second),
        "entry_duties": (*THREE.entry_duties[:2], unknown),
    }
    documents = rendered(THREE.model_copy(update=changed))
    [_, total] = json_of(documents, "fee_estimate.json")["importers"]
    assert (total["importer"], total["entries"]) == ("brand-north", [2, 3])
    assert (total["duty_low"], total["duty_high"]) == (None, None)
    fees = [duty.processing_fee_usd for duty in THREE.entry_duties[1:]]
    assert Decimal(total["fees"]) == sum(fees)
