"""What a place that keeps bytes has to do, a folder or a cloud's store. It knows names alone."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol


class NothingThere(Exception):
    """No bytes under this name."""


class PlaceUnavailable(Exception):
    """The place cannot be reached, read or written; the text is its own, for the operator."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was found under a name: its size, and its bytes in parts of any size, to be read once."""

    size: int
    parts: AsyncIterator[bytes]


class Place(Protocol):
    """Raises NothingThere or PlaceUnavailable, from the parts of what was found, too."""

    async def write_all(self, contents: Mapping[str, bytes]) -> None:
        """Returns once all of it outlasts a power cut. Whoever reads meanwhile finds nothing or the whole."""
        ...

    def open(self, name: str) -> AbstractAsyncContextManager[Stored]:
        """What is stored under the name, to be read inside."""
        ...

    async def try_to_write(self) -> None:
        """Writes something of no worth, to see that it can be done."""
        ...
