"""commercial_customs_invoice.html: the invoice as a person reads and prints it (19 CFR 141.86).

One file without any external asset. Escaping is Jinja's, for every value; the template marks nothing as safe.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from jinja2 import Environment, PackageLoader, StrictUndefined

from entrygo.domain.facts import Address
from entrygo.domain.money import plain, to_cents
from entrygo.execution.documents.base import NOTICE, RenderedArtifact
from entrygo.execution.invoice import CURRENCY, ConsolidatedLine, Invoice, InvoiceEntry, InvoiceLine, Weight
from entrygo.execution.printable import clean_text, dotted_hts, masked

_SHORT_HASH = 20
_SHOWN_DESCRIPTIONS = 3
_SECTION_232 = {
    "not_assessed": "Not assessed",
    "not_applicable": "Not applicable",
    "review": "Review",
    "applicable": "Applicable",
}


class CommercialCustomsInvoice:
    """The invoice for people: parties, transport, entry lines, findings, and every order line."""

    artifact_type = "cci_human_readable"
    filename = "commercial_customs_invoice.html"
    media_type = "text/html; charset=utf-8"

    def __init__(self) -> None:
        environment = Environment(
            autoescape=True,
            loader=PackageLoader("entrygo.execution.documents", "templates"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = environment.get_template("commercial_customs_invoice.html.j2")

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        return self._template.render(_view(invoice)).encode()


def _view(invoice: Invoice) -> Mapping[str, object]:
    snapshot, totals = invoice.snapshot, invoice.totals
    return {
        "notice": NOTICE,
        "currency": CURRENCY,
        "package": invoice.package,
        "invoice_date": invoice.package.invoice_date.isoformat(),
        "export_id": snapshot.export_id,
        "plan_hash": snapshot.plan_hash[:_SHORT_HASH] + "…",
        "entry_date": snapshot.entry_date.isoformat(),
        "entry_type": {"01": "01 formal", "11": "11 informal"}[snapshot.entry_type],
        "is_informal": snapshot.entry_type == "11",
        "informal_limit": amount(snapshot.informal_limit_usd),
        "readiness": str(snapshot.readiness_state).replace("_", " ").capitalize(),
        "score": snapshot.compliance_score,
        "ruleset": f"{clean_text(snapshot.ruleset_version)} / {clean_text(snapshot.reference_version)}",
        "exporter": _exporter(invoice),
        "importer": _importer(invoice),
        "broker": {
            "name": clean_text(snapshot.broker.name),
            "email": clean_text(snapshot.broker.email),
            "filer_code": clean_text(snapshot.broker.filer_code),
        },
        "transport": _transport(invoice),
        "entries": [_entry(entry) for entry in invoice.entries],
        "entry_lines": [_entry_line(line) for line in invoice.consolidated],
        # An iterator: thousands of rows never lie in memory twice.
        "order_lines": (_order_line(line) for line in invoice.lines),
        "messages": _messages(invoice),
        "excluded_count": len(snapshot.excluded_orders),
        "weights_incomplete": not (totals.net_weight.is_complete and totals.gross_weight.is_complete),
        "claims_usmca": any(line.spi for line in invoice.consolidated),
        "totals": {
            "orders": f"{totals.orders:,}",
            "lines": f"{totals.lines:,}",
            "entry_lines": f"{totals.consolidated_lines:,}",
            "quantities": quantities(totals.quantities),
            "net": weight(totals.net_weight),
            "gross": weight(totals.gross_weight),
            "value": amount(totals.value),
        },
    }


def _exporter(invoice: Invoice) -> Mapping[str, object]:
    warehouse = invoice.snapshot.warehouse
    return {
        "name": clean_text(warehouse.name),
        "address": address_lines(warehouse.address),
        "country": clean_text(warehouse.address.country),
        "employee": clean_text(warehouse.responsible_employee),
        "phone": clean_text(warehouse.phone),
        "email": clean_text(warehouse.email),
    }


def _importer(invoice: Invoice) -> Mapping[str, object]:
    importer = invoice.snapshot.warehouse.importer_of_record
    return {
        "name": clean_text(importer.name),
        "address": address_lines(importer.address),
        "number": masked(importer.number),
        "bond": clean_text(importer.bond),
    }


def _transport(invoice: Invoice) -> Mapping[str, object]:
    transport = invoice.snapshot.warehouse.transport
    address = invoice.snapshot.warehouse.address
    place = ", ".join(filter(None, (clean_text(address.city), clean_text(address.region))))
    port = clean_text(transport.port_code) or clean_text(invoice.snapshot.broker.port_code)
    return {
        "carrier": clean_text(transport.carrier),
        "scac": clean_text(transport.scac),
        "place": place,
        "port": " ".join(filter(None, (clean_text(transport.port_name), port))),
    }


def _entry(entry: InvoiceEntry) -> Mapping[str, object]:
    return {
        "number": entry.number,
        "orders": f"{len(entry.order_ids):,}",
        "lines": f"{entry.lines:,}",
        "value": amount(entry.value),
    }


def _entry_line(line: ConsolidatedLine) -> Mapping[str, object]:
    shown, hidden = line.descriptions[:_SHOWN_DESCRIPTIONS], line.descriptions[_SHOWN_DESCRIPTIONS:]
    return {
        "number": line.number,
        "entry": line.entry_number,
        "hts": dotted_hts(line.hts_code),
        "origin": line.country_of_origin,
        "manufacturer": line.manufacturer_name,
        "mid": line.manufacturer_mid,
        "spi": line.spi,
        "descriptions": shown,
        "more": len(hidden),
        "skus": ", ".join(line.skus),
        "quantities": quantities(line.quantities),
        "net": weight(line.net_weight),
        "gross": weight(line.gross_weight),
        "value": amount(line.value),
        "order_count": f"{len(line.order_ids):,}",
        "section_232": " / ".join(_SECTION_232[status] for status in line.section_232_statuses),
        "needs_review": bool(line.warnings),
    }


def _order_line(line: InvoiceLine) -> Mapping[str, object]:
    order, product = line.order, line.product
    region, postal_code = clean_text(order.destination_region), clean_text(order.destination_postal_code)
    return {
        "number": line.number,
        "entry_line": line.consolidated_number,
        "order": clean_text(order.external_id),
        "sku": clean_text(product.sku),
        "description": clean_text(product.customs_description),
        "composition": clean_text(product.material_composition),
        "hts": dotted_hts(product.hts_code),
        "origin": clean_text(product.country_of_origin),
        "quantity": f"{plain(line.item.quantity)} {line.unit}",
        "net": "" if line.net_weight_kg is None else plain(line.net_weight_kg),
        "unit_value": unit_amount(line.item.unit_value_usd),
        "value": amount(line.value),
        "destination": " ".join(filter(None, (region, postal_code))),
        "needs_review": bool(line.warnings),
    }


def _messages(invoice: Invoice) -> Sequence[Mapping[str, object]]:
    """Equal findings in one row: five thousand orders with one product to review are one thing to read."""
    counted: dict[tuple[str, str, str], int] = {}
    for each in invoice.snapshot.validation_messages:
        key = (str(each.severity), clean_text(each.code), clean_text(each.message))
        counted[key] = counted.get(key, 0) + 1
    return [
        {"severity": severity, "code": code, "message": message, "count": f"{count:,}"}
        for (severity, code, message), count in counted.items()
    ]


def address_lines(address: Address) -> Sequence[str]:
    """The address as it is written on an envelope, without its empty parts."""
    town = " ".join(_present(address.city, address.region, address.postal_code))
    return tuple(_present(address.line_1, address.line_2, town, address.country))


def _present(*parts: str | None) -> Iterator[str]:
    return (text for text in map(clean_text, parts) if text)


def amount(value: Decimal) -> str:
    """1,234.50: for people; the CSV and the manifest carry the bare number."""
    return f"{to_cents(value):,f}"


def unit_amount(value: Decimal) -> str:
    return amount(value) if value == to_cents(value) else f"{value.normalize():,f}"


def weight(value: Weight) -> str:
    """The sum, marked when a product's weight was not stated."""
    return f"{value.kg.normalize():,f}" + ("" if value.is_complete else " *")


def quantities(values: Sequence[tuple[str, Decimal]]) -> str:
    return ", ".join(f"{quantity.normalize():,f} {unit}" for unit, quantity in values)
