"""customs_package.zip: every other document in one archive; the same documents give the same bytes."""

import io
import zipfile
from collections.abc import Sequence

from entrygo.execution.documents.base import Document, RenderedArtifact
from entrygo.execution.invoice import Invoice

# The earliest moment that the format can say; with it, system and rights are the same on every machine.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
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
            archive.writestr(_entry(each.filename), each.content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _entry(filename: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(filename, _EPOCH)
    entry.create_system = _UNIX
    entry.external_attr = _PLAIN_FILE
    return entry
