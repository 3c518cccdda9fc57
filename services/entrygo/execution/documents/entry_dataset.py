"""entry_dataset.json: the data of CBP forms 3461 and 7501, as the account supplied them, for broker review.

What only the broker, carrier or surety can give is null, and named in `left_to_the_broker`. The only document
with the importer's number in full, if it is a firm's: an entry cannot be filed without it.
"""

from collections.abc import Iterable, Mapping, Sequence

from entrygo.domain.facts import Address
from entrygo.domain.importer_number import number_to_file
from entrygo.domain.shipment import Shipment
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.control_numbers import left_of, released_by
from entrygo.execution.package.entry_columns import TRUCK_NOT_IN_CONTAINER
from entrygo.execution.package.entry_snapshots import surety_of
from entrygo.execution.package.invoice import ConsolidatedLine, Invoice
from entrygo.execution.package.json_values import (
    Json,
    address,
    agency_flags,
    candidate_headings,
    canonical_json,
    hts_quantities,
    json_head,
    money,
    parties,
    quantities,
    text,
    transport,
    weight,
)
from entrygo.execution.package.line_values import LineCharges, charges_by_line, destination_states
from entrygo.execution.package.metal_values import metal_shares, metals
from entrygo.execution.package.printable import ascii_capitals, clean_text, dotted_hts
from entrygo.execution.package.prior_notices import LineNotices, notices_by_line
from entrygo.execution.package.returned_goods import claim_under_chapter_98
from entrygo.execution.package.shipment_values import charges, sale
from entrygo.execution.package.shipped_products import (
    ShippedProduct,
    goods_by_line,
    whole_dollars,
)
from entrygo.execution.package.transliteration import transliterated

SCHEMA_VERSION = "1.5"
SEVERAL = "MULTI"
_BOND_TYPES: Mapping[str | None, str] = {"continuous": "8", "single": "9"}
_OF_THE_ENTRY = (
    "bill_of_lading", "charges", "entry_number", "entry_summary_date", "export_date", "paps_number",
    "surety_number",
)  # fmt: skip
_OF_A_LINE = ("charges", "related_parties")
_MAKERS_ADDRESS = ("address", "city", "region", "postal_code", "country")
# Absent where there is no claim, and where the MID says it.
_NOT_ASKED = frozenset({"spi", "manufacturer_name", "manufacturer_name_ascii", "manufacturer_address"})


class EntryDataset(Document):
    """What a broker would type into the entry."""

    artifact_type = "entry_dataset"
    filename = "entry_dataset.json"
    media_type = "application/json"

    def applies(self, invoice: Invoice, /) -> bool:
        """Not for what corrects an entry that was filed: there is no second one, and the truck has gone."""
        return invoice.snapshot.files_an_entry

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """Canonical JSON by entry line; money in USD as text, the importer's number in full if a firm's."""
        goods, charged = goods_by_line(invoice), charges_by_line(invoice)
        notices = notices_by_line(invoice, goods)
        lines = [
            _line(invoice, line, goods[line.number], charged[line.number], notices[line.number])
            for line in invoice.consolidated
        ]
        named, released = _parties(invoice), released_by(invoice)
        entry = {**_entry(invoice), **released}
        return canonical_json(
            {
                **json_head(invoice, "entry_dataset", SCHEMA_VERSION),
                "forms": ["CBP 3461", "CBP 7501"],
                "status": "for broker review",
                "parties": named,
                "entry": entry,
                "lines": lines,
                **transliterated(
                    text
                    for line in invoice.consolidated
                    for text in (line.manufacturer_name, *line.descriptions)
                ),
                "totals": {
                    "lines": len(lines),
                    # A sum of rounded lines, so it may differ from the invoice by some dollars.
                    "entered_value": sum(whole_dollars(line.value) for line in invoice.consolidated),
                    "invoice_value": money(invoice.totals.value),
                    "gross_weight_kg": weight(invoice.totals.gross_weight),
                },
                "left_to_the_broker": {
                    "importer_of_record": _absent(named["importer_of_record"]),
                    # Of both the address, too, is what cargo is released by (19 CFR 142.6).
                    "seller": _absent(named["seller"]),
                    "buyer": _absent(named["buyer"]),
                    "entry": left_of(_absent(entry), released),
                    # Of every line; each names what else it lacks.
                    "lines": [name for name in _OF_A_LINE if all(line[name] is None for line in lines)],
                },
            }
        )


