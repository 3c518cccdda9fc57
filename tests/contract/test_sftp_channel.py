"""Each way in which an upload over SFTP can end: atomic, to the one server that is trusted, outcome known."""

import asyncio
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from entrygo.execution.broker.channels import sftp
from entrygo.execution.broker.channels.base import Outcome, Silent
from entrygo.execution.broker.channels.sftp import SftpChannel
from entrygo.outbound.address_guard import AddressGuard
from tests.contract.sides import MAIL, Point, credentials, sftp_channel, sftp_server
from tests.harness.processes import LOOPBACK
from tests.harness.skipping import skip

# Below the time after which a connection that idles is looked after.
ANSWER_SECONDS = 10.0
NAME = "cp_ch100001-bes_1.zip"


class RenamesThenDrops(asyncssh.SFTPServer):
    """The file is in place, but the answer is lost."""

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().rename(oldpath, newpath)
        _drop(self)


class DropsAtRename(asyncssh.SFTPServer):
    """The connection ends before the rename."""

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        _drop(self)
        raise asyncssh.SFTPFailure("too late")


class TakesAwayAndDrops(asyncssh.SFTPServer):
    """Someone fetches the file at once, and the answer is lost."""

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().rename(oldpath, newpath)
        super().remove(newpath)
        _drop(self)


class RefusesRename(asyncssh.SFTPServer):
    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPFailure("not now")


class RenamesNothing(asyncssh.SFTPServer):
    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPOpUnsupported("no such operation")


class RefusesWriting(asyncssh.SFTPServer):
    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        raise asyncssh.SFTPPermissionDenied("read only")


class DropsWhileWriting(asyncssh.SFTPServer):
    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        _drop(self)
        return len(data)


class Hangs(asyncssh.SFTPServer):
    """Says nothing at one place, for longer than anybody waits for it."""

    async def hang(self) -> None:
        skip(1.1 * ANSWER_SECONDS)
        await asyncio.Event().wait()


class HangsAtStart(Hangs):
    async def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        await self.hang()
        raise AssertionError


class FillsUp(asyncssh.SFTPServer):
    """The disk is full after the first part."""

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        super().write(file_obj, offset, data[:10])
        raise asyncssh.SFTPFailure("no space left on device")


class HangsAtOpen(Hangs):
    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        await self.hang()
        raise AssertionError


class HangsAtClose(Hangs):
    async def close(self, file_obj: object) -> None:
        super().close(file_obj)
        await self.hang()


class HangsAtRename(Hangs):
    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self.hang()


def _drop(server: asyncssh.SFTPServer) -> None:
    server.channel.get_connection().abort()


