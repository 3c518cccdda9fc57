"""A channel that lets its connections go while nobody calls, and has them again with the next call.

A connection costs pings on both sides, each of which wakes threads of gRPC for seconds; without calls nobody
needs to know whether a replica hangs. gRPC's own `client_idle_timeout_ms` lets go of a channel once only
(1.85): after its second use it stays connected.
"""

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import grpc

IDLE_SECONDS = 3.0


class RestingChannel(grpc.aio.Channel):
    """Has a channel of gRPC while there are calls, and for IDLE_SECONDS behind them."""

    def __init__(self, connect: Callable[[], grpc.aio.Channel]) -> None:
        self._connect = connect
        self._connected: grpc.aio.Channel | None = None
        self._running = 0
        self._idle_since = 0.0
        self._look: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._is_closed = False

    @property
    def connected(self) -> grpc.aio.Channel:
        """The channel of the moment."""
        if self._connected is None:
            self._connected = self._connect()
        return self._connected

    @property
    def is_at_rest(self) -> bool:
        """Whether it has let its connections go, or never had any."""
        return self._connected is None

    def note_call(self, call: Any) -> None:
        """Keeps the connections until `call` is over and a little longer."""
        self._running += 1
        call.add_done_callback(self._ended)

    def _ended(self, _: object) -> None:
        self._running -= 1
        if self._running == 0 and not self._is_closed:
            loop = asyncio.get_running_loop()
            self._idle_since = loop.time()
            if self._look is None:
                self._look = loop.call_later(IDLE_SECONDS, self._rest_if_idle)

    def _rest_if_idle(self) -> None:
        """One timer for however many calls: it looks again when there were some meanwhile."""
        loop, self._look = asyncio.get_running_loop(), None
        if self._running or self._connected is None:
            return
        left = self._idle_since + IDLE_SECONDS - loop.time()
        if left > 0:
            self._look = loop.call_later(left, self._rest_if_idle)
            return
        idle, self._connected = self._connected, None
        closing = loop.create_task(_let_go(idle))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def __aenter__(self) -> "RestingChannel":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self, grace: float | None = None) -> None:
        """As the channel that it has."""
        self._is_closed = True
        if self._look is not None:
            self._look.cancel()
        await asyncio.gather(*self._closing)
        if self._connected is not None:
            await self._connected.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """IDLE at rest."""
        if self._connected is None and not try_to_connect:
            return grpc.ChannelConnectivity.IDLE
        return self.connected.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """Of the channel of the moment."""
        await self.connected.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """Connects."""
        await self.connected.channel_ready()

    def unary_unary(self, *arguments: Any, **options: Any) -> Any:
        """As every channel."""
        return _Method(self, "unary_unary", arguments, options)

    def unary_stream(self, *arguments: Any, **options: Any) -> Any:
        """As every channel."""
        return _Method(self, "unary_stream", arguments, options)

    def stream_unary(self, *arguments: Any, **options: Any) -> Any:
        """As every channel."""
        return _Method(self, "stream_unary", arguments, options)

    def stream_stream(self, *arguments: Any, **options: Any) -> Any:
        """As every channel."""
        return _Method(self, "stream_stream", arguments, options)


async def _let_go(idle: grpc.aio.Channel) -> None:
    await idle.close()
    # A stream that its reader left is a cycle, and holds its connection until that is found.
    gc.collect(1)


class _Method:
    """A method of a stub: that of the channel of the moment."""

    def __init__(
        self, channel: RestingChannel, kind: str, arguments: Sequence[Any], options: dict[str, Any]
    ) -> None:
        self._channel = channel
        self._kind = kind
        self._arguments = arguments
        self._options = options
        self._of: grpc.aio.Channel | None = None

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        connected = self._channel.connected
        if self._of is not connected:
            self._of = connected
            self._method = getattr(connected, self._kind)(*self._arguments, **self._options)
        if (entries := options.get("metadata")) is not None:
            options["metadata"] = Sent(entries)
        call = self._method(*arguments, **options)
        self._channel.note_call(call)
        return call


class Sent(grpc.aio.Metadata):
    """Metadata that is sent as it is: gRPC asks for its entries, and would sort any other by name first.

    Of the methods of its class it has those that gRPC (1.85) calls, the others would fail; the test of it
    says whether they still are enough.
    """

    def __init__(self, entries: Sequence[tuple[str, str]]) -> None:
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._entries)
