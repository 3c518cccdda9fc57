"""Reads what a caller states of a truck, or names everything wrong; paths as REST spells them."""

import re
from collections.abc import Iterable

from entrygo.domain.shipment import (
    CONFIRMATION_NUMBER,
    CONTROL_NUMBER,
    MAX_CARRIER_NAME,
    MAX_CARRIER_NAMES,
    MAX_ENTRIES,
    MAX_NAME,
    MAX_PACKAGES,
    MAX_PHONE,
    MAX_PRIOR_NOTICES,
    PHONE,
    PORT_CODE,
    SCAC,
    EmergencyContact,
    HouseBill,
    PriorNotice,
    Trip,
    TripEntry,
)
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.requests.forms import WORDS
from entrygo.requests.issues import Issues
from entrygo.requests.texts import MAX_EXTERNAL_ID, instant, no_placeholder, public_id, text


def read_trip(given: execution_pb2.Trip, issues: Issues) -> Trip | None:
    """What was stated, in one form; None for nothing. Where an issue was found it does not matter."""
    trip = Trip(
        conveyance=_carrier_name("trip.conveyance", given.conveyance, issues) or None,
        crew=_carrier_names("trip.crew", given.crew, issues),
        equipment=_carrier_names("trip.equipment", given.equipment, issues),
        seals=_carrier_names("trip.seals", given.seals, issues),
        border_port=_port(given.border_port, issues),
        carrier_scac=_scac(given.carrier_scac, issues),
        estimated_arrival=_instant(given.estimated_arrival, issues),
        entries=_entries(given.entries, issues),
        emergency_contact=_emergency_contact(given.emergency_contact, issues),
        prior_notices=_prior_notices(given.prior_notices, issues) or None,
    )
    return None if trip == Trip() else trip


def trip_message(trip: Trip) -> execution_pb2.Trip:
    """The trip as it is asked for, in one spelling."""
    return execution_pb2.Trip(
        conveyance=trip.conveyance or "",
        crew=trip.crew,
        equipment=trip.equipment,
        seals=trip.seals,
        border_port=trip.border_port or "",
        carrier_scac=trip.carrier_scac or "",
        estimated_arrival=trip.estimated_arrival or "",
        entries=[
            execution_pb2.TripEntry(
                entry=each.entry,
                paps_number=each.paps_number,
                house_bills=[
                    execution_pb2.HouseBill(order_id=bill.order_id, paps_number=bill.paps_number)
                    for bill in each.house_bills
                ],
                packages=each.packages or 0,
            )
            for each in trip.entries
        ],
        emergency_contact=_contact_message(trip.emergency_contact),
        prior_notices=[
            execution_pb2.PriorNotice(
                product=each.product, confirmation_number=each.confirmation_number, entry=each.entry or 0
            )
            for each in trip.prior_notices or ()
        ],
    )


def _contact_message(contact: EmergencyContact | None) -> execution_pb2.EmergencyContact | None:
    if contact is None:
        return None
    return execution_pb2.EmergencyContact(name=contact.name, phone=contact.phone)


def _carrier_name(path: str, given: str, issues: Issues) -> str:
    return issues.take(text(MAX_CARRIER_NAME), given, path) or ""


def _carrier_names(path: str, given: Iterable[str], issues: Issues) -> tuple[str, ...]:
    found = [_carrier_name(f"{path}.{index}", each, issues) for index, each in enumerate(given)]
    if len(found) > MAX_CARRIER_NAMES:
        issues.add(path, f"At most {MAX_CARRIER_NAMES}", "too_big")
    return tuple(filter(None, found))


def _port(given: str, issues: Issues) -> str | None:
    if given and not re.fullmatch(PORT_CODE, given):
        issues.add("trip.borderPort", WORDS[PORT_CODE], "invalid_string")
    return given or None


def _scac(given: str, issues: Issues) -> str | None:
    if given and not re.fullmatch(SCAC, given):
        issues.add("trip.carrierScac", WORDS[SCAC], "invalid_string")
    return given.upper() or None


def _instant(given: str, issues: Issues) -> str | None:
    return issues.take(instant, given, "trip.estimatedArrival") if given else None


