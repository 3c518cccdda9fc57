"""Bytes of a row that are large, compressed before PostgreSQL has them.

PostgreSQL compresses them as well, but the 14 MB of a large plan take it 0.1 s where this takes half of that
beside the event loop, and until then each copy on their way is of all of them.
"""

import asyncio
import zlib

LARGE_BYTES = 512 * 1024
# Stands before what is compressed. No message begins so: there is no field zero (protobuf.dev, "Encoding").
_IS_PACKED = b"\0"
_FAST = 1


def packed(content: bytes) -> bytes:
    """As it is stored."""
    return content if len(content) <= LARGE_BYTES else _IS_PACKED + zlib.compress(content, _FAST)


async def packed_beside(content: bytes) -> bytes:
    """As `packed`; in a thread where it is large."""
    return content if len(content) <= LARGE_BYTES else await asyncio.to_thread(packed, content)


async def unpacked_beside(stored: bytes) -> bytes:
    """As `unpacked`; in a thread where it is large."""
    return await asyncio.to_thread(unpacked, stored) if stored.startswith(_IS_PACKED) else stored


def unpacked(stored: bytes) -> bytes:
    """What `packed` was given. Raises zlib.error for what is damaged."""
    return zlib.decompress(memoryview(stored)[1:]) if stored.startswith(_IS_PACKED) else stored
