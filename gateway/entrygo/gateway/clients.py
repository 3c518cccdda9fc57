"""The services over gRPC: channels, typed stubs, deadlines. No decisions."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message

from entrygo.gateway.services import Call, Document, Reply, Stream, Unary
from entrygo.gateway.settings import GatewaySettings
from entrygo.proto.execution.v1 import execution_pb2, execution_pb2_grpc
from entrygo.proto.identity.v1 import identity_pb2_grpc
from entrygo.proto.inspection.v1 import inspection_pb2_grpc
from entrygo.proto.planning.v1 import planning_pb2_grpc
from entrygo.proto.sync.v1 import sync_pb2_grpc
from entrygo.rpc.errors import remote, unavailable
from entrygo.rpc.health import is_serving
from entrygo.rpc.local.channel import Neighbours, channel_to
from entrygo.rpc.replay import is_replayed
from entrygo.rpc.strangers import client_metadata
from entrygo.rpc.streams import is_listening

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)

HEALTH_SECONDS = 2.0
# A whole download: its reader may be slow, and the protocol ends one that stops reading.
DOWNLOAD_SECONDS = 3600.0
BEGIN_SECONDS = 5.0


class GrpcServices:
    """The services over gRPC, or those that share the process. Made inside the running event loop, closed
    with `close`."""

    def __init__(self, settings: GatewaySettings, neighbours: Neighbours | None = None) -> None:
        self._read_seconds = settings.read_timeout_seconds
        self._write_seconds = settings.write_timeout_seconds
        self._token = settings.door.token
        targets = {
            "sync": settings.sync_target,
            "planning": settings.planning_target,
            "execution": settings.execution_target,
            "inspection": settings.inspection_target,
        }
        self._channels = {
            service: channel_to(service, target, settings.peers, neighbours)
            for service, target in targets.items()
        }
        self.identities = tuple(map(identity_pb2_grpc.IdentityStub, self._channels.values()))
        self.sync = sync_pb2_grpc.SyncStub(self._channels["sync"])
        self.keys = identity_pb2_grpc.KeysStub(self._channels["sync"])
        self.planning = planning_pb2_grpc.PlanningStub(self._channels["planning"])
        self.execution = execution_pb2_grpc.ExecutionStub(self._channels["execution"])
        self.inspection = inspection_pb2_grpc.InspectionStub(self._channels["inspection"])
        self.webhooks = inspection_pb2_grpc.WebhooksStub(self._channels["inspection"])

    async def close(self) -> None:
        """Closes the channels at once; whoever drains requests does so before."""
        for channel in self._channels.values():
            await channel.close(grace=None)

    async def read(self, method: "Unary[Q, A]", request: Q, call: Call) -> A:
        """As Services.read, within the read timeout."""
        with remote(_service_of(request)):
            return await method(request, metadata=self._metadata(call), timeout=self._read_seconds)

    async def write(self, method: "Unary[Q, A]", request: Q, call: Call) -> Reply[A]:
        """As Services.write, within the write timeout."""
        with remote(_service_of(request)):
            running = method(request, metadata=self._metadata(call), timeout=self._write_seconds)
            message = await running
            return Reply(message, await is_replayed(running))

    async def document(
        self,
        method: "Document[Q]",
        request: Q,
        call: Call,
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]:
        """As Services.document; each next chunk may take as long as a write."""
        running = method(request, metadata=self._metadata(call), timeout=DOWNLOAD_SECONDS)
        service = _service_of(request)
        try:
            with remote(service):
                while (chunk := await self._next(running, service)) is not grpc.aio.EOF:
                    yield chunk
        finally:
            # A stream that nobody reads to its end is not collected by itself.
            running.cancel()

    async def stream(self, method: "Stream[Q, A]", request: Q, call: Call) -> AsyncGenerator[A, None]:
        """As Services.stream; the service ends it at its longest life."""
        messages = self._messages(method, request, call)
        # Begun, so that closing it ends the call.
        await anext(messages)
        return messages

    async def _messages(self, method: "Stream[Q, A]", request: Q, call: Call) -> AsyncGenerator[Any, None]:
        """None once the service listens, then its messages."""
        running: Any = method(request, metadata=self._metadata(call), timeout=DOWNLOAD_SECONDS)
        try:
            with remote(_service_of(request)):
                message = await _first(running)
                yield None
                while message is not grpc.aio.EOF:
                    if message is not None:
                        yield message
                    # An export has megabytes, and the next one may be an hour away.
                    message = None
                    message = await running.read()
        finally:
            running.cancel()

    def _metadata(self, call: Call) -> tuple[tuple[str, str], ...]:
        return (*call.metadata(), *client_metadata(self._token, call.peer))

    async def _next(self, running: Any, service: str) -> Any:
        try:
            async with asyncio.timeout(self._write_seconds):
                return await running.read()
        except TimeoutError as error:
            raise unavailable(service) from error

    async def serving(self) -> dict[str, bool]:
        """Whether each service answers its standard health check in time, by name."""
        answers = await asyncio.gather(
            *(is_serving(channel, HEALTH_SECONDS) for channel in self._channels.values())
        )
        return dict(zip(self._channels, answers, strict=True))


async def _first(running: Any) -> Any:
    """The first message; None where the service says that it listens before it has one.

    A service of the release before says nothing until it has a message: it is given BEGIN_SECONDS.
    """
    try:
        async with asyncio.timeout(BEGIN_SECONDS):
            metadata = await running.initial_metadata()
    except TimeoutError:
        return None
    return None if is_listening(metadata) else await running.read()


def _service_of(request: Message) -> str:
    """Who takes this request, by its package `entrygo.proto.<service>.v1`."""
    service = request.DESCRIPTOR.full_name.split(".")[2]
    return "sync" if service == "identity" else service