def _absent(document: Json) -> list[str]:
    return sorted(name for name, value in document.items() if value is None)


def _parties(invoice: Invoice) -> Mapping[str, Json]:
    """With seller and buyer, which cargo is released by (19 CFR 142.6)."""
    snapshot, shipment = invoice.snapshot, invoice.package.shipment
    given = parties(snapshot)
    number = number_to_file(snapshot.warehouse.importer_of_record.number)
    importer = {**given["importer_of_record"], "number": number}
    return {
        **given,
        "importer_of_record": importer,
        "consignee": importer,
        "seller": _party(shipment.seller, shipment.seller_address),
        "buyer": _party(shipment.buyer, shipment.buyer_address),
    }


def _party(name: str | None, stated: Address | None) -> Json:
    return {"name": text(name), "address": stated and address(stated)}


def _entry(invoice: Invoice) -> Json:
    snapshot = invoice.snapshot
    carriage, importer = transport(invoice), snapshot.warehouse.importer_of_record
    return {
        **dict.fromkeys(_OF_THE_ENTRY),
        "filer_code": text(snapshot.broker.filer_code),
        "entry_type": snapshot.entry_type,
        "entry_type_is_estimate": True,
        "expected_entry_date": snapshot.entry_date.isoformat(),
        "expected_import_date": snapshot.entry_date.isoformat(),
        "port_of_entry": carriage["port_code"],
        "port_of_unlading": carriage["port_code"],
        "bond": importer.bond,
        "bond_type": _BOND_TYPES.get(importer.bond),
        # By name; its code is the broker's to find.
        **({"surety": surety} if (surety := text(surety_of(snapshot))) else {}),
        "mode_of_transport": TRUCK_NOT_IN_CONTAINER,
        "importing_carrier": carriage["carrier"],
        "carrier_scac": carriage["scac"],
        "exporting_country": text(snapshot.warehouse.address.country),
        "country_of_origin": _one_or_several(line.country_of_origin for line in invoice.consolidated),
        "manufacturer_id": _one_or_several(line.manufacturer_mid for line in invoice.consolidated),
        "reference_number": invoice.package.number,
        "invoice": {"number": invoice.package.number, "date": invoice.package.invoice_date.isoformat()},
        "location_of_goods": text(snapshot.warehouse.location_of_goods),
        **_destination(invoice),
        "related_parties": snapshot.warehouse.related_parties,
        "sale": _sale(invoice.package.shipment),
        # By which the account converted is not known; the broker compares it with CBP's (19 CFR 159.32).
        **({"exchange_rate": None} if invoice.package.shipment.converted_from else {}),
        "manifest_quantity": {"unit": "PKG", "quantity": str(invoice.totals.packages)},
        **_of_the_shipment(invoice.package.shipment),
    }


def _of_the_shipment(shipment: Shipment) -> Json:
    """The bill of a truck that files through PAPS is its PAPS number."""
    return {
        "bill_of_lading": shipment.paps_number,
        "paps_number": shipment.paps_number,
        "export_date": shipment.shipped_on and shipment.shipped_on.isoformat(),
        "charges": charges(shipment) or None,
        "equipment": [clean_text(each) for each in shipment.trip.equipment] if shipment.trip else [],
        "seals": [clean_text(each) for each in shipment.trip.seals] if shipment.trip else [],
    }


def _destination(invoice: Invoice) -> Json:
    states = destination_states(invoice)
    return {
        "state_of_destination": states[0].name if states else None,
        "destination_states": [{"state": each.name, "value": money(each.value)} for each in states],
    }


