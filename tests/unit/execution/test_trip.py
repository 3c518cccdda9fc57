"""A truck from the wire, and what the carrier's manifest and the entries show of it."""

import csv
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
import pytest

from entrygo.domain.facts import DangerousGoods, DangerousGoodsStatus, Product
from entrygo.domain.shipment import (
    NOTHING_STATED,
    EmergencyContact,
    HouseBill,
    PriorNotice,
    Shipment,
    Trip,
    TripEntry,
)
from entrygo.domain.snapshot import PlannedEntry, Severity, ValidationMessage
from entrygo.execution.package.summary import summarised
from entrygo.execution.requests.execute import normalised
from entrygo.execution.requests.shipment import read_shipment
from entrygo.execution.steps.step_store import OPERATION
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.execution.v1 import execution_pb2 as pb
from entrygo.requests.issues import Issues
from tests.unit.execution.snapshots import PACKAGE, make_item, make_order, make_product, make_snapshot
from tests.unit.execution.test_entry_documents import THREE, rendered
from tests.unit.planning.test_entry_duties import BACKPACK, TEE

STATED = pb.Trip(
    conveyance=" TRK-17 ",
    crew=["ACE-0042"],
    equipment=["TRL-9"],
    seals=["S1", "S2"],
    border_port="3004",
    carrier_scac="ccbt",
    estimated_arrival="2026-11-27T22:30:00.000Z",
    entries=[
        pb.TripEntry(entry=2, paps_number="ccbt000002"),
        pb.TripEntry(entry=3, paps_number="CCBT000003", packages=7),
    ],
    emergency_contact=pb.EmergencyContact(name=" Emergency Desk Ltd ", phone="+1 613 555 0100"),
    prior_notices=[
        pb.PriorNotice(product="COF-001", confirmation_number="100482916357"),
        pb.PriorNotice(product="COF-001", confirmation_number="100482916371", entry=3),
    ],
)
TRIP = Trip(
    conveyance="TRK-17",
    crew=("ACE-0042",),
    equipment=("TRL-9",),
    seals=("S1", "S2"),
    border_port="3004",
    carrier_scac="CCBT",
    estimated_arrival="2026-11-27T22:30:00.000Z",
    entries=(
        TripEntry(entry=2, paps_number="CCBT000002"),
        TripEntry(entry=3, paps_number="CCBT000003", packages=7),
    ),
    emergency_contact=EmergencyContact(name="Emergency Desk Ltd", phone="+1 613 555 0100"),
    prior_notices=(
        PriorNotice(product="COF-001", confirmation_number="100482916357"),
        PriorNotice(product="COF-001", confirmation_number="100482916371", entry=3),
    ),
)


def test_everything_that_is_stated_of_a_truck_is_read() -> None:
    issues = Issues()
    assert read_shipment(pb.Shipment(trip=STATED), issues) == Shipment(trip=TRIP)
    assert issues.found == ()
    assert read_shipment(pb.Shipment(trip=pb.Trip(conveyance=" ")), Issues()) == NOTHING_STATED


@pytest.mark.parametrize(("of_the_truck", "is_refused"), [(0, False), (9, True), (10, False), (11, False)])
def test_a_truck_has_no_fewer_packages_than_its_entries(of_the_truck: int, is_refused: bool) -> None:
    counted = [pb.TripEntry(entry=n, paps_number=f"CCBT000{n}", packages=5) for n in (1, 2)]
    issues = Issues()
    read_shipment(pb.Shipment(packages=of_the_truck, trip=pb.Trip(entries=counted)), issues)
    assert [path for path, _, _ in issues.found] == (["shipment.packages"] if is_refused else [])