def _entries(given: Iterable[execution_pb2.TripEntry], issues: Issues) -> tuple[TripEntry, ...]:
    entries = tuple(
        TripEntry(
            entry=each.entry,
            paps_number=each.paps_number.upper(),
            house_bills=tuple(
                HouseBill(order_id=bill.order_id, paps_number=bill.paps_number.upper())
                for bill in each.house_bills
            ),
            packages=each.packages or None,
        )
        for each in given
    )
    seen: set[object] = set()
    for index, each in enumerate(entries):
        path = f"trip.entries.{index}"
        if not 1 <= each.entry <= MAX_ENTRIES:
            issues.add(f"{path}.entry", f"Must be between 1 and {MAX_ENTRIES}", "invalid_number")
        _once(f"{path}.entry", each.entry, seen, issues)
        if (each.packages or 0) > MAX_PACKAGES:
            issues.add(f"{path}.packages", f"At most {MAX_PACKAGES} packages", "too_big")
        if each.paps_number or not each.house_bills:
            _control_number(f"{path}.papsNumber", each.paps_number, seen, issues)
        for place, bill in enumerate(each.house_bills):
            issues.take(public_id, bill.order_id, f"{path}.houseBills.{place}.orderId")
            _once(f"{path}.houseBills.{place}.orderId", bill.order_id, seen, issues)
            _control_number(f"{path}.houseBills.{place}.papsNumber", bill.paps_number, seen, issues)
    return entries


def _control_number(path: str, given: str, seen: set[object], issues: Issues) -> None:
    if not given:
        message = "Required: the control number of the entry, or one of each of its house bills"
        issues.add(path, message, "invalid_type")
        return
    if not re.fullmatch(CONTROL_NUMBER, given):
        issues.add(path, WORDS[CONTROL_NUMBER], "invalid_string")
    _once(path, given, seen, issues)


def _once(path: str, value: object, seen: set[object], issues: Issues) -> None:
    if value in seen:
        issues.add(path, "Each entry, and each house bill, has a control number of its own", "duplicate")
    seen.add(value)


def _emergency_contact(given: execution_pb2.EmergencyContact, issues: Issues) -> EmergencyContact | None:
    """A firm and its number; one without the other helps nobody."""
    path = "trip.emergencyContact"
    name = issues.take(text(MAX_NAME), given.name, f"{path}.name") or ""
    phone = issues.take(text(MAX_PHONE), given.phone, f"{path}.phone") or ""
    if not given.name and not given.phone:
        return None
    if phone and not re.fullmatch(PHONE, phone):
        issues.add(f"{path}.phone", WORDS[PHONE], "invalid_string")
    for field, value in (("name", name), ("phone", phone)):
        if not value:
            issues.required(f"{path}.{field}")
    return EmergencyContact(name=name, phone=phone)


def _prior_notices(given: Iterable[execution_pb2.PriorNotice], issues: Issues) -> tuple[PriorNotice, ...]:
    notices = [_prior_notice(f"trip.priorNotices.{index}", each, issues) for index, each in enumerate(given)]
    if len(notices) > MAX_PRIOR_NOTICES:
        issues.add("trip.priorNotices", f"At most {MAX_PRIOR_NOTICES}", "too_big")
    seen: set[str] = set()
    for index, each in enumerate(notices):
        if each.confirmation_number and each.confirmation_number in seen:
            path = f"trip.priorNotices.{index}.confirmationNumber"
            issues.add(path, "A notice is of one article of food", "duplicate")
        seen.add(each.confirmation_number)
    return tuple(notices)


def _prior_notice(path: str, given: execution_pb2.PriorNotice, issues: Issues) -> PriorNotice:
    product = issues.take(text(MAX_EXTERNAL_ID), given.product, f"{path}.product") or ""
    if not product:
        issues.required(f"{path}.product")
    check, where = no_placeholder(MAX_CARRIER_NAME), f"{path}.confirmationNumber"
    number = issues.take(check, given.confirmation_number, where)
    if number is not None and not re.fullmatch(CONFIRMATION_NUMBER, number):
        issues.add(where, WORDS[CONFIRMATION_NUMBER], "invalid_string")
    if given.entry > MAX_ENTRIES:
        issues.add(f"{path}.entry", f"Must be between 1 and {MAX_ENTRIES}", "invalid_number")
    return PriorNotice(product=product, confirmation_number=number or "", entry=given.entry or None)
