"""Each way in which an upload over HTTPS can end, and where uploads never go."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path

import orjson
import pytest
from pydantic import SecretStr

from entrygo.domain.principal import Mode, Tenant
from entrygo.execution.broker.channels import https
from entrygo.execution.broker.channels.base import MAX_MESSAGE, Outcome
from entrygo.execution.broker.channels.https import HttpsChannel
from entrygo.execution.broker.credentials import Credentials
from entrygo.execution.broker.signed_links import LinkSigner
from entrygo.outbound.address_guard import AddressGuard
from tests.contract.sides import (
    ACCOUNT,
    MAIL,
    PRIVATE,
    USER,
    Point,
    credentials,
    upload_channel,
    upload_delivery,
    upload_server,
)
from tests.harness.processes import LOOPBACK
from tests.harness.skipping import STEP_SECONDS, flying, skip
from tests.unit.execution.test_broker_upload import upload_of

ANSWER_SECONDS = 60.0
LIVE = Tenant(ACCOUNT, Mode.LIVE)
Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
STATUSES = [
    (200, Outcome.SENT),
    (202, Outcome.SENT),
    (204, Outcome.SENT),
    (301, Outcome.REFUSED),
    (307, Outcome.REFUSED),
    (400, Outcome.REFUSED),
    (401, Outcome.REFUSED),
    (404, Outcome.REFUSED),
    (408, Outcome.TRANSIENT),
    (413, Outcome.REFUSED),
    (425, Outcome.TRANSIENT),
    (429, Outcome.TRANSIENT),
    (500, Outcome.TRANSIENT),
    (503, Outcome.TRANSIENT),
]


@pytest.mark.parametrize(("status", "outcome"), STATUSES)
async def test_the_status_of_the_answer_decides(status: int, outcome: Outcome, tmp_path: Path) -> None:
    async with upload_server(tmp_path, tls=False) as server:
        server.status, server.text = status, "" if status == 204 else "because\r\nof this"
        server.headers = {"location": server.url} if 300 <= status < 400 else {}
        result = await upload_channel().submit(upload_delivery(server.url), Point())
    assert result.outcome is outcome
    assert result.message.startswith(str(status))
    assert len(server.requests) == 1, "a redirect is not followed"


async def test_no_proxy_of_the_environment_stands_between_us_and_the_address_that_was_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with upload_server(tmp_path, tls=False) as server:
        # Nothing listens on that port of this machine, which a proxy would be asked at.
        monkeypatch.setenv("http_proxy", f"http://{LOOPBACK}:1")
        result = await upload_channel().submit(upload_delivery(server.url), Point())
    assert result.outcome is Outcome.SENT


async def test_a_broker_gets_the_documents_their_digests_and_a_name_for_the_submission(
    tmp_path: Path,
) -> None:
    content = upload_of()
    async with upload_server(tmp_path, tls=False) as server:
        await upload_channel().submit(upload_delivery(server.url, "upload", content=content), Point())
    [(headers, body)] = server.requests
    assert headers["idempotency-key"] == "bes_1"
    assert headers["authorization"] == "Bearer upload-secret"
    assert headers["content-length"] == str(len(content))
    assert "transfer-encoding" not in headers
    submission, package = _parts(headers["content-type"], body)
    assert orjson.loads(submission.get_content())["submission_id"] == "bes_1"
    assert package.get_filename() == "cp_ch123456.zip"


def _parts(content_type: str, body: bytes) -> list[EmailMessage]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    return [part for part in message.iter_parts() if isinstance(part, EmailMessage)]


async def _drop_after_body(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    pass


async def _hang_after_body(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    async with flying(ANSWER_SECONDS):
        await reader.read()


async def _cut_answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\nhalf")
    await writer.drain()


async def _nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP\r\n")
    await writer.drain()


async def _trickles(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Never silent for long, never done."""
    writer.write(b"HTTP/1.1 201 Created\r\n")
    for number in itertools.count():
        writer.write(f"x-{number}: x\r\n".encode())
        await writer.drain()
        skip(ANSWER_SECONDS / 10)
        await asyncio.sleep(STEP_SECONDS)


