"""ace_trip.json: the truck as BorderConnect's ACE_TRIP message. A DRAFT for carrier and broker to complete.

`message` has the fields of BorderConnect's public manual 1.0.7 alone; around it stands what is missing and
what could not be verified. Drivers are not in it: of persons we keep nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from entrygo.domain.facts import Address
from entrygo.domain.shipment import Trip
from entrygo.execution.documents.ace_manifest import (
    emergency_contact,
    importer_of_entry,
    manifest_description,
    written,
)
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.dangerous_goods import dangerous_goods_by_line
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.json_values import Json, canonical_json, json_head, money, transport
from entrygo.execution.package.manifest_shipments import ManifestShipment, manifest_shipments, uncounted
from entrygo.execution.package.printable import ascii_capitals, clean_text
from entrygo.execution.package.transliteration import transliterated

SCHEMA_VERSION = "1.0"
_DANGEROUS = "dangerous goods: what the manual calls UN number, class and contact; here beside the message"
UNVERIFIED = (
    "packagingUnit, provinceOfLoading: the lists of codes",
    "estimatedArrivalDateTime: of which time zone; here as it was stated",
    "sealNumbers: of truck or trailer; here of the only trailer, else of the truck",
    "fields of versions of the manual after 1.0.7",
)
_SHIPMENT_CONTROL_NUMBER = re.compile(r"[A-Z]{4}[A-Z0-9]{4,12}")
_PROVINCE = re.compile(r"[A-Z0-9]{2,5}")
_VALUE = re.compile(r"[0-9.]{1,9}")
_HARMONIZED = re.compile(r"[0-9]{6,10}")
_TRIP_NUMBER = re.compile(r".{8,25}")
# Cut, a number would be another one.
_TRUCK_OR_TRAILER = re.compile(r".{1,17}")
_SEAL = re.compile(r".{1,15}")
# What the manual wants and we are never given.
_OF_THE_CARRIER = (
    "companyKey", "truck.type", "truck.vinNumber", "truck.licensePlates", "drivers",
)  # fmt: skip
_OF_A_TRAILER = ("type", "licensePlates")


class AceTrip(Document):
    """One trip with a PAPS shipment for each entry."""

    artifact_type = "ace_trip"
    filename = "ace_trip.json"
    media_type = "application/json"

    def applies(self, invoice: Invoice, /) -> bool:
        """Not for what corrects an entry that was filed: the truck has gone."""
        return invoice.snapshot.files_an_entry

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """The message, and by paths what it lacks, a value of a form that it does not take included."""
        shipments = manifest_shipments(invoice)
        message, dangerous = _message(invoice, shipments), _dangerous_goods(invoice, shipments)
        return canonical_json(
            {
                **json_head(invoice, "ace_trip", SCHEMA_VERSION),
                "status": "DRAFT, not to be sent as it is",
                "unverified": (*UNVERIFIED, _DANGEROUS) if dangerous else UNVERIFIED,
                **dangerous,
                **transliterated(written(invoice)),
                "missing": sorted((*_missing(message), *_uncounted(invoice, shipments))),
                "message": _stated(message),
            }
        )


def _dangerous_goods(invoice: Invoice, shipments: Sequence[ManifestShipment]) -> Json:
    """Absent where there are none; each by its shipment, counted from 1 as entries and their lines are."""
    found = [
        {"shipment": place, "control_number": shipment.control_number, **goods}
        for place, shipment in enumerate(shipments, start=1)
        for of_line in dangerous_goods_by_line(shipment.order_lines).values()
        for goods in of_line
    ]
    contact = emergency_contact(invoice.package.shipment.trip or Trip())
    return {"dangerous_goods": found, "emergency_contact": contact} if found else {}


def _message(invoice: Invoice, shipments: Sequence[ManifestShipment]) -> Json:
    shipment = invoice.package.shipment
    trip = shipment.trip or Trip()
    port = transport(invoice)["port_code"]
    trailers: list[dict[str, object]] = [
        {"number": _formed(_TRUCK_OR_TRAILER, each)} for each in trip.equipment
    ]
    seals = [_formed(_SEAL, each) for each in trip.seals] or None
    if seals and len(trailers) == 1:
        trailers, seals = [{**trailers[0], "sealNumbers": seals}], None
    return {
        "data": "ACE_TRIP",
        "operation": "CREATE",
        "autoSend": False,
        "tripNumber": _formed(_TRIP_NUMBER, shipment.trip_number),
        "estimatedArrivalDateTime": _local(trip.estimated_arrival),
        "usPortOfArrival": port,
        "truck": {"number": _formed(_TRUCK_OR_TRAILER, trip.conveyance), "sealNumbers": seals},
        "trailers": trailers or None,
        "shipments": [_shipment(invoice, each) for each in shipments],
    }


def _shipment(invoice: Invoice, shipment: ManifestShipment) -> Json:
    warehouse = invoice.snapshot.warehouse
    importer = importer_of_entry(invoice.snapshot, shipment.entry_number)
    return {
        "data": "ACE_SHIPMENT",
        "shipmentControlNumber": _formed(_SHIPMENT_CONTROL_NUMBER, shipment.control_number),
        "type": "PAPS",
        "provinceOfLoading": _formed(_PROVINCE, warehouse.address.region),
        "shipper": _party(warehouse.name, warehouse.address),
        "consignee": _party(importer.name, importer.address),
        "commodities": [_commodity(shipment)],
    }


def _commodity(shipment: ManifestShipment) -> Json:
    """All goods of the shipment: nobody counts packages by entry line."""
    codes = {line.hts_code for line in shipment.lines}
    origins = {line.country_of_origin for line in shipment.lines}
    descriptions = dict.fromkeys(text for line in shipment.lines for text in line.descriptions)
    weight = shipment.gross_weight
    return {
        "description": manifest_description(list(descriptions)),
        "quantity": shipment.packages,
        "packagingUnit": "PKG",
        # The manual has weights as numbers and values as text.
        "weight": float(weight.kg) if weight.is_complete else None,
        "weightUnit": "KG" if weight.is_complete else None,
        "harmonizedCode": _formed(_HARMONIZED, codes.pop()) if len(codes) == 1 else None,
        "value": _formed(_VALUE, money(shipment.value)),
        "countryOfOrigin": origins.pop() or None if len(origins) == 1 else None,
    }


def _party(name: str | None, address: Address) -> Json:
    street = ", ".join(filter(None, (clean_text(address.line_1), clean_text(address.line_2))))
    return {
        "name": _cut(name, 60),
        "address": {
            "addressLine": _cut(street, 110),
            "city": _cut(address.city, 30),
            "postalCode": _cut(address.postal_code, 10),
            "stateProvince": _cut(address.region, 5),
            "country": _cut(address.country, 2),
        },
    }


def _cut(text: str | None, maximum: int) -> str | None:
    return ascii_capitals(clean_text(text))[:maximum].strip() or None


def _formed(form: re.Pattern[str], text: str | None) -> str | None:
    """None for what the message does not take."""
    capitals = ascii_capitals(clean_text(text))
    return capitals if form.fullmatch(capitals) else None


def _local(instant: str | None) -> str | None:
    """`2026-11-27 14:30:00`, by the clock of the offset that it was stated with."""
    return None if instant is None else f"{datetime.fromisoformat(instant):%Y-%m-%d %H:%M:%S}"


def _missing(message: Json) -> Iterator[str]:
    yield from _OF_THE_CARRIER
    yield from _absent(message, ("tripNumber", "estimatedArrivalDateTime", "usPortOfArrival"), "")
    yield from _left_of(_object(message["truck"]), "truck.")
    for index, trailer in enumerate(_objects(message["trailers"])):
        where = f"trailers.{index}."
        yield from (where + name for name in _OF_A_TRAILER)
        yield from _left_of(trailer, where)
    for index, shipment in enumerate(_objects(message["shipments"])):
        where = f"shipments.{index}."
        yield from _absent(shipment, ("shipmentControlNumber", "provinceOfLoading"), where)
        for party in ("shipper", "consignee"):
            given = _object(shipment[party])
            yield from _absent(given, ("name",), f"{where}{party}.")
            wanted = ("addressLine", "city", "postalCode")
            yield from _absent(_object(given["address"]), wanted, f"{where}{party}.address.")
        for place, commodity in enumerate(_objects(shipment["commodities"])):
            of_goods = ("description", "value", "weight", "weightUnit")
            yield from _absent(commodity, of_goods, f"{where}commodities.{place}.")


def _left_of(vehicle: Json, where: str) -> Iterator[str]:
    """Its number, and each seal that the message does not take."""
    yield from _absent(vehicle, ("number",), where)
    seals = vehicle.get("sealNumbers")
    if isinstance(seals, list):
        yield from (f"{where}sealNumbers.{index}" for index, seal in enumerate(seals) if seal is None)


def _uncounted(invoice: Invoice, shipments: Sequence[ManifestShipment]) -> Iterator[str]:
    """The quantities, which are one an order, where other packages were counted on the truck."""
    if uncounted(invoice, shipments) is not None:
        yield from (f"shipments.{index}.commodities.0.quantity" for index in range(len(shipments)))


def _absent(given: Json, names: Sequence[str], where: str) -> Iterator[str]:
    return (f"{where}{name}" for name in names if not given[name])


def _object(value: object) -> Json:
    assert isinstance(value, Mapping)
    return value


def _objects(value: object) -> Sequence[Json]:
    assert value is None or isinstance(value, list)
    return value or []


def _stated(value: object) -> object:
    """Without what is not known: the message has no null."""
    match value:
        case Mapping():
            return {name: _stated(each) for name, each in value.items() if each is not None}
        case list():
            return [_stated(each) for each in value if each is not None]
        case _:
            return value