def test_a_request_with_a_truck_is_another_one_than_without() -> None:
    def of(shipment: pb.Shipment) -> bytes:
        request = pb.ExecuteExportRequest(account_id="acc", batch_id="batch_1", shipment=shipment)
        return fingerprint(OPERATION, normalised(request, read_shipment(request.shipment, Issues())))

    assert of(pb.Shipment()) == of(pb.Shipment(trip=pb.Trip())) != of(pb.Shipment(trip=STATED))
    assert of(pb.Shipment(trip=STATED)) == of(pb.Shipment(trip=STATED))


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (pb.Trip(border_port="Blaine"), "trip.borderPort"),
        *((pb.Trip(carrier_scac=scac), "trip.carrierScac") for scac in ("CCB", "CCBTX", "CC8T", "CCBT ")),
        (pb.Trip(estimated_arrival="tonight"), "trip.estimatedArrival"),
        (pb.Trip(crew=["x" * 41]), "trip.crew.0"),
        (pb.Trip(seals=["s"] * 21), "trip.seals"),
        # ACE's manifest: four letters, then four to twelve letters or digits.
        *(
            (pb.Trip(entries=[pb.TripEntry(entry=1, paps_number=number)]), "trip.entries.0.papsNumber")
            for number in ("PAPS", "CCBT123", "CC8T1234", "CCBT1234567890123", "CCBT-1234")
        ),
        (pb.Trip(entries=[pb.TripEntry(paps_number="CCBT0001")]), "trip.entries.0.entry"),
        (
            pb.Trip(entries=[pb.TripEntry(entry=1, paps_number="CCBT0001", packages=1_000_000)]),
            "trip.entries.0.packages",
        ),
        # 49 CFR 172.604: a telephone number, and whose it is.
        (pb.Trip(emergency_contact=pb.EmergencyContact(name="Desk")), "trip.emergencyContact.phone"),
        (pb.Trip(emergency_contact=pb.EmergencyContact(phone="6135550100")), "trip.emergencyContact.name"),
        (
            pb.Trip(emergency_contact=pb.EmergencyContact(name="Desk", phone="ask Dana")),
            "trip.emergencyContact.phone",
        ),
        # 21 CFR 1.279: FDA confirms a notice by a number; what people write instead is none.
        *(
            (
                pb.Trip(prior_notices=[pb.PriorNotice(product="COF-001", confirmation_number=number)]),
                "trip.priorNotices.0.confirmationNumber",
            )
            for number in ("", "TBD", "pending", "000000000000", "123456789012", "PN-1004829163")
        ),
        (
            pb.Trip(
                prior_notices=[
                    pb.PriorNotice(product="COF-001", confirmation_number="100482916357", entry=1_000_000)
                ]
            ),
            "trip.priorNotices.0.entry",
        ),
        (
            pb.Trip(prior_notices=[pb.PriorNotice(confirmation_number="100482916357")]),
            "trip.priorNotices.0.product",
        ),
        (
            pb.Trip(
                prior_notices=[
                    pb.PriorNotice(product=sku, confirmation_number="100482916357")
                    for sku in ("COF-001", "TEA-001")
                ]
            ),
            "trip.priorNotices.1.confirmationNumber",
        ),
        (
            pb.Trip(entries=[pb.TripEntry(entry=number, paps_number="CCBT0001") for number in (1, 2)]),
            "trip.entries.1.papsNumber",
        ),
        (
            pb.Trip(entries=[pb.TripEntry(entry=1, paps_number=f"CCBT000{n}") for n in (1, 2)]),
            "trip.entries.1.entry",
        ),
    ],
)
def test_what_is_wrong_of_a_truck_is_named_by_its_path(wrong: pb.Trip, path: str) -> None:
    issues = Issues()
    read_shipment(pb.Shipment(trip=wrong), issues)
    assert [found for found, _, _ in issues.found] == [path]


def test_each_entry_without_a_control_number_is_asked_for_one_and_is_no_repetition_of_another() -> None:
    issues = Issues()
    read_shipment(pb.Shipment(trip=pb.Trip(entries=[pb.TripEntry(entry=n) for n in (1, 2)])), issues)
    message = "Required: the control number of the entry, or one of each of its house bills"
    assert issues.found == tuple(
        (f"trip.entries.{place}.papsNumber", message, "invalid_type") for place in (0, 1)
    )


