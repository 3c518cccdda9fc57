"""Every document of a package in one ZIP: equal documents give equal bytes. Pure."""

import io
import zipfile
from collections.abc import Sequence

from entrygo.execution.documents.base import RenderedArtifact

MEDIA_TYPE = "application/zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def zipped(artifacts: Sequence[RenderedArtifact]) -> bytes:
    """The archive, its members in the order given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for each in artifacts:
            bundle.writestr(zipfile.ZipInfo(each.filename, _EPOCH), each.content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def pack_name(package_number: str) -> str:
    return f"{package_number}.zip"
