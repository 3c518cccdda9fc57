"""The way to a server on the loopback, which a test can make refuse, go silent, or end half way."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from tests.harness.processes import LOOPBACK

READ_BYTES = 64 * 1024


class Weather(StrEnum):
    """What the way does with connections, new and open."""

    FAIR = "passes everything"
    REFUSES = "ends each connection at once"
    SILENT = "takes connections and says nothing"
    CUTS_ANSWERS = "ends each answer half way"


@dataclass
class Way:
    """A TCP proxy to `target`; `connections` counts those that came."""

    target: int
    port: int = 0
    weather: Weather = Weather.FAIR
    # How many answers pass before the weather turns to REFUSES by itself.
    answers_left: int | None = None
    connections: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.came.set()
        self._open.add(writer)
        try:
            if self.weather is Weather.SILENT:
                await reader.read()
            elif self.weather is not Weather.REFUSES:
                await self._pass(reader, writer)
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    def turn(self, weather: Weather) -> None:
        """Changes it; the connections that are open end."""
        self.weather = weather
        self.close()

    def close(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(LOOPBACK, self.target)
        self._open.add(forth)
        answering = asyncio.create_task(self._answer(back, writer))
        try:
            while part := await reader.read(READ_BYTES):
                forth.write(part)
                await forth.drain()
        finally:
            self._open.discard(forth)
            forth.transport.abort()
            with contextlib.suppress(OSError):
                await answering

    async def _answer(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await back.read(READ_BYTES):
            if self.weather is Weather.SILENT:
                continue
            if self.answers_left == 0:
                self.answers_left = None
                self.turn(Weather.REFUSES)
                return
            if self.answers_left is not None:
                self.answers_left -= 1
            if self.weather is Weather.CUTS_ANSWERS:
                writer.write(part[: len(part) // 2])
                await writer.drain()
                writer.close()
                return
            writer.write(part)
            await writer.drain()
        # The server has said its last: a client that waits for the end of the connection gets it.
        writer.close()


@asynccontextmanager
async def way_to(
    target: int, tls: ssl.SSLContext | None = None, *, port: int = 0, asked_first: bool = False
) -> AsyncIterator[Way]:
    """With `tls`, connections are encrypted up to here: at once, or when they ask as PostgreSQL's do."""
    way = Way(target)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if asked_first:
            assert tls is not None
            await _encrypt_when_asked(reader, writer, tls)
        await way.handle(reader, writer)

    at_once = None if asked_first else tls
    server = await asyncio.start_server(handle, LOOPBACK, port, ssl=at_once)
    way.port = int(server.sockets[0].getsockname()[1])
    try:
        yield way
    finally:
        server.close()
        way.close()
        await server.wait_closed()


async def _encrypt_when_asked(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: ssl.SSLContext
) -> None:
    """PostgreSQL's way: an SSLRequest of eight bytes in plain text, `S` for yes, then the handshake."""
    with contextlib.suppress(OSError):
        await reader.readexactly(8)
        writer.write(b"S")
        await writer.start_tls(tls)
