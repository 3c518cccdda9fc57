"""manifest.json: the whole package as data, canonical JSON, with the SHA-256 of every other artifact.

Money and weights are text so that no reader makes binary floats of them. A datum nobody gave is left out of a
line. The manifest does not list its own hash.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import orjson

from entrygo.domain.facts import Address, Order
from entrygo.domain.money import plain, to_cents
from entrygo.domain.snapshot import Snapshot
from entrygo.execution.documents.base import NOTICE, RenderedArtifact
from entrygo.execution.invoice import CURRENCY, ConsolidatedLine, Invoice, InvoiceEntry, Totals, Weight
from entrygo.execution.invoice_columns import COLUMNS
from entrygo.execution.printable import clean_text, dotted_hts, masked

SCHEMA_VERSION = "1.0"
# Versions the documents, not the program: the same package gives the same bytes after an upgrade.
GENERATOR = {"name": "entrygo", "version": "1"}
_PACKAGE_COLUMNS = frozenset({"package_number", "invoice_number", "invoice_date", "currency", "fx_rate"})
_LINE_COLUMNS = tuple((name, cell) for name, cell in COLUMNS if name not in _PACKAGE_COLUMNS)
_INTEGERS = frozenset({"line_number", "consolidated_line_number"})
_LISTS = frozenset({"warnings"})

Json = Mapping[str, object]


class Manifest:
    """The machine-readable package."""

    artifact_type = "manifest"
    filename = "manifest.json"
    media_type = "application/json"

    def render(self, invoice: Invoice, earlier: Sequence[RenderedArtifact], /) -> bytes:
        return orjson.dumps(
            _document(invoice, earlier), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
        )


def _document(invoice: Invoice, earlier: Sequence[RenderedArtifact]) -> Json:
    snapshot, package = invoice.snapshot, invoice.package
    return {
        "schema_version": SCHEMA_VERSION,
        "notice": NOTICE,
        "package": {"id": package.id, "number": package.number, "state": "generated"},
        "invoice": {
            "number": package.number,
            "date": package.invoice_date.isoformat(),
            "currency": CURRENCY,
            "fx_rate": "1",
        },
        "export": _export(snapshot),
        "parties": _parties(snapshot),
        "transport": _transport(snapshot),
        "entry": _entry(invoice),
        "orders": _orders(invoice),
        "lines": [_line(invoice, index) for index in range(len(invoice.lines))],
        "consolidated_lines": [_consolidated(line) for line in invoice.consolidated],
        "totals": _totals(invoice.totals),
        "validation_messages": [each.model_dump(mode="json") for each in snapshot.validation_messages],
        "flags": list(snapshot.flags),
        "missing_data": list(snapshot.missing_data),
        "excluded_orders": [each.model_dump(mode="json") for each in snapshot.excluded_orders],
        "artifacts": [_artifact(each) for each in earlier],
        "generated_at": package.generated_at,
        "generator": GENERATOR,
    }


def _export(snapshot: Snapshot) -> Json:
    return {
        "id": snapshot.export_id,
        "revision": snapshot.revision,
        "plan_hash": snapshot.plan_hash,
        "readiness_state": snapshot.readiness_state,
        "compliance_score": snapshot.compliance_score,
        "destination_country": snapshot.destination_country,
        "entry_date": snapshot.entry_date.isoformat(),
        "planned_at": snapshot.planned_at,
        "ruleset_version": snapshot.ruleset_version,
        "reference_version": snapshot.reference_version,
    }


def _parties(snapshot: Snapshot) -> Json:
    warehouse, broker = snapshot.warehouse, snapshot.broker
    importer = {
        "name": _text(warehouse.importer_of_record.name),
        "number_masked": masked(warehouse.importer_of_record.number) or None,
        "address": _address(warehouse.importer_of_record.address),
    }
    exporter = {
        "name": _text(warehouse.name),
        "address": _address(warehouse.address),
        "responsible_employee": _text(warehouse.responsible_employee),
        "phone": _text(warehouse.phone),
        "email": _text(warehouse.email),
    }
    return {
        "exporter": exporter,
        "importer_of_record": importer,
        # Of a consolidated entry the importer is the consignee.
        "consignee": importer,
        "broker": {
            "id": broker.id,
            "name": _text(broker.name),
            "email": _text(broker.email),
            "filer_code": _text(broker.filer_code),
        },
        "warehouse": {
            "id": warehouse.id,
            "external_id": warehouse.external_id,
            "name": _text(warehouse.name),
        },
    }


def _transport(snapshot: Snapshot) -> Json:
    transport = snapshot.warehouse.transport
    return {
        "mode": "truck",
        "carrier": _text(transport.carrier),
        "scac": _text(transport.scac),
        "port_code": _text(transport.port_code) or _text(snapshot.broker.port_code),
        "port_name": _text(transport.port_name),
    }


def _entry(invoice: Invoice) -> Json:
    snapshot = invoice.snapshot
    return {
        "type": snapshot.entry_type,
        "type_is_estimate": True,
        "port": _transport(snapshot)["port_code"],
        "value_usd": _money(invoice.totals.value),
        "lines": invoice.totals.consolidated_lines,
        "entries": [_part(entry) for entry in invoice.entries],
        "informal_limit": _money(snapshot.informal_limit_usd),
        "fees_basis": None if snapshot.savings is None else snapshot.savings.model_dump(mode="json"),
    }


def _part(entry: InvoiceEntry) -> Json:
    """One of the entries that the broker's limits split the export into; most often the only one."""
    return {
        "number": entry.number,
        "order_ids": entry.order_ids,
        "lines": entry.lines,
        "value_usd": _money(entry.value),
    }


