"""Mail over encrypted, authenticated sessions with a real server: what is trusted, what never leaves."""

import asyncio
import datetime
import logging
from pathlib import Path

import pytest
import structlog

from entrygo.execution.broker.channels.base import Outcome, Result
from entrygo.execution.broker.channels.email import EmailChannel
from entrygo.execution.broker.smtp_server import Security, SmtpServer
from tests.contract.post import HOST, PASSWORD, USER, post
from tests.contract.sides import MAIL, Point, delivery
from tests.harness.certificates import Authority
from tests.harness.mail import SmtpSink
from tests.harness.processes import LOOPBACK

YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)


async def send(
    port: int,
    security: Security,
    *,
    ca_file: Path | None = None,
    username: str | None = USER,
    password: str = PASSWORD,
) -> Result:
    channel = EmailChannel(
        SmtpServer(
            host=HOST, port=port, security=security, username=username, password=password,
            ca_file=str(ca_file) if ca_file else None, connect_timeout=5, command_timeout=5, data_timeout=5,
        )
    )  # fmt: skip
    try:
        return await channel.submit(delivery(), Point())
    finally:
        await channel.close()


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_mail_goes_out_over_tls_after_a_login(
    security: Security, mechanism: str, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    async with post(authority.server(HOST), security=security, mechanism=mechanism) as office:
        result = await send(office.port, security, ca_file=authority.file)
    assert result.outcome is Outcome.SENT, result.message
    assert office.logins == [(mechanism, USER.encode(), True)]
    assert [mail.content for mail in office.sink.mails] == [MAIL]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_wrong_password_waits_for_the_operator_and_is_told_to_nobody(
    security: Security, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority = Authority(tmp_path)
    caplog.set_level(logging.DEBUG)
    async with post(authority.server(HOST), security=security) as office:
        with structlog.testing.capture_logs() as lines:
            result = await send(office.port, security, ca_file=authority.file, password="not-this-one")
    assert result.outcome is Outcome.TRANSIENT
    assert result.message.startswith("535")
    assert [line["error"] for line in lines] == [result.message]
    ours = [record for record in caplog.records if not record.name.startswith("mail.")]
    assert "not-this-one" not in f"{result.message} {lines} {[record.getMessage() for record in ours]}"
    assert office.sink.mails == []


async def test_a_server_without_starttls_gets_neither_the_password_nor_the_mail() -> None:
    async with post() as office:
        result = await send(office.port, "starttls")
    assert result.outcome is Outcome.TRANSIENT
    assert "STARTTLS" in result.message
    assert (office.logins, office.sink.mails) == ([], [])


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("name", "expires", "is_known", "said"),
    [
        (HOST, YESTERDAY, True, "expired"),
        (HOST, None, False, "unable to get local issuer"),
        ("mail.other.example", None, True, "Hostname mismatch"),
    ],
)
async def test_a_server_that_cannot_prove_its_name_gets_neither_the_password_nor_the_mail(
    security: Security,
    name: str,
    expires: datetime.datetime | None,
    is_known: bool,
    said: str,
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    trusted = authority.file if is_known else None
    async with post(authority.server(name, expires=expires), security=security) as office:
        result = await send(office.port, security, ca_file=trusted)
    assert result.outcome is Outcome.TRANSIENT
    assert said in result.message
    assert (office.logins, office.sink.mails) == ([], [])


async def test_a_server_that_wants_another_kind_of_session_is_tried_again(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with post(authority.server(HOST), security="starttls") as office:
        result = await send(office.port, "none", username=None)
    assert (result.outcome, office.sink.mails) == (Outcome.TRANSIENT, [])
    assert result.message.startswith("530")


async def test_a_mail_larger_than_the_server_takes_is_refused_with_the_way_out(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with post(authority.server(HOST), security="tls", size=len(MAIL) - 1) as office:
        result = await send(office.port, "tls", ca_file=authority.file)
    assert (result.outcome, office.sink.mails) == (Outcome.REFUSED, [])
    assert str(len(MAIL) - 1) in result.message
    assert "ENTRYGO_MAIL_MAX_BYTES" in result.message


async def test_the_domain_of_an_address_travels_in_ascii() -> None:
    sink = SmtpSink()
    server = await asyncio.get_running_loop().create_server(sink.session, LOOPBACK, 0)
    channel = EmailChannel(
        SmtpServer(host=LOOPBACK, port=server.sockets[0].getsockname()[1], security="none")
    )
    result = await channel.submit(delivery(recipient="broker@bücher.example"), Point())
    await channel.close()
    server.close()
    assert result.outcome is Outcome.SENT
    assert sink.mails[0].recipients == ("broker@xn--bcher-kva.example",)