@pytest.mark.parametrize(
    ("server_class", "outcome", "passes_point", "is_there"),
    [
        (asyncssh.SFTPServer, Outcome.SENT, True, True),
        (RenamesThenDrops, Outcome.SENT, True, True),
        (DropsAtRename, Outcome.TRANSIENT, True, False),
        (TakesAwayAndDrops, Outcome.UNKNOWN, True, False),
        (RefusesRename, Outcome.TRANSIENT, True, False),
        (RenamesNothing, Outcome.REFUSED, True, False),
        (RefusesWriting, Outcome.REFUSED, False, False),
        (DropsWhileWriting, Outcome.TRANSIENT, False, False),
        (HangsAtStart, Outcome.TRANSIENT, False, False),
        (HangsAtOpen, Outcome.TRANSIENT, False, False),
        (HangsAtClose, Outcome.TRANSIENT, False, False),
        (HangsAtRename, Outcome.TRANSIENT, True, False),
        (FillsUp, Outcome.TRANSIENT, False, False),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
async def test_each_ending_of_an_upload_is_told_apart(
    server_class: type[asyncssh.SFTPServer],
    outcome: Outcome,
    passes_point: bool,
    is_there: bool,
    tmp_path: Path,
) -> None:
    point = Point()
    async with sftp_server(tmp_path, server_class) as server:
        result = await sftp_channel(answer_timeout=ANSWER_SECONDS).submit(server.delivery(), point)
        found = server.files()
    assert result.outcome is outcome, result.message
    assert result.message
    assert bool(point.passed) is passes_point
    assert (found.get(NAME) == MAIL) is is_there
    if outcome is Outcome.SENT:
        assert list(found) == [NAME], "no half of an upload stays behind"
    if server_class is FillsUp:
        assert found == {}, "a full disk is not left fuller"


async def test_a_file_that_an_earlier_attempt_put_there_is_not_written_again(tmp_path: Path) -> None:
    async with sftp_server(tmp_path) as server:
        await sftp_channel().submit(server.delivery(), Point())
        written = (tmp_path / "in" / NAME).stat().st_mtime_ns
        result = await sftp_channel().submit(server.delivery(attempt=2), Point())
        assert (result.outcome, list(server.files())) == (Outcome.SENT, [NAME])
        assert (tmp_path / "in" / NAME).stat().st_mtime_ns == written


async def test_what_attempts_left_whose_connection_was_lost_is_taken_away_by_the_next(tmp_path: Path) -> None:
    async with sftp_server(tmp_path, DropsWhileWriting) as server:
        for attempt in (1, 2, 3):
            await sftp_channel().submit(server.delivery(attempt=attempt), Point())
            assert list(server.files()) == [f".{NAME}.{attempt}.part"]
    (tmp_path / "in" / ".other.zip.1.part").touch()
    async with sftp_server(tmp_path) as server:
        result = await sftp_channel().submit(server.delivery(attempt=5), Point())
        assert (result.outcome, set(server.files())) == (Outcome.SENT, {NAME, ".other.zip.1.part"})


@pytest.mark.parametrize(
    ("server_class", "words"),
    [
        (RefusesRename, "The file could not be renamed: not now"),
        (RefusesWriting, "The file could not be written: read only"),
        (HangsAtStart, "The server did not answer in time."),
    ],
)
async def test_people_read_which_step_was_refused_and_no_name_of_an_error(
    server_class: type[asyncssh.SFTPServer], words: str, tmp_path: Path
) -> None:
    async with sftp_server(tmp_path, server_class) as server:
        result = await sftp_channel(answer_timeout=ANSWER_SECONDS).submit(server.delivery(), Point())
    assert result.message == words


async def test_people_read_that_nobody_listens_without_the_number_of_the_error(tmp_path: Path) -> None:
    async with sftp_server(tmp_path) as server:
        pass
    result = await sftp_channel().submit(server.delivery(), Point())
    assert (result.outcome, result.silent) == (Outcome.TRANSIENT, Silent.SERVER)
    assert "Errno" not in result.message


async def test_a_server_with_another_key_gets_neither_the_password_nor_the_package(tmp_path: Path) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    point = Point()
    async with sftp_server(tmp_path) as server:
        result = await sftp_channel().submit(server.delivery(host_key=other), point)
        assert (result.outcome, point.passed, server.files()) == (Outcome.REFUSED, 0, {})


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"credential": None}, Outcome.TRANSIENT),
        ({"credential": "elsewhere"}, Outcome.TRANSIENT),
        ({"username": "stranger"}, Outcome.TRANSIENT),
        ({"username": None}, Outcome.REFUSED),
        ({"host": None}, Outcome.REFUSED),
        ({"host_key": None}, Outcome.REFUSED),
        ({"host_key": "ssh-ed25519 AAAA"}, Outcome.REFUSED),
        ({"folder": "/nowhere"}, Outcome.REFUSED),
    ],
)
async def test_an_endpoint_that_cannot_be_used_sends_nothing(
    changes: dict[str, Any], outcome: Outcome, tmp_path: Path
) -> None:
    point = Point()
    async with sftp_server(tmp_path) as server:
        result = await sftp_channel().submit(server.delivery(**changes), point)
        assert (result.outcome, point.passed, server.files()) == (outcome, 0, {}), result.message
    assert "secret" not in result.message


@pytest.mark.parametrize(
    "said", [b"SSH-2.0-\xff\r\n", b"SSH-2.0-a\r\n" + bytes.fromhex("00000004c800000000")]
)
async def test_a_server_that_speaks_another_language_is_one_that_cannot_be_reached(
    said: bytes, tmp_path: Path
) -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said + bytes(64))
        await writer.drain()
        writer.close()

    point = Point()
    async with sftp_server(tmp_path) as server, await asyncio.start_server(answer, LOOPBACK, 0) as other:
        port = other.sockets[0].getsockname()[1]
        result = await sftp_channel().submit(server.delivery(port=port), point)
    assert (result.outcome, result.silent, point.passed) == (Outcome.TRANSIENT, Silent.SERVER, 0)


async def test_a_login_that_is_refused_does_not_count_as_silence_of_the_server(tmp_path: Path) -> None:
    async with sftp_server(tmp_path) as server:
        result = await sftp_channel().submit(server.delivery(username="stranger"), Point())
        assert (result.outcome, result.silent) == (Outcome.TRANSIENT, None), result.message


async def test_a_server_is_shown_no_key_of_the_account_that_our_process_runs_under(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".ssh").mkdir()
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / ".ssh" / "id_ed25519")
    monkeypatch.setenv("HOME", str(tmp_path))
    shown: list[str] = []

    def take(_server: asyncssh.SSHServer, username: str, _key: asyncssh.SSHKey) -> bool:
        shown.append(username)
        return True

    monkeypatch.setattr(asyncssh.SSHServer, "public_key_auth_supported", lambda _: True)
    monkeypatch.setattr(asyncssh.SSHServer, "validate_public_key", take)
    async with sftp_server(tmp_path) as server:
        for credential in (None, "sftp"):
            await sftp_channel().submit(server.delivery(credential=credential), Point())
    assert shown == []


async def test_a_private_address_is_refused_without_a_connection(tmp_path: Path) -> None:
    channel = SftpChannel(guard=AddressGuard(allow_private=False), credentials=credentials())
    async with sftp_server(tmp_path) as server:
        result = await channel.submit(server.delivery(), Point())
        assert (result.outcome, server.files()) == (Outcome.REFUSED, {})


async def test_without_the_package_for_sftp_the_submission_waits_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with sftp_server(tmp_path) as server:
        monkeypatch.setattr(sftp, "asyncssh", None)
        result = await sftp_channel().submit(server.delivery(), Point())
    assert result.outcome is Outcome.TRANSIENT
    assert "asyncssh" in result.message
