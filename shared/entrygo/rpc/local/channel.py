"""A channel to a service of the process at hand."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NoReturn

import grpc

from entrygo.process.settings import RpcClientSettings
from entrygo.rpc.channel import ATTEMPTS, MAX_RESPONSE_BYTES, REPEATABLE_METHODS, open_channel
from entrygo.rpc.local.calling import Calling
from entrygo.rpc.local.server import LocalServer


class Neighbours:
    """The servers of a process that has several, by the name of their service."""

    def __init__(self) -> None:
        self._servers: dict[str, LocalServer] = {}
        self._added: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def add(self, service: str, server: LocalServer) -> None:
        """One that will take calls."""
        self._servers[service] = server
        self._added[service].set()

    async def opened(self, service: str) -> None:
        """Returns once the service takes calls."""
        await self._added[service].wait()
        await self._servers[service].opened()

    def server(self, service: str) -> LocalServer | None:
        """The one that takes calls now."""
        found = self._servers.get(service)
        return found if found is not None and found.is_open else None


def channel_to(
    service: str, target: str, security: RpcClientSettings, neighbours: Neighbours | None
) -> grpc.aio.Channel:
    """A channel to another service, which is at `target` unless `neighbours` share this process.

    Raises CertificateRefused when what `security` names cannot be used.
    """
    return open_channel(target, security) if neighbours is None else LocalChannel(service, neighbours)


class LocalChannel(grpc.aio.Channel):
    """Calls the server of `service` in this process; while that takes no calls they are UNAVAILABLE.

    A call has one message, as each between the services.
    """

    def __init__(self, service: str, neighbours: Neighbours) -> None:
        self._service = service
        self._neighbours = neighbours

    def server(self) -> LocalServer | None:
        """The one to be called now."""
        return self._neighbours.server(self._service)

    async def __aenter__(self) -> "LocalChannel":
        return self

    async def __aexit__(self, *_: object) -> None:
        """A call ends with its caller or its server: there is nothing to close."""

    async def close(self, grace: float | None = None) -> None:
        """A call ends with its caller or its server: there is nothing to close."""

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """READY while the server takes calls."""
        is_open = self.server() is not None
        return grpc.ChannelConnectivity.READY if is_open else grpc.ChannelConnectivity.TRANSIENT_FAILURE

    async def channel_ready(self) -> None:
        """Once the server takes calls."""
        await self._neighbours.opened(self._service)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> NoReturn:
        """Nobody asks."""
        raise NotImplementedError

    def unary_unary(self, *arguments: Any, **options: Any) -> Any:
        """As every channel."""
        return _Method(self, *arguments, **options)

    def unary_stream(self, *arguments: Any, **options: Any) -> Any:
        """As every channel."""
        return _Method(self, *arguments, **options)

    def stream_unary(self, *arguments: Any, **options: Any) -> Any:
        """Made with the stubs of gRPC's own services; cannot be called."""
        return _no_stream

    def stream_stream(self, *arguments: Any, **options: Any) -> Any:
        """Made with the stubs of gRPC's own services; cannot be called."""
        return _no_stream


def _no_stream(*_: Any, **__: Any) -> NoReturn:
    raise NotImplementedError("A call within the process has one message.")


class _Method:
    """A method of a stub."""

    def __init__(
        self,
        channel: LocalChannel,
        method: str,
        request_serializer: Callable[[Any], bytes] | None = None,
        response_deserializer: Callable[[bytes], Any] | None = None,
        **_: Any,
    ) -> None:
        self._channel = channel
        self._method = method
        # Without them a method takes and gives bytes.
        self._write = request_serializer or bytes
        self._read = response_deserializer or bytes

    def __call__(
        self, request: Any, *, metadata: Any = None, timeout: float | None = None, **_: Any
    ) -> Calling:
        """The call. Other options are of connections: compression, credentials, whether to wait for one."""
        return Calling(
            self._channel.server,
            self._method,
            self._write(request),
            metadata=metadata or (),
            timeout=timeout,
            read=self._read,
            most_bytes=MAX_RESPONSE_BYTES,
            attempts=ATTEMPTS if self._method in REPEATABLE_METHODS else 1,
        )
