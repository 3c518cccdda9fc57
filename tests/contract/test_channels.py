"""What every channel to a broker must promise, each against a real server of its kind."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from entrygo.domain.facts import HttpsEndpoint, SftpEndpoint
from entrygo.execution.broker.channels import CHANNELS
from entrygo.execution.broker.channels.base import Channel, Delivery, Outcome
from entrygo.execution.broker.channels.email import EmailChannel
from entrygo.execution.broker.channels.https import HttpsChannel
from entrygo.execution.broker.channels.sftp import SftpChannel
from entrygo.execution.broker.channels.simulated import SimulatedChannel
from entrygo.execution.broker.smtp_server import SmtpServer
from tests.contract.sides import SIDES, Point, delivery, sftp_channel, upload_channel
from tests.harness.processes import LOOPBACK

REAL = [kind for kind in SIDES if kind is not SimulatedChannel]


def test_every_registered_channel_is_held_to_the_contract() -> None:
    assert {kind.channel for kind in CHANNELS} | {SimulatedChannel} == set(SIDES)


@pytest.mark.parametrize("kind", list(SIDES))
async def test_a_channel_passes_the_point_of_no_return_once_before_it_says_sent(
    kind: type[Channel], tmp_path: Path
) -> None:
    async with SIDES[kind](tmp_path) as side:
        point = Point()
        result = await side.channel.submit(side.delivery, point)
        await side.channel.close()
    assert (result.outcome, point.passed) == (Outcome.SENT, 1), result.message


@pytest.mark.parametrize("kind", REAL)
async def test_the_content_arrives_once_and_byte_for_byte(kind: type[Channel], tmp_path: Path) -> None:
    content = b"Subject: s\r\n\r\n" + bytes(range(32, 127)) * 7000 + b"\r\n"
    if kind is EmailChannel:
        content = b"Subject: s\r\n\r\n" + b"x" * 70 + b"\r\n.dot\r\n" * 20_000
    async with SIDES[kind](tmp_path) as side:
        await side.channel.submit(replace(side.delivery, content=content), Point())
        await side.channel.close()
        assert side.received() == [content]


@pytest.mark.parametrize("kind", list(SIDES))
async def test_a_channel_sends_nothing_when_the_phase_cannot_be_recorded(
    kind: type[Channel], tmp_path: Path
) -> None:
    async def broken() -> None:
        raise ConnectionResetError("database")

    async with SIDES[kind](tmp_path) as side:
        with pytest.raises(ConnectionResetError, match="database"):
            await side.channel.submit(side.delivery, broken)
        await side.channel.close()
        assert side.received() == []


@pytest.mark.parametrize("kind", REAL)
async def test_a_server_that_is_not_there_is_transient_and_nothing_has_left(kind: type[Channel]) -> None:
    point = Point()
    channel, to_nobody = _to_nobody(kind)
    result = await channel.submit(to_nobody, point)
    assert (result.outcome, point.passed) == (Outcome.TRANSIENT, 0)
    assert result.message


def _to_nobody(kind: type[Channel]) -> tuple[Channel, Delivery]:
    with socket.socket() as unused:
        unused.bind((LOOPBACK, 0))
        port = int(unused.getsockname()[1])
    if kind is EmailChannel:
        return EmailChannel(SmtpServer(host=LOOPBACK, port=port, security="none")), delivery()
    if kind is HttpsChannel:
        https = HttpsEndpoint(url=f"https://{LOOPBACK}:{port}/in")
        return upload_channel(), delivery(endpoint=https.model_dump_json())
    assert kind is SftpChannel
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2fFO4aLw1vKcmZ8mN1y3q5d0Qx7wq6q5vB5p1mT0cE"
    sftp = SftpEndpoint(host=LOOPBACK, port=port, username="u", host_key=key)
    return sftp_channel(), delivery(endpoint=sftp.model_dump_json())
