"""ZIP archives that are the same bytes on every machine and at any time, from members compressed beforehand.

The standard library compresses a member only while it writes it. Here a thread can do it as soon as there are
bytes, since zlib lets go of the interpreter. The form is that of APPNOTE.TXT 6.3, without its 64-bit fields:
nothing here has four gigabytes. The bytes are those of the library.
"""

import zlib
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from struct import Struct

_STORED, _DEFLATED = 0, 8
# What a reader must know of the format (2.0), and who wrote it: a Unix system.
_VERSION, _UNIX = 20, 3 << 8
_NAME_IS_UTF_8 = 0x800
# The earliest date that the format can say, the first of January 1980; the time is zero.
_EPOCH = 1 << 5 | 1
_PLAIN_FILE = 0o100644 << 16
# Signature, version; flags, method, time, date, CRC, compressed and plain size, length of the name.
_LOCAL = Struct("<4s H HHHH LLL HH")
_CENTRAL = Struct("<4s H H HHHH LLL HHHHH LL")
_END = Struct("<4s HHHH LL H")
# What is no larger is compressed sooner than a thread takes it.
_SMALL_BYTES = 128 * 1024
# Pieces that wait for the thread: more would be memory for nothing.
_WAITING_PIECES = 3


@dataclass(frozen=True, slots=True)
class Packed:
    """A file as an archive holds it."""

    content: bytes
    method: int
    crc: int
    size: int


def stored(content: bytes) -> Packed:
    """As it is, for what is compressed in itself."""
    return Packed(content, _STORED, zlib.crc32(content), len(content))


def deflated(content: bytes) -> Packed:
    """Compressed."""
    packing = _Packing()
    packing.add(content)
    return packing.packed()


def deflated_pieces(pieces: Iterable[bytes]) -> Packed:
    """The pieces as one file; of a large one, each is compressed in a thread while the next is made."""
    packing, following = _Packing(), iter(pieces)
    for piece in following:
        packing.add(piece)
        if packing.size > _SMALL_BYTES:
            break
    else:
        return packing.packed()
    with ThreadPoolExecutor(1, "deflating") as thread:
        waiting = deque[Future[None]]()
        for piece in following:
            waiting.append(thread.submit(packing.add, piece))
            if len(waiting) > _WAITING_PIECES:
                waiting.popleft().result()
        for each in waiting:
            each.result()
    return packing.packed()


def zip_archive(members: Sequence[tuple[str, Packed]]) -> bytes:
    """The files by their names, in the order given."""
    pieces, directory, place = list[bytes](), list[bytes](), 0
    for filename, packed in members:
        name, flags = _encoded(filename)
        facts = (flags, packed.method, 0, _EPOCH, packed.crc, len(packed.content), packed.size, len(name), 0)
        head = _LOCAL.pack(b"PK\3\4", _VERSION, *facts) + name
        directory += [
            _CENTRAL.pack(b"PK\1\2", _VERSION | _UNIX, _VERSION, *facts, 0, 0, 0, _PLAIN_FILE, place),
            name,
        ]
        pieces += [head, packed.content]
        place += len(head) + len(packed.content)
    listed = b"".join(directory)
    end = _END.pack(b"PK\5\6", 0, 0, len(members), len(members), len(listed), place, 0)
    return b"".join([*pieces, listed, end])


class _Packing:
    """One file on its way."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._content: list[bytes] = []
        self._crc, self.size = 0, 0

    def add(self, piece: bytes) -> None:
        self._content.append(self._deflate.compress(piece))
        self._crc = zlib.crc32(piece, self._crc)
        self.size += len(piece)

    def packed(self) -> Packed:
        return Packed(b"".join([*self._content, self._deflate.flush()]), _DEFLATED, self._crc, self.size)


def _encoded(filename: str) -> tuple[bytes, int]:
    """The name, and the flag that says how it is written where that is not ASCII."""
    if filename.isascii():
        return filename.encode(), 0
    return filename.encode(), _NAME_IS_UTF_8
