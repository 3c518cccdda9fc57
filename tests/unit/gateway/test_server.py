"""The server of the gateway between its start and its end."""

import asyncio
import socket
from typing import Any

import pytest

from entrygo.gateway import __main__ as gateway
from entrygo.gateway.settings import GatewaySettings
from tests.harness.processes import LOOPBACK, free_port

PATIENCE = 20.0


async def test_the_gateway_ends_when_it_is_asked_to() -> None:
    settings = GatewaySettings(gateway_host=LOOPBACK, gateway_port=free_port())
    stop = asyncio.Event()
    serving = asyncio.create_task(gateway.serve(settings, stop))
    try:
        await _answered(settings.gateway_port)
    finally:
        stop.set()
        await asyncio.wait_for(serving, PATIENCE)


async def test_a_gateway_whose_port_is_taken_fails_as_any_other_work_of_its_process() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        settings = GatewaySettings(gateway_host=LOOPBACK, gateway_port=taken.getsockname()[1])
        with pytest.raises(gateway.NotListening, match=str(settings.gateway_port)):
            await asyncio.wait_for(gateway.serve(settings, asyncio.Event()), PATIENCE)


async def test_a_gateway_that_cannot_be_put_together_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})

    monkeypatch.setattr(gateway, "create_app", lambda *_, **__: application)
    settings = GatewaySettings(gateway_host=LOOPBACK, gateway_port=free_port())
    with pytest.raises(gateway.NotListening, match="could not be put together"):
        await asyncio.wait_for(gateway.serve(settings, asyncio.Event()), PATIENCE)


def test_answers_have_the_date_of_the_second_in_which_they_are_made() -> None:
    now = 1_000_000_000.9
    state = gateway.Dated(lambda: now)
    assert state.default_headers == [(b"date", b"Sun, 09 Sep 2001 01:46:40 GMT")]
    now = 1_000_000_001.0
    assert state.default_headers == [(b"date", b"Sun, 09 Sep 2001 01:46:41 GMT")]


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
