"""The console over the services in memory, met as a browser meets it."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette

from entrygo.gateway.app import create_app
from entrygo.gateway.console.files.reading import Read, Wanted, read
from entrygo.gateway.settings import GatewaySettings
from tests.fakes import KEY, FakeServices
from tests.harness import processes

BROWSER = {"accept": "text/html,*/*;q=0.8", "sec-fetch-site": "same-origin"}


@pytest.fixture
def services() -> FakeServices:
    return FakeServices()


@pytest.fixture
def app(services: FakeServices) -> Starlette:
    return create_app(GatewaySettings(), services=services, read_file=_read_here)


async def _read_here(account: str, wanted: Wanted) -> Read:
    return read(wanted)


@pytest_asyncio.fixture
async def browser(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody is signed in."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://gateway", headers=BROWSER
    ) as open_browser:
        yield open_browser


@pytest_asyncio.fixture
async def clerk(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody signed in with a key that may do everything."""
    answer = await browser.post("/login", data={"key": KEY})
    assert answer.status_code == 303
    return browser


@pytest_asyncio.fixture
async def program(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API over the same services, which prepares what pages show."""
    transport = httpx.ASGITransport(app)
    headers = {"authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers) as client:
        yield client


@pytest_asyncio.fixture
async def base_url(app: Starlette) -> AsyncIterator[str]:
    """The console over the services in memory, on a port: Chromium speaks to no ASGI."""
    port = processes.free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving
