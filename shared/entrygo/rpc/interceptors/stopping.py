"""Ends the calls of a process that stops: each may finish within the grace time, the rest get UNAVAILABLE."""

import asyncio
from collections.abc import Iterable
from typing import Any

from entrygo.domain.errors import ServiceUnavailable
from entrygo.process.pace import Pace

STOPPING = "The service is stopping; retry with the same idempotency key."
# gRPC's own streams (health, reflection) last as long as their reader likes: no work of ours.
STANDARD_PREFIX = "/grpc."

Call = asyncio.Task[Any]


class RunningCalls:
    """The calls under way. `pace` learns of each, but not of gRPC's own streams."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._running: dict[Call, str] = {}
        self._cut: set[Call] = set()

    def enter(self, method: str) -> Call:
        """Notes the call of the task at hand until it leaves."""
        call = asyncio.current_task()
        assert call is not None
        self._running[call] = method
        if not method.startswith(STANDARD_PREFIX):
            self._pace.note_work()
        return call

    def leave(self, call: Call, error: BaseException | None) -> BaseException | None:
        """The call is over; gives what it ended with, which is ServiceUnavailable where it was cut short."""
        del self._running[call]
        if call not in self._cut:
            return error
        self._cut.discard(call)
        if not isinstance(error, asyncio.CancelledError):
            return error
        call.uncancel()
        return ServiceUnavailable(STOPPING)

    async def end(self, grace_seconds: float) -> None:
        """Returns when no call is left; those that are not done after the grace time are cut short."""
        self._cut_short(call for call, name in self._running.items() if name.startswith(STANDARD_PREFIX))
        if calls := set(self._running):
            await asyncio.wait(calls, timeout=grace_seconds)
        self._cut_short(self._running)

    def _cut_short(self, calls: Iterable[Call]) -> None:
        for call in list(calls):
            self._cut.add(call)
            call.cancel()
