"""A raw SMTP server that misbehaves at one named place, to show a channel every way a delivery can end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from enum import StrEnum

from tests.harness.skipping import flying, skip

HOST = "127.0.0.1"
# Of one mail with its documents.
LARGEST_BYTES = 64 * 1024 * 1024


class Fault(StrEnum):
    """Where the server misbehaves; the value says how."""

    NONE = "accepts everything"
    GREETING_421 = "421 instead of a greeting"
    GREETING_554 = "554 instead of a greeting"
    GREETING_DROP = "drops instead of a greeting"
    GREETING_HANG = "never greets"
    EHLO_421 = "421 at EHLO"
    EHLO_DROP = "drops at EHLO"
    EHLO_HANG = "never answers EHLO"
    MAIL_530 = "530 at MAIL"
    MAIL_552 = "552 at MAIL"
    MAIL_DROP = "drops at MAIL"
    MAIL_HANG = "never answers MAIL"
    RCPT_421 = "421 at RCPT"
    RCPT_450 = "450 at RCPT"
    RCPT_550 = "550 at RCPT"
    RCPT_DROP = "drops at RCPT"
    RCPT_HANG = "never answers RCPT"
    DATA_451 = "451 instead of 354"
    DATA_DROP = "drops at DATA"
    DATA_HANG = "never answers DATA"
    DATA_250 = "250 instead of 354"
    BODY_DROP = "drops while the mail is sent"
    BODY_HANG = "reads no more while the mail is sent"
    DOT_DROP = "drops after the dot"
    DOT_HANG = "never answers the dot"
    DOT_451 = "451 after the dot"
    DOT_554 = "554 after the dot"
    DOT_250_DROP = "250 after the dot, then drops"
    DOT_TAKEN_DROP = "takes the mail, then drops before it says so"
    DOT_TAKEN_HANG = "takes the mail and never says so"


# The mail is with the server, whatever its sender learns.
TAKES_MAIL = frozenset({Fault.NONE, Fault.DOT_250_DROP, Fault.DOT_TAKEN_DROP, Fault.DOT_TAKEN_HANG})


class FaultServer:
    """What it accepted, and how many connections it had."""

    def __init__(self, fault: Fault, skipped_seconds: float | None) -> None:
        self.fault = fault
        self._skipped_seconds = skipped_seconds
        self.port = 0
        self.accepted: list[bytes] = []
        self.envelopes: list[list[str]] = []
        self.connections = 0
        # Commands on connections that were frozen.
        self.unanswered = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._frozen: set[asyncio.StreamWriter] = set()
        self._ended = asyncio.Event()
        self._resumed = asyncio.Event()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    def close(self) -> None:
        """Ends the connections that are open, as a restart would."""
        self._ended.set()
        self._ended = asyncio.Event()
        for writer in self._open:
            writer.transport.abort()

    def freeze(self) -> None:
        """Connections of this moment stay open and are answered no more, as when the way to them is lost."""
        self._frozen |= self._open

    def go_on(self) -> None:
        """What it is silent about it answers now, as a server that was only slow."""
        self._resumed.set()
        self._resumed = asyncio.Event()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match self.fault:
            case Fault.GREETING_421:
                return await _say(writer, "421 busy")
            case Fault.GREETING_554:
                return await _say(writer, "554 no service")
            case Fault.GREETING_DROP:
                return None
            case Fault.GREETING_HANG:
                await self._says_nothing(reader)
                return None
        await _say(writer, "220 faults.test")
        envelope: list[str] = []
        while line := await reader.readline():
            command = line.decode().strip()
            if writer in self._frozen:
                self.unanswered += 1
                skip(self._skipped_seconds or 0.0)
                continue
            envelope.append(command)
            if not await self._answer(command.split(" ")[0].upper(), envelope, reader, writer):
                return None
        return None

    async def _answer(
        self, verb: str, envelope: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answers one command; False to drop the connection."""
        match verb, self.fault:
            case "EHLO" | "HELO", Fault.EHLO_421:
                await _say(writer, "421 closing")
                return False
            case "EHLO" | "HELO", Fault.EHLO_DROP:
                return False
            case ("EHLO" | "HELO", Fault.EHLO_HANG) | ("MAIL", Fault.MAIL_HANG) | ("RCPT", Fault.RCPT_HANG):
                if not await self._is_resumed(reader):
                    return False
                await _say(writer, "250 OK")
            case "MAIL", Fault.MAIL_530 | Fault.MAIL_552:
                await _say(writer, f"{self.fault.value[:3]} not like this")
            case "RCPT", Fault.RCPT_421:
                await _say(writer, "421 closing")
                return False
            case "MAIL", Fault.MAIL_DROP:
                return False
            case "RCPT", Fault.RCPT_DROP:
                return False
            case "RCPT", Fault.RCPT_450:
                await _say(writer, "450 try later")
            case "RCPT", Fault.RCPT_550:
                await _say(writer, "550 no such user")
            case "DATA", _:
                return await self._data(envelope, reader, writer)
            case "QUIT", _:
                await _say(writer, "221 bye")
                return False
            case _:
                await _say(writer, "250 OK")
        return True

    async def _data(
        self, envelope: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if self.fault is Fault.DATA_DROP:
            return False
        if self.fault is Fault.DATA_HANG:
            await self._says_nothing(reader)
            return False
        if self.fault in (Fault.DATA_451, Fault.DATA_250):
            await _say(writer, f"{self.fault.value[:3]} not now")
            return True
        await _say(writer, "354 go ahead")
        if self.fault is Fault.BODY_DROP:
            await reader.read(1000)
            writer.transport.abort()
            return False
        if self.fault is Fault.BODY_HANG:
            transport = writer.transport
            assert isinstance(transport, asyncio.ReadTransport)
            # Its client has begun, and waits for the end of it.
            await reader.read(1)
            transport.pause_reading()
            async with self._time_passes():
                await self._ended.wait()
            return False
        content = await reader.readuntil(b"\r\n.\r\n")
        return await self._after_dot(envelope, content, reader, writer)

    async def _after_dot(
        self,
        envelope: list[str],
        content: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        match self.fault:
            case Fault.DOT_DROP:
                return False
            case Fault.DOT_HANG:
                await self._says_nothing(reader)
                return False
            case Fault.DOT_451 | Fault.DOT_554:
                await _say(writer, f"{self.fault.value[:3]} refused after all")
                return True
        self.accepted.append(content.removesuffix(b".\r\n"))
        self.envelopes.append(list(envelope))
        envelope.clear()
        if self.fault is Fault.DOT_TAKEN_DROP:
            return False
        if self.fault is Fault.DOT_TAKEN_HANG and not await self._is_resumed(reader):
            return False
        await _say(writer, "250 queued as 42")
        return self.fault is not Fault.DOT_250_DROP

    async def _says_nothing(self, reader: asyncio.StreamReader) -> None:
        async with self._time_passes():
            await reader.read()

    def _time_passes(self) -> AbstractAsyncContextManager[None]:
        return nullcontext() if self._skipped_seconds is None else flying(self._skipped_seconds)

    async def _is_resumed(self, reader: asyncio.StreamReader) -> bool:
        """Says nothing until it is to go on; False when its client has left before."""
        leaving, resuming = asyncio.create_task(reader.read()), asyncio.create_task(self._resumed.wait())
        try:
            async with self._time_passes():
                await asyncio.wait((leaving, resuming), return_when=asyncio.FIRST_COMPLETED)
            return resuming.done()
        finally:
            leaving.cancel()
            resuming.cancel()
            # The next one to read finds nobody else waiting.
            await asyncio.wait((leaving, resuming))


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(line.encode() + b"\r\n")
    await writer.drain()


@asynccontextmanager
async def running(fault: Fault, *, skipped_seconds: float | None = None) -> AsyncIterator[FaultServer]:
    """The server on a free port of the loopback; `skipped_seconds` pass at once where it is silent."""
    faults = FaultServer(fault, skipped_seconds)
    server = await asyncio.start_server(faults.handle, HOST, 0, limit=LARGEST_BYTES)
    faults.port = int(server.sockets[0].getsockname()[1])
    try:
        yield faults
    finally:
        server.close()
        faults.close()
        await server.wait_closed()
