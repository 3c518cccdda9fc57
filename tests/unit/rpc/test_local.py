"""Calls within a process: how they wait, end and are left. What they share with any call is tested on both
channels in tests/integration/platform/test_rpc_server.py."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import grpc
import pytest

from entrygo.rpc.channel import ATTEMPTS
from entrygo.rpc.local.calling import MAX_WAITING
from entrygo.rpc.local.channel import LocalChannel, Neighbours
from entrygo.rpc.local.context import LocalContext
from entrygo.rpc.local.server import LocalServer

SERVICE = "probe.v1.Probe"
VARIABLE: ContextVar[str] = ContextVar("variable", default="")
MAX_BYTES = 1024
PATIENCE_SECONDS = 20.0
MANY = 12

Unary = Callable[[bytes, LocalContext], Awaitable[bytes]]
Stream = Callable[[bytes, LocalContext], AsyncIterator[bytes]]


class Open(grpc.aio.ServerInterceptor):
    """A door that lets everybody in."""

    async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        return await continuation(handler_call_details)


def channel_to(
    *, answer: Unary | None = None, stream: Stream | None = None
) -> tuple[LocalChannel, LocalServer]:
    server = LocalServer(Open(), max_bytes=MAX_BYTES)
    handlers: dict[str, Any] = {}
    if answer is not None:
        handlers["Answer"] = grpc.unary_unary_rpc_method_handler(answer)
    if stream is not None:
        handlers["Stream"] = grpc.unary_stream_rpc_method_handler(stream)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    server.open()
    neighbours = Neighbours()
    neighbours.add("probe", server)
    return LocalChannel("probe", neighbours), server


def answered(channel: grpc.aio.Channel, content: bytes = b"", **options: Any) -> Any:
    method: Any = channel.unary_unary(f"/{SERVICE}/Answer")
    return method(content, **options)


def streamed(channel: grpc.aio.Channel, **options: Any) -> Any:
    method: Any = channel.unary_stream(f"/{SERVICE}/Stream")
    return method(b"", **options)


class Stubborn:
    """A handler that goes on for a while when it is cancelled."""

    def __init__(self) -> None:
        self.began, self.cancelled, self.may_end = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def __call__(self, content: bytes, context: LocalContext) -> bytes:
        self.began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            await self.may_end.wait()
            raise
        return b""


async def test_a_caller_whose_time_is_over_waits_for_no_handler_that_goes_on() -> None:
    handler = Stubborn()
    channel, _ = channel_to(answer=handler)
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await answered(channel, timeout=0.01)
        await handler.cancelled.wait()
    assert ended.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    handler.may_end.set()


async def test_a_caller_that_is_cancelled_ends_at_once_and_its_handler_is_cancelled() -> None:
    handler = Stubborn()
    channel, _ = channel_to(answer=handler)

    async def call() -> None:
        await answered(channel)

    async with asyncio.timeout(PATIENCE_SECONDS):
        calling = asyncio.create_task(call())
        await handler.began.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        await handler.cancelled.wait()
    handler.may_end.set()


async def test_a_handler_that_others_cancelled_is_an_error_of_the_call_and_no_end_of_its_caller() -> None:
    async def cancelled(content: bytes, context: LocalContext) -> bytes:
        raise asyncio.CancelledError

    channel, _ = channel_to(answer=cancelled)
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await answered(channel)
    assert ended.value.code() is grpc.StatusCode.CANCELLED


async def test_a_stream_makes_no_more_messages_than_its_reader_takes_and_gives_all_of_them_in_order() -> None:
    made = 0

    async def count(content: bytes, context: LocalContext) -> AsyncIterator[bytes]:
        nonlocal made
        for number in range(MANY):
            made += 1
            yield str(number).encode()

    channel, _ = channel_to(stream=count)
    call = streamed(channel)
    got = [int(await call.read())]
    # The handler gets every turn that it wants, and waits.
    for _ in range(10 * MANY):
        await asyncio.sleep(0)
    assert made <= MAX_WAITING + 2
    got += [int(message) async for message in call]
    assert got == list(range(MANY))
    assert await call.read() is grpc.aio.EOF


async def test_others_have_their_turns_between_the_messages_of_a_stream() -> None:
    turns = 0
    made: list[int] = []

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def answer(content: bytes, context: LocalContext) -> AsyncIterator[bytes]:
        for _ in range(MANY):
            made.append(turns)
            yield b"more"

    channel, _ = channel_to(stream=answer)
    asking = asyncio.create_task(others())
    read = [turns async for _ in streamed(channel)]
    asking.cancel()
    # The first waits for nobody, nor does the one that is made while it is read.
    assert all(
        later > earlier for each in (made, read) for earlier, later in zip(each, each[2:], strict=False)
    )


async def test_messages_before_an_error_are_read_before_it() -> None:
    async def fail(content: bytes, context: LocalContext) -> AsyncIterator[bytes]:
        yield b"first"
        await context.abort(grpc.StatusCode.ABORTED, "no more", (("why", "because"),))

    channel, _ = channel_to(stream=fail)
    call = streamed(channel)
    assert await call.read() == b"first"
    with pytest.raises(grpc.aio.AioRpcError, match="no more") as ended:
        await call.read()
    assert ended.value.code() is grpc.StatusCode.ABORTED
    assert (await call.trailing_metadata()).get("why") == "because"


async def test_a_stream_that_its_reader_leaves_ends_its_handler_though_that_waits_for_room() -> None:
    ended = asyncio.Event()

    async def endless(content: bytes, context: LocalContext) -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"one more"
        finally:
            ended.set()

    channel, _ = channel_to(stream=endless)
    call = streamed(channel)
    await call.read()
    assert call.cancel()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await ended.wait()
    with pytest.raises(asyncio.CancelledError):
        await call.read()
    assert not call.cancel()


async def test_initial_metadata_arrives_before_the_first_message() -> None:
    go_on = asyncio.Event()

    async def listen(content: bytes, context: LocalContext) -> AsyncIterator[bytes]:
        await context.send_initial_metadata((("listening", "true"),))
        await go_on.wait()
        yield b"message"

    channel, _ = channel_to(stream=listen)
    call = streamed(channel)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await call.initial_metadata()).get("listening") == "true"
        go_on.set()
        assert await call.read() == b"message"


async def test_a_message_that_is_too_large_is_refused_whichever_way_it_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def half(content: bytes, context: LocalContext) -> bytes:
        return content[: len(content) // 2]

    async def twice(content: bytes, context: LocalContext) -> bytes:
        return content * 2

    monkeypatch.setattr("entrygo.rpc.local.channel.MAX_RESPONSE_BYTES", MAX_BYTES)
    channel, _ = channel_to(answer=half)
    assert len(await answered(channel, b"a" * MAX_BYTES)) == MAX_BYTES // 2
    await check_too_large(channel, MAX_BYTES + 1)
    channel, _ = channel_to(answer=twice)
    assert len(await answered(channel, b"a" * (MAX_BYTES // 2))) == MAX_BYTES
    await check_too_large(channel, MAX_BYTES // 2 + 1)


async def check_too_large(channel: LocalChannel, size: int) -> None:
    with pytest.raises(grpc.aio.AioRpcError, match="larger than max") as refused:
        await answered(channel, b"a" * size)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_each_call_has_the_variables_of_its_server_and_changes_its_own_alone() -> None:
    seen = []

    async def note(content: bytes, context: LocalContext) -> bytes:
        seen.append(VARIABLE.get())
        VARIABLE.set("the handler's")
        return b""

    VARIABLE.set("the server's")
    channel, _ = channel_to(answer=note)
    VARIABLE.set("the caller's")
    for _ in range(2):
        await answered(channel)
    assert seen == ["the server's", "the server's"]
    assert VARIABLE.get() == "the caller's"


async def test_a_handler_is_told_how_long_its_caller_waits() -> None:
    left = []

    async def note(content: bytes, context: LocalContext) -> bytes:
        left.append(context.time_remaining())
        return b""

    channel, _ = channel_to(answer=note)
    await answered(channel, timeout=500)
    await answered(channel)
    assert 400 < left[0] <= 500
    assert left[1] is None


async def test_an_unknown_method_is_unimplemented() -> None:
    channel, _ = channel_to()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await answered(channel)
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


class Failing:
    """UNAVAILABLE so many times, then an answer."""

    def __init__(self, times: int) -> None:
        self.asked = 0
        self._times = times

    async def __call__(self, content: bytes, context: LocalContext) -> bytes:
        self.asked += 1
        if self.asked <= self._times:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "not now")
        return b"at last"


async def test_what_may_be_repeated_is_asked_for_again_while_it_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failing = Failing(ATTEMPTS - 1)
    channel, _ = channel_to(answer=failing)
    monkeypatch.setattr("entrygo.rpc.local.channel.REPEATABLE_METHODS", {f"/{SERVICE}/Answer"})
    assert await answered(channel, timeout=PATIENCE_SECONDS) == b"at last"
    assert failing.asked == ATTEMPTS


async def test_what_may_be_repeated_is_asked_for_so_often_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failing = Failing(ATTEMPTS)
    channel, _ = channel_to(answer=failing)
    monkeypatch.setattr("entrygo.rpc.local.channel.REPEATABLE_METHODS", {f"/{SERVICE}/Answer"})
    with pytest.raises(grpc.aio.AioRpcError, match="not now"):
        await answered(channel, timeout=PATIENCE_SECONDS)
    assert failing.asked == ATTEMPTS


async def test_a_write_is_asked_for_once() -> None:
    failing = Failing(1)
    channel, _ = channel_to(answer=failing)
    with pytest.raises(grpc.aio.AioRpcError, match="not now"):
        await answered(channel, timeout=PATIENCE_SECONDS)
    assert failing.asked == 1


async def test_calls_of_a_service_that_is_not_there_or_takes_none_are_unavailable() -> None:
    async def answer(content: bytes, context: LocalContext) -> bytes:
        return b"here"

    nobody = LocalChannel("probe", Neighbours())
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await answered(nobody)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    with pytest.raises(grpc.aio.AioRpcError):
        await streamed(nobody).read()
    channel, server = channel_to(answer=answer)
    server.close()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await answered(channel)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    server.open()
    assert await answered(channel) == b"here"


async def test_who_waits_for_a_neighbour_is_told_when_it_takes_calls() -> None:
    neighbours = Neighbours()
    channel = LocalChannel("probe", neighbours)
    waiting = asyncio.create_task(channel.channel_ready())
    await asyncio.sleep(0)
    server = LocalServer(Open(), max_bytes=MAX_BYTES)
    neighbours.add("probe", server)
    await asyncio.sleep(0)
    assert not waiting.done()
    server.open()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await waiting
    assert channel.get_state() is grpc.ChannelConnectivity.READY
