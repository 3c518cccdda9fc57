"""`entrygo mcp` on the running system, driven by the client of the protocol's own SDK."""

import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent, TextResourceContents

from tests.contract.rest.documented import Rest, golden_orders, planned
from tests.harness.processes import free_port, start, stop, wait_for_port
from tests.harness.system import System

# An answer that fits into a conversation beside many others.
SMALL = 4_000  # characters
TOOLS = {"plan", "explain", "diff", "propose_fix", "inspect", "execute", "resend", "withdraw"}
RESOURCES = {"export", "plan", "issues", "documents"}


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


@pytest.fixture(scope="module")
def served(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a process of `entrygo mcp --http`, which has no key of its own."""
    port, log = free_port(), tmp_path_factory.mktemp("mcp") / "mcp.log"
    command = [sys.executable, "-m", "entrygo.cli.main", "mcp", "--http", "--port", str(port)]
    process = start(command, log=log, env={**os.environ, **system.env, "ENTRYGO_API_KEY": ""})
    try:
        wait_for_port(port, process, log=log, seconds=60)
        yield f"http://localhost:{port}/mcp"
    finally:
        stop(process)


@asynccontextmanager
async def agent_over_http(address: str, key: str) -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False) as http,
        Client(streamable_http_client(address, http_client=http)) as client,
    ):
        yield client


async def test_over_http_each_request_acts_by_its_own_key(system: System, rest: Rest, served: str) -> None:
    export_id = await planned(rest)
    async with agent_over_http(served, system.api_key) as client:
        assert (await call(client, "inspect", export_id=export_id))["state"] == "BATCHED"
        listed = json.loads(await read(client, "entrygo://exports"))["exports"]
        assert export_id in {each["exportId"] for each in listed}
        assert {each.name for each in (await client.list_tools()).tools} >= TOOLS
        templates = (await client.list_resource_templates()).resource_templates
        assert {each.name for each in templates} >= RESOURCES
    async with agent_over_http(served, system.other_api_key) as client:
        error = await refused(client, "inspect", export_id=export_id)
        assert error["errorCode"] == "NOT_FOUND"
    async with agent_over_http(served, "shpbndl_live_" + "x" * 43) as client:
        assert (await refused(client, "inspect", export_id=export_id))["errorCode"] == "INVALID_API_KEY"


@pytest.mark.parametrize(
    ("headers", "size", "status"),
    [
        ({}, 2, 401),
        ({"authorization": "Bearer"}, 2, 401),
        ({"authorization": "Basic eDp5"}, 2, 401),
        # A page in a browser, under a name that it has pointed at this machine.
        ({"authorization": "Bearer k", "host": "evil.example"}, 2, 421),
        ({"authorization": "Bearer k", "origin": "https://evil.example"}, 2, 403),
        ({"authorization": "Bearer k"}, 2_000_000, 413),
    ],
)
async def test_over_http_what_is_not_an_agents_request_is_turned_away(
    served: str, headers: dict[str, str], size: int, status: int
) -> None:
    body = b"{" + b" " * (size - 2) + b"}"
    given = {"content-type": "application/json", "accept": "application/json", **headers}
    async with httpx2.AsyncClient(trust_env=False) as stranger:
        answer = await stranger.post(served, content=body, headers=given)
    assert answer.status_code == status, answer.text
