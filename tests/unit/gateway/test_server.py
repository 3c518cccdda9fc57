"""The server of the gateway between its start and its end."""

import asyncio

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from entrygo.gateway import __main__ as gateway
from entrygo.gateway.settings import GatewaySettings
from tests.harness.processes import LOOPBACK, free_port

PATIENCE = 20.0
NEVER = 3600.0
OLD = [(b"date", b"Thu, 01 Jan 1970 00:00:00 GMT")]


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that is never asked."""


async def test_the_gateway_ends_when_it_is_asked_to_and_not_at_its_next_tick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gateway, "TICK_SECONDS", NEVER)
    settings = GatewaySettings(gateway_host=LOOPBACK, gateway_port=free_port())
    stop = asyncio.Event()
    serving = asyncio.create_task(gateway.serve(settings, stop))
    try:
        await _answered(settings.gateway_port)
    finally:
        stop.set()
        await asyncio.wait_for(serving, PATIENCE)


async def test_each_tick_renews_the_date_of_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "TICK_SECONDS", 0.01)
    server = gateway.Server(uvicorn.Config(nothing, host=LOOPBACK, port=free_port(), lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        await _answered(server.config.port)
        server.server_state.default_headers = OLD
        async with asyncio.timeout(PATIENCE):
            while server.server_state.default_headers == OLD:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        server.leave()
        await asyncio.wait_for(serving, PATIENCE)


async def _answered(port: int) -> None:
    """Returns once somebody listens on `port`."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
            except ConnectionError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return
