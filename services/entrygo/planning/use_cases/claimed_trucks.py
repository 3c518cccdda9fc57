"""What is checked of the truck and the bill that an export is claimed with; nothing has happened where either
is refused."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from entrygo.domain.errors import TripIncomplete, ValidationFailed
from entrygo.domain.money import plain
from entrygo.domain.principal import Visible
from entrygo.planning.control_numbers_store import ControlNumbers
from entrygo.planning.exports import Export
from entrygo.planning.rules.agencies import FDA_PRIOR_NOTICE_MISSING
from entrygo.planning.rules.shipping import PRODUCT_GROSS_WEIGHT_MISSING
from entrygo.planning.snapshots import (
    Document,
    NamedProduct,
    document_of,
    entries_by_product,
    entry_date_of,
    goods_value_of,
    named_products,
    numbers_of_entries,
    products_with,
)
from entrygo.planning.store import PlanningStore
from entrygo.postgres.pool import Connection
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.requests.issues import Issues

# Chapters 1 to 23 of the tariff; the tobacco of 24 is no food (21 USC 321(f) and (rr), 21 CFR 1.276(b)(5)).
_LAST_FOOD_CHAPTER = 23
_NOT_FOOD = (
    "Not food, of which alone FDA takes prior notices: no agency flag, no chapter of food and no"
    " pga.fda.registration says that it is"
)


async def check_truck(
    connection: Connection,
    visible: Visible,
    export: Export,
    request: planning_pb2.ClaimExportRequest,
    now: datetime,
) -> None:
    """Takes the control numbers for the export.

    Raises what `check_stated` does, and ValidationFailed for a control number that is not of the truck's
    carrier, and for one that another export has.
    """
    if states_anything(request):
        packed = await PlanningStore(connection, visible).find_snapshot(export.export_id, export.revision)
        assert packed is not None
        check_stated(document_of(packed), request)
    if request.control_numbers:
        check_carrier(request.carrier_scac, request.control_numbers)
        numbers = [each.number for each in request.control_numbers]
        used = await ControlNumbers(connection, visible).take(export, numbers, now)
        _refuse(
            [each for each in request.control_numbers if each.number in used],
            "Another export of the account has this control number; ACE takes none twice",
            "duplicate",
        )


def states_anything(request: planning_pb2.ClaimExportRequest) -> bool:
    """Whether anything is to be held against the plan."""
    return bool(request.discounts_usd) or request.HasField("trip")


def check_stated(document: Document, request: planning_pb2.ClaimExportRequest) -> None:
    """Raises TripIncomplete, and ValidationFailed for an arrival on another day than the plan's, for what
    names nothing of this plan, and for discounts above the value of its goods. Pure."""
    if request.discounts_usd:
        check_discounts(Decimal(request.discounts_usd), goods_value_of(document))
    if request.HasField("trip"):
        _check_day(document, request.trip)
        _check_named(document, request.trip)
        _check_complete(document, request.trip)


def check_discounts(discounts_usd: Decimal, goods_usd: Decimal) -> None:
    """ValidationFailed for more than the goods are sold for: no invoice is below zero. Pure."""
    if discounts_usd > goods_usd:
        message = f"The discounts are {plain(discounts_usd)} USD, and the goods are {plain(goods_usd)}"
        raise ValidationFailed.of([("shipment.charges", message, "too_big")])


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


def _check_complete(document: Document, trip: planning_pb2.ClaimedTrip) -> None:
    """Without a truck a warning, or a note; a manifest is filed for the one that is stated."""
    unweighed = products_with(document, PRODUCT_GROSS_WEIGHT_MISSING.code)
    food = [] if trip.states_arrival else products_with(document, FDA_PRIOR_NOTICE_MISSING.code)
    missing = [*(["grossWeightKg"] if unweighed else []), *(_left_of_arrival(trip) if food else [])]
    if missing:
        products = sorted({*unweighed, *food})
        raise TripIncomplete(details={"missing": missing, "products": products})


def _left_of_arrival(trip: planning_pb2.ClaimedTrip) -> Sequence[str]:
    """What of port and time is not stated; both where an earlier release does not say which."""
    return [
        *([] if trip.states_border_port else ["trip.borderPort"]),
        *([] if trip.states_estimated_arrival else ["trip.estimatedArrival"]),
    ]


def _check_day(document: Document, trip: planning_pb2.ClaimedTrip) -> None:
    """Rates and rules are those of the entry date, so a truck of another day is another plan's."""
    planned = entry_date_of(document) if trip.arrives_on else ""
    if trip.arrives_on != planned:
        message = (
            f"Arrives on {trip.arrives_on} by the clock of its offset, and the plan's entry date is"
            f" {planned}; plan again with entryDate {trip.arrives_on}, or correct the arrival"
        )
        raise ValidationFailed.of([("trip.estimatedArrival", message, "custom")])


def _check_named(document: Document, trip: planning_pb2.ClaimedTrip) -> None:
    """A prior notice is of food that goes, and a control number of an entry that is planned."""
    known = named_products(document, FDA_PRIOR_NOTICE_MISSING.code) if trip.noticed_products else {}
    planned = numbers_of_entries(document) if trip.entries else frozenset()
    issues = Issues()
    for index, number in enumerate(trip.entries):
        if planned and number not in planned:
            message = f"Not an entry of this export, which has {', '.join(map(str, sorted(planned)))}"
            issues.add(f"trip.entries.{index}.entry", message, "unknown")
    for index, named in enumerate(trip.noticed_products):
        path = f"trip.priorNotices.{index}.product"
        if named not in known:
            issues.add(path, "Not a product of this export", "unknown")
        elif not may_be_food(known[named]):
            issues.add(path, _NOT_FOOD, "invalid_type")
    issues.check()
    _check_entries_of_notices(document, trip)


def _check_entries_of_notices(document: Document, trip: planning_pb2.ClaimedTrip) -> None:
    """A notice is of one entry: it names the importer, and who owns the food (21 CFR 1.281(a)).

    A call of an earlier release names no entries.
    """
    if not trip.noticed_entries:
        return
    entries, issues = entries_by_product(document), Issues()
    for index, (named, entry) in enumerate(zip(trip.noticed_products, trip.noticed_entries, strict=False)):
        path, goes_in = f"trip.priorNotices.{index}.entry", entries[named]
        shown = ", ".join(map(str, goes_in))
        if entry and entry not in goes_in:
            issues.add(path, f"Not an entry that the product goes in: {shown}", "unknown")
        elif not entry and len(goes_in) > 1:
            message = f"Required: the product goes in the entries {shown}, and a notice is of one"
            issues.add(path, message, "invalid_type")
    issues.check()


def may_be_food(product: NamedProduct) -> bool:
    """Whether a prior notice can be of it: by the agencies' flags, its chapter, or its maker's registration.

    A list of flags need not be complete, so that food of another chapter (gelatin, vitamins) counts where
    the account says which food facility it is from.
    """
    chapter = product.hts_code[:2]
    return (
        product.has_finding
        or (chapter.isdecimal() and 1 <= int(chapter) <= _LAST_FOOD_CHAPTER)
        or bool(product.fda_registration.strip())
    )
