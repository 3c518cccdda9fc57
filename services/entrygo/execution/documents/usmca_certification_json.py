"""usmca_certification.json: the nine data elements as data; those that only a signer can give are null."""

from collections.abc import Sequence
from datetime import date

from entrygo.execution.documents.base import Document
from entrygo.execution.documents.usmca_certification import HS_DIGITS, STATEMENT
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.json_values import Json, canonical_json, json_head, parties, text
from entrygo.execution.package.printable import undotted_hts
from entrygo.execution.package.shipped_products import ShippedProduct, usmca_claims

SCHEMA_VERSION = "1.0"
_CERTIFIER = ("name", "title", "address", "phone", "email")


class UsmcaCertificationJson(Document):
    """The certification's elements under their numbers."""

    artifact_type = "usmca_certification_json"
    filename = "usmca_certification.json"
    media_type = "application/json"

    def applies(self, invoice: Invoice, /) -> bool:
        """Together with the certification itself."""
        return bool(usmca_claims(invoice))

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """Canonical JSON, unsigned: the same products; null where only the signer can answer."""
        named = parties(invoice.snapshot)
        return canonical_json(
            {
                **json_head(invoice, "usmca_certification", SCHEMA_VERSION),
                "status": "unsigned draft",
                "elements": {
                    "1_certifier_is": None,
                    "2_certifier": dict.fromkeys(_CERTIFIER),
                    "3_exporter": named["exporter"],
                    "4_producer": "as stated for each good",
                    "5_importer": {**named["importer_of_record"], "phone": None, "email": None},
                    "6_description_and_hs": "as stated for each good",
                    "7_origin_criterion": "as stated for each good",
                    "8_blanket_period": "as stated for each good",
                    "9_signature": {"statement": STATEMENT, "signature": None, "date": None},
                },
                "goods": [_good(invoice, shipped) for shipped in usmca_claims(invoice)],
            }
        )


def _good(invoice: Invoice, shipped: ShippedProduct) -> Json:
    product, usmca = shipped.product, shipped.product.usmca
    return {
        "entry_line": shipped.entry_line,
        "product_id": product.id,
        "sku": text(product.sku),
        "description": text(product.customs_description),
        "hs6": text(undotted_hts(product.hts_code)[:HS_DIGITS]),
        "invoice_number": invoice.package.number,
        "country_of_origin": text(product.country_of_origin),
        "producer": {name: text(value) for name, value in product.manufacturer.model_dump().items()},
        "origin_criterion": text(usmca.criterion),
        "blanket_period": {"from": _day(usmca.blanket_from), "to": _day(usmca.blanket_to)},
        "certification_in_hand": text(usmca.certification),
    }


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
