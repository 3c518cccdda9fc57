"""Ends calls: those of a process that stops, once the grace time is over, and each at its deadline.

Both get UNAVAILABLE.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from entrygo.domain.errors import ServiceUnavailable
from entrygo.process.pace import Pace
from entrygo.rpc.interceptors.handlers import STANDARD_PREFIX, TOO_LATE

STOPPING = "The service is stopping; retry with the same idempotency key."


@dataclass(slots=True, eq=False)
class Call:
    """One that is under way, by its task."""

    task: asyncio.Task[Any]
    method: str
    timer: asyncio.TimerHandle | None = None
    # Why it was cut short, if it was.
    reason: str | None = None

    def cut_short(self, reason: str) -> None:
        """Once, for the first reason."""
        if self.reason is None:
            self.reason = reason
            self.task.cancel()


class RunningCalls:
    """The calls under way. `pace` learns of each, but not of gRPC's own streams."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._running: set[Call] = set()

    def enter(self, method: str, seconds: float | None) -> Call:
        """Notes the call of the task at hand until it leaves; it is cut short after `seconds`."""
        task = asyncio.current_task()
        assert task is not None
        call = Call(task, method)
        if seconds is not None:
            call.timer = task.get_loop().call_later(seconds, call.cut_short, TOO_LATE)
        self._running.add(call)
        if not method.startswith(STANDARD_PREFIX):
            self._pace.note_work()
        return call

    def leave(self, call: Call, error: BaseException | None) -> BaseException | None:
        """The call is over; gives what it ended with, which is ServiceUnavailable where it was cut short."""
        self._running.discard(call)
        if call.timer is not None:
            call.timer.cancel()
        if call.reason is None:
            return error
        is_cancelled_besides = call.task.uncancel() > 0
        if is_cancelled_besides or not isinstance(error, asyncio.CancelledError):
            return error
        return ServiceUnavailable(call.reason)

    async def end(self, grace_seconds: float) -> None:
        """Returns when no call is left; those that are not done after the grace time are cut short."""
        _cut_short(call for call in self._running if call.method.startswith(STANDARD_PREFIX))
        if tasks := {call.task for call in self._running}:
            await asyncio.wait(tasks, timeout=grace_seconds)
        _cut_short(self._running)


def _cut_short(calls: Iterable[Call]) -> None:
    for call in list(calls):
        call.cut_short(STOPPING)
