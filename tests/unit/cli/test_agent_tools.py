"""What the tools of an agent ask of the server."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from mcp.server.mcpserver import Context

from entrygo.cli.agents.callers import Callers
from entrygo.cli.agents.tools import Tools


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
