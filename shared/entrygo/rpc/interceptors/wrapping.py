"""Base class of the interceptors: a context manager around each handler of our own services."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import grpc

from entrygo.domain.errors import InvalidRequest

Context = grpc.aio.ServicerContext[Any, Any]
if TYPE_CHECKING:
    Handler = grpc.RpcMethodHandler[Any, Any]
else:  # generic in the stubs alone
    Handler = grpc.RpcMethodHandler

# A probe has no key; it learns whether the server takes calls, and nothing of any account.
OPEN_METHOD = "/grpc.health.v1.Health/Check"


class WrappingInterceptor(grpc.aio.ServerInterceptor, ABC):
    """Runs `around` about every RPC that is not open."""

    @abstractmethod
    def around(self, method: str, context: Context) -> AbstractAsyncContextManager[None]:
        """Entered in the handler's own task before the handler runs."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """The same handler, of the same kind, with `around` about it."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method == OPEN_METHOD:
            return handler
        if handler.unary_unary is not None:
            return grpc.unary_unary_rpc_method_handler(
                self._unary(method, handler.unary_unary),
                handler.request_deserializer,
                handler.response_serializer,
            )
        if handler.unary_stream is None:
            return grpc.stream_stream_rpc_method_handler(
                self._stream(method, handler.stream_stream),
                handler.request_deserializer,
                handler.response_serializer,
            )
        return grpc.unary_stream_rpc_method_handler(
            self._stream(method, handler.unary_stream),
            handler.request_deserializer,
            handler.response_serializer,
        )

    def _unary(self, method: str, inner: Any) -> Any:
        async def handle(request: Any, context: Context) -> Any:
            async with self.around(method, context):
                return await inner(request, context)

        return handle

    def _stream(self, method: str, inner: Any) -> Any:
        async def handle(request: Any, context: Context) -> AsyncIterator[Any]:
            async with self.around(method, context):
                async for response in inner(request, context):
                    yield response

        return handle


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
