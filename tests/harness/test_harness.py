"""The harness itself: what the other tests stand on."""

import os
import subprocess

import aiosmtplib
import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.harness import processes
from tests.harness.brokers import TansuBroker, is_apache
from tests.harness.mail import SmtpSink
from tests.harness.postgres import MIGRATIONS


async def test_database_holds_every_migrated_schema_when_cloned(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch("SELECT nspname FROM pg_namespace")
    finally:
        await connection.close()
    expected = {schema for schema, folder in MIGRATIONS.items() if any(folder.glob("*.sql"))}
    assert expected <= {row["nspname"] for row in rows}


async def test_broker_gives_back_what_was_produced(kafka_bootstrap: str) -> None:
    assert await _round_trip(kafka_bootstrap, "harness.round-trip", b"hello") == b"hello"


@pytest.mark.skipif(not is_apache(), reason="Tansu knows no idempotent producer")
async def test_broker_takes_an_idempotent_producer_when_it_is_apache_kafka(kafka_bootstrap: str) -> None:
    assert await _round_trip(kafka_bootstrap, "harness.idempotent", b"once", is_idempotent=True) == b"once"


async def test_broker_serves_again_when_restarted(restartable_broker: TansuBroker) -> None:
    await _round_trip(restartable_broker.bootstrap, "harness.restart", b"before")
    restartable_broker.stop()
    restartable_broker.start()
    assert await _round_trip(restartable_broker.bootstrap, "harness.restart", b"after") == b"after"


async def test_sink_keeps_envelope_and_bytes_when_a_mail_arrives(smtp_sink: SmtpSink) -> None:
    await aiosmtplib.send(
        b"Subject: hi\r\n\r\nbody\r\n",
        sender="a@example.test",
        recipients=["b@example.test"],
        hostname="127.0.0.1",
        port=smtp_sink.port,
    )
    [mail] = await smtp_sink.wait_for(1)
    assert (mail.sender, mail.recipients, mail.message["subject"]) == (
        "a@example.test",
        ("b@example.test",),
        "hi",
    )


async def _round_trip(
    bootstrap: str, topic: str, value: bytes, *, is_idempotent: bool = False
) -> bytes | None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=is_idempotent)
    async with producer:
        await producer.send_and_wait(topic, value, key=b"k")
    async with AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        record = await consumer.getone()
        return bytes(record.value)


def test_a_free_port_is_not_given_twice_before_anybody_can_listen_on_it() -> None:
    given = [processes.free_port() for _ in range(200)]
    assert len(set(given)) == len(given)


class Ended:
    """A child that ended after it was counted."""

    def suspend(self) -> None:
        raise psutil.NoSuchProcess(1)

    resume = suspend


def test_a_process_whose_child_has_ended_goes_on_after_it_was_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as sleeping:
        try:
            process = psutil.Process(sleeping.pid)
            monkeypatch.setattr(process, "children", lambda *, recursive: [Ended()] if recursive else [])
            with processes.frozen(process):
                assert os.WIFSTOPPED(os.waitpid(sleeping.pid, os.WUNTRACED)[1])
            assert os.WIFCONTINUED(os.waitpid(sleeping.pid, os.WCONTINUED)[1])
        finally:
            sleeping.kill()
