"""What is remembered of keys for a few seconds, and the line of those that nobody has seen before."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from entrygo.domain.errors import ServiceUnavailable

V = TypeVar("V")


class Memory(Generic[V]):
    """Values by the digest of a key; the one that was put in longest ago is forgotten first."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._kept: OrderedDict[bytes, V] = OrderedDict()

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._kept

    def get(self, digest: bytes, default: V) -> V:
        """What is remembered, or `default`."""
        return self._kept.get(digest, default)

    def put(self, digest: bytes, value: V) -> None:
        """Remembers a value, and forgets the oldest where there are too many."""
        self._kept[digest] = value
        self._kept.move_to_end(digest)
        while len(self._kept) > self._maximum:
            self._kept.popitem(last=False)

    def forget(self, digest: bytes) -> None:
        """One that is not remembered is no error."""
        self._kept.pop(digest, None)


class StrangersLine:
    """Look-ups of keys that were never good here: a few at once, and a short line of others."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._maximum = waiting
        self._standing = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Until it is this one's turn, then for as long as it takes; ServiceUnavailable for a full line."""
        if self._standing >= self._maximum:
            raise ServiceUnavailable("Too many new keys at once; retry shortly.")
        self._standing += 1
        try:
            async with self._slots:
                yield
        finally:
            self._standing -= 1
