"""What an answer is sent as."""

import asyncio
import weakref
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any

import grpc

from entrygo.proto.events.v1 import events_pb2
from entrygo.rpc.interceptors.handlers import passing_bytes, surrounded


def test_an_answer_that_is_bytes_is_sent_as_it_is_and_a_message_is_written() -> None:
    message = events_pb2.Event(id="evt_1")
    serialize = passing_bytes(events_pb2.Event.SerializeToString)
    assert serialize(message) == message.SerializeToString()
    stored = b"as it was stored"
    assert serialize(stored) is stored


class Answer:
    """Of some megabytes."""


async def test_what_a_stream_has_sent_is_not_kept_while_it_waits_for_more() -> None:
    answers: list[weakref.ref[Answer]] = []

    async def respond(request: Any, context: Any) -> AsyncIterator[Answer]:
        answer = Answer()
        answers.append(weakref.ref(answer))
        yield answer
        del answer
        await asyncio.Event().wait()

    handler: Any = grpc.unary_stream_rpc_method_handler(respond, None, lambda _: b"written")
    sent: Any = surrounded(handler, lambda _: nullcontext())
    stream = sent.unary_stream(b"", None)
    assert await anext(stream) == b"written"
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    assert [answer() for answer in answers] == [None]
    waiting.cancel()
