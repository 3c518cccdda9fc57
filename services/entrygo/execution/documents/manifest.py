"""manifest.json: the whole package as data, canonical JSON, with the SHA-256 of every other artifact.

Money and weights are text so that no reader makes binary floats of them. A line names its order and its
product, and has only what is its own; a datum nobody gave is left out of it. The manifest does not list its
own hash, nor that of the archive it lies in.
"""

from collections.abc import Iterator, Sequence

from entrygo.domain.facts import Order
from entrygo.domain.importer_number import masked
from entrygo.domain.snapshot import ExcludedOrder, Snapshot
from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import MANIFEST_TYPE, RenderedArtifact
from entrygo.execution.package.entry_snapshots import entries_by_importer, has_several_importers, importer_of
from entrygo.execution.package.facts import NOTICE
from entrygo.execution.package.findings import CountedFinding, findings_of_plan
from entrygo.execution.package.invoice import CURRENCY, ConsolidatedLine, Invoice, InvoiceEntry
from entrygo.execution.package.invoice_columns import COLUMNS, PRODUCT, product_rows
from entrygo.execution.package.json_values import (
    GENERATOR,
    Json,
    address,
    agency_flags,
    candidate_headings,
    canonical_json,
    hts_quantities,
    money,
    parties,
    quantities,
    text,
    transport,
    weight,
)
from entrygo.execution.package.manifest_lines import manifest_lines
from entrygo.execution.package.port import port_of_entry
from entrygo.execution.package.printable import clean_text, dotted_hts
from entrygo.execution.package.replaced_package import replaced_package
from entrygo.execution.package.shipment_values import carriage, charges, sale

SCHEMA_VERSION = "2.0"
_PRODUCT_COLUMNS = tuple((index, each.name) for index, each in enumerate(COLUMNS) if each.scope is PRODUCT)


class Manifest(Document):
    """The machine-readable package."""

    artifact_type = MANIFEST_TYPE
    filename = "manifest.json"
    media_type = "application/json"
    names_others = True

    def render(self, invoice: Invoice, earlier: Sequence[RenderedArtifact], /) -> bytes:
        """Canonical JSON; `earlier` are the artifacts whose SHA-256 it lists, so it comes after them."""
        return canonical_json(_document(invoice, earlier))


def _document(invoice: Invoice, earlier: Sequence[RenderedArtifact]) -> Json:
    snapshot, package = invoice.snapshot, invoice.package
    return {
        "schema_version": SCHEMA_VERSION,
        "notice": NOTICE,
        "package": {"id": package.id, "number": package.number, "state": "generated"},
        **replaced_package(invoice),
        "invoice": {
            "number": package.number,
            "date": package.invoice_date.isoformat(),
            "currency": CURRENCY,
            "fx_rate": "1",
            # By `fx_rate` amounts in USD are converted, not those that were once in this currency.
            **({"converted_from": sold_in} if (sold_in := package.shipment.converted_from) else {}),
        },
        "export": _export(snapshot),
        "parties": {**parties(snapshot), **_several_importers(snapshot)},
        "transport": _transport(invoice),
        **_sale(invoice),
        "entry": _entry(invoice),
        "orders": _orders(invoice),
        "products": [_product(row) for row in product_rows(invoice).values()],
        "lines": manifest_lines(invoice),
        "consolidated_lines": [_consolidated(line) for line in invoice.consolidated],
        "totals": _totals(invoice),
        "validation_messages": [_message(found) for found in findings_of_plan(snapshot)],
        "coverage": snapshot.coverage.model_dump(mode="json"),
        "flags": list(snapshot.flags),
        "missing_data": list(snapshot.missing_data),
        "excluded_orders": [_excluded(each) for each in snapshot.excluded_orders],
        "artifacts": [_artifact(each) for each in earlier],
        "generated_at": package.generated_at,
        "generator": GENERATOR,
    }


def _sale(invoice: Invoice) -> Json:
    """Absent, not empty, when nobody stated anything: a package without a shipment is as it always was."""
    shipment = invoice.package.shipment
    stated = {"sale": sale(shipment), "charges": charges(shipment)}
    return {name: value for name, value in stated.items() if value}


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


def _transport(invoice: Invoice) -> Json:
    return {**transport(invoice), **carriage(invoice.package.shipment)}


def _entry(invoice: Invoice) -> Json:
    snapshot = invoice.snapshot
    return {
        "type": snapshot.entry_type,
        "type_is_estimate": True,
        "port": port_of_entry(snapshot, invoice.package.shipment).code or None,
        "value_usd": money(invoice.totals.value),
        "lines": invoice.totals.consolidated_lines,
        "entries": [_part(snapshot, entry) for entry in invoice.entries],
        "informal_limit": money(snapshot.informal_limit_usd),
        "fees_basis": None if snapshot.savings is None else snapshot.savings.model_dump(mode="json"),
    }


