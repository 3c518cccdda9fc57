"""Ends the calls of a process that stops: each may finish within the grace time, the rest get UNAVAILABLE."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from entrygo.domain.errors import ServiceUnavailable
from entrygo.rpc.interceptors.wrapping import Context, WrappingInterceptor

STOPPING = "The service is stopping; retry with the same idempotency key."
# gRPC's own streams (health, reflection) last as long as their reader likes: no work of ours.
STANDARD_PREFIX = "/grpc."

Call = asyncio.Task[Any]


class StopInterceptor(WrappingInterceptor):
    """Keeps the calls under way. One that is cut short raises ServiceUnavailable where it waits."""

    def __init__(self) -> None:
        self._running: dict[Call, str] = {}
        self._cut: set[Call] = set()

    @asynccontextmanager
    async def around(self, method: str, context: Context) -> AsyncIterator[None]:
        """Notes the call for as long as it runs."""
        call = asyncio.current_task()
        assert call is not None
        self._running[call] = method
        try:
            yield
        except asyncio.CancelledError:
            if call not in self._cut:
                raise
            call.uncancel()
            raise ServiceUnavailable(STOPPING) from None
        finally:
            del self._running[call]
            self._cut.discard(call)

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
