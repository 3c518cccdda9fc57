"""The mail server that keeps every mail as a file."""

import asyncio
import smtplib
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP

from entrygo.cli.up.smtp_sink import HOSTNAME, MailFolder

NOW = datetime(2026, 3, 11, 16, 10, 0, 123456, tzinfo=UTC)
MAIL = b"From: a@example.com\r\nTo: broker@example.com\r\nSubject: x\r\n\r\nb\xc3\xa9\r\n.. dots\r\n"


def send(port: int, *mails: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for mail in mails:
            client.sendmail("a@example.com", ["broker@example.com"], mail)


async def test_sink_keeps_each_mail_byte_for_byte_under_time_and_number(tmp_path: Path) -> None:
    await _send_to_sink(tmp_path, MAIL, MAIL + b"second\r\n")
    kept = {file.name: file.read_bytes() for file in kept_files(tmp_path)}
    assert kept == {
        "20260311T161000.123Z-1.eml": MAIL,
        "20260311T161000.123Z-2.eml": MAIL + b"second\r\n",
    }


def kept_files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def _send_to_sink(tmp_path: Path, *contents: bytes) -> None:
    mails = MailFolder(tmp_path, lambda: NOW)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mails, hostname=HOSTNAME, loop=loop), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await asyncio.to_thread(send, port, *contents)
