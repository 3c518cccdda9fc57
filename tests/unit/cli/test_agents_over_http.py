"""What `entrygo mcp --http` answers before it looks at a request."""

import httpx
import pytest

from entrygo.cli.agents.callers import Callers
from entrygo.cli.agents.server import PATH, build_http_app


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
