"""The sources of time and of fresh ids; passed down, so that a test can hold them still."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from entrygo.domain.ids import RANDOM_CHARACTERS, IdKind, make_ids

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The instant now, aware, in UTC."""
    return datetime.now(UTC)


class Ids:
    """Makes ids that no one can guess and that sort by creation."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock

    def new(self, kind: IdKind) -> str:
        return self.some(kind, 1)[0]

    def some(self, kind: IdKind, count: int) -> list[str]:
        """So many ids of one moment."""
        unix_ms = int(self._clock().timestamp() * 1000)
        return make_ids(kind, unix_ms=unix_ms, random=secrets.token_bytes(count * RANDOM_CHARACTERS))
