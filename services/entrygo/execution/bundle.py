"""The package as one ZIP, as it goes to a broker: the archive among the documents, or one made of them."""

from collections.abc import Sequence

from entrygo.execution.documents.base import RenderedArtifact
from entrygo.execution.documents.package_zip import PackageZip, zip_documents

MEDIA_TYPE = PackageZip.media_type


def loose_documents(artifacts: Sequence[RenderedArtifact]) -> list[RenderedArtifact]:
    """The documents themselves, without the archive that holds them."""
    return [each for each in artifacts if each.artifact_type != PackageZip.artifact_type]


def zipped(artifacts: Sequence[RenderedArtifact]) -> bytes:
    """Equal documents give equal bytes."""
    for each in artifacts:
        if each.artifact_type == PackageZip.artifact_type:
            return each.content
    return zip_documents(artifacts)


def pack_name(package_number: str) -> str:
    return f"{package_number}.zip"
