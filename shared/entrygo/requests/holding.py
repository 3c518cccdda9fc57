"""Delays refusals, so that a peer that waits for each answer before it asks again asks seldom."""

import asyncio
import random
from collections.abc import Awaitable, Callable

# Those of streams, which whoever is refused opens again and again. Not all at once, as they were opened.
STREAM_SECONDS = (1.0, 3.0)


class Holding:
    """How many refusals wait at once; beyond that they are given at once, so that they hold no memory."""

    def __init__(self, most: int, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._most = most
        self._pause = pause
        self._held = 0

    async def hold(self, seconds: float) -> None:
        """Returns when the refusal is to be given."""
        if self._held < self._most:
            self._held += 1
            try:
                await self._pause(seconds)
            finally:
                self._held -= 1

    async def hold_stream(self) -> None:
        """The same, for a stream that is refused."""
        await self.hold(random.uniform(*STREAM_SECONDS))  # noqa: S311