@pytest.mark.parametrize("number", ["CCBT1234", "CCBT123456789012", "ccbtA1B2"])
def test_a_control_number_has_four_letters_and_four_to_twelve_characters(number: str) -> None:
    issues = Issues()
    read_shipment(pb.Shipment(trip=pb.Trip(entries=[pb.TripEntry(entry=1, paps_number=number)])), issues)
    assert issues.found == ()


def test_every_control_number_of_a_trip_is_known_by_its_place_in_the_call() -> None:
    bills = (HouseBill(order_id="ord_1", paps_number="CCBT0003"),)
    trip = Trip(
        entries=(
            TripEntry(entry=1, paps_number="CCBT0001"),
            TripEntry(entry=2, paps_number="", house_bills=bills),
        )
    )
    assert Shipment(paps_number="CCBT0009", trip=trip).control_numbers == (
        ("trip.entries.0.papsNumber", "CCBT0001"),
        ("trip.entries.1.houseBills.0.papsNumber", "CCBT0003"),
    )
    assert NOTHING_STATED.control_numbers == ()


def test_what_a_shipment_states_beside_a_trip_takes_what_it_always_took() -> None:
    issues = Issues()
    assert read_shipment(pb.Shipment(paps_number="CCBT1"), issues).control_numbers == ()
    assert issues.found == ()


@pytest.mark.parametrize(
    ("scac", "number", "carrier"),
    [
        (None, "", ["Cascade Crossborder Trucking", "CCBT"]),
        ("CCBT", "", ["Cascade Crossborder Trucking", "CCBT"]),
        ("PCXL", "", [None, "PCXL"]),
        (None, "CCBT0001", ["Cascade Crossborder Trucking", "CCBT"]),
        (None, "PCXL0001", [None, "PCXL"]),
    ],
)
def test_documents_name_the_usual_carrier_and_another_by_its_scac_alone(
    scac: str | None, number: str, carrier: list[str | None]
) -> None:
    trip = Trip(conveyance="TRK-17", carrier_scac=scac, entries=(TripEntry(entry=1, paps_number=number),))
    assert carrier_of(Shipment(trip=trip)) == carrier


def carrier_of(shipment: Shipment) -> list[str | None]:
    found = rendered(THREE, replace(PACKAGE, shipment=shipment))
    transport = orjson.loads(found["manifest.json"].content)["transport"]
    return [transport["carrier"], transport["scac"]]


def test_the_manifest_has_the_truck_and_every_entry_its_own_control_number() -> None:
    package = replace(PACKAGE, shipment=Shipment(trip=TRIP, paps_number="CCBTWHOLE1", trip_number="T1"))
    found = rendered(THREE, package)
    manifest = orjson.loads(found["ace_manifest.json"].content)
    trip = manifest["trip"]
    assert (trip["conveyance"], trip["crew"], trip["equipment"]) == ("TRK-17", ["ACE-0042"], ["TRL-9"])
    assert (trip["seals"], trip["port_of_arrival"]) == (["S1", "S2"], "3004")
    assert trip["estimated_arrival_time"] == "2026-11-27T22:30:00.000Z"
    numbers = [each["control_number"] for each in manifest["shipments"]]
    # One for the whole truck is no entry's.
    assert numbers == [None, "CCBT000002", "CCBT000003"]
    assert manifest["left_to_the_carrier"] == {"trip": [], "shipments": ["control_number"]}
    entries = [orjson.loads(found[f"entry-{n}_entry_dataset.json"].content)["entry"] for n in (1, 2, 3)]
    assert [each["paps_number"] for each in entries] == numbers
    assert {each["port_of_entry"] for each in entries} == {"3004"}


