"""customs_package.zip: every other document in one archive; the same documents give the same bytes."""

import io
import zipfile
from collections.abc import Sequence

from entrygo.execution.documents.base import Document, RenderedArtifact
from entrygo.execution.documents.commercial_customs_invoice_xlsx import CommercialCustomsInvoiceXlsx
from entrygo.execution.invoice import Invoice

# The earliest moment that the format can say; with it, system and rights are the same on every machine.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# To compress it again takes time and gains nothing; a PDF of typst is mostly plain text.
_COMPRESSED = frozenset({CommercialCustomsInvoiceXlsx.media_type})
_PLAIN_FILE = 0o100644 << 16


class PackageZip(Document):
    """The whole package as one file."""

    artifact_type = "package_zip"
    filename = "customs_package.zip"
    media_type = "application/zip"

    def render(self, _invoice: Invoice, earlier: Sequence[RenderedArtifact], /) -> bytes:
        return zip_documents(earlier)


def zip_documents(documents: Sequence[RenderedArtifact]) -> bytes:
    """The archive, its members in the order given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for each in documents:
            method = zipfile.ZIP_STORED if each.media_type in _COMPRESSED else zipfile.ZIP_DEFLATED
            archive.writestr(_entry(each.filename), each.content, method)
    return buffer.getvalue()


def _entry(filename: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(filename, _EPOCH)
    entry.create_system = _UNIX
    entry.external_attr = _PLAIN_FILE
    return entry