def _orders(invoice: Invoice) -> list[Json]:
    numbers: dict[str, list[int]] = {}
    for line in invoice.lines:
        numbers.setdefault(line.order.id, []).append(line.number)
    return [_order(order, numbers.get(order.id, [])) for order in invoice.snapshot.orders]


def _order(order: Order, line_numbers: Sequence[int]) -> Json:
    return {
        "id": order.id,
        "external_id": clean_text(order.external_id),
        "package_marks": clean_text(order.external_id),
        "destination": {
            "country": clean_text(order.destination_country),
            "region": _text(order.destination_region),
            "postal_code": _text(order.destination_postal_code),
        },
        "item_refs": line_numbers,
        "total_value_usd": _money(order.total_value_usd),
    }


def _line(invoice: Invoice, index: int) -> Json:
    line = invoice.lines[index]
    cells = ((name, cell(invoice, line)) for name, cell in _LINE_COLUMNS)
    return {name: _value(name, text) for name, text in cells if text}


def _value(name: str, text: str) -> object:
    if name in _INTEGERS:
        return int(text)
    return text.split(";") if name in _LISTS else text


def _consolidated(line: ConsolidatedLine) -> Json:
    return {
        "number": line.number,
        "entry_number": line.entry_number,
        "hts_code": line.hts_code,
        "hts_code_dotted": dotted_hts(line.hts_code),
        "country_of_origin": line.country_of_origin,
        "manufacturer_mid": line.manufacturer_mid or None,
        "manufacturer_name": line.manufacturer_name or None,
        "spi": line.spi or None,
        "chapter99_headings": [dotted_hts(heading) for heading in line.chapter_99],
        "customs_descriptions": line.descriptions,
        "skus": line.skus,
        "order_ids": line.order_ids,
        "line_numbers": line.line_numbers,
        "quantities": _quantities(line.quantities),
        "net_weight_kg": _weight(line.net_weight),
        "gross_weight_kg": _weight(line.gross_weight),
        "value_usd": _money(line.value),
        "section_232_statuses": line.section_232_statuses,
        "warnings": line.warnings,
    }


def _totals(totals: Totals) -> Json:
    return {
        "orders": totals.orders,
        "lines": totals.lines,
        "consolidated_lines": totals.consolidated_lines,
        "quantities": _quantities(totals.quantities),
        "net_weight_kg": _weight(totals.net_weight),
        "gross_weight_kg": _weight(totals.gross_weight),
        "merchandise_value_usd": _money(totals.value),
        "invoice_total_usd": _money(totals.value),
    }


def _artifact(artifact: RenderedArtifact) -> Json:
    return {
        "artifact_type": artifact.artifact_type,
        "filename": artifact.filename,
        "media_type": artifact.media_type,
        "bytes": len(artifact.content),
        "sha256": artifact.sha256,
        "generated_at": artifact.generated_at,
    }


def _address(address: Address) -> Json:
    return {name: _text(value) for name, value in address.model_dump().items()}


def _quantities(quantities: Sequence[tuple[str, Decimal]]) -> list[Json]:
    return [{"unit": unit, "quantity": plain(quantity)} for unit, quantity in quantities]


def _weight(weight: Weight) -> Json:
    return {"kg": plain(weight.kg), "complete": weight.is_complete}


def _money(amount: Decimal) -> str:
    return format(to_cents(amount), "f")


def _text(value: str | None) -> str | None:
    return clean_text(value) or None
