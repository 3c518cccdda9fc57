"""The line of those whose keys nobody has seen: so many at once, so many behind them, and it moves."""

import asyncio

import pytest

from entrygo.domain.errors import ServiceUnavailable
from entrygo.requests.known_keys import StrangersLine


async def test_line_that_was_full_takes_others_once_some_have_left() -> None:
    line, over = StrangersLine(at_once=1, waiting=2), asyncio.Event()

    async def stand() -> None:
        async with line.place():
            await over.wait()

    standing = [asyncio.create_task(stand()) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(ServiceUnavailable):
        await stand()
    standing[1].cancel()
    await asyncio.wait({standing[1]})
    over.set()
    await standing[0]
    for _ in range(3):
        await stand()
