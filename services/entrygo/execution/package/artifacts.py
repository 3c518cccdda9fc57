"""The finished documents of a package, and all of them as one ZIP: equal documents give equal bytes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from entrygo.execution.package.workbook import WORKBOOK_MEDIA_TYPE
from entrygo.execution.package.zip_entries import Packed, deflated, stored, zip_archive

ARCHIVE_TYPE = "package_zip"
_OF_AN_ENTRY = re.compile(r"entry-[0-9]+_")
MANIFEST_TYPE = "manifest"
ARCHIVE_MEDIA_TYPE = "application/zip"
# To compress it again takes time and gains nothing; a PDF of typst is mostly plain text.
_COMPRESSED = frozenset({WORKBOOK_MEDIA_TYPE})
# What a person opens and reads, the charset apart.
_READ_BY_PEOPLE = frozenset({"text/html", "application/pdf", "text/plain"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedArtifact:
    """A finished document: bytes, type and file name."""

    artifact_type: str
    filename: str
    media_type: str
    generated_at: str
    content: bytes
    sha256: str
    # This content as an archive holds it, where that is known already.
    packed: Packed | None = field(default=None, repr=False, compare=False)


class Named(Protocol):
    """A document by its type and name."""

    @property
    def artifact_type(self) -> str: ...

    @property
    def filename(self) -> str: ...


D = TypeVar("D", bound=Named)


def entry_prefix(entry: int) -> str:
    """The prefix of the file names of an entry's documents."""
    return f"entry-{entry}_"


def of_submission(documents: Sequence[D], entry: int | None) -> list[D]:
    """The documents of one submission without the archive: those of the package, or of one entry.

    The documents of the truck go with the first entry, and with an entry that has no documents.
    """
    loose = [each for each in documents if each.artifact_type != ARCHIVE_TYPE]
    if entry is None:
        return loose
    own = [each for each in loose if each.filename.startswith(entry_prefix(entry))]
    of_the_truck = [each for each in loose if not _OF_AN_ENTRY.match(each.filename)]
    return [*of_the_truck, *own] if entry == 1 or not own else own


def loose_documents(artifacts: Sequence[RenderedArtifact]) -> list[RenderedArtifact]:
    """The documents themselves, without the archive that holds them."""
    return [each for each in artifacts if each.artifact_type != ARCHIVE_TYPE]


def readable_documents(artifacts: Sequence[RenderedArtifact]) -> list[RenderedArtifact]:
    """The documents for people; those for programs are only in the archive."""
    return [each for each in artifacts if each.media_type.partition(";")[0] in _READ_BY_PEOPLE]


def zipped(artifacts: Sequence[RenderedArtifact]) -> bytes:
    """The package's archive if it has one, else a ZIP of the documents; equal documents give equal bytes."""
    archive = archive_among(artifacts)
    return archive.content if archive else zip_documents(artifacts)


def archive_among(artifacts: Sequence[RenderedArtifact]) -> RenderedArtifact | None:
    """The package's archive, where the broker takes one."""
    return next((each for each in artifacts if each.artifact_type == ARCHIVE_TYPE), None)


def pack_name(package_number: str) -> str:
    """The file name of the ZIP of all documents."""
    return f"{package_number}.zip"


def zip_documents(documents: Sequence[RenderedArtifact]) -> bytes:
    """The archive, its members in the order given."""
    return zip_archive(
        [(each.filename, each.packed or packed(each.media_type, each.content)) for each in documents]
    )


def packed(media_type: str, content: bytes) -> Packed:
    """A document as an archive holds it."""
    return stored(content) if media_type in _COMPRESSED else deflated(content)
