"""Archives of our own: byte for byte those of the standard library, however large their members are."""

import io
import random
import zipfile
from collections.abc import Iterable

import pytest

from entrygo.execution.package.zip_entries import deflated, deflated_pieces, stored, zip_archive

# What no compression makes smaller, in more pieces than wait at once.
PIECES = [random.Random(number).randbytes(100_000) for number in range(12)]
FILES = [("manifest.json", b'{"a":1}' * 900), ("facture-é.html", b"".join(PIECES)), ("empty.csv", b"")]


def by_library(files: Iterable[tuple[str, bytes]], method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, content, method)
    return buffer.getvalue()


def test_an_archive_is_that_of_the_standard_library() -> None:
    assert zip_archive([(name, deflated(content)) for name, content in FILES]) == by_library(
        FILES, zipfile.ZIP_DEFLATED
    )
    assert zip_archive([(name, stored(content)) for name, content in FILES]) == by_library(
        FILES, zipfile.ZIP_STORED
    )
    assert zip_archive([]) == by_library([], zipfile.ZIP_STORED)


@pytest.mark.parametrize("count", [0, 1, 2, len(PIECES)])
def test_pieces_make_the_same_member_as_their_whole(count: int) -> None:
    assert deflated_pieces(iter(PIECES[:count])) == deflated(b"".join(PIECES[:count]))


def test_what_goes_wrong_in_a_later_piece_is_raised() -> None:
    def pieces() -> Iterable[bytes]:
        yield from PIECES
        raise LookupError("the last row")

    with pytest.raises(LookupError, match="the last row"):
        deflated_pieces(pieces())
