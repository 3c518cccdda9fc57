"""Handlers of RPCs of every kind, as interceptors change them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING, Any

import grpc

from entrygo.domain.errors import InvalidRequest

Context = grpc.aio.ServicerContext[Any, Any]
Serializer = Callable[[Any], bytes]
if TYPE_CHECKING:
    Handler = grpc.RpcMethodHandler[Any, Any]
else:  # generic in the stubs alone
    Handler = grpc.RpcMethodHandler

# A probe has no key; it learns whether the server takes calls, and nothing of any account.
OPEN_METHOD = "/grpc.health.v1.Health/Check"
# gRPC's own streams (health, reflection) last as long as their reader likes: no work of ours.
STANDARD_PREFIX = "/grpc."
TOO_LATE = "The deadline passed before the request was done."


@cache
def passing_bytes(serialize: Serializer) -> Serializer:
    """Writes an answer, but for one that is bytes already: a stored answer is sent as it is.

    That of a large plan has 14 MB, which took the event loop 40 ms to read and to write again.
    """

    def written(answer: Any) -> bytes:
        return answer if isinstance(answer, bytes) else serialize(answer)

    return written


def surrounded(handler: Handler, around: Callable[[Context], AbstractContextManager[None]]) -> Handler:
    """The same handler, of the same kind, with `around` about it, entered in the handler's own task."""
    # The stubs know handlers of the synchronous kind only.
    inner: Any = handler
    read, serialize = handler.request_deserializer, passing_bytes(handler.response_serializer)
    if inner.unary_unary is not None:
        respond = inner.unary_unary

        async def answer(request: Any, context: Context) -> Any:
            with around(context):
                return await respond(request, context)

        return grpc.unary_unary_rpc_method_handler(answer, read, serialize)

    async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
        with around(context):
            async for response in (inner.unary_stream or inner.stream_stream)(request, context):
                # Nobody keeps one that was sent while the next is waited for; gRPC keeps it, hence its bytes.
                content = serialize(response)
                del response
                yield content

    if handler.unary_stream is not None:
        return grpc.unary_stream_rpc_method_handler(stream, read, serialize)
    return grpc.stream_stream_rpc_method_handler(stream, read, serialize)


async def conversation(
    handler: Handler, contents: AsyncIterator[bytes], context: Context
) -> AsyncIterator[Any]:
    """What a handler of any kind answers, as one of streams does."""
    # The stubs know handlers of the synchronous kind only.
    inner: Any = handler
    if inner.stream_stream is not None:
        answering = inner.stream_stream(contents, context)
    else:
        content = await anext(aiter(contents), None)
        if content is None:
            raise InvalidRequest("The call has no message.")
        if inner.unary_unary is not None:
            response = await inner.unary_unary(content, context)
            # None: the call has ended with a status.
            if response is not None:
                yield response
            return
        answering = inner.unary_stream(content, context)
    async for response in answering:
        yield response
        del response
