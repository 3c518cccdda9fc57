"""`entrygo mcp`: lets an agent plan, explain and follow exports, and act where the account lets it."""

import asyncio
from importlib import import_module
from typing import Annotated, Any

import typer

from entrygo.cli.connection import find_target
from entrygo.cli.failures import NotInstalled, explain

EXIT_UNUSABLE = 2


def mcp(
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Serve streamable HTTP at /mcp; default: stdin and stdout.")
    ] = False,
    host: Annotated[str, typer.Option("--host", help="Where to listen, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="With --http.")] = 3800,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="A host name to accept besides this machine; repeatable."),
    ] = None,
) -> None:
    """Serve an account's exports to agents by the Model Context Protocol.

    On stdio the agent acts with ENTRYGO_API_KEY. With --http each request brings its own key as a bearer
    token. What sends to a broker needs the plan hash that was shown, and agentsMayAct in the account's
    policy.
    """
    serving = _serving()
    target = find_target()
    asyncio.run(serving.serve_http(target, host, port, name or []) if http else serving.serve_stdio(target))


def _serving() -> Any:
    """The module that serves, whose packages come with the extra."""
    try:
        return import_module("entrygo.cli.agents.serving")
    except ModuleNotFoundError as error:
        if error.name not in ("mcp", "entrygo_client"):
            raise
        explain(NotInstalled("Install entrygo with the extra mcp."), as_json=False)
        raise typer.Exit(EXIT_UNUSABLE) from error
