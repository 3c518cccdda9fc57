"""Requests that stay: `Prefer: wait=N` (RFC 7240), and streams that are read while somebody listens."""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

from starlette.requests import Request

# Proxies give up on a silent answer after half a minute.
LONGEST_WAIT_SECONDS = 25

A = TypeVar("A")

_WAIT = re.compile(r'wait *= *"?(\d{1,6})"?', re.IGNORECASE)


def wait_asked(request: Request) -> int | None:
    """The seconds that `Prefer` asks to wait, at most LONGEST_WAIT_SECONDS; None without such a preference.

    What cannot be read is ignored, as RFC 7240 says of preferences.
    """
    for line in request.headers.getlist("prefer"):
        for preference in line.split(","):
            # Parameters of a preference follow behind a semicolon.
            if found := _WAIT.fullmatch(preference.partition(";")[0].strip()):
                return min(int(found[1]), LONGEST_WAIT_SECONDS)
    return None


class EndOfStream(Exception):
    """The service has sent everything."""


class LiveReader(Generic[A]):
    """Reads what a service sends for as long as somebody listens; a pause loses no message."""

    def __init__(self, messages: AsyncGenerator[A, None], stop: asyncio.Event) -> None:
        self._messages = messages
        self._stop = stop
        self._coming: asyncio.Task[A] | None = None

    @property
    def is_stopping(self) -> bool:
        """Whether the gateway wants its streams to end."""
        return self._stop.is_set()

    async def next(self, seconds: float) -> A | None:
        """The next message; None when none came in time, or the gateway is stopping.

        Raises EndOfStream at the end of the stream, and what the service answered with.
        """
        coming = self._coming or asyncio.ensure_future(self._read())
        self._coming = coming
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((coming, stopping), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        if not coming.done():
            return None
        self._coming = None
        return coming.result()

    async def _read(self) -> A:
        try:
            return await anext(self._messages)
        except StopAsyncIteration as end:
            # A task may not end with that one.
            raise EndOfStream from end

    async def close(self) -> None:
        """Ends the call."""
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.wait((self._coming,))
        await self._messages.aclose()
