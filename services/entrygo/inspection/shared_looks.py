"""What many ask for at once is looked up once for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class SharedLooks:
    """Looks by what they are for: at most one runs, and whoever asks meanwhile shares the next.

    Nobody gets one that began before they asked: it may have missed what they were woken for.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[Any]] = {}
        self._next: dict[Hashable, asyncio.Task[Any]] = {}

    async def look(self, key: Hashable, look: Callable[[], Awaitable[T]]) -> T:
        """What the look of the first who asked comes to, or raises. Whoever leaves does not end it."""
        shared: asyncio.Task[T] | None = self._next.get(key)
        if shared is None:
            shared = self._next[key] = asyncio.create_task(self._in_turn(key, look))
            # Everybody may have left before it fails.
            shared.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(shared)

    async def _in_turn(self, key: Hashable, look: Callable[[], Awaitable[T]]) -> T:
        before = self._running.get(key)
        if before is not None:
            await asyncio.wait([before])
        own = self._running[key] = self._next.pop(key)
        try:
            return await look()
        finally:
            if self._running[key] is own:
                del self._running[key]
