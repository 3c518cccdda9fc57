"""The two ways in which agents reach the server: this process's stdin and stdout, or HTTP."""

import uvicorn
from starlette.types import ASGIApp

from entrygo.cli.agents.callers import Callers, http_client
from entrygo.cli.agents.server import PATH, build_http_app, build_server
from entrygo.cli.connection import API_KEY, DEFAULT_BASE_URL, Target
from entrygo.cli.terminal import err
from entrygo.cli.trust import trust_in
from entrygo.gateway.guard import guarded
from entrygo.gateway.settings import DoorSettings, GatewayClientSettings, GatewaySettings

# An agent's program needs one or two.
CONNECTIONS = 100
CONNECTIONS_OF_A_PEER = 50
UNFINISHED_OF_A_PEER = 20


async def serve_stdio(target: Target) -> None:
    """For the agent that started this process, with the key that it was started with."""
    async with http_client(trust_in(GatewayClientSettings())) as gateway:
        callers = Callers(
            base_url=target.values.get("ENTRYGO_BASE_URL") or DEFAULT_BASE_URL,
            api_key=target.need(API_KEY),
            account_id=target.account_id,
            http=gateway,
        )
        await build_server(callers).run_stdio_async()


async def serve_http(target: Target, host: str, port: int, names: list[str]) -> None:
    """For whoever brings a key. Requests come for `names`, or for this machine."""
    async with http_client(trust_in(GatewayClientSettings())) as gateway:
        callers = Callers(
            base_url=target.values.get("ENTRYGO_BASE_URL") or DEFAULT_BASE_URL,
            api_key=None,
            account_id=target.values.get("ENTRYGO_ACCOUNT_ID", ""),
            http=gateway,
        )
        app = build_http_app(callers, hosts=names)
        err.print(f"http://{host}:{port}{PATH}", markup=False)
        await uvicorn.Server(guarded_config(app, host, port)).serve()


def guarded_config(app: ASGIApp, host: str, port: int) -> uvicorn.Config:
    """As the gateway receives: with its deadlines for heads, bodies and readers, and fewer connections."""
    door = DoorSettings(
        max_connections=CONNECTIONS,
        max_connections_per_peer=CONNECTIONS_OF_A_PEER,
        max_unfinished_per_peer=UNFINISHED_OF_A_PEER,
    )
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=guarded(GatewaySettings(door=door)),
        timeout_keep_alive=door.idle_timeout_seconds,
        ws="none",
        server_header=False,
        log_level="warning",
    )
