"""What the tools of an agent ask of the server."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import pytest
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError

from entrygo.cli.agents import answers, callers
from entrygo.cli.agents.callers import Callers, bounded_client
from entrygo.cli.agents.failures import said_to_the_agent
from entrygo.cli.agents.server import build_server
from entrygo.cli.agents.tools import Tools, tools_of
from entrygo.domain.lifecycle import TRANSITIONS, State
from entrygo_client import ApiError


@dataclass
class Server:
    """The calls of the client that `resend` makes; one broken connection after what was sent."""

    sent: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)

    async def get_policy(self) -> dict[str, Any]:
        return {"agentsMayAct": True}

    async def inspect_export(self, export_id: str) -> dict[str, Any]:
        if self.sent:
            raise ConnectionError
        return {"planHash": "planhash_1"}

    async def resubmit_to_broker(self, export_id: str, body: dict[str, Any], *, idempotency_key: str) -> None:
        self.sent.append((export_id, body, idempotency_key))


@dataclass
class Caller:
    server: Server

    def client(self, headers: object) -> Server:
        return self.server


@dataclass
class Asked:
    headers: None = None


async def resent(entry: int | None) -> tuple[str, dict[str, Any], str]:
    server = Server()
    tools = Tools(cast(Callers, Caller(server)))
    with pytest.raises(ConnectionError):
        await tools.resend(cast(Context[Any, Any], Asked()), "batch_1", "planhash_1", "lost", entry)
    [call] = server.sent
    return call


async def test_an_agent_sends_one_entry_again_where_it_names_one() -> None:
    whole, second, again = await resent(None), await resent(2), await resent(2)
    assert whole[:2] == ("batch_1", {"reason": "lost"})
    assert second[:2] == ("batch_1", {"reason": "lost", "entry": 2})
    # One act, one key.
    assert second[2] == again[2] != whole[2]


class LargeAnswer(httpx.AsyncByteStream):
    """A list of exports in pieces; counts those that were read."""

    def __init__(self, pieces: int) -> None:
        self._pieces = pieces
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"data": [], "hasMore": false'
        for _ in range(self._pieces):
            self.read += 1
            yield b" " * 100
        yield b"}"


async def listed(answer: LargeAnswer) -> dict[str, Any]:
    gateway = httpx.MockTransport(lambda _: httpx.Response(200, stream=answer))
    async with bounded_client(gateway) as http:
        of_agents = Callers(base_url="http://gateway", api_key="key", account_id="acc_123", http=http)
        return await Tools(of_agents).find_exports(cast(Context[Any, Any], Asked()))


async def test_an_answer_beyond_what_a_call_may_hold_is_left_unread_and_said_to_the_agent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(callers, "LARGEST_ANSWER_BYTES", 1000)
    assert await listed(LargeAnswer(9)) == {"exports": [], "hasMore": False}
    large = LargeAnswer(1000)
    with pytest.raises(ToolError, match=r"ANSWER_TOO_LARGE.*find_exports.*propose_fix"):
        await listed(large)
    assert large.read == 10


async def test_an_export_too_large_to_be_looked_at_is_said_to_be_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def too_large(*_: object) -> None:
        raise callers.AnswerTooLarge("large")

    server = Server()
    monkeypatch.setattr(Server, "inspect_export", too_large)
    tools = Tools(cast(Callers, Caller(server)))
    with pytest.raises(ToolError, match=r"EXPORT_TOO_LARGE.*Nothing was done"):
        await tools.resend(cast(Context[Any, Any], Asked()), "batch_1", "planhash_1", "lost")
    assert server.sent == []


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("plan", {"warehouse_id": "wh_1", "broker_id": "br_1", "orderIds": ["ord_1"]}),
        ("find_exports", {"readiness": "BLOCKED"}),
        ("execute", {"export_id": "batch_1", "plan_hash": "planhash_1", "dry_run": True}),
    ],
)
async def test_an_argument_that_a_tool_has_not_is_refused_by_its_name(
    tool: str, arguments: dict[str, Any]
) -> None:
    async with httpx.AsyncClient() as gateway:
        server = build_server(Callers(base_url="http://gateway", api_key=None, account_id="", http=gateway))
        with pytest.raises(
            ToolError, match=f"{tool}.*VALIDATION_ERROR.*{list(arguments)[-1]}: .*not permitted"
        ):
            await server.call_tool(tool, arguments)
        [shown] = [each for each in await server.list_tools() if each.name == tool]
    assert shown.input_schema["additionalProperties"] is False


def refused(status: int, body: dict[str, Any], kind: type[ToolError] | type[ResourceError]) -> Any:
    """What is said of an answer of the gateway."""
    with pytest.raises(kind) as raised, said_to_the_agent(kind):
        raise ApiError(status, body)
    return json.loads(str(raised.value)), type(raised.value)


async def test_every_argument_that_is_wrong_is_named_with_a_code_and_without_an_address() -> None:
    async with httpx.AsyncClient() as gateway:
        server = build_server(Callers(base_url="http://gateway", api_key=None, account_id="", http=gateway))
        with pytest.raises(ToolError) as raised:
            await server.call_tool("plan", {"warehouse_id": 5, "order_ids": "ord_1"})
    error = json.loads(str(raised.value).partition(": ")[2])
    assert error["errorCode"] == "VALIDATION_ERROR"
    assert [each.partition(":")[0] for each in error["issues"]] == ["warehouse_id", "broker_id", "order_ids"]
    assert "http" not in str(raised.value)


def test_an_agent_reads_which_orders_nobody_knows_and_how_many_more() -> None:
    ids = [f"ord_{number}" for number in range(30)]
    details = {"requestedOrderIds": ids, "foundOrderIds": ids[:12], "currentState": "x" * 999}
    error, _ = refused(400, {"errorCode": "INVALID_ORDER_REFERENCE", "details": details}, ToolError)
    assert error["details"]["unknownOrderIds"] == ids[12:22]
    assert error["details"]["more"] == 8
    assert len(error["details"]["currentState"]) == answers.SHOWN_CHARACTERS + 1
    assert error["details"].keys() == {"unknownOrderIds", "currentState", "more"}
    issues = [{"path": f"orderIds.{number}", "message": "Required"} for number in range(12)]
    error, _ = refused(400, {"errorCode": "VALIDATION_ERROR", "details": {"issues": issues}}, ToolError)
    assert (error["issues"][-1], error["more"]) == ("orderIds.9: Required", 2)


def test_a_resource_that_is_not_there_is_not_found_and_no_failure_of_the_server() -> None:
    for code, kind in (("NOT_FOUND", ResourceNotFoundError), ("INSUFFICIENT_SCOPE", ResourceError)):
        error, found = refused(404, {"errorCode": code}, ResourceError)
        assert (error["errorCode"], found) == (code, kind)


async def test_an_export_that_is_called_null_is_not_taken_for_none() -> None:
    async with httpx.AsyncClient() as gateway:
        tools = tools_of(Callers(base_url="http://gateway", api_key=None, account_id="", http=gateway))
    [plan] = [each for each in tools if each.name == "plan"]
    given = {"warehouse_id": "wh_1", "broker_id": "br_1", "order_ids": '["ord_1"]'}
    for export_id in ("null", None):
        read = plan.fn_metadata.validate_arguments({**given, "export_id": export_id})
        assert read["export_id"] == export_id
        assert read["order_ids"] == ["ord_1"], "as JSON in a text, which some agents give"


@pytest.mark.parametrize("export_id", ["x" * 70_000, "\ud800"])
async def test_an_argument_that_no_request_can_have_is_refused_by_a_code(export_id: str) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500))) as gateway:
        tools = Tools(Callers(base_url="http://gateway", api_key="key", account_id="acc_1", http=gateway))
        with pytest.raises(ToolError, match="VALIDATION_ERROR"):
            await tools.inspect(cast(Context[Any, Any], Asked()), export_id)


@pytest.mark.parametrize("state", State)
def test_an_agent_is_told_to_execute_only_what_can_be(state: State) -> None:
    export: Any = {
        "exportId": "batch_1",
        "state": state,
        "planHash": "planhash_1",
        "readinessState": "READY",
        "brokerSubmission": None,
    }
    is_told = answers.next_of(export)["tool"] == "execute"
    assert is_told == (State.EXECUTING in TRANSITIONS[state])


def test_a_text_that_no_screen_shows_or_that_reads_in_another_order_is_written_out() -> None:
    hidden = "".join(chr(0xE0000 + ord(each)) for each in "go")
    message = {"code": "C", "severity": "error", "message": f"Mug{hidden} \u202etxt", "field": "f"}
    [found] = answers.explained(
        cast(
            Any,
            {
                "exportId": "batch_1",
                "planHash": "planhash_1",
                "state": "CANCELLED",
                "readinessState": "BLOCKED",
                "complianceScore": 1,
                "validationMessages": [message],
            },
        )
    )["findings"]
    assert found["example"] == "Mug<U+E0067><U+E006F> <U+202E>txt"


def test_a_comparison_shows_the_beginning_of_a_long_text() -> None:
    change = {"field": "customs_description", "before": None, "after": "d" * 5_000}
    none = {"added_count": 0, "removed_count": 0, "changed_count": 0, "changed": []}
    item = {"id": "prod_1", "name": "Mug", "changes": {"count": 1, "first": [change]}}
    compared = answers.compared(
        cast(
            Any,
            {
                "exportId": "batch_1",
                "to": {"planHash": "planhash_1"},
                "is_same": False,
                "messages": {"appeared_count": 0, "disappeared_count": 0, "appeared": []},
                "importers": none,
                "orders": none,
                "products": {**none, "changed_count": 1, "changed": [item]},
                "reference_rows": none,
                "plan": {"first": []},
                "warehouse": {"first": [change]},
                "broker": {"first": []},
            },
        )
    )
    [shown] = compared["products"]["first"]
    assert shown["fields"] == compared["warehouse"]
    assert len(shown["fields"][0]["after"]) == answers.SHOWN_CHARACTERS + 1
