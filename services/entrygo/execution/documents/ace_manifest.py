"""ace_manifest.json: what the carrier files with CBP before the truck arrives (19 CFR 123.92), if known.

ACE takes Latin capitals only, so descriptions are transliterated, and the parties, beside what they are
called (`…_ascii`). Conveyance, equipment and crew are the carrier's to give, and so are trip and shipment
control numbers (PAPS), unless the account stated them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from entrygo.domain.facts import Address, ImporterOfRecord, Order
from entrygo.domain.shipment import Trip
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.dangerous_goods import absent_of, dangerous_goods_by_line
from entrygo.execution.package.entry_snapshots import has_sets_by_entry, importer_of
from entrygo.execution.package.invoice import CURRENCY, ConsolidatedLine, Invoice
from entrygo.execution.package.json_values import (
    Json,
    address,
    canonical_json,
    json_head,
    money,
    quantities,
    text,
    transport,
    weight,
)
from entrygo.execution.package.manifest_shipments import ManifestShipment, manifest_shipments, uncounted
from entrygo.execution.package.printable import ascii_capitals, clean_text
from entrygo.execution.package.transliteration import transliterated

SCHEMA_VERSION = "1.0"
MAX_DESCRIPTION = 512
_HS_DIGITS = 6
_CUT = " ..."
_OF_THE_CARRIER = ("number", "conveyance", "equipment", "crew", "estimated_arrival_time")


class AceManifest(Document):
    """The truck manifest's data: one trip, a shipment for each entry or house bill, its commodities."""

    artifact_type = "ace_manifest"
    filename = "ace_manifest.json"
    media_type = "application/json"

    def applies(self, invoice: Invoice, /) -> bool:
        """Not for what corrects an entry that was filed: there is no second one, and the truck has gone."""
        return invoice.snapshot.files_an_entry

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """JSON in capitals that ACE takes; null where the carrier or the account has not given a datum."""
        dangerous = dangerous_goods_by_line(invoice.lines)
        trip, numbers = _trip(invoice, has_dangerous_goods=bool(dangerous)), _own_numbers(invoice)
        absent = sorted(_absent(invoice, trip, dangerous, numbers)) if dangerous else []
        shipments = tuple(manifest_shipments(invoice))
        return canonical_json(
            {
                **json_head(invoice, "ace_manifest", SCHEMA_VERSION),
                "status": "for the carrier to complete and file",
                "due_before_arrival_minutes": {"standard": 60, "fast": 30},
                "trip": trip,
                "shipments": [_shipment(invoice, each, numbers) for each in shipments],
                **_packages(invoice, shipments),
                **transliterated(written(invoice)),
                "left_to_the_carrier": {
                    "trip": [name for name in _OF_THE_CARRIER if not trip[name]],
                    "shipments": _left_of(invoice, shipments),
                    **({"dangerous_goods": absent} if dangerous else {}),
                },
            }
        )


def _packages(invoice: Invoice, shipments: Sequence[ManifestShipment]) -> Json:
    """Both counts where they differ: what is manifested short, or over, is held at the border."""
    counted = uncounted(invoice, shipments)
    if counted is None:
        return {}
    named = sum(each.packages for each in shipments)
    return {"packages": {"on_the_truck": str(counted), "of_the_shipments": str(named)}}


def _left_of(invoice: Invoice, shipments: Sequence[ManifestShipment]) -> list[str]:
    """What at least one of the shipments lacks, or has otherwise than the truck."""
    has_numbers = all(each.control_number for each in shipments)
    is_weighed = all(each.gross_weight.is_complete for each in shipments)
    lacking = {
        "control_number": not has_numbers,
        "gross_weight_kg": not is_weighed,
        "quantity": uncounted(invoice, shipments) is not None,
    }
    return [name for name, is_lacking in lacking.items() if is_lacking]


def manifest_description(descriptions: Sequence[str]) -> str:
    """Latin capitals, at most 512 of them, cut between words."""
    said = ascii_capitals("; ".join(descriptions))
    if len(said) <= MAX_DESCRIPTION:
        return said
    room = said[: MAX_DESCRIPTION - len(_CUT) + 1]
    kept = room.rpartition(" ")[0] or room[:-1]
    return kept.rstrip(";, ") + _CUT


def _own_numbers(invoice: Invoice) -> Mapping[int, int]:
    """Each line's number on the truck to that in the documents of its entry, which count from 1."""
    if not has_sets_by_entry(invoice.snapshot):
        return {line.number: line.number for line in invoice.consolidated}
    counts: defaultdict[int, Iterator[int]] = defaultdict(lambda: count(1))
    return {line.number: next(counts[line.entry_number]) for line in invoice.consolidated}


