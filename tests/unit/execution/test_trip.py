"""A truck from the wire, and what the carrier's manifest and the entries show of it."""

from dataclasses import replace

import orjson
import pytest

from entrygo.domain.shipment import NOTHING_STATED, Shipment, Trip, TripEntry
from entrygo.execution.requests.execute import normalised
from entrygo.execution.requests.shipment import read_shipment
from entrygo.execution.steps.execution import OPERATION
from entrygo.postgres.idempotency import fingerprint
from entrygo.proto.execution.v1 import execution_pb2 as pb
from entrygo.requests.issues import Issues
from tests.unit.execution.snapshots import PACKAGE
from tests.unit.execution.test_entry_documents import THREE, rendered

STATED = pb.Trip(
    conveyance=" TRK-17 ",
    crew=["ACE-0042"],
    equipment=["TRL-9"],
    seals=["S1", "S2"],
    border_port="3004",
    estimated_arrival="2026-11-27T22:30:00.000Z",
    entries=[
        pb.TripEntry(entry=2, paps_number="ccbt000002"),
        pb.TripEntry(entry=3, paps_number="CCBT000003"),
    ],
)
TRIP = Trip(
    conveyance="TRK-17",
    crew=("ACE-0042",),
    equipment=("TRL-9",),
    seals=("S1", "S2"),
    border_port="3004",
    estimated_arrival="2026-11-27T22:30:00.000Z",
    entries=(TripEntry(entry=2, paps_number="CCBT000002"), TripEntry(entry=3, paps_number="CCBT000003")),
)


def test_everything_that_is_stated_of_a_truck_is_read() -> None:
    issues = Issues()
    assert read_shipment(pb.Shipment(trip=STATED), issues) == Shipment(trip=TRIP)
    assert issues.found == ()
    assert read_shipment(pb.Shipment(trip=pb.Trip(conveyance=" ")), Issues()) == NOTHING_STATED


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
        (pb.Trip(estimated_arrival="tonight"), "trip.estimatedArrival"),
        (pb.Trip(crew=["x" * 41]), "trip.crew.0"),
        (pb.Trip(seals=["s"] * 21), "trip.seals"),
        (pb.Trip(entries=[pb.TripEntry(entry=1, paps_number="PAPS")]), "trip.entries.0.papsNumber"),
        (pb.Trip(entries=[pb.TripEntry(paps_number="CCBT1")]), "trip.entries.0.entry"),
        (
            pb.Trip(entries=[pb.TripEntry(entry=number, paps_number="CCBT1") for number in (1, 2)]),
            "trip.entries.1.papsNumber",
        ),
        (
            pb.Trip(entries=[pb.TripEntry(entry=1, paps_number=f"CCBT{n}") for n in (1, 2)]),
            "trip.entries.1.entry",
        ),
    ],
)
def test_what_is_wrong_of_a_truck_is_named_by_its_path(wrong: pb.Trip, path: str) -> None:
    issues = Issues()
    read_shipment(pb.Shipment(trip=wrong), issues)
    assert [found for found, _, _ in issues.found] == [path]


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


def test_a_shipment_without_a_truck_is_stored_as_older_releases_read_it() -> None:
    assert "trip" not in Shipment(seller="S").model_dump_json(exclude_none=True)
