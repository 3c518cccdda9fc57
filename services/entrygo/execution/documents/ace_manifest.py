"""ace_manifest.json: what the carrier files with CBP before the truck arrives (19 CFR 123.92), if known.

ACE takes Latin capitals only, so descriptions are transliterated. Equipment and crew are the
carrier's to give, and so are trip and shipment control number (PAPS) unless the account stated them.
"""

from collections.abc import Sequence

from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
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
from entrygo.execution.package.printable import ascii_capitals

SCHEMA_VERSION = "1.0"
MAX_DESCRIPTION = 512
_HS_DIGITS = 6
_CUT = " ..."
_OF_THE_CARRIER = ("number", "conveyance", "equipment", "crew", "estimated_arrival_time")


class AceManifest(Document):
    """The truck manifest's data: one trip, one shipment, its commodities."""

    artifact_type = "ace_manifest"
    filename = "ace_manifest.json"
    media_type = "application/json"

    def applies(self, invoice: Invoice, /) -> bool:
        """Not for what corrects an entry that was filed: there is no second one, and the truck has gone."""
        amendment = invoice.snapshot.amendment
        return amendment is None or not amendment.after_entry

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """JSON in capitals that ACE takes; null where the carrier or the account has not given a datum."""
        trip, shipment = _trip(invoice), _shipment(invoice)
        return canonical_json(
            {
                **json_head(invoice, "ace_manifest", SCHEMA_VERSION),
                "status": "for the carrier to complete and file",
                "due_before_arrival_minutes": {"standard": 60, "fast": 30},
                "trip": trip,
                "shipments": [shipment],
                "left_to_the_carrier": {
                    "trip": [name for name in _OF_THE_CARRIER if not trip[name]],
                    "shipments": [] if shipment["control_number"] else ["control_number"],
                },
            }
        )


def manifest_description(descriptions: Sequence[str]) -> str:
    """Latin capitals, at most 512 of them, cut between words."""
    said = ascii_capitals("; ".join(descriptions))
    if len(said) <= MAX_DESCRIPTION:
        return said
    room = said[: MAX_DESCRIPTION - len(_CUT) + 1]
    kept = room.rpartition(" ")[0] or room[:-1]
    return kept.rstrip(";, ") + _CUT


def _trip(invoice: Invoice) -> Json:
    carriage = transport(invoice.snapshot)
    return {
        "number": invoice.package.shipment.trip_number,
        "carrier": carriage["carrier"],
        "scac": carriage["scac"],
        "conveyance": None,
        "equipment": [],
        "crew": [],
        "port_of_arrival": carriage["port_code"],
        "estimated_arrival_date": invoice.snapshot.entry_date.isoformat(),
        "estimated_arrival_time": None,
    }


def _shipment(invoice: Invoice) -> Json:
    warehouse, totals = invoice.snapshot.warehouse, invoice.totals
    importer = warehouse.importer_of_record
    descriptions = dict.fromkeys(each for line in invoice.consolidated for each in line.descriptions)
    return {
        "control_number": invoice.package.shipment.paps_number,
        "release_type": "PAPS",
        "shipper": {"name": text(warehouse.name), "address": address(warehouse.address)},
        "consignee": {"name": text(importer.name), "address": address(importer.address)},
        "broker_filer_code": text(invoice.snapshot.broker.filer_code),
        "place_of_loading": {
            "city": text(warehouse.address.city),
            "region": text(warehouse.address.region),
            "country": text(warehouse.address.country),
        },
        "description": manifest_description(list(descriptions)),
        # The smallest outside packing: the parcels, one an order unless stated otherwise.
        "quantity": {"unit": "PKG", "quantity": str(totals.packages)},
        "gross_weight_kg": weight(totals.gross_weight),
        "value": money(totals.value),
        "currency": CURRENCY,
        "commodities": [_commodity(line) for line in invoice.consolidated],
    }


def _commodity(line: ConsolidatedLine) -> Json:
    return {
        "entry_line": line.number,
        "description": manifest_description(line.descriptions),
        "hs6": text(line.hts_code[:_HS_DIGITS]),
        "country_of_origin": text(line.country_of_origin),
        "quantities": quantities(line.quantities),
        "gross_weight_kg": weight(line.gross_weight),
        "value": money(line.value),
    }
