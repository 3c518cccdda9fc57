"""The HTTP protocol against clients that are slow, endless or broken; on a real socket."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest
import pytest_asyncio
import uvicorn

from entrygo.gateway.app import create_app
from entrygo.gateway.guard import guarded
from entrygo.gateway.settings import GatewaySettings
from tests.fakes import KEY, FakeServices

MAX_HEADER_BYTES = 4096
PATIENCE = 10.0  # seconds; far above the deadlines of the server under test


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    protocol = guarded(header_seconds=0.2, body_seconds=0.2, max_header_bytes=MAX_HEADER_BYTES)
    config = uvicorn.Config(
        create_app(GatewaySettings(), services=FakeServices()),
        port=0,
        http=protocol,
        ws="none",
        log_config=None,
        lifespan="off",
        timeout_keep_alive=30,
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    ticking = asyncio.create_task(server.main_loop())
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await ticking
    await server.shutdown()


async def exchange(port: int, sent: bytes) -> bytes:
    """What comes back until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    return answer


def head(*lines: str, path: str = "/livez", method: str = "GET") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: x", *lines, "", "")).encode()


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
async def test_a_connection_is_closed_when_the_client_is_too_slow(port: int, sent: bytes) -> None:
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


async def test_a_connection_serves_request_after_request(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        writer.write(head())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        assert await reader.readexactly(15) == b'{"status":"ok"}'
    writer.close()
