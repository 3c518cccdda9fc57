"""Reads what a caller states of a shipment, or names everything wrong; paths as REST spells them."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from entrygo.domain.money import plain
from entrygo.domain.shipment import (
    MAX_CHARGE_DESCRIPTION,
    MAX_CHARGES,
    MAX_NAME,
    MAX_PACKAGES,
    MAX_PLACE,
    PAPS_NUMBER,
    TRIP_NUMBER,
    Charge,
    ChargeKind,
    Incoterm,
    Shipment,
    ShipmentReason,
    TermsOfSale,
    Trip,
)
from entrygo.execution.requests.fields import optional_day
from entrygo.execution.requests.sale import read_sale, sale_message
from entrygo.execution.requests.trip import read_trip, trip_message
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.requests.forms import WORDS
from entrygo.requests.issues import Issues
from entrygo.requests.texts import one_of, text

_CENTS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")

E = TypeVar("E", bound=StrEnum)


def read_shipment(given: execution_pb2.Shipment, issues: Issues) -> Shipment:
    """What was stated; where an issue was found its content does not matter."""
    has_terms = given.HasField("terms_of_sale")
    trip = read_trip(given.trip, issues)
    return Shipment(
        terms_of_sale=_terms_of_sale(given.terms_of_sale, issues) if has_terms else None,
        shipped_on=_shipped_on(given.shipped_on, trip, issues),
        paps_number=_number("shipment.papsNumber", given.paps_number, PAPS_NUMBER, issues),
        trip_number=_number("shipment.tripNumber", given.trip_number, TRIP_NUMBER, issues),
        packages=_packages(given.packages, trip, issues),
        reason=_one_of(ShipmentReason, "shipment.reason", given.reason, issues) if given.reason else None,
        seller=_text("shipment.seller", given.seller, MAX_NAME, issues),
        buyer=_text("shipment.buyer", given.buyer, MAX_NAME, issues),
        charges=_charges(given.charges, issues),
        trip=trip,
        **read_sale(given, issues),
    )


def shipment_message(shipment: Shipment) -> execution_pb2.Shipment:
    """The shipment as it is asked for, in one spelling."""
    terms = shipment.terms_of_sale
    return execution_pb2.Shipment(
        terms_of_sale=None if terms is None else execution_pb2.TermsOfSale(**terms.model_dump()),
        shipped_on="" if shipment.shipped_on is None else shipment.shipped_on.isoformat(),
        paps_number=shipment.paps_number or "",
        trip_number=shipment.trip_number or "",
        packages=shipment.packages or 0,
        reason=shipment.reason or "",
        seller=shipment.seller or "",
        buyer=shipment.buyer or "",
        charges=[
            execution_pb2.Charge(
                kind=each.kind, amount_usd=plain(each.amount_usd), description=each.description or ""
            )
            for each in shipment.charges
        ],
        trip=None if shipment.trip is None else trip_message(shipment.trip),
        **sale_message(shipment),
    )


def _shipped_on(given: str, trip: Trip | None, issues: Issues) -> date | None:
    """The day of shipment, which entry data state as that of the export: no later than the truck arrives."""
    day, arrives_on = optional_day("shipment.shippedOn", given, issues), trip.arrives_on if trip else None
    if day and arrives_on and day > arrives_on:
        message = f"After the truck arrives, on {arrives_on} by trip.estimatedArrival"
        issues.add("shipment.shippedOn", message, "custom")
    return day


def _terms_of_sale(given: execution_pb2.TermsOfSale, issues: Issues) -> TermsOfSale | None:
    path = "shipment.termsOfSale"
    incoterm = _one_of(Incoterm, f"{path}.incoterm", given.incoterm, issues)
    place = _text(f"{path}.place", given.place, MAX_PLACE, issues)
    if not given.place.strip():
        issues.required(f"{path}.place")
    return TermsOfSale(incoterm=incoterm, place=place) if incoterm and place else None


def _charges(given: Iterable[execution_pb2.Charge], issues: Issues) -> tuple[Charge, ...]:
    charges = list(given)
    if len(charges) > MAX_CHARGES:
        issues.add("shipment.charges", f"At most {MAX_CHARGES} charges", "too_big")
        return ()
    read = [_charge(each, f"shipment.charges.{index}", issues) for index, each in enumerate(charges)]
    return tuple(charge for charge in read if charge is not None)


def _charge(given: execution_pb2.Charge, path: str, issues: Issues) -> Charge | None:
    kind = _one_of(ChargeKind, f"{path}.kind", given.kind, issues)
    description = _text(f"{path}.description", given.description, MAX_CHARGE_DESCRIPTION, issues)
    if not _CENTS.fullmatch(given.amount_usd):
        message = "Expected dollars and cents, not negative, at most 12 digits before the point"
        issues.add(f"{path}.amountUsd", message, "invalid_number")
        return None
    amount = Decimal(given.amount_usd)
    return Charge(kind=kind, amount_usd=amount, description=description) if kind else None


def _packages(given: int, trip: Trip | None, issues: Issues) -> int | None:
    """Of the truck: no fewer than its entries have."""
    of_entries = sum(each.packages or 0 for each in trip.entries) if trip else 0
    if 0 < given < of_entries:
        issues.add("shipment.packages", f"The entries of the trip have {of_entries}", "custom")
    if given > MAX_PACKAGES:
        issues.add("shipment.packages", f"At most {MAX_PACKAGES} packages", "too_big")
    return given or None


def _number(path: str, given: str, form: str, issues: Issues) -> str | None:
    """A number as ACE takes it, in capitals."""
    if given and not re.fullmatch(form, given):
        issues.add(path, WORDS[form], "invalid_string")
    return given.upper() or None


def _one_of(kind: type[E], path: str, given: str, issues: Issues) -> E | None:
    found = issues.take(one_of(*kind), given, path)
    return kind(found) if found is not None else None


def _text(path: str, given: str, maximum: int, issues: Issues) -> str | None:
    return issues.take(text(maximum), given, path) or None
