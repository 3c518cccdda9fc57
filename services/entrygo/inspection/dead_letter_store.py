"""SQL of dead letters: events that could not be applied, of every account."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Record

from entrygo.inspection.folding import DeadLetter
from entrygo.postgres.pool import Connection

MAX_ERROR_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A dead letter as it is kept. Times are UTC, by the database's clock."""

    id: str  # lower-case hex
    letter: DeadLetter
    attempts: int
    first_seen: datetime
    last_seen: datetime


class DeadLetterStore:
    """Dead letters, within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Keeps what could not be applied; the same again counts an attempt."""
        await self._connection.executemany(
            "INSERT INTO dead_letters (account_id, mode, digest, origin, error, payload)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, mode, digest) DO UPDATE"
            " SET attempts = dead_letters.attempts + 1, last_seen = now(), error = excluded.error",
            [_dead_letter_values(letter) for letter in letters],
        )

    async def open(self, limit: int) -> list[KeptLetter]:
        """The dead letters of every account that nobody skipped, oldest first."""
        rows = await self._connection.fetch(
            "SELECT account_id, mode, digest, origin, error, payload, attempts, first_seen, last_seen"
            " FROM dead_letters WHERE skipped_at IS NULL ORDER BY first_seen, digest LIMIT $1",
            limit,
        )
        return [_letter_from_row(row) for row in rows]

    async def skip(self, kept: KeptLetter, reason: str) -> None:
        """Marks a dead letter as skipped, with the reason; the export goes on without it."""
        await self._connection.execute(
            "UPDATE dead_letters SET skipped_at = now(), skip_reason = $4"
            " WHERE account_id = $1 AND mode = $2 AND digest = $3",
            *_letter_key(kept),
            reason,
        )

    async def drop(self, kept: KeptLetter) -> None:
        """Deletes a dead letter that could be applied after all: unless it was kept again since."""
        await self._connection.execute(
            "DELETE FROM dead_letters WHERE account_id = $1 AND mode = $2 AND digest = $3 AND attempts = $4",
            *_letter_key(kept),
            kept.attempts,
        )


def _dead_letter_values(letter: DeadLetter) -> tuple[object, ...]:
    error = letter.error.replace("\0", "\\0")[:MAX_ERROR_CHARACTERS]
    digest = hashlib.sha256(letter.payload).digest()
    return letter.account_id, letter.mode, digest, letter.origin, error, letter.payload


def _letter_from_row(row: Record) -> KeptLetter:
    letter = DeadLetter(row["account_id"], row["mode"], row["origin"], row["error"], row["payload"])
    return KeptLetter(row["digest"].hex(), letter, row["attempts"], row["first_seen"], row["last_seen"])


def _letter_key(kept: KeptLetter) -> tuple[str, str, bytes]:
    return kept.letter.account_id, kept.letter.mode, bytes.fromhex(kept.id)
