"""customs_package.zip: every other document in one archive; the same documents give the same bytes."""

from collections.abc import Sequence

from entrygo.execution import bundle
from entrygo.execution.documents.base import Document, RenderedArtifact
from entrygo.execution.invoice import Invoice


class PackageZip(Document):
    """The whole package as one file."""

    artifact_type = bundle.ARCHIVE_TYPE
    filename = "customs_package.zip"
    media_type = bundle.MEDIA_TYPE

    def render(self, _invoice: Invoice, earlier: Sequence[RenderedArtifact], /) -> bytes:
        return bundle.zipped(earlier)
