"""What the JSON documents share: canonical bytes, decimals as text, parties and transport."""

import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice

import orjson

from entrygo.domain.facts import Address
from entrygo.domain.hts_quantities import HtsQuantity
from entrygo.domain.importer_number import masked
from entrygo.domain.money import plain, to_cents
from entrygo.domain.snapshot import Snapshot
from entrygo.domain.tariff import AgencyFlag, CandidateHeading
from entrygo.execution.package.facts import NOTICE
from entrygo.execution.package.invoice import Invoice, Weight
from entrygo.execution.package.port import port_of_entry
from entrygo.execution.package.printable import clean_text

# Versions the documents, not the program: the same package gives the same bytes after an upgrade.
GENERATOR = {"name": "entrygo", "version": "1"}

Json = Mapping[str, object]
_ITEMS_AT_A_TIME = 1_000


def canonical_json(document: Json) -> bytes:
    """Sorted keys and no blanks: equal documents have equal bytes.

    A member that is an iterator is a list, of which only a part is in memory.
    """
    buffer = io.BytesIO()
    for place, (name, value) in enumerate(sorted(document.items())):
        buffer.write(b"," if place else b"{")
        buffer.write(_dumped(name) + b":")
        if isinstance(value, Iterator):
            buffer.write(b"[")
            buffer.writelines(_items(value))
            buffer.write(b"]")
        else:
            buffer.write(_dumped(value))
    buffer.write(b"}\n")
    return buffer.getvalue()


def _items(values: Iterator[object]) -> Iterator[bytes]:
    separator = b""
    while some := list(islice(values, _ITEMS_AT_A_TIME)):
        yield separator + _dumped(some)[1:-1]
        separator = b","


def _dumped(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def json_head(invoice: Invoice, document: str, schema_version: str) -> Json:
    """The members at the start of every JSON document except the manifest."""
    snapshot, package = invoice.snapshot, invoice.package
    return {
        "document": document,
        "schema_version": schema_version,
        "notice": NOTICE,
        "package": {"id": package.id, "number": package.number},
        "export": {
            "id": snapshot.export_id,
            "plan_hash": snapshot.plan_hash,
            "entry_date": snapshot.entry_date.isoformat(),
        },
        "generated_at": package.generated_at,
        "generator": GENERATOR,
    }


def parties(snapshot: Snapshot) -> Mapping[str, Json]:
    """Exporter, importer and broker of JSON documents; the importer's number is masked."""
    warehouse, broker = snapshot.warehouse, snapshot.broker
    importer = {
        "name": text(warehouse.importer_of_record.name),
        "number_masked": masked(warehouse.importer_of_record.number) or None,
        "address": address(warehouse.importer_of_record.address),
    }
    return {
        "exporter": {
            "name": text(warehouse.name),
            "address": address(warehouse.address),
            "responsible_employee": text(warehouse.responsible_employee),
            "phone": text(warehouse.phone),
            "email": text(warehouse.email),
        },
        "importer_of_record": importer,
        # Of a consolidated entry the importer is the consignee.
        "consignee": importer,
        "broker": {
            "id": broker.id,
            "name": text(broker.name),
            "email": text(broker.email),
            "filer_code": text(broker.filer_code),
        },
        "warehouse": {
            "id": warehouse.id,
            "external_id": text(warehouse.external_id),
            "name": text(warehouse.name),
        },
    }


def transport(invoice: Invoice) -> Json:
    """How the goods cross the border, and at which port."""
    given = invoice.snapshot.warehouse.transport
    port = port_of_entry(invoice.snapshot, invoice.package.shipment)
    return {
        "mode": "truck",
        "carrier": text(given.carrier),
        "scac": text(given.scac),
        "port_code": port.code or None,
        "port_name": port.name or None,
    }


def address(given: Address) -> Json:
    """The parts of a postal address by their names; null where nothing is stated."""
    return {name: text(value) for name, value in given.model_dump().items()}


def quantities(given: Sequence[tuple[str, Decimal]]) -> list[Json]:
    """Commercial quantities as decimal text, each with its unit of measure."""
    return [{"unit": unit, "quantity": plain(quantity)} for unit, quantity in given]


def hts_quantities(given: Sequence[HtsQuantity]) -> list[Json]:
    """In the tariff's units; null where the data do not give the quantity."""
    return [
        {"unit": each.unit, "quantity": None if each.amount is None else str(each.amount)} for each in given
    ]


def candidate_headings(given: Sequence[CandidateHeading]) -> list[Json]:
    """HTS headings that a vague description may fall under."""
    return [each.model_dump() for each in given]


def agency_flags(given: Sequence[AgencyFlag]) -> list[Json]:
    """Flags of partner government agencies, and whether the tariff requires their data."""
    return [{"flag": each.code, "agency": each.agency, "required": each.is_required} for each in given]


def weight(given: Weight) -> Json:
    """Kilograms as decimal text, null for none; `complete` is false when a product has no weight."""
    return {"kg": number(given.stated_kg), "complete": given.is_complete}


def money(amount: Decimal) -> str:
    """US dollars with two decimals, half up: `12.50`."""
    return format(to_cents(amount), "f")


def number(value: Decimal | None) -> str | None:
    """Decimal text without trailing zeros or an exponent; null for None."""
    return None if value is None else plain(value)


def text(value: str | None) -> str | None:
    """Text without unprintable characters; null if empty."""
    return clean_text(value) or None
