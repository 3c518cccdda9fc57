"""Every document of a package in one ZIP: equal documents give equal bytes. Pure."""

import io
import zipfile
from collections.abc import Sequence

from entrygo.execution.documents.base import RenderedArtifact

MEDIA_TYPE = "application/zip"
ARCHIVE_TYPE = "package_zip"
# The earliest moment that the format can say; with it, system and rights are the same on every machine.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


def loose_documents(artifacts: Sequence[RenderedArtifact]) -> list[RenderedArtifact]:
    """The documents themselves, without the archive that holds them."""
    return [each for each in artifacts if each.artifact_type != ARCHIVE_TYPE]


def zipped(artifacts: Sequence[RenderedArtifact]) -> bytes:
    """The archive of the documents, its members in the order given; the one that is among them as it is."""
    for each in artifacts:
        if each.artifact_type == ARCHIVE_TYPE:
            return each.content
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for each in artifacts:
            bundle.writestr(_member(each.filename), each.content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def pack_name(package_number: str) -> str:
    return f"{package_number}.zip"


def _member(filename: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(filename, _EPOCH)
    member.create_system = _UNIX
    member.external_attr = _PLAIN_FILE
    return member