def _absent(
    invoice: Invoice, trip: Json, dangerous: Mapping[int, Sequence[Json]], numbers: Mapping[int, int]
) -> Iterator[str]:
    """What the manifest asks of dangerous goods and nobody stated, by trip and entry line."""
    if trip["emergency_contact"] is None:
        yield "trip.emergency_contact"
    for line in invoice.consolidated:
        entry = "" if len(invoice.entries) == 1 else f"entry {line.entry_number}, "
        where = f"{entry}entry_line {numbers[line.number]}.dangerous_goods"
        yield from absent_of(dangerous.get(line.number, ()), where)


def _trip(invoice: Invoice, *, has_dangerous_goods: bool) -> Json:
    carriage, trip = transport(invoice), invoice.package.shipment.trip or Trip()
    return {
        "number": invoice.package.shipment.trip_number,
        "carrier": carriage["carrier"],
        "scac": carriage["scac"],
        "conveyance": text(trip.conveyance),
        "equipment": [clean_text(each) for each in trip.equipment],
        "crew": [clean_text(each) for each in trip.crew],
        **({"seals": [clean_text(each) for each in trip.seals]} if trip.seals else {}),
        "port_of_arrival": carriage["port_code"],
        "estimated_arrival_date": invoice.snapshot.entry_date.isoformat(),
        "estimated_arrival_time": trip.estimated_arrival,
        **({"emergency_contact": emergency_contact(trip)} if has_dangerous_goods else {}),
    }


def emergency_contact(trip: Trip) -> Json | None:
    """Who answers for dangerous goods on the way; null where nobody stated it."""
    contact = trip.emergency_contact
    return None if contact is None else {"name": clean_text(contact.name), "phone": contact.phone}


def _shipment(invoice: Invoice, shipment: ManifestShipment, numbers: Mapping[int, int]) -> Json:
    """CBP releases what one control number names by one entry; an entry may have several house bills."""
    warehouse, lines = invoice.snapshot.warehouse, shipment.lines
    dangerous = dangerous_goods_by_line(shipment.order_lines)
    importer = importer_of_entry(invoice.snapshot, shipment.entry_number)
    descriptions = dict.fromkeys(each for line in lines for each in line.descriptions)
    return {
        "control_number": shipment.control_number,
        "release_type": "PAPS",
        **({} if len(invoice.entries) == 1 else {"entry": shipment.entry_number}),
        **({} if shipment.order is None else {"house_bill": _house_bill(shipment.order)}),
        "shipper": _party(warehouse.name, warehouse.address),
        # The importer's, of a house bill, too: EntryGo knows no names of buyers.
        "consignee": _party(importer.name, importer.address),
        "broker_filer_code": text(invoice.snapshot.broker.filer_code),
        "place_of_loading": {
            "city": text(warehouse.address.city),
            "region": text(warehouse.address.region),
            "country": text(warehouse.address.country),
        },
        "description": manifest_description(list(descriptions)),
        "quantity": {"unit": "PKG", "quantity": str(shipment.packages)},
        "gross_weight_kg": weight(shipment.gross_weight),
        "value": money(shipment.value),
        "currency": CURRENCY,
        "commodities": [
            _commodity(line, numbers[line.number], dangerous.get(line.number, ())) for line in lines
        ],
    }


def _party(name: str | None, of: Address) -> Json:
    where = address(of)
    return {
        "name": text(name),
        "name_ascii": ascii_capitals(clean_text(name)) or None,
        "address": where,
        "address_ascii": {part: ascii_capitals(str(said)) if said else None for part, said in where.items()},
    }


def _house_bill(order: Order) -> Json:
    """The order as its warehouse names it, and where its parcel goes."""
    return {
        "order_id": order.id,
        "number": clean_text(order.external_id),
        "destination": {
            "region": text(order.destination_region),
            "postal_code": text(order.destination_postal_code),
            "country": text(order.destination_country),
        },
    }


def written(invoice: Invoice) -> Iterator[str | None]:
    """What people wrote of the parties and the goods, before it is in capitals."""
    warehouse = invoice.snapshot.warehouse
    importers = [importer_of_entry(invoice.snapshot, entry.number) for entry in invoice.entries]
    parties = [(warehouse.name, warehouse.address), *((each.name, each.address) for each in importers)]
    for name, where in parties:
        yield from (name, where.line_1, where.line_2, where.city)
    yield from (said for line in invoice.consolidated for said in line.descriptions)


def importer_of_entry(snapshot: Snapshot, number: int) -> ImporterOfRecord:
    """Who enters the entry of this number."""
    planned = next((each for each in snapshot.entries if each.number == number), None)
    return importer_of(snapshot, planned) if planned else snapshot.warehouse.importer_of_record


def _commodity(line: ConsolidatedLine, number: int, dangerous: Sequence[Json]) -> Json:
    return {
        "entry_line": number,
        "description": manifest_description(line.descriptions),
        "hs6": text(line.hts_code[:_HS_DIGITS]),
        "country_of_origin": text(line.country_of_origin),
        "quantities": quantities(line.quantities),
        "gross_weight_kg": weight(line.gross_weight),
        "value": money(line.value),
        **({"dangerous_goods": dangerous} if dangerous else {}),
    }
