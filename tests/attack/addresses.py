"""URLs that lead into our own network: an endpoint for events is to be posted to there."""

import asyncio

import httpx

from tests.attack.tally import Tally
from tests.attack.target import Target

POLL_SECONDS = 0.1
ATTEMPT_SECONDS = 20.0
# Ways to write this machine, the networks around it, and where clouds hand out credentials.
HOSTS = (
    "127.0.0.1", "127.1", "127.255.255.254", "2130706433", "0x7f000001", "0177.0.0.1", "localhost",
    "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]", "[::ffff:0:7f00:1]", "[2002:7f00:1::]", "[fec0::1]", "[fe80::1]",
    "[fd00:ec2::254]", "[3fff::1]", "[5f00::1]", "10.0.0.1", "172.16.0.1", "192.168.0.1",
    "100.64.0.1", "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.8", "192.88.99.1",
    "224.0.0.1", "255.255.255.255", "localhost.", "localtest.me", "127.0.0.1.nip.io",
)  # fmt: skip


class Listener:
    """Counts who comes to this machine's ports; nobody should."""

    def __init__(self) -> None:
        self.visitors = 0
        self.port = 0

    async def __aenter__(self) -> "Listener":
        self._server = await asyncio.start_server(self._visited, ["127.0.0.1", "::1"])
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _visited(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visitors += 1
        writer.close()


async def lead_inside(target: Target, tally: Tally) -> None:
    """One endpoint after the other, each with an event of its own; again and again."""
    headers = {"authorization": f"Bearer {await target.foreign_key()}"}
    async with target.http(2) as http, Listener() as listener:
        http.headers.update(headers)
        while True:
            for host in HOSTS:
                for url in (f"https://{host}:{listener.port}/", f"http://{host}:{listener.port}/"):
                    await _lead(http, target.victim.system.other_account_id, url, tally)
                    if listener.visitors:
                        tally.leaks.append(f"{url} was connected to")
                        listener.visitors = 0


async def _lead(http: httpx.AsyncClient, account_id: str, url: str, tally: Tally) -> None:
    made = await http.post("/api/webhooks", json={"accountId": account_id, "url": url})
    if made.status_code != 200:
        tally.count_http(made.status_code, made.content, url)
        return
    path = f"/api/webhooks/{made.json()['id']}"
    try:
        (await http.post(f"{path}/test", json={})).raise_for_status()
        tally.count(await _outcome(http, path))
    finally:
        await http.delete(path)


async def _outcome(http: httpx.AsyncClient, path: str) -> str:
    """In words, once the first attempt is over."""
    deadline = asyncio.get_running_loop().time() + ATTEMPT_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        found = (await http.get(f"{path}/deliveries")).json()["data"]
        if found and found[0]["attempts"]:
            return str(found[0]["error"] or "posted").partition(";")[0][:60]
        await asyncio.sleep(POLL_SECONDS)
    return "not attempted"
