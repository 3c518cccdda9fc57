"""Each way in which a real SMTP delivery can end, and what the channel says of it."""

import asyncio
import socket
from functools import partial

import pytest

from entrygo.execution.broker.channels.base import Outcome
from entrygo.execution.broker.channels.email import EmailChannel
from entrygo.execution.broker.smtp_server import SmtpServer, parse_smtp_url
from tests.contract import smtp_faults
from tests.contract.sides import MAIL, Point, delivery
from tests.contract.smtp_faults import HOST, TAKES_MAIL, Fault
from tests.harness.mail import SmtpSink

DELIVERY = delivery()
TIMEOUT_SECONDS = 60.0
running = partial(smtp_faults.running, skipped_seconds=TIMEOUT_SECONDS + 1)
# Fault, the outcome to report, whether the point of no return was passed.
ENDINGS = [
    (Fault.NONE, Outcome.SENT, True),
    (Fault.GREETING_421, Outcome.TRANSIENT, False),
    (Fault.GREETING_554, Outcome.TRANSIENT, False),
    (Fault.GREETING_DROP, Outcome.TRANSIENT, False),
    (Fault.GREETING_HANG, Outcome.TRANSIENT, False),
    (Fault.EHLO_421, Outcome.TRANSIENT, False),
    (Fault.EHLO_DROP, Outcome.TRANSIENT, False),
    (Fault.EHLO_HANG, Outcome.TRANSIENT, False),
    (Fault.MAIL_530, Outcome.TRANSIENT, False),
    (Fault.MAIL_552, Outcome.REFUSED, False),
    (Fault.MAIL_DROP, Outcome.TRANSIENT, False),
    (Fault.MAIL_HANG, Outcome.TRANSIENT, False),
    (Fault.RCPT_421, Outcome.TRANSIENT, False),
    (Fault.RCPT_450, Outcome.TRANSIENT, False),
    (Fault.RCPT_550, Outcome.REFUSED, False),
    (Fault.RCPT_DROP, Outcome.TRANSIENT, False),
    (Fault.RCPT_HANG, Outcome.TRANSIENT, False),
    (Fault.DATA_451, Outcome.TRANSIENT, False),
    # Without a 354 no content has left.
    (Fault.DATA_DROP, Outcome.TRANSIENT, False),
    (Fault.DATA_HANG, Outcome.TRANSIENT, False),
    (Fault.DATA_250, Outcome.TRANSIENT, False),
    (Fault.BODY_DROP, Outcome.UNKNOWN, True),
    (Fault.BODY_HANG, Outcome.UNKNOWN, True),
    (Fault.DOT_DROP, Outcome.UNKNOWN, True),
    (Fault.DOT_HANG, Outcome.UNKNOWN, True),
    (Fault.DOT_451, Outcome.TRANSIENT, True),
    (Fault.DOT_554, Outcome.REFUSED, True),
    (Fault.DOT_250_DROP, Outcome.SENT, True),
    (Fault.DOT_TAKEN_DROP, Outcome.UNKNOWN, True),
    (Fault.DOT_TAKEN_HANG, Outcome.UNKNOWN, True),
]


def _server(port: int) -> SmtpServer:
    return SmtpServer(
        host=HOST,
        port=port,
        security="none",
        connect_timeout=TIMEOUT_SECONDS,
        command_timeout=TIMEOUT_SECONDS,
        data_timeout=TIMEOUT_SECONDS,
    )


@pytest.mark.parametrize(("fault", "outcome", "passes_point"), ENDINGS, ids=[f.name for f, *_ in ENDINGS])
async def test_each_ending_of_a_delivery_is_told_apart(
    fault: Fault, outcome: Outcome, passes_point: bool
) -> None:
    point = Point()
    async with running(fault) as server:
        channel = EmailChannel(_server(server.port))
        result = await channel.submit(DELIVERY, point)
        await channel.close()
    assert result.outcome is outcome
    assert result.message
    assert bool(point.passed) is passes_point
    assert len(server.accepted) == (1 if fault in TAKES_MAIL else 0)


async def test_a_refused_connection_is_transient() -> None:
    with socket.socket() as unused:
        unused.bind((HOST, 0))
        port = unused.getsockname()[1]
    result = await EmailChannel(_server(port)).submit(DELIVERY, Point())
    assert result.outcome is Outcome.TRANSIENT


