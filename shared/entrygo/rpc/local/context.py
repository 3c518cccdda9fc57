"""What the handler of a call within the process is given, as gRPC gives it of any other."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

import grpc

Entries = Sequence[tuple[str, str | bytes]]

# As gRPC names the other end of a connection: this machine.
PEER = "ipv4:127.0.0.1:0"


class Status(NamedTuple):
    """How a call ended, and what goes with it."""

    code: grpc.StatusCode = grpc.StatusCode.OK
    details: str = ""
    trailing: Entries = ()


class LocalContext(grpc.aio.ServicerContext[Any, Any]):
    """Of one call. `begin` takes its initial metadata, `send` its messages as objects; `deadline` is of the
    event loop's clock."""

    def __init__(
        self,
        metadata: Entries,
        deadline: float | None,
        *,
        begin: Callable[[Entries], None],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        self._metadata = metadata
        self._deadline = deadline
        self._begin = begin
        self._send = send
        self._status = Status()

    @property
    def status(self) -> Status:
        """What has been set so far."""
        return self._status

    def invocation_metadata(self) -> Any:
        """As the caller sent it."""
        return self._metadata

    def peer(self) -> str:
        """This machine."""
        return PEER

    def time_remaining(self) -> Any:
        """Seconds until the caller gives up; None where it never does."""
        if self._deadline is None:
            return None
        return max(self._deadline - asyncio.get_running_loop().time(), 0.0)

    async def send_initial_metadata(self, initial_metadata: Any) -> None:
        """To the caller at once."""
        self._begin(initial_metadata)

    async def write(self, message: Any) -> None:
        """The next message of a stream."""
        await self._send(message)

    async def read(self) -> NoReturn:
        """A handler is given its messages; none of ours asks for them."""
        raise grpc.aio.UsageError("This call's messages are its handler's first argument.")

    async def abort(self, code: grpc.StatusCode, details: str = "", trailing_metadata: Any = ()) -> NoReturn:
        """Ends the call."""
        self._status = Status(code, details, trailing_metadata)
        raise grpc.aio.AbortError

    async def abort_with_status(self, status: Any) -> NoReturn:
        """Ends the call."""
        await self.abort(status.code, status.details, status.trailing_metadata)

    def set_code(self, code: grpc.StatusCode) -> None:
        """Of the status that the call will end with."""
        self._status = self._status._replace(code=code)

    def code(self) -> grpc.StatusCode:
        """Of the status that the call will end with."""
        return self._status.code

    def set_details(self, details: str) -> None:
        """Of the status that the call will end with."""
        self._status = self._status._replace(details=details)

    def details(self) -> str:
        """Of the status that the call will end with."""
        return self._status.details

    def set_trailing_metadata(self, trailing_metadata: Any) -> None:
        """Goes with the status."""
        self._status = self._status._replace(trailing=trailing_metadata)

    def trailing_metadata(self) -> Any:
        """Goes with the status."""
        return self._status.trailing

    def set_compression(self, compression: grpc.Compression) -> None:
        """Nothing is sent that could be compressed."""

    def disable_next_message_compression(self) -> None:
        """Nothing is sent that could be compressed."""

    def peer_identities(self) -> Iterable[bytes] | None:
        """Without a connection there is no certificate."""
        return None

    def peer_identity_key(self) -> str | None:
        """Without a connection there is no certificate."""
        return None

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """Without a connection there is no certificate."""
        return {}
