"""Wakes what works in the background of a service when that has committed something to do here; what other
processes commit is found by polling."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from entrygo.process.ending import pause

_OF_THE_PROCESS: "set[Doorbell]" = set()
_ANSWERING: ContextVar["set[Doorbell]"] = ContextVar("answering", default=_OF_THE_PROCESS)


def separate_bells() -> None:
    """From now on the task at hand, and what it starts, rings and answers bells of its own: those of one
    service, where several share a process."""
    _ANSWERING.set(set())


class Doorbell:
    """Wakes who waits at it, such as the relay, after a commit of its service in this process."""

    def __init__(self) -> None:
        self._is_rung = False
        self._is_over = False
        # One event for all that ends a wait: whoever waits goes on in the next turn of the loop.
        self._woken = asyncio.Event()

    @contextmanager
    def answered(self, stop: asyncio.Event) -> Iterator[None]:
        """Within this context `rung` and `stop` wake whoever waits at this bell; outside of it nobody is."""
        answering = _ANSWERING.get()
        answering.add(self)
        ending = asyncio.create_task(self._end(stop), name="doorbell")
        try:
            yield
        finally:
            answering.discard(self)
            ending.cancel()

    async def wait(self, seconds: float) -> bool:
        """Waits until the bell is rung, `stop` is set or the time is over; True if it was rung."""
        if not self._woken.is_set():
            await pause(self._woken, seconds)
        was_rung, self._is_rung = self._is_rung, False
        if not self._is_over:
            self._woken.clear()
        return was_rung

    def rung(self) -> None:
        """Marks the bell as rung."""
        self._is_rung = True
        self._woken.set()

    async def _end(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._is_over = True
        self._woken.set()


def ring() -> None:
    """Rings every bell that is answered here."""
    for bell in _ANSWERING.get():
        bell.rung()
