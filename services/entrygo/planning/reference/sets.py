"""The rows in force on a day as one value, named by its digest: all plans of the day rest on the same one."""

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import TypeAdapter

from entrygo.domain.snapshot import ReferenceRow

# Level 3: a tenth of the size for a third of the time of the default.
COMPRESSION_LEVEL = 3

_ROWS = TypeAdapter(tuple[ReferenceRow, ...])


@dataclass(frozen=True, slots=True)
class ReferenceSet:
    """The rows; their JSON as a snapshot has it, compressed; and the SHA-256 of that JSON in hex."""

    rows: tuple[ReferenceRow, ...]
    packed_rows: bytes
    digest: str

    @classmethod
    def of(cls, rows: tuple[ReferenceRow, ...]) -> "ReferenceSet":
        """The set of these rows, in their order."""
        json = _ROWS.dump_json(rows)
        return cls(rows, packed((json,)), hashlib.sha256(json).hexdigest())


def packed(parts: Iterable[bytes]) -> bytes:
    """All parts as one, compressed as plans are stored: `zlib.decompress` gives them back."""
    compressor = zlib.compressobj(COMPRESSION_LEVEL)
    return b"".join([*map(compressor.compress, parts), compressor.flush()])