@pytest.mark.parametrize("beside", [None, "CCBT000009"])
def test_every_document_of_a_single_entry_names_the_control_number_of_the_trip(beside: str | None) -> None:
    trip = Trip(entries=(TripEntry(entry=1, paps_number="CCBT000001"),))
    package = replace(PACKAGE, shipment=Shipment(paps_number=beside, trip=trip))
    found = {name: each.content for name, each in rendered(make_snapshot(), package).items()}
    entry = orjson.loads(found["entry_dataset.json"])
    assert (entry["entry"]["bill_of_lading"], entry["entry"]["paps_number"]) == ("CCBT000001", "CCBT000001")
    assert not {"bill_of_lading", "paps_number"} & set(entry["left_to_the_broker"]["entry"])
    assert orjson.loads(found["manifest.json"])["transport"]["paps_number"] == "CCBT000001"
    assert b"PAPS CCBT000001" in found["commercial_customs_invoice.html"]
    assert not [name for name, content in found.items() if b"CCBT000009" in content]


def test_a_trip_without_notices_and_contact_is_stored_as_the_release_before_reads_it() -> None:
    trip = Trip(conveyance="TRK-17")
    stored = orjson.loads(Shipment(trip=trip).model_dump_json(exclude_none=True))["trip"]
    assert set(stored) == {"conveyance", "crew", "equipment", "seals", "entries"}


LITHIUM = DangerousGoods(
    status=DangerousGoodsStatus.REGULATED,
    un_number="UN3481",
    hazard_class="9",
    proper_shipping_name="Lithium ion batteries packed with equipment",
)
PLAIN, SPEAKER, AEROSOL, COFFEE = (
    make_product("prod_plain"),
    make_product("prod_speaker", hts_code="8518220000", dangerous_goods=LITHIUM),
    make_product("prod_spray", hts_code="3305300000", dangerous_goods=DangerousGoods(status=LITHIUM.status)),
    make_product("prod_coffee", hts_code="0901210045", sku="COF-001"),
)


def truck_of(
    *products: Product, trip: Trip = TRIP, findings: tuple[ValidationMessage, ...] | None = None
) -> dict[str, Any]:
    """The carrier's, the system's and the entry's data of a truck with one of each."""
    orders = tuple(make_order(f"ord_{each.id}", [make_item(each.id, "1", "20.00")]) for each in products)
    broker = make_snapshot().broker.model_copy(update={"documents": ("all", "ace_trip")})
    snapshot = make_snapshot(products=products, orders=orders, broker=broker)
    if findings is not None:
        snapshot = snapshot.model_copy(update={"validation_messages": findings})
    found = rendered(snapshot, replace(PACKAGE, shipment=Shipment(trip=trip)))
    names = ("ace_manifest.json", "ace_trip.json", "entry_dataset.json")
    page = found["commercial_customs_invoice.html"].content.decode()
    return {"invoice": page, **{name: orjson.loads(found[name].content) for name in names}}


def test_the_manifest_has_class_un_number_and_contact_of_dangerous_goods_alone() -> None:
    """49 CFR 172.101 and 172.604."""
    found = truck_of(PLAIN, SPEAKER)["ace_manifest.json"]
    contact = {"name": "Emergency Desk Ltd", "phone": "+1 613 555 0100"}
    assert found["trip"]["emergency_contact"] == contact
    [plain], [speaker] = (
        [each for each in found["shipments"][0]["commodities"] if each["hs6"] == code]
        for code in ("620230", "851822")
    )
    assert "dangerous_goods" not in plain
    [goods] = speaker["dangerous_goods"]
    assert (goods["un_number"], goods["hazard_class"], goods["skus"]) == ("UN3481", "9", ["PROD_SPEAKER"])
    assert found["left_to_the_carrier"]["dangerous_goods"] == []


def test_what_the_manifest_lacks_of_dangerous_goods_is_named() -> None:
    found = truck_of(AEROSOL, trip=Trip())["ace_manifest.json"]
    assert found["trip"]["emergency_contact"] is None
    assert found["left_to_the_carrier"]["dangerous_goods"] == [
        "entry_line 1.dangerous_goods.0.hazard_class",
        "entry_line 1.dangerous_goods.0.un_number",
        "trip.emergency_contact",
    ]