async def test_the_mail_arrives_byte_for_byte(smtp_sink: SmtpSink) -> None:
    channel = EmailChannel(_server(smtp_sink.port))
    await channel.submit(DELIVERY, Point())
    await channel.close()
    [mail] = smtp_sink.mails
    assert mail.content == MAIL
    assert (mail.sender, mail.recipients) == ("customs@wh.example", ("broker@example.com",))


async def test_an_attempt_that_is_lost_at_the_point_of_no_return_sends_nothing() -> None:
    async def lost() -> None:
        raise RuntimeError("another process has taken over")

    async with running(Fault.NONE) as server:
        channel = EmailChannel(_server(server.port))
        with pytest.raises(RuntimeError):
            await channel.submit(DELIVERY, lost)
        # The connection that waits for content is not used again.
        assert (await channel.submit(DELIVERY, Point())).outcome is Outcome.SENT
        await channel.close()
    assert (server.connections, len(server.accepted)) == (2, 1)


async def test_a_connection_is_kept_for_the_next_mail() -> None:
    async with running(Fault.NONE) as server:
        channel = EmailChannel(_server(server.port))
        for _ in range(3):
            await channel.submit(DELIVERY, Point())
        await channel.close()
    assert (server.connections, len(server.accepted)) == (1, 3)


async def test_a_kept_connection_that_died_is_replaced_before_anything_is_sent() -> None:
    async with running(Fault.DOT_250_DROP) as server:
        channel = EmailChannel(_server(server.port))
        outcomes = [(await channel.submit(DELIVERY, Point())).outcome for _ in range(3)]
        await channel.close()
    assert outcomes == [Outcome.SENT] * 3
    assert (server.connections, len(server.accepted)) == (3, 3)


async def test_one_kept_connection_that_answers_no_more_is_the_last_that_is_waited_for() -> None:
    async with running(Fault.NONE) as server:
        channel = EmailChannel(_server(server.port))
        together = asyncio.Barrier(2)

        async def point() -> None:
            await together.wait()

        await asyncio.gather(channel.submit(DELIVERY, point), channel.submit(DELIVERY, point))
        server.freeze()
        outcomes = [(await channel.submit(DELIVERY, Point())).outcome for _ in range(2)]
        await channel.close()
    assert outcomes == [Outcome.SENT] * 2
    assert (server.connections, server.unanswered) == (3, 1)


async def test_a_refused_recipient_leaves_the_connection_clean_for_the_next_mail() -> None:
    async with running(Fault.RCPT_550) as server:
        channel = EmailChannel(_server(server.port))
        await channel.submit(DELIVERY, Point())
        server.fault = Fault.NONE
        result = await channel.submit(DELIVERY, Point())
        await channel.close()
    assert result.outcome is Outcome.SENT
    assert [line.split(" ")[0] for line in server.envelopes[0]][-4:] == ["RSET", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize(
    "recipient",
    [
        None,
        "",
        "broker",
        '"b\r\nDATA"@y.test',
        "b@y.test\r\nRCPT TO:<c@z.test>",
        "Broker <b@y.test>",
        "a@b@c",
        "é@x.y",
    ],
)
async def test_an_address_that_could_be_misread_is_refused_without_a_connection(
    recipient: str | None,
) -> None:
    async with running(Fault.NONE) as server:
        result = await EmailChannel(_server(server.port)).submit(delivery(recipient=recipient), Point())
    assert result.outcome is Outcome.REFUSED
    assert server.connections == 0


def test_the_url_says_how_the_server_is_reached() -> None:
    server = parse_smtp_url("smtp+starttls://us%40er:p%3Ass@mail.example")
    assert (server.security, server.port, server.username, server.password) == (
        "starttls", 587, "us@er", "p:ss",
    )  # fmt: skip
    assert parse_smtp_url("smtps://mail.example").port == 465
    assert parse_smtp_url("smtp://mail.example:1025").port == 1025


@pytest.mark.parametrize("host", ["mail.example", "10.0.0.1", "mail"])
def test_a_password_is_never_to_leave_the_machine_in_clear(host: str) -> None:
    with pytest.raises(ValueError, match="smtps://") as caught:
        parse_smtp_url(f"smtp://user:our-password@{host}")
    assert "our-password" not in str(caught.value)
    assert parse_smtp_url("smtp://user:our-password@127.0.0.1").password == "our-password"


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_a_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="ENTRYGO_SMTP_URL"):
        parse_smtp_url(url)
