"""A file from its bytes to what its pages need: what is asked and answered can cross between processes."""

import asyncio
import pickle
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from entrygo.gateway.console.files.look import Look, entries_of, look, open_file
from entrygo.imports.entries import Entry, Rejected

# Unpacking so many takes a few milliseconds.
IN_A_PIECE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file, and what is wanted of it: `noun` and `choices` as `look` takes them; its entries, too."""

    name: str
    content: bytes
    noun: str = ""
    choices: Mapping[int, str] | None = None
    with_entries: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read: `pieces` are the entries of a file that can be sent, for `entries`."""

    look: Look
    pieces: Sequence[bytes] = ()

    async def entries(self) -> list[Entry | Rejected]:
        """Unpacks them, and lets others go on between one piece and the next."""
        unpacked: list[Entry | Rejected] = []
        for piece in self.pieces:
            unpacked += pickle.loads(piece)  # noqa: S301 - of `read`, in a child of ours
            await asyncio.sleep(0)
        return unpacked


# By the account whose file it is.
ReadFile = Callable[[str, Wanted], Awaitable[Read]]


def read(wanted: Wanted) -> Read:
    """ValidationFailed for what is no table, PayloadTooLarge for one that is too long or too wide."""
    source = open_file(wanted.name, wanted.content)
    found = look(source, wanted.noun, wanted.choices)
    if not (wanted.with_entries and found.can_be_sent):
        return Read(look=found)
    entries = entries_of(source, found)
    pieces = [entries[at : at + IN_A_PIECE] for at in range(0, len(entries), IN_A_PIECE)]
    return Read(look=found, pieces=[pickle.dumps(piece, pickle.HIGHEST_PROTOCOL) for piece in pieces])
