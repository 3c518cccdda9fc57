"""The HTTP protocol against clients that are slow, endless or broken; on a real socket."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

import orjson
import pytest
import pytest_asyncio

from entrygo.domain.errors import ServiceUnavailable
from entrygo.gateway import guard
from entrygo.gateway.services import Call
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from tests.fakes import KEY, FakeServices
from tests.unit.gateway.serving import MAX_HEADER_BYTES, head, serving

PATIENCE = 60.0  # seconds; far above the deadlines of the server under test


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    async with serving(FakeServices()) as open_port:
        yield open_port


async def exchange(port: int, sent: bytes) -> bytes:
    """What comes back until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    return answer


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /livez HTTP/1.1\r\nHost: x\r\n",
        head("Content-Length: 10", "Content-Type: application/json", path="/api/orders/sync", method="POST"),
        head(
            "Content-Length: 10",
            "Content-Type: application/json",
            f"Authorization: Bearer {KEY}",
            path="/api/orders/sync",
            method="POST",
        )
        + b"{",
    ],
    ids=["silent", "half a head", "no body", "half a body"],
)
async def test_a_connection_is_closed_when_the_client_is_too_slow(sent: bytes) -> None:
    async with serving(FakeServices(), header_timeout_seconds=0.2, body_timeout_seconds=0.2) as port:
        answer = b""
        # Closed before what was sent was read, a connection is reset.
        with suppress(ConnectionResetError):
            answer = await exchange(port, sent)
    assert not answer.startswith(b"HTTP/1.1 2")
    assert b"500" not in answer


async def test_a_head_is_refused_when_it_is_larger_than_the_limit(port: int) -> None:
    for sent in (
        head("X-Long: " + "x" * MAX_HEADER_BYTES),
        head(path="/" + "x" * MAX_HEADER_BYTES),
        head(*(f"X-{n}: 1" for n in range(1000))),
    ):
        answer = await exchange(port, sent)
        assert answer.startswith(b"HTTP/1.1 431 ")
        assert orjson.loads(answer.split(b"\r\n\r\n", 1)[1])["errorCode"] == "PAYLOAD_TOO_LARGE"


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        head("Content-Length: 5", "Transfer-Encoding: chunked", method="POST"),
        head("Folded: a", " b"),
        b"GET /livez HTTP/1.1\nHost: x\n\n",
    ],
    ids=["no request line", "two lengths", "folded header", "bare line feeds"],
)
async def test_a_request_that_is_no_http_is_400_in_the_error_shape(port: int, sent: bytes) -> None:
    answer = await exchange(port, sent)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert orjson.loads(answer.split(b"\r\n\r\n", 1)[1])["errorCode"] == "INVALID_REQUEST"


async def test_the_rest_of_a_body_that_has_its_answer_is_not_read(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "LINGER_SECONDS", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    # Far more than the two kernels take while nobody reads.
    size = 64 * 1024 * 1024
    writer.write(head(f"Content-Length: {size}", path="/api/orders/sync", method="POST") + bytes(size))
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" in answer
    with suppress(ConnectionError):
        await asyncio.wait_for(reader.read(), PATIENCE)
    assert reader.exception() is not None or reader.at_eof()
    with pytest.raises(ConnectionError):
        await writer.drain()


async def test_the_sender_of_one_body_too_large_reads_why_and_of_many_at_once_not_all_are_read(
    port: int,
) -> None:
    size = 20 * 1024 * 1024

    async def sent() -> bytes:
        """The answer to one who sends all of it before reading, empty when the connection was reset first."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head(f"Content-Length: {size}", path="/api/orders/sync", method="POST"))
        try:
            for _ in range(size // 2**20):
                writer.write(bytes(2**20))
                await writer.drain()
            return await asyncio.wait_for(reader.readuntil(b"\r\n"), PATIENCE)
        except (ConnectionError, asyncio.IncompleteReadError):
            return b""
        finally:
            writer.close()

    assert (await sent()).startswith(b"HTTP/1.1 401 ")
    assert b"" in await asyncio.gather(*(sent() for _ in range(4)))


async def test_a_short_rest_of_a_body_that_has_its_answer_is_read_and_the_connection_kept(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head("Content-Length: 70000", path="/api/orders/sync", method="POST"))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 401 ")
    writer.write(bytes(70000) + head())
    await reader.readuntil(b"HTTP/1.1 200 ")
    writer.close()


async def test_a_client_that_sends_all_of_a_long_body_first_reads_its_answer(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    size = 300 * 1024
    writer.write(head(f"Content-Length: {size}", path="/api/orders/sync", method="POST") + bytes(size))
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" in answer
    writer.close()


async def test_a_long_body_that_was_read_before_its_answer_keeps_the_connection(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    size = 300 * 1024
    lines = (f"Authorization: Bearer {KEY}", "Content-Type: application/json", f"Content-Length: {size}")
    for _ in range(2):
        writer.write(head(*lines, path="/api/orders/sync", method="POST") + b" " * size)
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"connection: close" not in answer
        await asyncio.wait_for(reader.readuntil(b"}"), PATIENCE)
    writer.close()


async def test_a_connection_serves_request_after_request(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        writer.write(head())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        assert await reader.readexactly(15) == b'{"status":"ok"}'
    writer.close()


class BrokenOff(FakeServices):
    """Loses the document after its first bytes."""

    async def GetArtifact(
        self, request: execution_pb2.GetArtifactRequest, call: Call
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]:
        artifact = events_pb2.Artifact(
            filename="a.json", media_type="application/json", size_bytes=100, sha256="00"
        )
        yield execution_pb2.ArtifactChunk(artifact=artifact)
        yield execution_pb2.ArtifactChunk(content=b"first")
        raise ServiceUnavailable


async def test_a_document_that_breaks_off_closes_the_connection_without_a_stack_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving(BrokenOff()) as port:
        path = "/api/customs-packages/cp_1/artifacts/a.json"
        answer = await exchange(port, head(f"Authorization: Bearer {KEY}", path=path))
    assert b"content-length: 100\r\n" in answer
    assert answer.endswith(b"\r\n\r\nfirst")
    assert not any(record.exc_info for record in caplog.records)


async def test_a_client_that_leaves_during_its_body_makes_no_stack_trace(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    lines = ("Content-Length: 10", "Content-Type: application/json", f"Authorization: Bearer {KEY}")
    sent = head(*lines, path="/api/orders/sync", method="POST") + b"{"
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    # The server is still there, and has noticed by the time it answers the next one.
    assert (await exchange(port, head("Connection: close"))).startswith(b"HTTP/1.1 200 ")
    assert not any(record.exc_info for record in caplog.records)
