"""`entrygo mcp --http`: every tool and resource with a victim's ids, and what is held and never used."""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.attack.entrywise import Entrywise
from tests.attack.idling import held, hold_open
from tests.attack.narrow import Narrow, ids_of, marks_of, prepared
from tests.attack.tally import SHOWN_BYTES, Tally
from tests.attack.target import ANSWER_SECONDS, ATTACKER, Target
from tests.harness.processes import free_port, start, stop, wait_for_port

START_SECONDS = 60.0
AT_ONCE = 6
TRICKLING = 120
SESSIONS = 60
STATELESS, WITH_SESSIONS = "2026-07-28", "2025-11-25"
META = "io.modelcontextprotocol/"
REASON = "asked by a stranger"
# Each `{id}` becomes one of the victim's ids after the other.
RESOURCES = (
    "entrygo://exports", "entrygo://exports/{id}", "entrygo://exports/{id}/plan",
    "entrygo://exports/{id}/issues", "entrygo://exports/{id}/documents",
    "entrygo://documents/{id}/text/commercial_customs_invoice.csv",
    "entrygo://documents/{id}/file/manifest.json",
)  # fmt: skip
NEEDS_A_KEY = frozenset({"tools/call", "resources/read"})
# A refusal stands as JSON within the JSON of the answer.
_CODE = re.compile(rb'errorCode[\\": ]+([A-Z_]+)')
# The protocol's number of an internal error, which refusals of resources have, too.
INTERNAL = b"-32603"
Asked = tuple[str, Mapping[str, Any]]


async def sweep_agents(target: Target, tally: Tally) -> None:
    """By each caller of the sweeps: what there is, each tool and resource with each of the victim's ids."""
    async with (
        _served(target) as address,
        prepared(target, tally) as (victim, callers),
        _http(address) as http,
    ):
        turns = [(caller, asked) for caller in callers for asked in _all_asked(target, victim)]

        async def work(mine: Sequence[tuple[Narrow, Asked]]) -> None:
            for caller, asked in mine:
                await _ask(http, target, victim, tally, caller, asked)

        await asyncio.gather(*(work(turns[start::AT_ONCE]) for start in range(AT_ONCE)))


async def hold_agents(target: Target, tally: Tally) -> None:
    """Bodies that come byte by byte with made-up and good keys, and handshakes that nothing follows."""
    key = await target.foreign_key()
    async with _served(target) as address, _http(address) as http:
        host, port = http.base_url.host, http.base_url.port or 80
        head = f"POST /mcp HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\n"
        forms = [
            f"{head}authorization: Bearer {each}\r\ncontent-length: 900000\r\n\r\n".encode()
            for each in ("made-up", key)
        ]
        turns = iter(range(10**9))

        async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            return await asyncio.open_connection(host, port, local_addr=(ATTACKER, 0))

        async def begin() -> None:
            message = {"protocolVersion": WITH_SESSIONS, "capabilities": {}}
            client = {"clientInfo": {"name": "a", "version": "1"}}
            status, content = await _post(http, key, ("initialize", message | client), stateless=False)
            _count(tally, status, content, "initialize")

        await asyncio.gather(
            held(TRICKLING, lambda: hold_open(connect, tally, forms[next(turns) % len(forms)])),
            held(SESSIONS, begin),
        )


def _all_asked(target: Target, victim: Entrywise) -> Sequence[Asked]:
    ids = ids_of(target, victim)
    hashed = {"plan_hash": victim.plan_hash}
    tools: list[tuple[str, Mapping[str, Any]]] = [("find_exports", {})]
    for each in ids:
        known = {"export_id": each}
        act = {**known, **hashed, "reason": REASON}
        tools += [
            ("inspect", known), ("explain", known), ("propose_fix", known),
            ("diff", {**known, "since": victim.plan_hash}), ("execute", {**known, **hashed}),
            ("resend", act), ("resend", {**act, "entry": 1}), ("withdraw", act),
            ("plan", {**known, "dry_run": True, "order_ids": list(victim.order_ids),
                      "warehouse_id": target.victim.system.warehouse_id, "broker_id": victim.broker_id}),
        ]  # fmt: skip
    addresses = dict.fromkeys(address.replace("{id}", each) for address in RESOURCES for each in ids)
    return (
        ("server/discover", {}), ("tools/list", {}), ("resources/list", {}), ("resources/templates/list", {}),
        *(("tools/call", {"name": name, "arguments": arguments}) for name, arguments in tools),
        *(("resources/read", {"uri": address}) for address in addresses),
    )  # fmt: skip


async def _ask(
    http: httpx.AsyncClient, target: Target, victim: Entrywise, tally: Tally, caller: Narrow, asked: Asked
) -> None:
    method, params = asked
    name = f"{method} {params.get('name') or params.get('uri', '')} by {caller.name}"
    status, content = await _post(http, caller.key, asked, account=target.victim.system.account_id)
    code = _CODE.search(content)
    if code is None or status != 200:
        _count(tally, status, content, name)
    else:
        tally.count(code[1].decode())
    if code is None and INTERNAL in content:
        tally.broken.append(f"{name}: {content[:SHOWN_BYTES]!r}")
    if code is None and status == 200 and not caller.is_known and method in NEEDS_A_KEY:
        tally.leaks.append(f"{name} was answered: {content[:SHOWN_BYTES]!r}")
    tally.look_for(marks_of(target, victim, caller), content, name, repr(params).encode())
    if caller.key is None and status != 401:
        tally.leaks.append(f"{name} was answered with {status}")


def _count(tally: Tally, status: int, content: bytes, name: str) -> None:
    """One answer, or the end of a connection without any."""
    if status:
        tally.count_http(status, content, name)
    else:
        tally.count("closed")


async def _post(
    http: httpx.AsyncClient, key: str | None, asked: Asked, *, account: str = "", stateless: bool = True
) -> tuple[int, bytes]:
    """Status and content; 0 and nothing where the connection ended without an answer."""
    method, params = asked
    name = params.get("name") or params.get("uri")
    headers = {
        "accept": "application/json, text/event-stream",
        **({"authorization": f"Bearer {key}"} if key else {}),
        **({"entrygo-account": account} if account else {}),
    }
    if stateless:
        params = {**params, "_meta": {f"{META}protocolVersion": STATELESS, f"{META}clientCapabilities": {}}}
        headers |= {"mcp-protocol-version": STATELESS, "mcp-method": method}
        headers |= {"mcp-name": name} if name else {}
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    try:
        answer = await http.post("/mcp", json=message, headers=headers)
    except httpx.TransportError:
        return 0, b""
    return answer.status_code, answer.content


@asynccontextmanager
async def _served(target: Target) -> AsyncIterator[str]:
    """A process of `entrygo mcp --http` before the gateway; without a key of its own."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="entrygo-mcp-") as folder:
        log = Path(folder) / "mcp.log"
        command = [sys.executable, "-m", "entrygo.cli.main", "mcp", "--http", "--port", str(port)]
        environment = {**os.environ, **target.victim.system.env, "ENTRYGO_API_KEY": ""}
        process = start(command, log=log, env=environment)
        try:
            await asyncio.to_thread(wait_for_port, port, process, log=log, seconds=START_SECONDS)
            yield f"http://localhost:{port}"
        finally:
            stop(process)


def _http(address: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=AT_ONCE + SESSIONS, max_keepalive_connections=AT_ONCE)
    transport = httpx.AsyncHTTPTransport(limits=limits)
    return httpx.AsyncClient(base_url=address, transport=transport, timeout=ANSWER_SECONDS, trust_env=False)
