"""A clock that tests move on: whoever waits for too long is told so at once, and nobody else by chance.

The limits of what is tested can be those of minutes then, which no machine exceeds by standing still.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

STEP_SECONDS = 0.02


class _Ahead:
    """The clock of an event loop, so many seconds ahead; it never goes back."""

    def __init__(self, real: Callable[[], float]) -> None:
        self._real = real
        self.seconds = 0.0

    def __call__(self) -> float:
        return self._real() + self.seconds


def skip(seconds: float) -> None:
    """For everything that the running event loop times, so long has passed."""
    loop = asyncio.get_running_loop()
    clock = loop.time
    if not isinstance(clock, _Ahead):
        clock = loop.time = _Ahead(clock)  # type: ignore[method-assign]
    clock.seconds += seconds


@asynccontextmanager
async def flying(seconds: float) -> AsyncIterator[None]:
    """Time passes in such steps while the block lasts: whoever waits may begin to a moment later."""

    async def pass_by() -> None:
        while True:
            skip(seconds)
            await asyncio.sleep(STEP_SECONDS)

    passing = asyncio.create_task(pass_by())
    try:
        yield
    finally:
        passing.cancel()
