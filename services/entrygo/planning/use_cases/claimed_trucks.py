"""What is checked of the truck that an export is claimed with; nothing has happened where it is refused."""

from collections.abc import Sequence
from datetime import datetime

from entrygo.domain.errors import TripIncomplete
from entrygo.domain.principal import Visible
from entrygo.planning.control_numbers_store import ControlNumbers
from entrygo.planning.rules.agencies import FDA_PRIOR_NOTICE_MISSING
from entrygo.planning.rules.shipping import PRODUCT_GROSS_WEIGHT_MISSING
from entrygo.planning.snapshots import (
    PackedSnapshot,
    names_of_products,
    numbers_of_entries,
    products_with,
)
from entrygo.planning.store import Export, PlanningStore
from entrygo.postgres.pool import Connection
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.requests.issues import Issues

_ARRIVAL = ("trip.borderPort", "trip.estimatedArrival")


async def check_truck(
    connection: Connection,
    visible: Visible,
    export: Export,
    request: planning_pb2.ClaimExportRequest,
    now: datetime,
) -> None:
    """Takes the control numbers for the export.

    Raises TripIncomplete, and ValidationFailed for what names nothing of this plan, for a control number
    that is not of the truck's carrier, and for one that another export has.
    """
    if not request.HasField("trip") and not request.control_numbers:
        return
    packed = await PlanningStore(connection, visible).find_snapshot(export.export_id, export.revision)
    assert packed is not None
    if request.HasField("trip"):
        _check_named(packed, request.trip)
        _check_complete(packed, request.trip)
    if request.control_numbers:
        check_carrier(request.carrier_scac, request.control_numbers)
        numbers = [each.number for each in request.control_numbers]
        used = await ControlNumbers(connection, visible).take(export, numbers, now)
        _refuse(
            [each for each in request.control_numbers if each.number in used],
            "Another export of the account has this control number; ACE takes none twice",
            "duplicate",
        )


def check_carrier(scac: str, stated: Sequence[planning_pb2.ControlNumber]) -> None:
    """ValidationFailed for numbers that begin with another SCAC than that of who drives. Pure."""
    _refuse(
        [each for each in stated if not each.number.startswith(scac)],
        f"Begins with another SCAC than that of trip.carrierScac, or else of the first number: {scac}",
        "invalid_string",
    )


def _refuse(numbers: Sequence[planning_pb2.ControlNumber], message: str, code: str) -> None:
    issues = Issues()
    for each in numbers:
        issues.add(each.path, message, code)
    issues.check()


def _check_complete(packed: PackedSnapshot, trip: planning_pb2.ClaimedTrip) -> None:
    """Without a truck a warning, or a note; a manifest is filed for the one that is stated."""
    unweighed = products_with(packed, PRODUCT_GROSS_WEIGHT_MISSING.code)
    food = [] if trip.states_arrival else products_with(packed, FDA_PRIOR_NOTICE_MISSING.code)
    missing = [*(["grossWeightKg"] if unweighed else []), *(_ARRIVAL if food else [])]
    if missing:
        products = sorted({*unweighed, *food})
        raise TripIncomplete(details={"missing": missing, "products": products})


def _check_named(packed: PackedSnapshot, trip: planning_pb2.ClaimedTrip) -> None:
    """A prior notice is of food that goes, and a control number of an entry that is planned."""
    known = names_of_products(packed) if trip.noticed_products else frozenset()
    planned = numbers_of_entries(packed) if trip.entries else frozenset()
    issues = Issues()
    for index, number in enumerate(trip.entries):
        if planned and number not in planned:
            message = f"Not an entry of this export, which has {', '.join(map(str, sorted(planned)))}"
            issues.add(f"trip.entries.{index}.entry", message, "unknown")
    for index, named in enumerate(trip.noticed_products):
        if named not in known:
            issues.add(f"trip.priorNotices.{index}.product", "Not a product of this export", "unknown")
    issues.check()
