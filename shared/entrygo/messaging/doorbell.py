"""How a relay hears at once of events that its own process has committed; of others it hears by looking."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from entrygo.process.ending import first_of

_ANSWERING: "set[Doorbell]" = set()


class Doorbell:
    """In-process wake-up for the relay after a commit, by any service of this process."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    @contextmanager
    def answered(self) -> Iterator[None]:
        """While this lasts, `rung` wakes whoever waits at this bell; outside of it nobody is woken."""
        _ANSWERING.add(self)
        try:
            yield
        finally:
            _ANSWERING.discard(self)

    async def wait(self, stop: asyncio.Event, seconds: float) -> bool:
        """Until it is rung, `stop` is set or so much time has passed; whether it was rung meanwhile."""
        await first_of(self._rung, stop, seconds=seconds)
        was_rung = self._rung.is_set()
        self._rung.clear()
        return was_rung

    def rung(self) -> None:
        """Marks the bell as rung."""
        self._rung.set()


def ring() -> None:
    """Rings every bell that is answered in this process."""
    for bell in _ANSWERING:
        bell.rung()
