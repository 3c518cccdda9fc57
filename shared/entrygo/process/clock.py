"""The sources of time and of fresh ids; passed down, so that a test can hold them still."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from entrygo.domain.ids import IdKind, make_id

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The instant now, aware, in UTC."""
    return datetime.now(UTC)


class Ids:
    """Makes ids that no one can guess and that sort by creation."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock

    def new(self, kind: IdKind) -> str:
        return make_id(kind, unix_ms=int(self._clock().timestamp() * 1000), entropy=secrets.randbits(80))
