"""What a call's metadata is on its way through a channel: a list that gRPC passes on without looking at it.

Our own kind of metadata answers what gRPC asks of it in this version. Another one may ask for more.
"""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
import pytest_asyncio

from entrygo.rpc.resting import RestingChannel

# A name twice, with another one between: gRPC's own kind would bring these together.
ENTRIES = (("x-b", "1"), ("x-a", "2"), ("x-b", "3"), ("x-raw-bin", b"\x00\xff"))
Context = grpc.aio.ServicerContext[bytes, bytes]


class Echo(grpc.GenericRpcHandler):
    """Notes what calls bring along, and answers what it is sent, once or twice."""

    def __init__(self) -> None:
        self.brought: list[tuple[str, str | bytes]] = []

    def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[Any, Any]":
        if details.method == "/Echo/Twice":
            return grpc.unary_stream_rpc_method_handler(self._twice)
        return grpc.unary_unary_rpc_method_handler(self._once)

    async def _once(self, request: bytes, context: Context) -> bytes:
        self._note(context)
        return request

    async def _twice(self, request: bytes, context: Context) -> AsyncIterator[bytes]:
        self._note(context)
        yield request
        yield request

    def _note(self, context: Context) -> None:
        given = context.invocation_metadata() or ()
        self.brought = [(name, value) for name, value in given if name.startswith("x-")]


@pytest_asyncio.fixture
async def echo() -> AsyncIterator[tuple[Echo, RestingChannel]]:
    server, handler = grpc.aio.server(), Echo()
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with RestingChannel(lambda: grpc.aio.insecure_channel(f"127.0.0.1:{port}")) as channel:
        yield handler, channel
    await server.stop(None)


async def test_metadata_arrives_in_the_order_in_which_it_was_given(
    echo: tuple[Echo, RestingChannel],
) -> None:
    handler, channel = echo
    assert await channel.unary_unary("/Echo/Once")(b"sent", metadata=ENTRIES) == b"sent"
    assert tuple(handler.brought) == ENTRIES


async def test_metadata_of_a_stream_arrives_in_the_order_in_which_it_was_given(
    echo: tuple[Echo, RestingChannel],
) -> None:
    handler, channel = echo
    answers = channel.unary_stream("/Echo/Twice")(b"sent", metadata=ENTRIES)
    assert [answer async for answer in answers] == [b"sent", b"sent"]
    assert tuple(handler.brought) == ENTRIES


@pytest.mark.parametrize("nothing", [None, ()], ids=["none", "empty"])
async def test_a_call_without_metadata_brings_nothing(
    echo: tuple[Echo, RestingChannel], nothing: tuple[()] | None
) -> None:
    handler, channel = echo
    assert await channel.unary_unary("/Echo/Once")(b"sent", metadata=nothing) == b"sent"
    assert handler.brought == []
