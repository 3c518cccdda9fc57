"""Downloads by clients that are slower than the gateway: sockets and gRPC are real, only execution is not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
import pytest_asyncio

from entrygo.gateway.clients import GrpcServices
from entrygo.gateway.settings import GatewaySettings
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2, execution_pb2_grpc
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from tests.fakes import KEY
from tests.harness.skipping import flying, skip
from tests.unit.gateway.serving import head, serving

WRITE_SECONDS = 30.0
ANSWER_SECONDS = 30.0
SIZE = 4 << 20
# The bytes of a chunk. A slow reader takes longer for a large one than it may be silent.
CHUNKS = {
    "small.zip": 65_536,
    "large.zip": SIZE // 2,
    "endless.zip": 65_536,
    "stuck.zip": SIZE // 2,
    "altered.zip": SIZE // 2,
}
PATIENCE = 600.0  # seconds; far above the deadlines of the server under test, as time is skipped

Context = grpc.aio.ServicerContext[Any, Any]


class Execution(execution_pb2_grpc.ExecutionServicer):
    """Sends documents of 4 MiB: one has no end, one stops on its way, one is found altered there."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    async def GetArtifact(
        self, request: execution_pb2.GetArtifactRequest, context: Context
    ) -> AsyncIterator[execution_pb2.ArtifactChunk]:
        size = SIZE if request.filename != "endless.zip" else SIZE * SIZE
        chunk = b"x" * CHUNKS[request.filename]
        try:
            yield execution_pb2.ArtifactChunk(
                artifact=events_pb2.Artifact(
                    filename=request.filename, media_type="application/zip", size_bytes=size, sha256="00"
                )
            )
            for _ in range(size // len(chunk)):
                yield execution_pb2.ArtifactChunk(content=chunk)
                if request.filename == "stuck.zip":
                    await asyncio.Event().wait()
                if request.filename == "altered.zip":
                    await context.abort(grpc.StatusCode.INTERNAL)
        finally:
            self.left.set()


class Identity(identity_pb2_grpc.IdentityServicer):
    """Every key is good."""

    async def WhoAmI(self, request: identity_pb2.WhoAmIRequest, context: Context) -> Any:
        return identity_pb2.WhoAmIResponse(account_id="acc_1")


@pytest.fixture
def execution() -> Execution:
    return Execution()


@pytest_asyncio.fixture
async def port(execution: Execution) -> AsyncIterator[int]:
    """Of a gateway that has no more patience than a test."""
    server = grpc.aio.server()
    execution_pb2_grpc.add_ExecutionServicer_to_server(execution, server)
    identity_pb2_grpc.add_IdentityServicer_to_server(Identity(), server)
    target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    services = GrpcServices(
        GatewaySettings(sync_target=target, execution_target=target, write_timeout_seconds=WRITE_SECONDS)
    )
    async with serving(services, answer_timeout_seconds=ANSWER_SECONDS) as open_port:
        yield open_port
    await services.close()
    await server.stop(None)


async def asked(port: int, filename: str) -> socket.socket:
    """A client that has asked for a document and keeps little of it in its kernel."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", port))
    path = f"/api/customs-packages/cp_1/artifacts/{filename}"
    await loop.sock_sendall(client, head(f"Authorization: Bearer {KEY}", path=path))
    return client


async def head_received(client: socket.socket) -> None:
    loop, head_bytes = asyncio.get_running_loop(), b""
    while not head_bytes.endswith(b"\r\n\r\n"):
        head_bytes += await loop.sock_recv(client, 1)


async def received(client: socket.socket, most: int = SIZE, *, pause: float = 0.0) -> int:
    """How many bytes of the body come before the connection ends or there are as many.

    A reader who pauses takes `pause` seconds for each part of them.
    """
    loop, size = asyncio.get_running_loop(), 0
    while size < most:
        content = await asyncio.wait_for(loop.sock_recv(client, min(65_536, most - size)), PATIENCE)
        if not content:
            break
        size += len(content)
        if pause:
            skip(pause)
            # Meanwhile what execution sends arrives, as it does for a reader whose seconds are real.
            await asyncio.sleep(0.008)
    return size


@pytest.mark.parametrize("filename", ["small.zip", "large.zip"])
async def test_a_client_that_reads_slowly_gets_the_whole_document(port: int, filename: str) -> None:
    loop = asyncio.get_running_loop()
    with await asked(port, filename) as client:
        began = loop.time()
        await head_received(client)
        assert await received(client, pause=2.0) == SIZE
    # Else the test would not show what it says.
    assert loop.time() - began > 2 * max(WRITE_SECONDS, ANSWER_SECONDS)


async def test_a_client_that_stops_reading_is_cut_off(port: int, execution: Execution) -> None:
    with await asked(port, "endless.zip") as client:
        await head_received(client)
        async with flying(ANSWER_SECONDS):
            await execution.left.wait()
        # What the kernels held still comes.
        assert await received(client) < SIZE


async def test_a_document_is_cut_short_when_execution_falls_silent(port: int) -> None:
    with await asked(port, "stuck.zip") as client:
        await head_received(client)
        assert await received(client, CHUNKS["stuck.zip"]) == CHUNKS["stuck.zip"]
        async with flying(WRITE_SECONDS):
            assert await received(client) == 0


async def test_a_document_that_is_found_altered_on_the_way_is_cut_short(port: int) -> None:
    with await asked(port, "altered.zip") as client:
        await head_received(client)
        assert await received(client) == CHUNKS["altered.zip"]