def test_a_truck_without_dangerous_goods_says_nothing_of_them() -> None:
    found = truck_of(PLAIN)
    assert "emergency_contact" not in found["ace_manifest.json"]["trip"]
    assert "dangerous_goods" not in found["ace_manifest.json"]["left_to_the_carrier"]
    assert "dangerous_goods" not in found["ace_trip.json"]


def test_dangerous_goods_stand_beside_the_message_whose_fields_for_them_are_not_known() -> None:
    found = truck_of(PLAIN, SPEAKER)["ace_trip.json"]
    [goods] = found["dangerous_goods"]
    assert (goods["shipment"], goods["un_number"], goods["hazard_class"]) == (1, "UN3481", "9")
    assert found["emergency_contact"]["phone"] == "+1 613 555 0100"
    assert any(each.startswith("dangerous goods:") for each in found["unverified"])
    assert "dangerous" not in str(found["message"])


def test_confirmed_notices_stand_on_the_line_of_their_food_alone() -> None:
    """21 CFR 1.279."""
    lines = truck_of(PLAIN, COFFEE)["entry_dataset.json"]["lines"]
    notices = {each["hts_code"]: each.get("prior_notices") for each in lines}
    assert notices == {"0901210045": ["100482916357"], "6202308061": None}


FOOD = ValidationMessage(
    code="FDA_PRIOR_NOTICE_MISSING",
    message="Food.",
    severity=Severity.INFO,
    field="pga.fda",
    product_id=COFFEE.id,
)


@pytest.mark.parametrize(("noticed", "left"), [((1, 2), {}), ((2,), {1: ["prior_notices"]})])
def test_a_notice_stands_in_its_entry_alone(noticed: tuple[int, ...], left: dict[int, list[str]]) -> None:
    """21 CFR 1.281(a): a notice names importer and owner, so each entry has one of its own."""
    orders = tuple(make_order(f"ord_{n}", [make_item(COFFEE.id, "1", "20.00")]) for n in (1, 2))
    notices = tuple(
        PriorNotice(product=COFFEE.id, confirmation_number=f"10048291635{n}", entry=n) for n in noticed
    )
    entries = tuple(
        PlannedEntry(number=n, order_ids=(order.id,), lines=1, value_usd=Decimal(20))
        for n, order in enumerate(orders, start=1)
    )
    snapshot = make_snapshot(products=(COFFEE,), orders=orders).model_copy(
        update={"entries": entries, "validation_messages": (FOOD,)}
    )
    found = rendered(snapshot, replace(PACKAGE, shipment=Shipment(trip=Trip(prior_notices=notices))))
    lines = {
        line["part_of_entry"]: line for line in orjson.loads(found["entry_dataset.json"].content)["lines"]
    }
    assert {n: line.get("prior_notices") for n, line in lines.items()} == {
        n: [f"10048291635{n}"] if n in noticed else None for n in (1, 2)
    }
    asked = {n: [each for each in lines[n]["left_to_the_broker"] if each == "prior_notices"] for n in lines}
    assert {n: names for n, names in asked.items() if names} == left
    assert (FOOD.code in found["commercial_customs_invoice.html"].content.decode()) is bool(left)


def test_a_notice_of_one_entry_stands_in_the_papers_of_that_entry_alone() -> None:
    """21 CFR 1.281(a): where several entries have papers of their own."""
    notices = [
        PriorNotice(product=TEE.sku, confirmation_number="100482916357", entry=1),
        PriorNotice(product=TEE.sku, confirmation_number="100482916358", entry=2),
        PriorNotice(product=BACKPACK.sku, confirmation_number="100482916359"),
    ]
    shipment = Shipment(trip=Trip(prior_notices=tuple(notices)))
    found = rendered(THREE, replace(PACKAGE, shipment=shipment))
    stated = {
        number: {
            line["hts_code"]: line.get("prior_notices")
            for line in orjson.loads(found[f"entry-{number}_entry_dataset.json"].content)["lines"]
        }
        for number in (1, 2, 3)
    }
    of_all = {"4202923120": ["100482916359"]}
    assert stated == {
        1: of_all | {"6109100012": ["100482916357"]},
        2: of_all | {"6109100012": ["100482916358"]},
        3: of_all | {"6109100012": None},
    }


