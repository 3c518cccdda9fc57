"""The system that is attacked, and from where: another address of this machine than the honest client's."""

import asyncio
import secrets
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from entrygo.domain.principal import ScopeName
from tests.attack.tally import Tally
from tests.isolation.callers import Caller, Keys
from tests.isolation.victim import Victim

# All of 127.0.0.0/8 is this machine. On gRPC, which asks where it likes, the two have one address.
ATTACKER = "127.0.0.2"
ANSWER_SECONDS = 30.0
READ_BYTES = 64 * 1024
FEW_BYTES = 4 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to ask, with whose keys, and what of somebody else's could show."""

    victim: Victim
    keys: Keys

    @property
    def base_url(self) -> str:
        return self.victim.system.base_url

    @property
    def address(self) -> tuple[str, int]:
        """Of the gateway, for those who speak to it byte by byte."""
        split = urlsplit(self.base_url)
        return split.hostname or "", split.port or 80

    @property
    def marks(self) -> tuple[bytes, ...]:
        """What stands in no answer to a stranger."""
        return tuple(mark.encode() for mark in self.victim.marks)

    async def foreign_key(self) -> str:
        """A good key of another account, with every scope."""
        key = await self.keys.of(Caller.OTHER_ACCOUNT, frozenset())
        assert key is not None
        return key

    async def narrow_key(self) -> str:
        """A good key of the victim's account that may not write orders."""
        key = await self.keys.of(Caller.NARROWER_SCOPE, frozenset({ScopeName.ORDERS_WRITE}))
        assert key is not None
        return key

    def http(self, connections: int) -> httpx.AsyncClient:
        """A client of the attacker's."""
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        transport = httpx.AsyncHTTPTransport(local_address=ATTACKER, limits=limits)
        return httpx.AsyncClient(
            base_url=self.base_url, transport=transport, timeout=ANSWER_SECONDS, trust_env=False
        )

    async def connect(self, *, few_bytes: bool = False) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection of the attacker's to the gateway; with `few_bytes` little comes that nobody reads."""
        host, port = self.address
        if not few_bytes:
            return await asyncio.open_connection(host, port, local_addr=(ATTACKER, 0))
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, FEW_BYTES)
        connection.setblocking(False)
        connection.bind((ATTACKER, 0))
        await asyncio.get_running_loop().sock_connect(connection, (host, port))
        return await asyncio.open_connection(sock=connection, limit=FEW_BYTES)


def unknown_key() -> str:
    """One that nobody was ever given."""
    return f"Bearer eg_live_{secrets.token_urlsafe(32)}"


def status_of(answer: bytes) -> str:
    """The status in a raw answer; `closed` without any."""
    head = answer.split(b" ", 2)
    is_http = answer.startswith(b"HTTP/1.") and len(head) > 1
    return head[1].decode("ascii", "replace") if is_http else "closed"


async def ask_and_leave(target: Target, request: bytes) -> bytes:
    """Sends for as long as there is no answer; gives its first bytes and hangs up."""
    reader, writer = await target.connect()
    try:
        writer.write(request)
        async with asyncio.timeout(ANSWER_SECONDS):
            return await reader.read(READ_BYTES)
    finally:
        writer.transport.abort()


async def ask_raw(target: Target, request: bytes, tally: Tally, asked: str) -> bytes:
    """Sends bytes that may be no HTTP at all; gives and counts what came back until the other side closed."""
    answer = b""
    try:
        reader, writer = await target.connect()
        try:
            writer.write(request)
            async with asyncio.timeout(ANSWER_SECONDS):
                await writer.drain()
                answer = await reader.read(READ_BYTES)
        finally:
            writer.close()
    except (OSError, TimeoutError):
        answer = answer or b""
    status = status_of(answer)
    if status.isdigit():
        tally.count_http(int(status), answer.partition(b"\r\n\r\n")[2], asked)
    else:
        tally.count(status)
    return answer
