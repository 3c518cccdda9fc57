"""The body of a request in memory: as much as is counted."""

import tracemalloc
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.types import Message

from entrygo.domain.errors import InvalidRequest, NotFound, PayloadTooLarge, RateLimited, ServiceUnavailable
from entrygo.gateway.door.receiving import LOOK_BYTES, received
from entrygo.requests.budget import Budget
from entrygo.requests.rates import Buckets

CHUNK_BYTES, CHUNKS = 64 * 1024, 64
SIZE = CHUNK_BYTES * CHUNKS
REFUSED = Buckets("refused-bytes", SIZE)


def chunks() -> Iterator[Message]:
    for number in range(CHUNKS):
        body = bytes([number]) * CHUNK_BYTES
        yield {"type": "http.request", "body": body, "more_body": number < CHUNKS - 1}


ACCOUNT = "acc_123"


def posted(messages: Iterator[Message], announced: int | None = None) -> Request:
    async def receive() -> Message:
        return next(messages)

    headers = [] if announced is None else [(b"content-length", b"%d" % announced)]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


async def test_a_body_is_held_once_and_no_longer_than_it_is_counted() -> None:
    request = posted(chunks())
    budget = Budget("bytes", total=SIZE, each=SIZE)
    tracemalloc.start()
    try:
        async with received(request, "key", ACCOUNT, limit=SIZE, budget=budget, refused=REFUSED) as content:
            held, _ = tracemalloc.get_traced_memory()
            size = len(content)
    finally:
        tracemalloc.stop()
    assert (size, len(content), budget.held) == (SIZE, 0, 0)
    assert held < 1.5 * SIZE


async def test_the_rest_of_a_body_that_is_refused_for_its_beginning_stays_unread() -> None:
    messages = chunks()

    def refuse(piece: bytearray) -> None:
        raise PayloadTooLarge

    with pytest.raises(PayloadTooLarge):
        async with received(
            posted(messages), "key", ACCOUNT, limit=SIZE, budget=roomy(), refused=REFUSED, look=refuse
        ):
            pass
    assert len(list(messages)) == CHUNKS - LOOK_BYTES // CHUNK_BYTES


async def send_in_vain(refused: Buckets, key: str, messages: Iterator[Message], announced: int) -> None:
    async with received(
        posted(messages, announced), key, ACCOUNT, limit=SIZE, budget=roomy(), refused=refused
    ):
        raise InvalidRequest


async def test_bodies_sent_in_vain_use_up_what_a_key_may_send_so_in_a_second() -> None:
    now = [100.0]
    refused = Buckets("refused-bytes", SIZE, clock=lambda: now[0])
    with pytest.raises(InvalidRequest):
        await send_in_vain(refused, "key", chunks(), SIZE)
    unread = chunks()
    with pytest.raises(RateLimited):
        await send_in_vain(refused, "key", unread, SIZE)
    assert len(list(unread)) == CHUNKS
    # Others, and small ones, are read all the same.
    with pytest.raises(InvalidRequest):
        await send_in_vain(refused, "another key", chunks(), SIZE)
    with pytest.raises(InvalidRequest):
        await send_in_vain(refused, "key", iter([{"type": "http.request", "body": b"{"}]), 1)
    now[0] += 1.1
    with pytest.raises(InvalidRequest):
        await send_in_vain(refused, "key", chunks(), SIZE)


async def test_a_body_that_was_of_use_takes_nothing_of_that() -> None:
    refused = Buckets("refused-bytes", SIZE, clock=lambda: 100.0)
    for error in (ServiceUnavailable(), NotFound("No such order.")):
        for _ in range(3):
            with pytest.raises(type(error)):
                async with received(
                    posted(chunks()), "key", ACCOUNT, limit=SIZE, budget=roomy(), refused=refused
                ):
                    raise error


async def test_keys_of_one_account_hold_its_share_of_bodies_together() -> None:
    budget = Budget("bytes", total=4 * SIZE, each=SIZE)
    first = received(posted(chunks()), "key_1", ACCOUNT, limit=SIZE, budget=budget, refused=REFUSED)
    async with first:
        with pytest.raises(RateLimited):
            async with received(
                posted(chunks()), "key_2", ACCOUNT, limit=SIZE, budget=budget, refused=REFUSED
            ):
                pass
        async with received(
            posted(chunks()), "key_3", "acc_other", limit=SIZE, budget=budget, refused=REFUSED
        ) as content:
            assert len(content) == SIZE


def roomy() -> Budget:
    return Budget("bytes", total=SIZE, each=SIZE)
