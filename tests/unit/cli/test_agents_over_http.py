"""What `entrygo mcp --http` answers before it looks at a request."""

import asyncio
from contextlib import suppress
from typing import Any

import httpx
import pytest

from entrygo.cli.agents.callers import Callers, NoKey
from entrygo.cli.agents.server import PATH, build_http_app
from entrygo.cli.agents.serving import CONNECTIONS_OF_A_PEER, guarded_config
from tests.unit.gateway.serving import head, listening

LOOPBACK = "127.0.0.1"

VERSION = "2026-07-28"


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "HEAD"])
async def test_no_key_opens_a_stream_that_would_hold_a_connection(method: str) -> None:
    async with httpx.AsyncClient() as gateway:
        callers = Callers(base_url="http://gateway", api_key=None, account_id="", http=gateway)
        transport = httpx.ASGITransport(build_http_app(callers))
        headers = {"authorization": "Bearer made-up", "accept": "text/event-stream"}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3800") as stranger:
            answer = await stranger.request(method, PATH, headers=headers)
            unknown = await stranger.request(method, PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert unknown.status_code == 401


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(f"POST {PATH} HTTP/1.1\r\nHost: localhost".encode(), id="half a head"),
        pytest.param(
            head("Authorization: Bearer made-up", "Content-Length: 100", path=PATH, method="POST") + b"{",
            id="half a body",
        ),
    ],
)
async def test_a_client_that_sends_no_further_loses_its_connection(
    sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRYGO_HEADER_TIMEOUT_SECONDS", "0.2")
    monkeypatch.setenv("ENTRYGO_BODY_TIMEOUT_SECONDS", "0.2")
    async with httpx.AsyncClient() as gateway:
        callers = Callers(base_url="http://gateway", api_key=None, account_id="", http=gateway)
        # The host of `head`.
        app = build_http_app(callers, hosts=["x"])
        async with listening(guarded_config(app, LOOPBACK, 0)) as port:
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.write(sent)
            # Closed before what was sent was read, it is reset.
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
            writer.close()


async def test_one_peer_takes_no_more_than_half_of_the_connections() -> None:
    async with httpx.AsyncClient() as gateway:
        callers = Callers(base_url="http://gateway", api_key=None, account_id="", http=gateway)
        async with listening(guarded_config(build_http_app(callers), LOOPBACK, 0)) as port:
            held = [await asyncio.open_connection(LOOPBACK, port) for _ in range(CONNECTIONS_OF_A_PEER)]
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            answer = await reader.read()
            for _, each in (*held, (reader, writer)):
                each.close()
    assert answer.startswith(b"HTTP/1.1 429 ")


async def test_a_request_of_the_stateless_protocol_needs_nothing_before_it() -> None:
    """As the specification of 2026-07-28 has it: no handshake, no session; discovery is answered."""
    asked: list[httpx.Request] = []

    def gateway_answers(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"data": [], "hasMore": False, "nextCursor": None})

    async with httpx.AsyncClient(transport=httpx.MockTransport(gateway_answers)) as gateway:
        callers = Callers(base_url="http://gateway", api_key=None, account_id="acc_1", http=gateway)
        app = build_http_app(callers)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost:3800") as agent,
        ):
            found = await agent.post(PATH, **request_of("server/discover", {}))
            tool = {"name": "find_exports", "arguments": {}}
            called = await agent.post(PATH, **request_of("tools/call", tool, name="find_exports"))
    discovered = found.json()["result"]
    assert VERSION in discovered["supportedVersions"]
    assert {"tools", "resources"} <= discovered["capabilities"].keys()
    assert "mcp-session-id" not in called.headers
    result = called.json()["result"]
    assert (result["resultType"], result["structuredContent"]["exports"]) == ("complete", [])
    assert [request.headers["authorization"] for request in asked] == ["Bearer made-up"]


def request_of(method: str, params: dict[str, Any], *, name: str = "") -> dict[str, Any]:
    """A request by itself, with what each carries since the handshake is gone."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    headers = {
        "authorization": "Bearer made-up",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": VERSION,
        "mcp-method": method,
        **({"mcp-name": name} if name else {}),
    }
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
    return {"json": message, "headers": headers}


async def test_what_can_be_no_key_is_refused_and_not_shown_to_the_agent() -> None:
    async with httpx.AsyncClient() as gateway:
        callers = Callers(base_url="http://gateway", api_key="shpbndl_live_1é", account_id="", http=gateway)
        with pytest.raises(NoKey, match="characters that no key has") as refused:
            callers.client(None)
    assert "shpbndl" not in str(refused.value)


async def test_no_made_up_key_opens_a_subscription_that_would_hold_a_connection() -> None:
    async with httpx.AsyncClient() as gateway:
        callers = Callers(base_url="http://gateway", api_key=None, account_id="", http=gateway)
        app = build_http_app(callers)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost:3800") as stranger,
            asyncio.timeout(10),
        ):
            wanted = {"notifications": {"resourceSubscriptions": ["entrygo://exports"]}}
            answer = await stranger.post(PATH, **request_of("subscriptions/listen", wanted))
            found = await stranger.post(PATH, **request_of("server/discover", {}))
    assert answer.status_code == 404
    capabilities = found.json()["result"]["capabilities"]
    assert not any(each.get("subscribe") or each.get("listChanged") for each in capabilities.values())


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://mcp.example.com", 200),
        ("http://mcp.example.com:8443", 200),
        ("https://example.com", 403),
        ("null", 403),
    ],
)
async def test_a_page_of_a_named_host_may_ask_whatever_is_before_it(origin: str, status: int) -> None:
    async with httpx.AsyncClient() as gateway:
        callers = Callers(base_url="http://gateway", api_key=None, account_id="", http=gateway)
        app = build_http_app(callers, hosts=["mcp.example.com"])
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="https://mcp.example.com") as page,
        ):
            asked = request_of("server/discover", {})
            asked["headers"]["origin"] = origin
            assert (await page.post(PATH, **asked)).status_code == status
