"""The embedded mail server: takes every mail and keeps it, byte for byte, as a file. It delivers nothing."""

import argparse
import asyncio
import itertools
import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
HOSTNAME = "entrygo.local"
MAX_MAIL_BYTES = 64 * 1024 * 1024


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


async def serve(folder: Path, port: int) -> None:
    """Take mails until the process is asked to end."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    mails = MailFolder(folder, lambda: datetime.now(UTC))
    server = await loop.create_server(
        lambda: SMTP(mails, hostname=HOSTNAME, data_size_limit=MAX_MAIL_BYTES, loop=loop), HOST, port
    )
    async with server:
        await stop.wait()


def main() -> None:
    """The process: `--folder` and `--port` on the loopback address."""
    parser = argparse.ArgumentParser(description="Keeps every mail it gets as a file.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(arguments.folder, arguments.port))


if __name__ == "__main__":
    main()