def _sale(shipment: Shipment) -> Json:
    """When and where it was made, and in what currency; absent what nobody stated."""
    stated = sale(shipment)
    return {name: stated[name] for name in ("sold_on", "place_of_sale", "currency_of_sale") if name in stated}


def _one_or_several(values: Iterable[str]) -> str | None:
    """The value that all lines share, as the forms' header has it."""
    found = set(values)
    return (found.pop() or None) if len(found) == 1 else SEVERAL


def _line(
    invoice: Invoice,
    line: ConsolidatedLine,
    goods: Sequence[ShippedProduct],
    charged: LineCharges,
    notices: LineNotices,
) -> Json:
    quantity, agencies = hts_quantities(line.hts_quantities), _agency_data(goods[0])
    document: Json = {
        # Allocated by value, each kind for itself.
        "charges": [{"kind": kind, "amount_usd": money(part)} for kind, part in charged.items()] or None,
        "related_parties": invoice.snapshot.warehouse.related_parties,
        "number": line.number,
        # Of several, where the broker's limits ask for them; manifest.json has the orders of each.
        "part_of_entry": line.entry_number,
        "descriptions": line.descriptions,
        "descriptions_ascii": [ascii_capitals(each) for each in line.descriptions],
        # What somebody found to apply, and what may: both in the order of filing, before the code.
        "chapter99_headings": [dotted_hts(heading) for heading in line.chapter_99] or None,
        "chapter99_candidates": candidate_headings(line.candidate_headings),
        "hts_code": text(line.hts_code),
        "hts_code_dotted": dotted_hts(line.hts_code) or None,
        "country_of_origin": text(line.country_of_origin),
        "exporting_country": text(invoice.snapshot.warehouse.address.country),
        "manufacturer_id": text(line.manufacturer_mid),
        "manufacturer_name": text(line.manufacturer_name),
        "manufacturer_name_ascii": ascii_capitals(line.manufacturer_name) or None,
        "manufacturer_address": _maker(line),
        "spi": text(line.spi),
        "quantities": quantities(line.quantities),
        "net_quantity_hts_units": quantity or None,
        "net_weight_kg": weight(line.net_weight),
        "gross_weight_kg": weight(line.gross_weight),
        "entered_value": whole_dollars(line.value),
        "invoice_value": money(line.value),
        "adcvd_cases": line.adcvd_cases,
        "agency_flags": agency_flags(line.agency_flags),
        "agency_data": agencies,
        **({"prior_notices": notices.confirmed} if notices.confirmed else {}),
        "section_232_statuses": line.section_232_statuses,
        "metals": metals(goods),
        "metal_weight_pct": metal_shares(goods),
        "warnings": line.warnings,
        **claim_under_chapter_98(goods),
    }
    left = _left(document, line, quantity, agencies)
    return {**document, "left_to_the_broker": [*left, *notices.left]}


def _left(document: Json, line: ConsolidatedLine, quantity: Sequence[Json], agencies: Json) -> list[str]:
    """The fields that nobody stated, as the broker finds them in the document."""
    return [
        *(name for name in _absent(document) if name not in _NOT_ASKED),
        *(f"net_quantity_hts_units.{each['unit']}" for each in quantity if each["quantity"] is None),
        *(
            name
            for name, each in (("net_weight_kg", line.net_weight), ("gross_weight_kg", line.gross_weight))
            if not each.is_complete
        ),
        *(f"agency_data.{flag.agency}" for flag in line.agency_flags if flag.agency not in agencies),
    ]


def _maker(line: ConsolidatedLine) -> Json | None:
    given = line.manufacturer.model_dump(include=set(_MAKERS_ADDRESS))
    stated = {name: text(given[name]) for name in _MAKERS_ADDRESS}
    return stated if any(stated.values()) else None


def _agency_data(shipped: ShippedProduct) -> Json:
    """What the account gave for each agency; goods that differ in it are never one line."""
    given = shipped.product.pga.model_dump(mode="json", exclude_none=True)
    return {
        agency: {name: text(value) for name, value in data.items()} for agency, data in given.items() if data
    }