def _part(snapshot: Snapshot, entry: InvoiceEntry) -> Json:
    """One of the entries: of an importer, or of what the broker takes in one; most often the only one."""
    return {
        "number": entry.number,
        "order_ids": entry.order_ids,
        "lines": entry.lines,
        "value_usd": money(entry.value),
        **_importer(snapshot, entry.number),
    }


def _several_importers(snapshot: Snapshot) -> Json:
    """Of a truck that nobody imports as a whole: who enters what. Absent where there is one importer."""
    if not has_several_importers(snapshot):
        return {}
    return {
        "importers_of_record": [
            {
                "name": text(importer.name),
                "number_masked": masked(importer.number) or None,
                "address": address(importer.address),
                "bond": text(importer.bond),
                "entries": [entry.number for entry in entries],
            }
            for importer, entries in entries_by_importer(snapshot)
        ]
    }


def _importer(snapshot: Snapshot, number: int) -> Json:
    """Absent where no importer has a record: then it is the importer of record among the parties."""
    planned = next((each for each in snapshot.entries if each.number == number), None)
    if planned is None or not snapshot.importers:
        return {}
    importer = importer_of(snapshot, planned)
    return {
        "type": planned.entry_type,
        "importer_of_record": {
            "id": planned.importer_id,
            "name": text(importer.name),
            "number_masked": masked(importer.number) or None,
        },
    }


def _orders(invoice: Invoice) -> Iterator[Json]:
    numbers: dict[str, list[int]] = {}
    for line in invoice.lines:
        numbers.setdefault(line.order.id, []).append(line.number)
    return (_order(order, numbers.get(order.id, [])) for order in invoice.snapshot.orders)


def _order(order: Order, line_numbers: Sequence[int]) -> Json:
    return {
        "id": order.id,
        "external_id": clean_text(order.external_id),
        "package_marks": clean_text(order.external_id),
        "destination": {
            "country": clean_text(order.destination_country),
            "region": text(order.destination_region),
            "postal_code": text(order.destination_postal_code),
        },
        "item_refs": line_numbers,
        "total_value_usd": money(order.total_value_usd),
    }


def _message(found: CountedFinding) -> Json:
    message = found.message
    return {
        "code": message.code,
        "message": clean_text(message.message),
        "severity": message.severity,
        "field": clean_text(message.field),
        "product_id": message.product_id,
        "order_id": message.order_id,
        "count": found.count,
    }


def _excluded(order: ExcludedOrder) -> Json:
    return order.model_dump(mode="json") | {"external_id": clean_text(order.external_id)}


def _product(row: Sequence[str]) -> Json:
    return {name: row[index] for index, name in _PRODUCT_COLUMNS if row[index]}


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
        # In the order of filing, before the HTS code; the candidates are for the broker to choose from.
        "chapter99_headings": [dotted_hts(heading) for heading in line.chapter_99],
        "chapter99_candidates": candidate_headings(line.candidate_headings),
        "agency_flags": agency_flags(line.agency_flags),
        "customs_descriptions": line.descriptions,
        "skus": line.skus,
        "order_ids": line.order_ids,
        "line_numbers": line.line_numbers,
        "quantities": quantities(line.quantities),
        "hts_quantities": hts_quantities(line.hts_quantities),
        "net_weight_kg": weight(line.net_weight),
        "gross_weight_kg": weight(line.gross_weight),
        "value_usd": money(line.value),
        "section_232_statuses": line.section_232_statuses,
        "warnings": line.warnings,
        **({"chapter98_provision": dotted_hts(line.chapter_98)} if line.chapter_98 else {}),
    }


def _totals(invoice: Invoice) -> Json:
    totals, shipment = invoice.totals, invoice.package.shipment
    beside_goods = {
        "charges_usd": money(shipment.billed_usd),
        "discounts_usd": money(shipment.discounts_usd),
    }
    return {
        "orders": totals.orders,
        "lines": totals.lines,
        "consolidated_lines": totals.consolidated_lines,
        "quantities": quantities(totals.quantities),
        "net_weight_kg": weight(totals.net_weight),
        "gross_weight_kg": weight(totals.gross_weight),
        "merchandise_value_usd": money(totals.value),
        **(beside_goods if shipment.charges else {}),
        "invoice_total_usd": money(totals.invoice_total),
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
