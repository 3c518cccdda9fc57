"""The gateway on a socket of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from entrygo.gateway.app import create_app
from entrygo.gateway.guard import guarded
from entrygo.gateway.services import Services
from entrygo.gateway.settings import GatewaySettings

MAX_HEADER_BYTES = 4096


@asynccontextmanager
async def serving(services: Services, **changes: Any) -> AsyncIterator[int]:
    """Yields the port; `changes` are settings."""
    patient = {"header_timeout_seconds": 60.0, "body_timeout_seconds": 60.0}
    settings = GatewaySettings(**{**patient, "max_header_bytes": MAX_HEADER_BYTES, **changes})
    config = uvicorn.Config(
        create_app(settings, services=services),
        port=0,
        http=guarded(settings),
        ws="none",
        log_config=None,
        lifespan="off",
        timeout_keep_alive=30,
    )
    async with listening(config) as port:
        yield port


@asynccontextmanager
async def listening(config: uvicorn.Config) -> AsyncIterator[int]:
    """The port of a server that runs in this event loop; signals are left alone."""
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    ticking = asyncio.create_task(server.main_loop())
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await ticking
        await server.shutdown()


def head(*lines: str, path: str = "/livez", method: str = "GET") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: x", *lines, "", "")).encode()
