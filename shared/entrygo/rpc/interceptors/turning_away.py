"""Refuses peers that have sent too many bad keys, at the lowest cost a call can have."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import grpc
import structlog

from entrygo.requests.holding import Holding
from entrygo.rpc.errors import DETAILS_KEY, status_code, status_details
from entrygo.rpc.interceptors.auth import Incoming
from entrygo.rpc.interceptors.handlers import Context, Handler, conversation, passing_bytes
from entrygo.rpc.metrics import REQUESTS
from entrygo.rpc.strangers import Strangers

SECONDS_BETWEEN_LINES = 1.0
HOLD_SECONDS = 1.0

# What makes the handler of a call that is not turned away.
ComeIn = Callable[[Incoming, Handler], Awaitable[Handler]]

log = structlog.get_logger(__name__)


class TurningAway:
    """A key that is not known, from a peer that is refused, gets one answer made beforehand.

    Such a call has no line of its own, no span, no deadline and no wait for its message: a flood of them
    would otherwise take from the callers with good keys what it costs to refuse each by the book. They are
    counted, and a line a second says how many there were. The answer comes late, so that a peer that waits
    for each before it asks again asks seldom; beyond so many that wait, at once.
    """

    def __init__(self, strangers: Strangers, holding: Holding) -> None:
        self._strangers = strangers
        self._turned_away = 0
        self._next_line = 0.0
        self._holding = holding
        refusal = strangers.refusal
        self._code, self._message = status_code(refusal), refusal.message
        self._trailers = ((DETAILS_KEY, status_details(refusal, large=False)),)

    def meeting(self, call: Incoming, handler: Handler, come_in: ComeIn) -> Handler:
        """A handler that looks at the peer first, as only a handler is given the other end."""

        # Awaited by gRPC at a lower price than a generator.
        async def meet(contents: AsyncIterator[bytes], context: Context) -> None:
            peer = self._strangers.peer(context.peer(), call.metadata)
            if self._strangers.are_refused(peer):
                self._count(call.method, peer)
                await self._holding.hold(HOLD_SECONDS)
                await context.abort(self._code, self._message, trailing_metadata=self._trailers)
            async for response in conversation(await come_in(call, handler), contents, context):
                await context.write(response)

        return grpc.stream_stream_rpc_method_handler(meet, None, passing_bytes(handler.response_serializer))

    def _count(self, method: str, peer: str) -> None:
        REQUESTS.labels(method, self._code.name).inc()
        self._turned_away += 1
        now = time.monotonic()
        if now >= self._next_line:
            log.warning("rpc.turned_away", calls=self._turned_away, last_peer=peer)
            self._turned_away, self._next_line = 0, now + SECONDS_BETWEEN_LINES
