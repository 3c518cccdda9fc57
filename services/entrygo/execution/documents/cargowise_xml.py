"""cargowise.xml: the entry's lines as Universal XML for CargoWise. A DRAFT that the broker has to try.

Its elements are those that public maps of the format show; no schema of it is public. What they show no
certain place for (MID, headings of chapter 99, metals, charges, the broker's own keys) is left out and named
in the file's first comment: entry_lines.csv has it all.
"""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Comment, Element, SubElement, indent, tostring

from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import RenderedArtifact
from entrygo.execution.package.invoice import CURRENCY, ConsolidatedLine, Invoice, Weight
from entrygo.execution.package.json_values import money, number
from entrygo.execution.package.printable import clean_text

NAMESPACE = "http://www.cargowise.com/Schemas/Universal/2011/11"
DRAFT = (
    " DRAFT for review by the customs broker, not tested with CargoWise: element order, unit and preference"
    " codes are unverified. Not in this file: the broker's job key, manufacturer ids, headings of chapter 99,"
    " metal content and charges; see entry_lines.csv. "
)
_MAX_DESCRIPTIONS = 3


class CargowiseXml(Document):
    """A customs declaration with one commercial invoice, a line for each entry line."""

    artifact_type = "cargowise_xml"
    filename = "cargowise.xml"
    media_type = "application/xml"

    def applies(self, invoice: Invoice, /) -> bool:
        """Not for what corrects an entry that was filed: there is no second one."""
        return invoice.snapshot.files_an_entry

    def render(self, invoice: Invoice, _earlier: Sequence[RenderedArtifact], /) -> bytes:
        """XML in UTF-8; what nobody stated has no element. Equal invoices give equal bytes."""
        root = Element("UniversalShipment", {"xmlns": NAMESPACE})
        root.append(Comment(DRAFT))
        shipment = SubElement(root, "Shipment")
        targets = SubElement(SubElement(shipment, "DataContext"), "DataTargetCollection")
        _texts(SubElement(targets, "DataTarget"), Type="CustomsDeclaration")
        commercial = SubElement(shipment, "CommercialInfo")
        _texts(commercial, Name=invoice.package.number)
        invoices = SubElement(commercial, "CommercialInvoiceCollection")
        _invoice(SubElement(invoices, "CommercialInvoice"), invoice)
        indent(root)
        content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
        return content + b"\n"


def _invoice(parent: Element, invoice: Invoice) -> None:
    terms = invoice.package.shipment.terms_of_sale
    _texts(parent, InvoiceNumber=invoice.package.number)
    _code(parent, "IncoTerm", terms.incoterm if terms else None)
    _texts(parent, InvoiceAmount=money(invoice.totals.invoice_total))
    _code(parent, "InvoiceCurrency", CURRENCY)
    _texts(parent, InvoiceDate=f"{invoice.package.invoice_date.isoformat()}T00:00:00")
    lines = SubElement(parent, "CommercialInvoiceLineCollection")
    for line in invoice.consolidated:
        _line(SubElement(lines, "CommercialInvoiceLine"), line)


def _line(parent: Element, line: ConsolidatedLine) -> None:
    [(unit, quantity), *others] = line.quantities
    is_one_unit = not others
    reported = next(iter(line.hts_quantities), None)
    part = line.skus[0] if len(line.skus) == 1 else None
    _texts(
        parent,
        LineNo=str(line.number),
        PartNo=part,
        Description="; ".join(_shown(line)),
        HarmonisedCode=line.hts_code,
    )
    _code(parent, "CountryOfOrigin", line.country_of_origin)
    _texts(parent, LinePrice=money(line.value), CustomsValue=money(line.value))
    if is_one_unit:
        _texts(parent, InvoiceQuantity=number(quantity))
        _code(parent, "InvoiceQuantityUnit", unit.upper())
    if reported is not None and reported.amount is not None:
        _texts(parent, CustomsQuantity=str(reported.amount))
        _code(parent, "CustomsQuantityUnit", reported.unit.upper())
    _texts(
        parent,
        Weight=_whole(line.gross_weight),
        NetWeight=_whole(line.net_weight),
        PrimaryPreference=line.spi,
    )


def _shown(line: ConsolidatedLine) -> Iterator[str]:
    """Not all of a line that holds hundreds of goods."""
    yield from line.descriptions[:_MAX_DESCRIPTIONS]
    if len(line.descriptions) > _MAX_DESCRIPTIONS:
        yield f"and {len(line.descriptions) - _MAX_DESCRIPTIONS} more"


def _whole(weight: Weight) -> str | None:
    """A weight that lacks that of some goods would pass for the whole."""
    return number(weight.kg) if weight.is_complete else None


def _texts(parent: Element, **texts: str | None) -> None:
    for name, text in texts.items():
        if cleaned := clean_text(text):
            SubElement(parent, name).text = cleaned


def _code(parent: Element, name: str, code: str | None) -> None:
    if cleaned := clean_text(code):
        SubElement(SubElement(parent, name), "Code").text = cleaned
