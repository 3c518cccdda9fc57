"""Drafts for one system: made where a broker names them, with publicly known names and forms alone."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import orjson
import pytest

from entrygo.domain.facts import ON_REQUEST, Section232
from entrygo.domain.shipment import Shipment
from entrygo.domain.snapshot import Amendment, Snapshot
from entrygo.execution.documents import DOCUMENTS
from entrygo.execution.documents.ace_trip import AceTrip
from entrygo.execution.documents.cargowise_xml import NAMESPACE, CargowiseXml
from entrygo.execution.documents.document_sets import render_package
from entrygo.execution.package.facts import PackageFacts
from entrygo.execution.package.invoicing import build_invoice
from tests.unit.execution.rendered import rendered
from tests.unit.execution.shipments import make_shipment, package_of
from tests.unit.execution.snapshots import PACKAGE, make_item, make_order, make_product, make_snapshot
from tests.unit.execution.test_entry_documents import THREE

_CODED = ("IncoTerm", "InvoiceCurrency", "CountryOfOrigin", "InvoiceQuantityUnit", "CustomsQuantityUnit")
# What public maps of the format show; nothing else may be in the file.
KNOWN = {
    "UniversalShipment": {"Shipment"},
    "Shipment": {"DataContext", "CommercialInfo"},
    "DataContext": {"DataTargetCollection"},
    "DataTargetCollection": {"DataTarget"},
    "DataTarget": {"Type", "Key"},
    "CommercialInfo": {"Name", "CommercialInvoiceCollection"},
    "CommercialInvoiceCollection": {"CommercialInvoice"},
    "CommercialInvoice": {
        "InvoiceNumber", "IncoTerm", "InvoiceAmount", "InvoiceCurrency", "InvoiceDate",
        "CommercialInvoiceLineCollection",
    },
    "CommercialInvoiceLineCollection": {"CommercialInvoiceLine"},
    "CommercialInvoiceLine": {
        "LineNo", "PartNo", "Description", "HarmonisedCode", "CountryOfOrigin", "LinePrice", "CustomsValue",
        "InvoiceQuantity", "InvoiceQuantityUnit", "CustomsQuantity", "CustomsQuantityUnit", "Weight",
        "NetWeight", "PrimaryPreference",
    },
    **{name: {"Code"} for name in _CODED},
}  # fmt: skip
TRIP = {
    "conveyance": "TRUCK 1", "equipment": ["TRL 53"], "seals": ["S-1"],
    "estimated_arrival": "2026-03-11T14:30:00-08:00",
}  # fmt: skip
STATED = package_of(make_shipment(trip=TRIP))
_PARTY = {
    "name": r".{1,60}", "address.addressLine": r".{1,110}", "address.city": r".{2,30}",
    "address.postalCode": r".{1,10}", "address.stateProvince": r".{1,5}", "address.country": r"[A-Z]{2}",
}  # fmt: skip
_GOODS = "shipments.commodities."
# The field matrix of BorderConnect's public manual 1.0.7.
FORMS = {
    "data": "ACE_TRIP", "operation": "CREATE", "autoSend": "False", "tripNumber": r".{8,25}",
    "estimatedArrivalDateTime": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "usPortOfArrival": r"[0-9]{4}",
    "truck.number": r".{1,17}", "truck.sealNumbers": r".{1,15}",
    "trailers.number": r".{1,17}", "trailers.sealNumbers": r".{1,15}",
    "shipments.data": "ACE_SHIPMENT", "shipments.type": "PAPS",
    "shipments.shipmentControlNumber": r"[A-Z]{4}[A-Z0-9]{4,12}",
    "shipments.provinceOfLoading": r"[A-Z0-9]{2,5}",
    f"{_GOODS}description": r".{1,512}", f"{_GOODS}packagingUnit": r"[A-Z]{3}",
    f"{_GOODS}weightUnit": r"[LK][BG]?[SRM]?", f"{_GOODS}harmonizedCode": r"[0-9]{6,10}",
    f"{_GOODS}value": r"[0-9.]{1,9}", f"{_GOODS}countryOfOrigin": r"[A-Z]{2}",
    f"{_GOODS}quantity": r"[0-9]+", f"{_GOODS}weight": r"[0-9.]+",
    **{f"shipments.shipper.{name}": form for name, form in _PARTY.items()},
    **{f"shipments.consignee.{name}": form for name, form in _PARTY.items()},
}  # fmt: skip


def asking(snapshot: Snapshot) -> Snapshot:
    broker = snapshot.broker.model_copy(update={"documents": ("all", *sorted(ON_REQUEST))})
    return snapshot.model_copy(update={"broker": broker})


def xml_of(snapshot: Snapshot | None = None, package: PackageFacts = STATED) -> Element:
    root: Element = fromstring(text_of(snapshot, package))
    return root


def text_of(snapshot: Snapshot | None = None, package: PackageFacts = STATED) -> str:
    return CargowiseXml().render(build_invoice(snapshot or make_snapshot(), package), ()).decode()


def trip_of(snapshot: Snapshot | None = None, package: PackageFacts = STATED) -> dict[str, Any]:
    content = AceTrip().render(build_invoice(snapshot or make_snapshot(), package), ())
    found: dict[str, Any] = orjson.loads(content)
    return found


def plain(element: Element) -> str:
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def texts(root: Element, name: str) -> list[str | None]:
    return [each.text for each in root.iter(f"{{{NAMESPACE}}}{name}")]


@pytest.mark.parametrize("documents", [(), ("all",), ("cci_csv", "manifest")])
def test_a_broker_that_does_not_name_them_does_not_get_them(documents: tuple[str, ...]) -> None:
    snapshot = make_snapshot()
    broker = snapshot.broker.model_copy(update={"documents": documents})
    assert not ON_REQUEST & set(rendered(snapshot.model_copy(update={"broker": broker})))


def test_a_broker_gets_the_others_beside_them_only_where_it_names_all() -> None:
    assert rendered(asking(make_snapshot())).keys() == rendered().keys() | ON_REQUEST
    broker = make_snapshot().broker.model_copy(update={"documents": ("cargowise_xml",)})
    assert list(rendered(make_snapshot().model_copy(update={"broker": broker}))) == ["cargowise_xml"]


def test_the_xml_has_known_elements_of_the_namespace_alone() -> None:
    for parent in xml_of().iter():
        assert plain(parent) != parent.tag, "without the namespace"
        assert {plain(child) for child in parent} <= KNOWN.get(plain(parent), set())


def test_the_xml_has_a_line_for_each_entry_line_with_its_figures() -> None:
    root = xml_of()
    assert texts(root, "LineNo") == ["1", "2"]
    assert texts(root, "LinePrice") == ["220.00", "139.99"]
    assert texts(root, "HarmonisedCode") == ["6202308061", "6505003030"]
    assert texts(root, "InvoiceQuantity") == ["2", "4"]
    assert texts(root, "NetWeight") == ["1.64", "0.36"]
    assert texts(root, "PrimaryPreference") == ["S", "S"]
    assert texts(root, "InvoiceAmount") == ["532.74"]
    assert texts(root, "InvoiceDate") == ["2026-03-11T00:00:00"]
    assert texts(root, "Type") == ["CustomsDeclaration"]


def test_the_xml_says_that_it_is_a_draft_and_leaves_out_what_nobody_stated() -> None:
    product = make_product(net_weight_kg=None, hts_code=None, section_232=Section232())
    content = text_of(make_snapshot(products=(product,), orders=(make_order(),)), PACKAGE)
    assert "DRAFT for review by the customs broker" in content
    for absent in ("NetWeight", "HarmonisedCode", "IncoTerm", "/>"):
        assert absent not in content


def test_no_text_of_outside_origin_breaks_the_xml() -> None:
    product = make_product(customs_description='<!ENTITY x> --> ]]> & "q"', sku="a<b")
    root = xml_of(make_snapshot(products=(product,), orders=(make_order(),)))
    assert texts(root, "Description") == ['<!ENTITY x> --> ]]> & "q"']
    assert texts(root, "PartNo") == ["a<b"]


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from leaves(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, path)
    else:
        yield path, value


@pytest.mark.parametrize("package", [PACKAGE, STATED], ids=["nothing stated", "stated"])
def test_each_value_of_the_trip_has_the_form_of_the_manual(package: PackageFacts) -> None:
    for path, value in leaves(trip_of(package=package)["message"]):
        assert re.fullmatch(FORMS[path], str(value)), (path, value)


def test_the_trip_has_quantities_and_weights_as_numbers_and_values_as_text_as_the_manual_has_them() -> None:
    values = list(leaves(trip_of()["message"]))
    numbers = {path for path, value in values if isinstance(value, int | float) and value is not False}
    assert numbers == {f"{_GOODS}quantity", f"{_GOODS}weight"}
    assert {type(value) for path, value in values if path == f"{_GOODS}value"} == {str}


def test_a_stated_trip_is_carried_over() -> None:
    message = trip_of()["message"]
    assert message["estimatedArrivalDateTime"] == "2026-03-11 14:30:00"
    assert message["truck"] == {"number": "TRUCK 1"}
    assert message["trailers"] == [{"number": "TRL 53", "sealNumbers": ["S-1"]}]
    [shipment] = message["shipments"]
    assert shipment["shipmentControlNumber"] == "PCXL20260310"
    [goods] = shipment["commodities"]
    assert (goods["quantity"], goods["value"], goods["weight"]) == (4, "359.99", 2.38)
    # Two codes in it: none is right for both.
    assert "harmonizedCode" not in goods
    assert goods["countryOfOrigin"] == "CA"


def test_a_party_of_another_script_is_said_to_be_transliterated_with_the_original() -> None:
    snapshot = make_snapshot()
    importer = snapshot.warehouse.importer_of_record.model_copy(update={"name": "大阪商事"})
    warehouse = snapshot.warehouse.model_copy(update={"importer_of_record": importer})
    invoice = build_invoice(snapshot.model_copy(update={"warehouse": warehouse}), STATED)
    document = orjson.loads(AceTrip().render(invoice, ()))
    [said] = document["transliterated"]["texts"]
    assert said["original"] == importer.name
    assert document["message"]["shipments"][0]["consignee"]["name"] == said["written"]
    assert "transliterated" not in orjson.loads(AceTrip().render(build_invoice(snapshot, STATED), ()))


def test_what_the_message_lacks_is_named_and_never_made_up() -> None:
    found = trip_of(package=PACKAGE)
    assert found["status"].startswith("DRAFT")
    assert {"drivers", "truck.vinNumber", "truck.number", "tripNumber"} <= set(found["missing"])
    assert "shipments.0.shipmentControlNumber" in found["missing"]
    assert "shipments.0.consignee.address.city" in found["missing"]
    assert found["message"]["autoSend"] is False
    assert found["message"]["truck"] == {}
    assert not {"companyKey", "drivers"} & set(found["message"])


@pytest.mark.parametrize("number", ["PCXL12", "PCXL123"])
def test_a_control_number_that_the_manual_does_not_take_is_missing(number: str) -> None:
    found = trip_of(package=package_of(Shipment(paps_number=number)))
    assert "shipments.0.shipmentControlNumber" in found["missing"]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"conveyance": "T" * 18}, "truck.number"),
        ({"equipment": ["TRL 1", "T" * 18]}, "trailers.1.number"),
        ({"equipment": ["TRL 1"], "seals": ["S-1", "S" * 16, "S-3"]}, "trailers.0.sealNumbers.1"),
        ({"seals": ["S" * 16]}, "truck.sealNumbers.0"),
    ],
)
def test_a_number_too_long_for_the_manual_is_missing_and_not_another_one(
    given: dict[str, Any], path: str
) -> None:
    found = trip_of(package=package_of(make_shipment(trip=given)))
    assert path in found["missing"]
    stated = {given.get("conveyance"), *given.get("equipment", ()), *given.get("seals", ())}
    carried = {
        value
        for at, value in leaves(found["message"])
        if at.startswith(("truck", "trailers")) and at in FORMS
    }
    assert carried <= stated


def test_a_value_too_long_for_the_manual_is_missing() -> None:
    found = trip_of(make_snapshot(orders=(make_order(items=[make_item(value="900000")]),)))
    assert "shipments.0.commodities.0.value" in found["missing"]


def test_a_weight_of_which_a_part_is_unknown_is_missing() -> None:
    products = (make_product(gross_weight_kg=None), make_snapshot().products[1])
    found = trip_of(make_snapshot(products=products))
    assert "shipments.0.commodities.0.weight" in found["missing"]


def test_several_importers_have_a_file_each_for_cargowise_and_one_truck() -> None:
    wanted = [each for each in DOCUMENTS if each.artifact_type in ON_REQUEST]
    found = {each.filename: each for each in render_package(wanted, asking(THREE), PACKAGE)}
    assert set(found) == {"ace_trip.json", *(f"entry-{number}_cargowise.xml" for number in (1, 2, 3))}
    shipments = orjson.loads(found["ace_trip.json"].content)["message"]["shipments"]
    values = [Decimal(each["commodities"][0]["value"]) for each in shipments]
    assert values == [entry.value_usd for entry in THREE.entries]
    assert len({each["consignee"]["name"] for each in shipments}) == 3


def test_what_corrects_a_filed_entry_has_neither() -> None:
    amendment = Amendment(supersedes="batch_1", reason="r", after_entry=True, entry_number="ABC-1234567-6")
    assert not ON_REQUEST & set(rendered(asking(make_snapshot(amendment=amendment))))
