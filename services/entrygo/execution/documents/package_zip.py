"""customs_package.zip: every other document in one archive; the same documents give the same bytes."""

from collections.abc import Sequence

from entrygo.execution.documents.base import Document
from entrygo.execution.package.artifacts import (
    ARCHIVE_MEDIA_TYPE,
    ARCHIVE_TYPE,
    RenderedArtifact,
    zip_documents,
)
from entrygo.execution.package.invoice import Invoice


class PackageZip(Document):
    """The whole package as one file."""

    artifact_type = ARCHIVE_TYPE
    filename = "customs_package.zip"
    media_type = ARCHIVE_MEDIA_TYPE
    names_others = True

    def render(self, _invoice: Invoice, earlier: Sequence[RenderedArtifact], /) -> bytes:
        """The archive of `earlier`, which is why it is the last of all."""
        return zip_documents(earlier)
