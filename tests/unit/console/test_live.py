"""The stream by which an open page of the console learns that something moved."""

import asyncio
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from typing import Any, cast

from entrygo.gateway.console.live import MOVED, _moves
from entrygo.gateway.waiting import LiveReader


async def test_a_page_that_leaves_at_the_first_frame_ends_its_call() -> None:
    left = asyncio.Event()

    async def messages() -> AsyncGenerator[None, None]:
        try:
            yield None
            await asyncio.Event().wait()
        finally:
            left.set()

    begun = messages()
    await anext(begun)

    async def live(*_: object) -> LiveReader[Any]:
        return LiveReader(begun, asyncio.Event())

    services: Any = SimpleNamespace(inspection=SimpleNamespace(WatchEvents=None))
    visit: Any = cast("Any", SimpleNamespace(longest_stream_seconds=60, services=services, live=live))
    frames = cast("AsyncGenerator[bytes, None]", _moves(visit, "batch_1"))
    assert (await anext(frames)).endswith(MOVED)
    await frames.aclose()
    assert left.is_set()
