"""Refuses peers that have sent too many bad keys, at the lowest cost a call can have."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import grpc
import structlog

from entrygo.identity.authenticator import Authenticator
from entrygo.rpc.calls import AUTHORIZATION
from entrygo.rpc.errors import DETAILS_KEY, status_code, status_details
from entrygo.rpc.interceptors.auth import RequiredScopes, asks_for_a_key
from entrygo.rpc.interceptors.wrapping import OPEN_METHOD, Context, Handler, conversation
from entrygo.rpc.metrics import REQUESTS
from entrygo.rpc.strangers import Strangers

SECONDS_BETWEEN_LINES = 1.0
HOLD_SECONDS = 1.0
MAX_HELD = 400

Continue = Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]
Serialize = Callable[[Any], bytes]

log = structlog.get_logger(__name__)


class TurningAwayInterceptor(grpc.aio.ServerInterceptor):
    """Outermost. A key that is not known, from a peer that is refused, gets one answer made beforehand.

    Such a call has no line of its own, no span, no deadline and no wait for its message: a flood of them
    would otherwise take from the callers with good keys what it costs to refuse each by the book. They are
    counted, and a line a second says how many there were. The answer comes late, so that a peer that waits
    for each before it asks again asks seldom; beyond so many that wait, at once.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        required: RequiredScopes,
        strangers: Strangers,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._authenticator = authenticator
        self._required = required
        self._strangers = strangers
        # Of each method's answers, so that only those who come in pass the other interceptors.
        self._serializers: dict[str, Serialize | None] = {}
        self._turned_away = 0
        self._next_line = 0.0
        self._pause = pause
        self._held = 0
        refusal = strangers.refusal
        self._code, self._message = status_code(refusal), refusal.message
        self._trailers = ((DETAILS_KEY, status_details(refusal, large=False)),)

    async def intercept_service(
        self,
        continuation: Continue,
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """The usual handler, or one that looks at the peer first: only a handler is given the other end."""
        metadata = {name: str(value) for name, value in handler_call_details.invocation_metadata or ()}
        if not self._is_strange(handler_call_details.method, metadata):
            return await continuation(handler_call_details)

        method, handler = handler_call_details.method, None
        if method not in self._serializers:
            handler = await continuation(handler_call_details)
            assert handler is not None, "a method with an entry in the scopes has a handler"
            self._serializers[method] = handler.response_serializer

        # Awaited by gRPC at a lower price than a generator.
        async def meet(contents: AsyncIterator[bytes], context: Context) -> None:
            peer = self._strangers.peer(context.peer(), metadata)
            if self._strangers.are_refused(peer):
                self._count(method, peer)
                await self._hold()
                await context.abort(self._code, self._message, trailing_metadata=self._trailers)
            # Once a call at most: asked again, gRPC gives the handler without the other interceptors.
            admitted = handler or await continuation(handler_call_details)
            assert admitted is not None, "a method with an entry in the scopes has a handler"
            async for response in conversation(admitted, contents, context):
                await context.write(response)

        return grpc.stream_stream_rpc_method_handler(meet, None, self._serializers[method])

    def _is_strange(self, method: str, metadata: Mapping[str, str]) -> bool:
        required = self._required.get(method)
        return (
            required is not None
            and method != OPEN_METHOD
            and asks_for_a_key(required, metadata)
            and self._authenticator.is_stranger(metadata.get(AUTHORIZATION, ""))
        )

    async def _hold(self) -> None:
        """Delays the answer, where not too many are delayed."""
        if self._held < MAX_HELD:
            self._held += 1
            try:
                await self._pause(HOLD_SECONDS)
            finally:
                self._held -= 1

    def _count(self, method: str, peer: str) -> None:
        REQUESTS.labels(method, self._code.name).inc()
        self._turned_away += 1
        now = time.monotonic()
        if now >= self._next_line:
            log.warning("rpc.turned_away", calls=self._turned_away, last_peer=peer)
            self._turned_away, self._next_line = 0, now + SECONDS_BETWEEN_LINES