async def _trickles_text(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _talks_without_end(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 201 Created\r\n\r\n")
    while True:
        writer.write(b"x" * 100_000)
        await writer.drain()


@pytest.mark.parametrize(
    ("conversation", "outcome"),
    [
        (_drop_after_body, Outcome.UNKNOWN),
        (_hang_after_body, Outcome.UNKNOWN),
        (_cut_answer, Outcome.SENT),
        (_nonsense, Outcome.UNKNOWN),
        (_trickles, Outcome.UNKNOWN),
        (_trickles_text, Outcome.SENT),
        (_talks_without_end, Outcome.SENT),
    ],
)
async def test_once_the_body_has_left_only_an_answer_tells(
    conversation: Conversation, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(https, "TEXT_TIMEOUT", 0.3)
    point = Point()
    async with _raw_server(conversation) as url:
        channel = upload_channel(answer_timeout=ANSWER_SECONDS)
        result = await channel.submit(upload_delivery(url), point)
    assert (result.outcome, point.passed) == (outcome, 1)
    assert 0 < len(result.message) <= MAX_MESSAGE


@asynccontextmanager
async def _raw_server(conversation: Conversation) -> AsyncIterator[str]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(MAIL[-7:])
            await conversation(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, LOOPBACK, 0)
    try:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/in"
    finally:
        server.close()
        await server.wait_closed()


async def test_a_server_that_cannot_prove_its_name_gets_nothing(tmp_path: Path) -> None:
    point = Point()
    async with upload_server(tmp_path, tls=True) as server:
        result = await upload_channel().submit(upload_delivery(server.url, "upload"), point)
    assert (result.outcome, point.passed, server.requests) == (Outcome.TRANSIENT, 0, [])
    assert "certificate" in result.message.lower()


async def test_the_certificate_is_checked_against_the_name_and_not_the_address(tmp_path: Path) -> None:
    async def lie(_host: str, _port: int) -> list[str]:
        return [LOOPBACK]

    async with upload_server(tmp_path, tls=True) as server:
        channel = HttpsChannel(
            guard=AddressGuard(allow_private=True, resolve=lie),
            credentials=credentials(),
            ca_file=str(tmp_path / "certificate.pem"),
        )
        result = await channel.submit(
            upload_delivery(server.url.replace(LOOPBACK, "upload.example.com")), Point()
        )
    assert (result.outcome, server.requests) == (Outcome.TRANSIENT, [])
    assert "certificate" in result.message.lower()


async def test_a_redirect_to_another_host_gets_neither_the_package_nor_the_secret(tmp_path: Path) -> None:
    elsewhere, here = tmp_path / "elsewhere", tmp_path / "here"
    async with upload_server(elsewhere, tls=False) as other, upload_server(here, tls=False) as server:
        server.status, server.headers = 307, {"location": other.url}
        result = await upload_channel().submit(upload_delivery(server.url, "upload"), Point())
    assert (result.outcome, other.requests) == (Outcome.REFUSED, [])
    assert result.message == (
        "307 Temporary Redirect (a redirect: it is not followed, the broker's URL is to be corrected)"
    )


async def test_people_read_that_a_server_did_not_answer_and_no_name_of_an_error() -> None:
    async with _raw_server(_hang_after_body) as url:
        result = await upload_channel(answer_timeout=ANSWER_SECONDS).submit(upload_delivery(url), Point())
    assert (result.outcome, result.message) == (Outcome.UNKNOWN, "The server did not answer in time.")


async def test_a_redirect_to_what_is_no_url_is_an_answer_as_any_redirect(tmp_path: Path) -> None:
    async with upload_server(tmp_path, tls=False) as server:
        server.status, server.headers = 302, {"location": "https://xn--a/"}
        result = await upload_channel().submit(upload_delivery(server.url), Point())
    assert (result.outcome, result.message[:3]) == (Outcome.REFUSED, "302")


async def test_an_answer_that_quotes_the_request_is_kept_without_its_secrets(tmp_path: Path) -> None:
    signer = LinkSigner(["s" * 32], public_url="https://wh.example", lifetime=timedelta(days=1))
    link = signer.link(LIVE, "pkg_1", "bes_1", datetime(2026, 3, 11, tzinfo=UTC)).url
    token = link.rpartition("/")[2]
    async with upload_server(tmp_path, tls=False) as server:
        server.status = 200
        server.text = (
            f'{{"accepted": false, "key": "query-secret", "of": "upload-secret",\r\n"link": "{link}"}}'
        )
        delivery = upload_delivery(f"{server.url}?query-secret", "upload")
        result = await upload_channel().submit(delivery, Point())
    assert (result.outcome, len(server.requests)) == (Outcome.SENT, 1), "the status alone decides"
    for secret in ("upload-secret", "query-secret", token, token.partition(".")[0]):
        assert secret not in result.message
    assert result.message.startswith('200 OK {"accepted": false, "key": "…", "of": "…",')
    assert result.message.endswith('"link": "https://wh.example/broker/…"}')


async def test_a_password_that_an_answer_quotes_is_not_kept(tmp_path: Path) -> None:
    login = {"host": LOOPBACK, "username": USER, "password": "our:pässword"}
    listed = orjson.dumps({ACCOUNT: {"basic": login}}).decode()
    channel = HttpsChannel(guard=PRIVATE, credentials=Credentials(inline=SecretStr(listed), file=None))
    async with upload_server(tmp_path, tls=False) as server:
        server.status, server.text = 403, "our:pässword is wrong"
        result = await channel.submit(upload_delivery(server.url, "basic"), Point())
    assert result.message == "403 Forbidden … is wrong"


@pytest.mark.parametrize("name", ["elsewhere", "nobody"])
async def test_a_secret_is_never_sent_to_a_host_it_is_not_for(name: str, tmp_path: Path) -> None:
    async with upload_server(tmp_path, tls=False) as server:
        result = await upload_channel().submit(upload_delivery(server.url, name), Point())
    assert (result.outcome, server.requests) == (Outcome.TRANSIENT, [])
    assert "secret" not in result.message


@pytest.mark.parametrize("bearer", ["our-secret\n", "our-secret\r\nx: y", "our-sécret"])
async def test_a_secret_that_fits_no_header_is_not_repeated_in_the_refusal(
    bearer: str, tmp_path: Path
) -> None:
    listed = orjson.dumps({ACCOUNT: {"odd": {"host": LOOPBACK, "bearer": bearer}}}).decode()
    channel = HttpsChannel(guard=PRIVATE, credentials=Credentials(inline=SecretStr(listed), file=None))
    async with upload_server(tmp_path, tls=False) as server:
        result = await channel.submit(upload_delivery(server.url, "odd"), Point())
    assert (result.outcome, server.requests) == (Outcome.TRANSIENT, [])
    assert "our-s" not in result.message


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.example/in", "https://", "not a url", "https://a:port/", "https://xn--a/", "https://a..b/"],
)
async def test_what_is_no_url_of_an_upload_is_refused(url: str) -> None:
    result = await upload_channel().submit(upload_delivery(url), Point())
    assert result.outcome is Outcome.REFUSED


async def test_a_private_address_is_refused_without_a_connection(tmp_path: Path) -> None:
    channel = HttpsChannel(guard=AddressGuard(allow_private=False), credentials=credentials())
    async with upload_server(tmp_path, tls=False) as server:
        result = await channel.submit(upload_delivery(server.url), Point())
    assert (result.outcome, server.requests) == (Outcome.REFUSED, [])
