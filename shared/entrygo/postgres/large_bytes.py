"""Bytes of a row that are large, compressed before PostgreSQL has them.

PostgreSQL compresses them as well, but the 14 MB of a large plan take it 0.1 s where this takes half of that
beside the event loop, and until then each copy on their way is of all of them.
"""

import asyncio
import zlib
from typing import Self

LARGE_BYTES = 512 * 1024
# Stands before what is compressed. No message begins so: there is no field zero (protobuf.dev, "Encoding").
_IS_PACKED = b"\0"
_FAST = 1
# A stream of zlib (RFC 1950) around blocks of DEFLATE (RFC 1951): how one begins whose blocks are made fast,
# and the empty block that is its last.
_HEAD, _LAST_BLOCK = b"\x78\x01", b"\x03\x00"
_WITHOUT_HEAD = -zlib.MAX_WBITS


class Deflated(bytes):
    """Bytes that several rows have as a part, compressed once for all of them."""

    blocks: bytes

    @classmethod
    def of(cls, content: bytes) -> Self:
        """The same bytes with their blocks."""
        made = cls(content)
        made.blocks = _blocks(content)
        return made


def packed(*parts: bytes) -> bytes:
    """As it is stored, what these are one after the other."""
    if sum(map(len, parts)) <= LARGE_BYTES:
        return b"".join(parts)
    written, checksum = [_IS_PACKED, _HEAD], zlib.adler32(b"")
    for part in parts:
        written.append(part.blocks if isinstance(part, Deflated) else _blocks(part))
        checksum = zlib.adler32(part, checksum)
    return b"".join((*written, _LAST_BLOCK, checksum.to_bytes(4, "big")))


async def packed_beside(*parts: bytes) -> bytes:
    """As `packed`; in a thread where it is large."""
    is_large = sum(map(len, parts)) > LARGE_BYTES
    return await asyncio.to_thread(packed, *parts) if is_large else packed(*parts)


async def deflated_beside(content: bytes) -> bytes:
    """What is large with its blocks, made in a thread; what is not as it is."""
    return content if len(content) <= LARGE_BYTES else await asyncio.to_thread(Deflated.of, content)


async def unpacked_beside(stored: bytes) -> bytes:
    """As `unpacked`; in a thread where it is large."""
    return await asyncio.to_thread(unpacked, stored) if stored.startswith(_IS_PACKED) else stored


def unpacked(stored: bytes) -> bytes:
    """What `packed` was given. Raises zlib.error for what is damaged."""
    return zlib.decompress(memoryview(stored)[1:]) if stored.startswith(_IS_PACKED) else stored


def _blocks(content: bytes) -> bytes:
    """Blocks that refer to nothing before them, and that others may follow."""
    deflating = zlib.compressobj(_FAST, zlib.DEFLATED, _WITHOUT_HEAD)
    return deflating.compress(content) + deflating.flush(zlib.Z_FULL_FLUSH)
