"""Much work of the event loop, a stretch at a time: others in the process have their turns in between."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

T = TypeVar("T")

# Of orders that are written to a message or read from one: four milliseconds.
AT_A_STRETCH = 100


async def stretches(items: Sequence[T]) -> AsyncIterator[Sequence[T]]:
    """The items, some at a time."""
    for start in range(0, len(items), AT_A_STRETCH):
        if start:
            await asyncio.sleep(0)
        yield items[start : start + AT_A_STRETCH]
