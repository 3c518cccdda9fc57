"""The finished documents of a package, and all of them as one ZIP: equal documents give equal bytes."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from entrygo.execution.package.workbook import WORKBOOK_MEDIA_TYPE
from entrygo.execution.package.zip_entries import plain_entry

ARCHIVE_TYPE = "package_zip"
MANIFEST_TYPE = "manifest"
ARCHIVE_MEDIA_TYPE = "application/zip"
# To compress it again takes time and gains nothing; a PDF of typst is mostly plain text.
_COMPRESSED = frozenset({WORKBOOK_MEDIA_TYPE})
# What a person opens and reads, the charset apart.
_READ_BY_PEOPLE = frozenset({"text/html", "application/pdf", "text/plain"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedArtifact:
    """A finished document: its bytes and what names them."""

    artifact_type: str
    filename: str
    media_type: str
    generated_at: str
    content: bytes
    sha256: str


def loose_documents(artifacts: Sequence[RenderedArtifact]) -> list[RenderedArtifact]:
    """The documents themselves, without the archive that holds them."""
    return [each for each in artifacts if each.artifact_type != ARCHIVE_TYPE]


def readable_documents(artifacts: Sequence[RenderedArtifact]) -> list[RenderedArtifact]:
    """The documents for people; all that is for programs is in the archive."""
    return [each for each in artifacts if each.media_type.partition(";")[0] in _READ_BY_PEOPLE]


def zipped(artifacts: Sequence[RenderedArtifact]) -> bytes:
    """The package's own archive where it has one, else a ZIP of the documents: equal ones, equal bytes."""
    for each in artifacts:
        if each.artifact_type == ARCHIVE_TYPE:
            return each.content
    return zip_documents(artifacts)


def pack_name(package_number: str) -> str:
    """The file name of the ZIP of all documents."""
    return f"{package_number}.zip"


def zip_documents(documents: Sequence[RenderedArtifact]) -> bytes:
    """The archive, its members in the order given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for each in documents:
            method = zipfile.ZIP_STORED if each.media_type in _COMPRESSED else zipfile.ZIP_DEFLATED
            archive.writestr(plain_entry(each.filename), each.content, method)
    return buffer.getvalue()
