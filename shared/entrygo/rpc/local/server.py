"""The methods of a server, for callers of its own process."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from contextvars import copy_context
from typing import Any, NamedTuple, Protocol

import grpc

from entrygo.rpc.interceptors.handlers import Handler
from entrygo.rpc.local.context import Entries, LocalContext, Status

Send = Callable[[Any], Awaitable[None]]


class Outlet(Protocol):
    """Where a call's answer goes."""

    def begin(self, metadata: Entries) -> None:
        """Its initial metadata, once."""
        ...

    async def send(self, message: bytes) -> None:
        """Its next message; waits while the reader has enough of them."""
        ...


class LocalCall(NamedTuple):
    """A call as it comes in. `deadline` is of the event loop's clock."""

    method: str
    content: bytes
    metadata: Entries
    deadline: float | None
    outlet: Outlet


class Details(NamedTuple):
    """What gRPC tells an interceptor of a call."""

    method: str
    invocation_metadata: Entries


class LocalServer:
    """Handles calls as the server of gRPC beside it does: by the same handlers, behind the same `door`.

    A call of more than `max_bytes` is refused. Made in the context of its service, whose variables, such as
    the name in its log lines, each call begins with.
    """

    def __init__(self, door: grpc.aio.ServerInterceptor, *, max_bytes: int) -> None:
        self._door = door
        self._max_bytes = max_bytes
        self._handlers: list[grpc.GenericRpcHandler] = []
        self._variables = copy_context()
        self._opened = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether it takes calls."""
        return self._opened.is_set()

    def open(self) -> None:
        """Takes calls from now on."""
        self._opened.set()

    def close(self) -> None:
        """Takes no further calls."""
        self._opened.clear()

    async def opened(self) -> None:
        """Returns once it takes calls."""
        await self._opened.wait()

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """Takes methods as a server of gRPC does."""
        self._handlers += handlers

    def handle(self, call: LocalCall) -> "asyncio.Task[Status]":
        """Handles the call in a task of its own; to cancel that is to cancel the call."""
        loop = asyncio.get_running_loop()
        return loop.create_task(self._handled(call), context=self._variables.copy())

    async def _handled(self, call: LocalCall) -> Status:
        if len(call.content) > self._max_bytes:
            return too_large(call.content, self._max_bytes)
        details: Any = Details(call.method, call.metadata)
        handler = await self._door.intercept_service(self._find, details)
        if handler is None:
            return Status(grpc.StatusCode.UNIMPLEMENTED, "Method not found!")
        outlet, serialize = call.outlet, _serializer(handler)

        async def send(message: Any) -> None:
            await outlet.send(serialize(message))

        context = LocalContext(call.metadata, call.deadline, begin=outlet.begin, send=send)
        # An abort has set what the call ends with.
        with suppress(grpc.aio.AbortError):
            await _answer(handler, call.content, context, send)
        return context.status

    async def _find(self, details: grpc.HandlerCallDetails) -> Handler | None:
        found = (each.service(details) for each in self._handlers)
        return next((handler for handler in found if handler is not None), None)


async def _answer(handler: Handler, content: bytes, context: LocalContext, send: Send) -> None:
    # The stubs know handlers of the synchronous kind only.
    inner: Any = handler
    request = content if inner.request_deserializer is None else inner.request_deserializer(content)
    if inner.unary_unary is not None:
        answer = await inner.unary_unary(request, context)
        # A handler that has set a status has no answer.
        if context.code() is grpc.StatusCode.OK:
            await send(answer)
        return
    if inner.unary_stream is not None:
        answering = inner.unary_stream(request, context)
    else:
        answering = inner.stream_stream(_Alone(request), context)
    if not hasattr(answering, "__aiter__"):
        # One that writes to its context.
        await answering
        return
    # One who leaves before the end has the handler end now, whoever still holds it.
    async with aclosing(answering):
        async for message in answering:
            await send(message)
            del message


class _Alone:
    """The one message of a call as a stream. No generator: one that is left before its end costs a task."""

    def __init__(self, message: Any) -> None:
        self._left = [message]

    def __aiter__(self) -> "_Alone":
        return self

    async def __anext__(self) -> Any:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


def _serializer(handler: Handler) -> Callable[[Any], bytes]:
    serializer: Callable[[Any], bytes] | None = handler.response_serializer
    return bytes if serializer is None else serializer


def too_large(message: bytes, most: int) -> Status:
    """The status of a message beyond a limit, in the words of gRPC, by which our clients know it."""
    said = f"Received message larger than max ({len(message)} vs. {most})"
    return Status(grpc.StatusCode.RESOURCE_EXHAUSTED, said)


async def not_served() -> Status:
    """How a call of a service ends that takes none."""
    return Status(grpc.StatusCode.UNAVAILABLE, "The service takes no calls.")
