"""A program that is sent webhooks: keeps what it got, verifies it, answers as a test says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from standardwebhooks import Webhook

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Received:
    """One request: its headers in lower case, and its bytes."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found

    def verified(self, secret: str) -> dict[str, Any]:
        """The event, as the library of Standard Webhooks lets it through; raises when it does not."""
        found: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return found


@dataclass
class Receiver:
    """`answers` are given in this order; afterwards every request is answered with 200."""

    url: str = ""
    got: list[Received] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    # Cleared: requests wait for their answer.
    is_answering: asyncio.Event = field(default_factory=asyncio.Event)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, count: int, seconds: float = 30.0) -> list[Received]:
        """What was received, once it is at least so many."""
        async with asyncio.timeout(seconds), self._arrived:
            await self._arrived.wait_for(lambda: len(self.got) >= count)
        return self.got

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
            body = await reader.readexactly(int(headers["content-length"]))
            async with self._arrived:
                self.got.append(Received(headers, body))
                self._arrived.notify_all()
            await self.is_answering.wait()
            writer.write(self.answers.pop(0) if self.answers else OK)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()
    receiver.is_answering.set()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        receiver.url = f"http://127.0.0.1:{port}/hooks?from=entrygo"
        yield receiver
