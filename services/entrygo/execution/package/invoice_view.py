"""What the documents for people show, as ready text: the HTML and the PDF print the same. Escapes nothing."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from entrygo.domain.facts import ImporterOfRecord
from entrygo.domain.importer_number import masked
from entrygo.domain.shipment import Trip
from entrygo.domain.snapshot import Snapshot
from entrygo.domain.tariff import AgencyFlag, headings_of
from entrygo.execution.package.entry_snapshots import (
    entries_by_importer,
    has_several_importers,
    importer_of,
)
from entrygo.execution.package.facts import NOTICE
from entrygo.execution.package.figures import (
    address_lines,
    amount,
    hts_quantities,
    quantities,
    unit_amount,
    weight,
)
from entrygo.execution.package.findings import findings_for_broker, left_behind
from entrygo.execution.package.invoice import CURRENCY, ConsolidatedLine, Invoice, InvoiceEntry, InvoiceLine
from entrygo.execution.package.invoice_columns import number
from entrygo.execution.package.port import port_of_entry
from entrygo.execution.package.printable import clean_text, dotted_hts
from entrygo.execution.package.replaced_package import replaced_in_words
from entrygo.execution.package.shipment_view import shipment_view

_SHORT_HASH = 20
_SHOWN_DESCRIPTIONS = 3
_SHOWN_SKUS = 12
SECTION_232 = {
    "not_assessed": "Not assessed",
    "not_applicable": "Not applicable",
    "review": "Review",
    "applicable": "Applicable",
}

_ENTRY_TYPES = {"01": "01 formal", "03": "03 formal, AD/CVD", "11": "11 informal"}

_INFORMAL_DECLARATION = (
    "I declare that the information on this invoice is accurate to the best of my knowledge and belief;"
    " that the invoice quantities are true and correct manifest quantities; and that I have not received"
    " and do not know of any invoice other than this one."
)

View = Mapping[str, object]


def document_view(invoice: Invoice) -> View:
    """What every document for people shows: package, parties, and how the plan came about."""
    snapshot = invoice.snapshot
    return {
        "notice": NOTICE,
        "currency": CURRENCY,
        "package": {
            "number": invoice.package.number,
            "generated_at": invoice.package.generated_at,
            "replaces": replaced_in_words(invoice),
        },
        "invoice_date": invoice.package.invoice_date.isoformat(),
        "export_id": snapshot.export_id,
        "plan_hash": snapshot.plan_hash[:_SHORT_HASH] + "…",
        "ruleset": f"{clean_text(snapshot.ruleset_version)} / {clean_text(snapshot.reference_version)}",
        "entry_date": snapshot.entry_date.isoformat(),
        "exporter": _exporter(invoice),
        "importer": _party(invoice.snapshot.warehouse.importer_of_record),
        "importers": _importers(invoice),
        "broker": {
            "name": clean_text(snapshot.broker.name),
            "email": clean_text(snapshot.broker.email),
            "filer_code": clean_text(snapshot.broker.filer_code),
        },
        "transport": _transport(invoice),
        "totals": _totals(invoice),
        "weights_incomplete": any(
            each.kg and not each.is_complete
            for each in (invoice.totals.net_weight, invoice.totals.gross_weight)
        ),
        "related_parties": {True: "Yes", False: "No", None: ""}[snapshot.warehouse.related_parties],
        "location_of_goods": clean_text(snapshot.warehouse.location_of_goods),
        "stated_packages": f"{invoice.totals.packages:,}" if invoice.package.shipment.packages else "",
    }


def invoice_view(invoice: Invoice) -> View:
    """The commercial invoice without its lines, which each document sets in its own way."""
    snapshot = invoice.snapshot
    return {
        **document_view(invoice),
        "entry_type": _entry_types(snapshot),
        "is_informal": snapshot.entry_type == "11",
        "informal_limit": amount(snapshot.informal_limit_usd),
        # The words of 19 CFR 143.23, for the importer or its agent to sign.
        "informal_declaration": _INFORMAL_DECLARATION,
        "shipment": shipment_view(invoice),
        "readiness": str(snapshot.readiness_state).replace("_", " ").capitalize(),
        "score": snapshot.compliance_score,
        "entries": [_entry(invoice, entry) for entry in invoice.entries],
        "has_several_importers": has_several_importers(snapshot),
        "messages": _messages(invoice),
        "excluded": left_behind(len(snapshot.excluded_orders)),
        "claims_usmca": any(line.spi for line in invoice.consolidated),
        "has_candidates": any(line.candidate_headings for line in invoice.consolidated),
        "has_unknown_quantities": any(
            each.amount is None for line in invoice.consolidated for each in line.hts_quantities
        ),
    }


def _entry_types(snapshot: Snapshot) -> str:
    """The type of the entry; of a truck every type that its entries have, in their order."""
    types = [entry.entry_type or snapshot.entry_type for entry in snapshot.entries]
    return "; ".join(_ENTRY_TYPES[each] for each in dict.fromkeys(types or [snapshot.entry_type]))


def _entry(invoice: Invoice, entry: InvoiceEntry) -> View:
    planned = next((each for each in invoice.snapshot.entries if each.number == entry.number), None)
    return {
        "number": entry.number,
        "importer": clean_text(importer_of(invoice.snapshot, planned).name) if planned else "",
        "orders": f"{len(entry.order_ids):,}",
        "lines": f"{entry.lines:,}",
        "value": amount(entry.value),
    }


def _exporter(invoice: Invoice) -> View:
    warehouse = invoice.snapshot.warehouse
    return {
        "name": clean_text(warehouse.name),
        "address": address_lines(warehouse.address),
        "country": clean_text(warehouse.address.country),
        "employee": clean_text(warehouse.responsible_employee),
        "phone": clean_text(warehouse.phone),
        "email": clean_text(warehouse.email),
    }


def _party(importer: ImporterOfRecord) -> View:
    """An importer of record; its number masked."""
    return {
        "name": clean_text(importer.name),
        "address": address_lines(importer.address),
        "number": masked(importer.number),
        "bond": clean_text(importer.bond),
        # Where each importer has its own.
        "entries": "",
    }


def _importers(invoice: Invoice) -> Sequence[View]:
    """Of a truck that several import: who enters what. Nobody imports it as a whole."""
    snapshot = invoice.snapshot
    if not has_several_importers(snapshot):
        return ()
    return [
        {**_party(importer), "entries": ", ".join(str(entry.number) for entry in entries)}
        for importer, entries in entries_by_importer(snapshot)
    ]


def _transport(invoice: Invoice) -> View:
    transport = invoice.snapshot.warehouse.transport
    address = invoice.snapshot.warehouse.address
    place = ", ".join(filter(None, (clean_text(address.city), clean_text(address.region))))
    port = port_of_entry(invoice.snapshot, invoice.package.shipment)
    return {
        "carrier": clean_text(transport.carrier),
        "scac": clean_text(transport.scac),
        "place": place,
        "port": " ".join(filter(None, (port.name, port.code))),
    }


def _totals(invoice: Invoice) -> View:
    totals = invoice.totals
    return {
        "orders": f"{totals.orders:,}",
        "lines": f"{totals.lines:,}",
        "entry_lines": f"{totals.consolidated_lines:,}",
        "quantities": quantities(totals.quantities),
        "net": weight(totals.net_weight),
        "gross": weight(totals.gross_weight),
        "value": amount(totals.value),
        "invoice_total": amount(totals.invoice_total),
    }


def entry_line_view(line: ConsolidatedLine) -> View:
    return {
        "number": line.number,
        "entry": line.entry_number,
        "hts": dotted_hts(line.hts_code),
        "origin": line.country_of_origin,
        "manufacturer": line.manufacturer_name,
        "mid": line.manufacturer_mid,
        "maker_address": _makers_address(line),
        "spi": line.spi,
        "descriptions": line.descriptions[:_SHOWN_DESCRIPTIONS],
        "more": len(line.descriptions[_SHOWN_DESCRIPTIONS:]),
        "skus": _shortened(line.skus),
        "headings": [dotted_hts(heading) for heading in line.declared_headings],
        "candidates": headings_of(line.candidate_headings),
        "quantities": quantities(line.quantities),
        "hts_quantities": hts_quantities(line.hts_quantities),
        "agencies": "; ".join((*_cases(line), *map(_agency, line.agency_flags))),
        "net": weight(line.net_weight),
        "gross": weight(line.gross_weight),
        "value": amount(line.value),
        "order_count": f"{len(line.order_ids):,}",
        "section_232": " / ".join(SECTION_232[status] for status in line.section_232_statuses),
        "needs_review": bool(line.warnings),
    }


def _makers_address(line: ConsolidatedLine) -> str:
    maker = line.manufacturer
    town = " ".join(filter(None, map(clean_text, (maker.city, maker.region, maker.postal_code))))
    return ", ".join(filter(None, (clean_text(maker.address), town, clean_text(maker.country))))


def _cases(line: ConsolidatedLine) -> Sequence[str]:
    return [f"AD/CVD {case}" for case in line.adcvd_cases]


def _agency(flag: AgencyFlag) -> str:
    named = " ".join(dict.fromkeys((flag.agency.upper(), flag.code)))
    return named if flag.is_required else f"{named} may apply"


def _shortened(skus: Sequence[str]) -> str:
    hidden = len(skus) - _SHOWN_SKUS
    return ", ".join(skus[:_SHOWN_SKUS]) + (f" and {hidden:,} more" if hidden > 0 else "")


class OrderLineView(NamedTuple):
    """An order line as ready text; a tuple, since there are thousands of them."""

    number: int
    entry_line: int
    needs_review: bool
    order: str
    sku: str
    description: str
    composition: str
    hts: str
    origin: str
    quantity: str
    net: str
    unit_value: str
    value: str
    destination: str


def order_line_view(line: InvoiceLine) -> OrderLineView:
    """An order line as the invoice shows it."""
    order, product = line.order, line.product
    region, postal_code = clean_text(order.destination_region), clean_text(order.destination_postal_code)
    return OrderLineView(
        number=line.number,
        entry_line=line.consolidated_number,
        needs_review=bool(line.warnings),
        order=clean_text(order.external_id),
        sku=clean_text(product.sku),
        description=clean_text(product.customs_description),
        composition=clean_text(product.material_composition),
        hts=dotted_hts(product.hts_code),
        origin=clean_text(product.country_of_origin),
        quantity=f"{number(line.item.quantity)} {line.unit}",
        net=number(line.net_weight_kg),
        unit_value=unit_amount(line.item.unit_value_usd),
        value=amount(line.value),
        destination=" ".join(filter(None, (region, postal_code))),
    )


def _messages(invoice: Invoice) -> Sequence[View]:
    return [
        {
            "severity": str(found.message.severity),
            "code": clean_text(found.message.code),
            "message": clean_text(found.message.message),
            "count": f"{found.count:,}",
        }
        for found in findings_for_broker(invoice.snapshot, invoice.package.shipment.trip or Trip())
    ]
