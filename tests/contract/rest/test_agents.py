"""`entrygo mcp` on the running system, driven by the client of the protocol's own SDK."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest_asyncio
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent, TextResourceContents

from entrygo.cli.agents.callers import Callers, http_client
from entrygo.cli.agents.server import build_http_app
from tests.contract.rest.documented import Rest, golden_orders, planned
from tests.harness.system import System

# An answer that fits into a conversation beside many others.
SMALL = 4_000  # characters


@asynccontextmanager
async def agent(system: System) -> AsyncIterator[Client]:
    """An agent that started `entrygo mcp` on the machine of this system."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "entrygo.cli.main", "mcp"], env=dict(system.env)
    )
    async with Client(command) as client:
        yield client


@pytest_asyncio.fixture
async def agents_may_act(rest: Rest) -> AsyncIterator[None]:
    await set_agents_may_act(rest, True)
    yield
    await set_agents_may_act(rest, False)


async def set_agents_may_act(rest: Rest, value: bool) -> None:
    body = {"accountId": rest.system.account_id, "agentsMayAct": value}
    (await rest.client.put("/api/policy", json=body)).raise_for_status()


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The answer of a tool: small, and with its ids and the next step before the rest."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error, result.content
    answer: dict[str, Any] | None = result.structured_content
    assert answer is not None
    assert len(json.dumps(answer)) < SMALL
    if "exportId" in answer:
        assert next(iter(answer)) == "exportId"
        assert "next" in list(answer)[:4]
    return answer


async def refused(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert result.is_error
    [content] = result.content
    assert isinstance(content, TextContent)
    error: dict[str, Any] = json.loads(content.text.removeprefix(f"Error executing tool {tool}: "))
    return error


async def read(client: Client, uri: str) -> str:
    [content] = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return content.text


async def test_an_agent_plans_and_explains_and_sends_nothing_without_the_policy(
    system: System, rest: Rest
) -> None:
    orders = await golden_orders(rest)
    async with agent(system) as client:
        plan = await call(
            client, "plan", warehouse_id=system.warehouse_id, broker_id=system.broker_id, order_ids=orders
        )
        shown = {"export_id": plan["exportId"], "plan_hash": plan["planHash"]}
        assert plan["next"] == {"tool": "explain", "arguments": {"export_id": plan["exportId"]}} | {
            "why": plan["next"]["why"]
        }
        why = await call(client, "explain", export_id=plan["exportId"])
        assert why["findings"] == plan["findings"]
        for act, more in (("execute", {}), ("resend", {"reason": "again"}), ("withdraw", {"reason": "no"})):
            error = await refused(client, act, **shown, **more)
            assert error["errorCode"] == "AGENTS_MAY_NOT_ACT"
    assert (await rest.get(f"/api/exports/{plan['exportId']}"))["state"] == "BATCHED"
    assert not system.mails_of(plan["exportId"])


async def test_an_agent_acts_once_on_exactly_the_plan_that_it_was_shown(
    system: System, rest: Rest, agents_may_act: None
) -> None:
    export_id = await planned(rest)
    async with agent(system) as client:
        seen = await call(client, "inspect", export_id=export_id)
        shown = {"export_id": export_id, "plan_hash": seen["planHash"]}
        other = {"export_id": export_id, "plan_hash": "planhash_other"}
        assert (await refused(client, "execute", **other))["errorCode"] == "PLAN_HASH_MISMATCH"
        assert (await call(client, "execute", **shown))["state"] == "COMPLETED"
        again = await call(client, "execute", **shown)
        assert again["broker"]["submissionId"]
        documents = json.loads(await read(client, f"entrygo://exports/{export_id}/documents"))["documents"]
        texts = [each["uri"] for each in documents if each["uri"].endswith("manifest.json")]
        assert export_id in await read(client, texts[0])
        for act in ("resend", "withdraw"):
            error = await refused(client, act, **other, reason="for the test")
            assert error["errorCode"] == "PLAN_HASH_MISMATCH"
        withdrawn = await call(client, "withdraw", **shown, reason="The truck broke down")
        assert withdrawn["state"] == "WITHDRAWN"
    events = (await rest.get(f"/api/exports/{export_id}"))["events"]
    assert [event["type"] for event in events].count("export.executed") == 1


async def test_over_http_each_request_acts_by_its_own_key(system: System, rest: Rest) -> None:
    export_id = await planned(rest)
    async with http_client(verify=True) as gateway:
        callers = Callers(base_url=system.base_url, api_key=None, account_id=system.account_id, http=gateway)
        app = build_http_app(callers)
        async with app.router.lifespan_context(app):
            transport = httpx2.ASGITransport(app)
            for key, finds in ((system.api_key, True), (system.other_api_key, False)):
                headers = {"authorization": f"Bearer {key}"}
                async with (
                    httpx2.AsyncClient(transport=transport, headers=headers) as http,
                    Client(streamable_http_client("http://localhost:3800/mcp", http_client=http)) as client,
                ):
                    if finds:
                        assert (await call(client, "inspect", export_id=export_id))["state"] == "BATCHED"
                        listed = json.loads(await read(client, "entrygo://exports"))["exports"]
                        assert export_id in {each["exportId"] for each in listed}
                    else:
                        error = await refused(client, "inspect", export_id=export_id)
                        assert error["errorCode"] == "NOT_FOUND"
            async with httpx2.AsyncClient(transport=transport) as stranger:
                answer = await stranger.post("http://localhost:3800/mcp", json={})
                assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
                keyed = {"authorization": f"Bearer {system.api_key}"}
                elsewhere = await stranger.post("http://evil.example/mcp", json={}, headers=keyed)
                assert elsewhere.status_code == 421
