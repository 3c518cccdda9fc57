"""Wakes the relay when its own process has committed events; those of other processes it finds by polling."""

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
        """Within this context `rung` wakes whoever waits at this bell; outside of it nobody is woken."""
        _ANSWERING.add(self)
        try:
            yield
        finally:
            _ANSWERING.discard(self)

    async def wait(self, stop: asyncio.Event, seconds: float) -> bool:
        """Waits until the bell is rung, `stop` is set or the time is over; True if it was rung."""
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