@pytest.mark.parametrize(("confirmed", "left"), [(TRIP.prior_notices, []), (None, ["prior_notices"])])
def test_food_without_a_notice_is_left_to_the_broker_on_its_line_alone(
    confirmed: tuple[PriorNotice, ...] | None, left: list[str]
) -> None:
    """21 CFR 1.279: a broker may file the notice with the entry."""
    documents = truck_of(PLAIN, COFFEE, trip=Trip(prior_notices=confirmed), findings=(FOOD,))
    named = {
        each["hts_code"]: [name for name in each["left_to_the_broker"] if name == "prior_notices"]
        for each in documents["entry_dataset.json"]["lines"]
    }
    assert named == {"0901210045": left, "6202308061": []}
    # Printed for the broker, too, and only while it is so.
    assert (FOOD.code in documents["invoice"]) is bool(left)


def test_the_importer_who_verifies_suppliers_of_food_is_left_to_the_broker() -> None:
    """21 CFR 1.509(a): name, e-mail and identifier of the FSVP importer go with each line of food."""
    lines = truck_of(PLAIN, COFFEE, findings=(FOOD,))["entry_dataset.json"]["lines"]
    assert {each["hts_code"]: "fsvp_importer" in each["left_to_the_broker"] for each in lines} == {
        "0901210045": True,
        "6202308061": False,
    }


def test_a_shipment_without_a_truck_is_stored_as_older_releases_read_it() -> None:
    assert "trip" not in Shipment(seller="S").model_dump_json(exclude_none=True)


BILLS = pb.TripEntry(
    entry=2,
    house_bills=[
        pb.HouseBill(order_id="ord_1", paps_number="ccbt000021"),
        pb.HouseBill(order_id="ord_3", paps_number="CCBT000023"),
    ],
)


def by_house_bill(shipment: Shipment) -> dict[str, Any]:
    broker = THREE.broker.model_copy(update={"manifest_per": "house_bill", "documents": ("all", "ace_trip")})
    found = rendered(THREE.model_copy(update={"broker": broker}), replace(PACKAGE, shipment=shipment))
    return {name: orjson.loads(found[name].content) for name in ("ace_manifest.json", "ace_trip.json")}


def test_a_house_bill_is_a_shipment_with_its_order_its_number_weight_and_value() -> None:
    issues = Issues()
    shipment = read_shipment(pb.Shipment(trip=pb.Trip(entries=[BILLS])), issues)
    assert issues.found == ()
    documents = by_house_bill(shipment)
    shipments = documents["ace_manifest.json"]["shipments"]
    named = [(each["entry"], each["house_bill"]["order_id"], each["control_number"]) for each in shipments]
    assert named == [
        (1, "ord_0", None), (2, "ord_1", "CCBT000021"), (2, "ord_3", "CCBT000023"), (3, "ord_2", None),
    ]  # fmt: skip
    values = {order.id: sum(item.value_usd for item in order.items) for order in THREE.orders}
    weights = {product.id: product.gross_weight_kg or 0 for product in THREE.products}
    for each in shipments:
        order = next(one for one in THREE.orders if one.id == each["house_bill"]["order_id"])
        assert Decimal(each["value"]) == values[order.id]
        assert each["quantity"]["quantity"] == "1"
        kilograms = sum(item.quantity * weights[item.product_id] for item in order.items)
        assert Decimal(each["gross_weight_kg"]["kg"]) == kilograms
        assert sum(Decimal(one["value"]) for one in each["commodities"]) == values[order.id]
    second, third = shipments[1:3]
    assert second["consignee"] == third["consignee"] != shipments[0]["consignee"]
    trip = documents["ace_trip.json"]["message"]["shipments"]
    assert [each.get("shipmentControlNumber") for each in trip] == [None, "CCBT000021", "CCBT000023", None]
    assert [each["commodities"][0]["quantity"] for each in trip] == [1, 1, 1, 1]


