"""The body of a request in memory: as much as is counted."""

import tracemalloc
from collections.abc import Iterator

from starlette.requests import Request
from starlette.types import Message

from entrygo.gateway.door.receiving import received
from entrygo.requests.budget import Budget

CHUNK_BYTES, CHUNKS = 64 * 1024, 64
SIZE = CHUNK_BYTES * CHUNKS


def chunks() -> Iterator[Message]:
    for number in range(CHUNKS):
        body = bytes([number]) * CHUNK_BYTES
        yield {"type": "http.request", "body": body, "more_body": number < CHUNKS - 1}


async def test_a_body_is_held_once_and_no_longer_than_it_is_counted() -> None:
    messages = chunks()

    async def receive() -> Message:
        return next(messages)

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    budget = Budget("bytes", total=SIZE, each=SIZE)
    tracemalloc.start()
    try:
        async with received(request, "key", limit=SIZE, budget=budget) as content:
            held, _ = tracemalloc.get_traced_memory()
            size = len(content)
    finally:
        tracemalloc.stop()
    assert (size, len(content)) == (SIZE, 0)
    assert held < 1.5 * SIZE
