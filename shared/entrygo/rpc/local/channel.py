"""A channel to a service that may be served in the process at hand."""

from collections.abc import Callable, MutableMapping
from typing import Any

import grpc

from entrygo.rpc.channel import MAX_RESPONSE_BYTES
from entrygo.rpc.local.calling import Calling
from entrygo.rpc.local.server import LocalServer

# The servers of a process that has several, by the name of their service.
Neighbours = MutableMapping[str, LocalServer]


def to_neighbour(service: str, neighbours: Neighbours | None, far: grpc.aio.Channel) -> grpc.aio.Channel:
    """A channel to `service`: to that of this process where it has several, else `far` as it is."""
    return far if neighbours is None else LocalChannel(service, neighbours, far)


class LocalChannel(grpc.aio.Channel):
    """Calls the server of this process while that takes calls, else by way of `far`: what is asked of a
    service that is not there yet, or not any more, is answered as anywhere.

    Streams of requests, which no service takes of another, always go by way of `far`.
    """

    def __init__(self, service: str, neighbours: Neighbours, far: grpc.aio.Channel) -> None:
        self._service = service
        self._neighbours = neighbours
        self._far = far

    def server(self) -> LocalServer | None:
        """The one to be called now."""
        found = self._neighbours.get(self._service)
        return found if found is not None and found.is_open else None

    async def __aenter__(self) -> "LocalChannel":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self, grace: float | None = None) -> None:
        """Closes `far`; a call within the process ends with its caller or its server."""
        await self._far.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """READY without a connection where the server is here."""
        if self.server() is not None:
            return grpc.ChannelConnectivity.READY
        return self._far.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """As `far` does."""
        await self._far.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """Connects where the server is not here."""
        if self.server() is None:
            await self._far.channel_ready()

    def unary_unary(self, *arguments: Any, **options: Any) -> Any:
        """As every channel."""
        return _Method(self, self._far.unary_unary(*arguments, **options), *arguments, **options)

    def unary_stream(self, *arguments: Any, **options: Any) -> Any:
        """As every channel."""
        return _Method(self, self._far.unary_stream(*arguments, **options), *arguments, **options)

    def stream_unary(self, *arguments: Any, **options: Any) -> Any:
        """As every channel."""
        return self._far.stream_unary(*arguments, **options)

    def stream_stream(self, *arguments: Any, **options: Any) -> Any:
        """As every channel."""
        return self._far.stream_stream(*arguments, **options)


class _Method:
    """A method of a stub."""

    def __init__(
        self,
        channel: LocalChannel,
        far: Any,
        method: str,
        request_serializer: Callable[[Any], bytes],
        response_deserializer: Callable[[bytes], Any],
        **_: Any,
    ) -> None:
        self._channel = channel
        self._far = far
        self._method = method
        self._write = request_serializer
        self._read = response_deserializer

    def __call__(self, request: Any, *, metadata: Any = (), timeout: float | None = None) -> Any:
        server = self._channel.server()
        if server is None:
            return self._far(request, metadata=metadata, timeout=timeout)
        return Calling(
            server,
            self._method,
            self._write(request),
            metadata=metadata or (),
            timeout=timeout,
            read=self._read,
            most_bytes=MAX_RESPONSE_BYTES,
        )
