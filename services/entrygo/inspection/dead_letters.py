"""What could not be applied, for a person: to list, to try again, or to skip with a reason."""

from collections.abc import Sequence

from entrygo.domain.errors import NotFound
from entrygo.inspection.dead_letter_store import DeadLetterStore, KeptLetter
from entrygo.inspection.folding import ExportKey, Unreadable, key_of, read_event
from entrygo.inspection.settling import Settler
from entrygo.postgres.pool import EVERYONE, Pool, transaction

MAX_LISTED = 1000


async def list_letters(pool: Pool) -> Sequence[KeptLetter]:
    """Those that nobody skipped, oldest first, at most MAX_LISTED."""
    async with transaction(pool, EVERYONE) as connection:
        return await DeadLetterStore(connection).open(MAX_LISTED)


async def are_none(pool: Pool) -> bool:
    """Whether everything could be applied, or was skipped by a person."""
    async with transaction(pool, EVERYONE) as connection:
        return not await DeadLetterStore(connection).open(1)


async def skip(pool: Pool, id_prefix: str, reason: str) -> None:
    """Counts a letter no more; it stays, with the reason. NotFound unless one alone begins so."""
    letter = await _find(pool, id_prefix)
    async with transaction(pool, EVERYONE) as connection:
        await DeadLetterStore(connection).skip(letter, reason)


async def retry(pool: Pool, settler: Settler, id_prefix: str) -> bool:
    """Reads the letter's export anew from its owners; False when it could not be applied this time either.

    Raises NotFound unless one letter alone begins so, ServiceUnavailable when an owner is away.
    """
    letter = await _find(pool, id_prefix)
    key = _export_of(letter)
    if key is None:
        return False
    # First, so that it is still there where an owner is away.
    await settler.read_anew(key)
    async with transaction(pool, EVERYONE) as connection:
        await DeadLetterStore(connection).drop(letter)
    return letter.id not in {left.id for left in await list_letters(pool)}


def _export_of(letter: KeptLetter) -> ExportKey | None:
    try:
        return key_of(read_event(letter.letter.payload))
    except Unreadable:
        return None


async def _find(pool: Pool, id_prefix: str) -> KeptLetter:
    found = [letter for letter in await list_letters(pool) if letter.id.startswith(id_prefix)]
    if len(found) != 1:
        raise NotFound(f"{len(found)} dead letters begin with {id_prefix!r}; `list` shows them.")
    return found[0]
