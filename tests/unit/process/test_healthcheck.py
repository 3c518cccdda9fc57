"""The probe of a container against real listeners."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from entrygo.process.healthcheck import main
from tests.harness.processes import free_port

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest_asyncio.fixture
async def servicer() -> health.aio.HealthServicer:
    return health.aio.HealthServicer()


@pytest_asyncio.fixture
async def port(servicer: health.aio.HealthServicer) -> AsyncIterator[int]:
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    number = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield number
    await server.stop(None)


@pytest.mark.parametrize(("state", "status"), [(SERVING, 0), (NOT_SERVING, 1)])
async def test_probe_tells_what_the_health_service_says(
    servicer: health.aio.HealthServicer, port: int, state: int, status: int
) -> None:
    await servicer.set("", state)
    assert await asyncio.to_thread(main, [str(port)]) == status


async def test_probe_fails_when_nothing_listens() -> None:
    assert await asyncio.to_thread(main, [str(free_port())]) == 1
    assert await asyncio.to_thread(main, [f"http://127.0.0.1:{free_port()}/livez"]) == 1


@pytest.mark.parametrize(("answer", "status"), [("200 OK", 0), ("503 Service Unavailable", 1)])
async def test_probe_of_a_url_tells_whether_the_answer_is_a_success(answer: str, status: int) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(respond, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await asyncio.to_thread(main, [f"http://127.0.0.1:{port}/livez"]) == status


def test_probe_explains_itself_when_called_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