def test_a_house_bill_says_what_is_in_its_order_and_nothing_else_of_the_entry_line() -> None:
    """Two goods of one entry line, of which one is dangerous, in an order each."""
    products = (
        make_product("prod_cells", dangerous_goods=LITHIUM, customs_description="Lithium power bank"),
        make_product("prod_case", customs_description="Case of a power bank"),
    )
    orders = tuple(make_order(f"ord_{each.id}", [make_item(each.id, "1", "20.00")]) for each in products)
    changed = {"manifest_per": "house_bill", "documents": ("all", "ace_trip")}
    broker = make_snapshot().broker.model_copy(update=changed)
    found = rendered(make_snapshot(products=products, orders=orders, broker=broker))
    manifest, trip = (orjson.loads(found[name].content) for name in ("ace_manifest.json", "ace_trip.json"))
    shown = [
        (each["description"], ["dangerous_goods" in one for one in each["commodities"]])
        for each in manifest["shipments"]
    ]
    assert shown == [("LITHIUM POWER BANK", [True]), ("CASE OF A POWER BANK", [False])]
    assert [each["shipment"] for each in trip["dangerous_goods"]] == [1]


def test_an_entry_is_released_by_the_house_bills_that_the_manifest_has() -> None:
    """Its own number is on no shipment then; what nobody stated is named."""
    stated = pb.Trip(entries=[pb.TripEntry(entry=1, paps_number="CCBT000009"), BILLS])
    shipment = read_shipment(pb.Shipment(trip=stated), Issues())
    broker = THREE.broker.model_copy(update={"manifest_per": "house_bill"})
    snapshot = THREE.model_copy(update={"broker": broker})
    found = rendered(snapshot, replace(PACKAGE, shipment=shipment))
    first, second = (orjson.loads(found[f"entry-{n}_entry_dataset.json"].content) for n in (1, 2))
    numbers = [each["control_number"] for each in second["entry"]["house_bills"]]
    assert numbers == ["CCBT000021", "CCBT000023"]
    assert [each["order"] for each in second["entry"]["house_bills"]] == ["wms-ord_1", "wms-ord_3"]
    assert (second["entry"]["paps_number"], second["entry"]["bill_of_lading"]) == (None, None)
    assert not {"bill_of_lading", "paps_number", "house_bills"} & {*second["left_to_the_broker"]["entry"]}
    assert first["entry"]["paps_number"] is None
    assert "house_bills" in first["left_to_the_broker"]["entry"]
    rows = csv.DictReader(io.StringIO(found["entry-2_entry_lines.csv"].content.decode(), newline=""))
    assert {row["paps_number"] for row in rows} == {"CCBT000021; CCBT000023"}
    said = [each.paps_number for each in summarised(snapshot, shipment).entries]
    assert said[:2] == ["(1 house bill, 1 without a number)", "CCBT000021, CCBT000023 (2 house bills)"]


def test_a_house_bill_has_a_control_number_of_its_own() -> None:
    issues = Issues()
    twice = pb.TripEntry(entry=1, house_bills=[pb.HouseBill(order_id="ord_0", paps_number="CCBT000021")])
    wrong = pb.TripEntry(entry=3, house_bills=[pb.HouseBill(order_id="ord_0", paps_number="none")])
    read_shipment(pb.Shipment(trip=pb.Trip(entries=[BILLS, twice, wrong])), issues)
    assert [found for found, _, _ in issues.found] == [
        "trip.entries.1.houseBills.0.papsNumber",
        "trip.entries.2.houseBills.0.orderId",
        "trip.entries.2.houseBills.0.papsNumber",
    ]
