"""The mail server that keeps every mail as a file."""

import asyncio
import random
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from entrygo.cli.up import smtp_sink
from entrygo.cli.up.smtp_sink import MailFolder, mail_server

NOW = datetime(2026, 3, 11, 16, 10, 0, 123456, tzinfo=UTC)
GO_AHEAD = 354
MAIL = b"From: a@example.com\r\nTo: broker@example.com\r\nSubject: x\r\n\r\nb\xc3\xa9\r\n.. dots\r\n"


async def test_sink_keeps_each_mail_byte_for_byte_under_time_and_number(tmp_path: Path) -> None:
    assert await answers(tmp_path, MAIL, MAIL + b"second\r\n") == [250, 250]
    kept = {file.name: file.read_bytes() for file in kept_files(tmp_path)}
    assert kept == {
        "20260311T161000.123Z-1.eml": MAIL,
        "20260311T161000.123Z-2.eml": MAIL + b"second\r\n",
    }


@pytest.mark.parametrize(
    "text",
    [b"", b"\r\n", b"\r\n\r\n", b".\r\n", b"..\r\n.\r\n", b"a\r\n.\r\n\r\nb\r\n", b"\n.\n\r.\r\r\n.\r\n"],
    ids=repr,
)
async def test_sink_keeps_dots_and_empty_lines_as_they_were_sent(tmp_path: Path, text: bytes) -> None:
    await answers(tmp_path, text)
    [kept] = kept_files(tmp_path)
    assert kept.read_bytes() == text


async def test_sink_keeps_a_text_of_many_pieces_and_the_next_mail_of_the_connection(tmp_path: Path) -> None:
    lines = random.Random(7)
    text = b"".join(lines.choice([b"", b".", b"..", b"x" * 76, b".x"]) + b"\r\n" for _ in range(40_000))
    await answers(tmp_path, text, MAIL)
    assert [file.read_bytes() for file in kept_files(tmp_path)] == [text, MAIL]


async def test_sink_refuses_a_mail_above_its_size_and_takes_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_sink, "MAX_MAIL_BYTES", 100_000)
    assert await answers(tmp_path, (b"x" * 70 + b"\r\n") * 3_000, MAIL) == [552, 250]
    assert [file.read_bytes() for file in kept_files(tmp_path)] == [MAIL]


async def test_sink_refuses_lines_that_mail_servers_need_not_take(tmp_path: Path) -> None:
    # What aiosmtpd takes: one byte more than RFC 5321, section 4.5.3.1.6.
    longest, short = b"x" * 999 + b"\r\n", b"x\r\n" * 700
    taken = [longest, short + longest + short, longest + longest, short + longest]
    refused = [mail.replace(longest, b"x" + longest) for mail in taken]
    assert await answers(tmp_path, *refused, *taken) == [500] * len(refused) + [250] * len(taken)
    assert [file.read_bytes() for file in kept_files(tmp_path)] == taken


async def test_sink_takes_no_text_without_a_recipient(tmp_path: Path) -> None:
    def ask(client: smtplib.SMTP) -> list[int]:
        client.ehlo()
        early = client.docmd("DATA")[0]
        client.mail("a@example.com")
        client.rcpt("broker@example.com")
        return [early, client.docmd("DATA", "now")[0]]

    assert await with_client(tmp_path, ask) == [503, 501]
    assert kept_files(tmp_path) == []


async def answers(folder: Path, *mails: bytes) -> list[int]:
    """The code of the answer to each of the mails, sent by one connection to a sink that keeps them there."""
    return await with_client(folder, lambda client: [_answer(client, mail) for mail in mails])


def _answer(client: smtplib.SMTP, mail: bytes) -> int:
    client.ehlo_or_helo_if_needed()
    client.mail("a@example.com")
    client.rcpt("broker@example.com")
    assert client.docmd("DATA")[0] == GO_AHEAD
    # RFC 5321, 4.5.2: a dot at the beginning of a line is doubled.
    client.send((b"\r\n" + mail).replace(b"\r\n.", b"\r\n..").removeprefix(b"\r\n") + b".\r\n")
    return client.getreply()[0]


def kept_files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def with_client(folder: Path, act: Callable[[smtplib.SMTP], list[int]]) -> list[int]:
    """Runs the blocking act with a connection to a sink that keeps its mails in the folder."""
    mails = MailFolder(folder, lambda: NOW)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: mail_server(mails), "127.0.0.1", 0)

    def connected() -> list[int]:
        with smtplib.SMTP("127.0.0.1", server.sockets[0].getsockname()[1], timeout=30) as client:
            return act(client)

    async with server:
        return await asyncio.to_thread(connected)
