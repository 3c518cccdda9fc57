"""What is around every RPC that is not open: its line, the shape of its errors, its stop and its deadline."""

import asyncio
from types import TracebackType

from entrygo.rpc.interceptors.deadline import time_given
from entrygo.rpc.interceptors.errors import has_status
from entrygo.rpc.interceptors.handlers import Context
from entrygo.rpc.interceptors.log import Arrival, status_name
from entrygo.rpc.interceptors.stopping import RunningCalls


class Surroundings:
    """Of one call, for as long as its handler runs.

    A call that is too late gets the one shape, as one that is cut short does, and the line is outermost: it
    says what the caller gets. One class, as a context manager for each took a tenth of a millisecond of every
    call.
    """

    def __init__(self, arrival: Arrival, calls: RunningCalls, context: Context) -> None:
        self._arrival = arrival
        self._calls = calls
        self._context = context
        self._span = arrival.span()

    def __enter__(self) -> None:
        self._step = self._span.__enter__()
        method = self._arrival.method
        self._call = self._calls.enter(method, time_given(method, self._context))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        ended_with = self._calls.leave(self._call, error)
        is_told = ended_with is not None and has_status(ended_with, self._arrival.method, self._context)
        is_cancelled = isinstance(ended_with, asyncio.CancelledError | GeneratorExit)
        self._arrival.record("CANCELLED" if is_cancelled else status_name(self._context), self._step)
        if is_told:
            kind = error = trace = None
        self._span.__exit__(kind, error, trace)
        return is_told
