"""The two ways in which agents reach the server: this process's stdin and stdout, or HTTP."""

import uvicorn

from entrygo.cli.agents.callers import Callers, http_client
from entrygo.cli.agents.server import PATH, build_http_app, build_server
from entrygo.cli.connection import API_KEY, DEFAULT_BASE_URL, Target
from entrygo.cli.terminal import err
from entrygo.cli.trust import trust_in
from entrygo.gateway.settings import GatewayClientSettings

# Beyond them, a connection gets 503: an agent's program needs one or two.
CONNECTIONS = 100


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
        config = uvicorn.Config(app, host=host, port=port, log_level="warning", limit_concurrency=CONNECTIONS)
        await uvicorn.Server(config).serve()
