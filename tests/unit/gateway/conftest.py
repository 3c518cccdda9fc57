"""The gateway over the services in memory, spoken to as a client would."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from entrygo.gateway.app import create_app
from entrygo.gateway.door.known_keys import KnownKeys
from entrygo.gateway.settings import GatewaySettings
from entrygo.requests.rates import Buckets
from tests.fakes import KEY, FakeServices

MAX_BODY_BYTES = 64 * 1024


@pytest.fixture
def same_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted by the second all comes in one, however long the machine takes for it."""
    monkeypatch.setattr(Buckets.__init__, "__kwdefaults__", {"clock": lambda: 1_000.0})
    monkeypatch.setattr(KnownKeys.__init__, "__kwdefaults__", {"clock": lambda: 1_000.0})


@pytest.fixture
def services() -> FakeServices:
    return FakeServices()


@pytest_asyncio.fixture
async def client(services: FakeServices) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(GatewaySettings(max_body_bytes=MAX_BODY_BYTES), services=services)
    transport = httpx.ASGITransport(app)
    headers = {"authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://gateway", headers=headers
    ) as open_client:
        yield open_client
