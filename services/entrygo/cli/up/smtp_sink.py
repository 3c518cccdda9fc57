"""The embedded mail server: takes every mail and keeps it, byte for byte, as a file. It delivers nothing."""

import argparse
import asyncio
import itertools
import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
HOSTNAME = "entrygo.local"
MAX_MAIL_BYTES = 64 * 1024 * 1024
_LINE_END = b"\r\n"
_TEXT_END = b"\r\n.\r\n"


class MailFolder:
    """Writes each mail as `<time>-<n>.eml`; a reader of the folder never sees half a mail."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now
        self._numbers: Iterator[int] = itertools.count(1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Called by aiosmtpd with a whole mail: 250 once it is on the disk."""
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 no content"
        path = await asyncio.to_thread(self.keep, content)
        return f"250 kept as {path.name}"

    def keep(self, content: bytes) -> Path:
        """The file that was written, synced to the disk."""
        instant = self._now().strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"
        path = self._folder / f"{instant}-{next(self._numbers)}.eml"
        temporary = path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        return path


class MailServer(SMTP):
    """aiosmtpd's server; but it reads the text of a mail in pieces as they come instead of line by line, a
    turn of the event loop each, which for a mail of 15 documents takes ten times as long."""

    async def smtp_DATA(self, arg: str | None) -> None:
        """RFC 5321, 4.1.1.4: takes the text, has the folder keep it, and answers once for all of it."""
        envelope = self.envelope
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        # The end of the command is also that of the line before the text: an empty one ends at once.
        self._reader.feed_data(_LINE_END)
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        text = await self._text()
        if text is None:
            answer = "552 Error: Too much mail data"
        elif _has_line_above(self.line_length_limit, text):
            answer = "500 Line too long (see RFC5321 4.5.3.1.6)"
        else:
            envelope.content = envelope.original_content = text
            answer = await self._call_handler_hook("DATA")
        self.envelope = self._create_envelope()
        await self.push(answer)

    async def _text(self) -> bytes | None:
        """Without its end and with single dots (4.5.2); None of what is too large (read all the same)."""
        pieces, size, ended = list[bytes](), 0, False
        while not ended:
            try:
                piece, ended = await self._reader.readuntil(_TEXT_END), True
            except asyncio.LimitOverrunError as more:
                piece = await self._reader.read(more.consumed)
            size += len(piece)
            if size <= MAX_MAIL_BYTES:
                pieces.append(piece)
            else:
                pieces.clear()
        if not pieces:
            return None
        stuffed = b"".join(pieces).removesuffix(_TEXT_END.removeprefix(_LINE_END))
        return stuffed.replace(_LINE_END + b".", _LINE_END).removeprefix(_LINE_END)


def _has_line_above(limit: int, text: bytes) -> bool:
    """Whether a line, its end counted, has more bytes; looks at one end of a line in each `limit` of them."""
    start = 0
    while len(text) - start > limit:
        end = text.rfind(_LINE_END, start, start + limit)
        if end < 0:
            return True
        start = end + len(_LINE_END)
    return False


def mail_server(mails: MailFolder) -> MailServer:
    """The protocol of a connection; to be made in the event loop that it is for."""
    loop = asyncio.get_running_loop()
    return MailServer(mails, hostname=HOSTNAME, data_size_limit=MAX_MAIL_BYTES, loop=loop)


async def serve(folder: Path, port: int) -> None:
    """Take mails until the process is asked to end."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    mails = MailFolder(folder, lambda: datetime.now(UTC))
    server = await loop.create_server(lambda: mail_server(mails), HOST, port)
    async with server:
        await stop.wait()


def main() -> None:
    """The process: `--folder` and `--port` on the loopback address."""
    parser = argparse.ArgumentParser(description="Keeps every mail it gets as a file.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(arguments.folder, arguments.port))


if __name__ == "__main__":
    main()
