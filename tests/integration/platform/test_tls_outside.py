"""PostgreSQL and Kafka over TLS: a server that shows a good certificate is used, any other is refused."""

import datetime
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import asyncpg
import pytest
import pytest_asyncio
from aiokafka.errors import KafkaConnectionError

from entrygo.messaging.events import TOPICS
from entrygo.messaging.kafka import ensure_topics, existing_topics
from entrygo.postgres.pool import EVERYONE, open_pool, transaction
from entrygo.process.settings import KafkaSettings
from tests.harness import processes
from tests.harness.brokers import run_tansu
from tests.harness.certificates import Authority
from tests.harness.network import way_to

PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def strange(tmp_path: Path) -> Authority:
    folder = tmp_path / "strange"
    folder.mkdir()
    return Authority(folder)


def over(url: str, port: int, **options: object) -> str:
    """The database of `url` by another port, with what the URL says of TLS."""
    parts = urlsplit(url)
    netloc = f"{parts.netloc.rpartition(':')[0]}:{port}"
    return parts._replace(netloc=netloc, query=urlencode({"sslmode": "verify-full", **options})).geturl()


async def encrypted_at(database_url: str, tls: ssl.SSLContext, **options: object) -> object:
    """What a pool reads over a way that encrypts with `tls`."""
    port = urlsplit(database_url).port
    assert port is not None
    async with (
        way_to(port, tls, asked_first=True) as way,
        await open_pool(over(database_url, way.port, **options), schema="identity", max_size=1) as pool,
        transaction(pool, EVERYONE) as connection,
    ):
        return await connection.fetchval("SELECT 1")


async def test_database_that_shows_a_good_certificate_is_used(
    database_url: str, authority: Authority
) -> None:
    shown = authority.server("127.0.0.1")
    assert await encrypted_at(database_url, shown, sslrootcert=authority.file) == 1


async def test_database_that_asks_for_a_certificate_gets_the_one_in_the_url(
    database_url: str, authority: Authority
) -> None:
    shown = authority.server("127.0.0.1")
    shown.verify_mode = ssl.CERT_REQUIRED
    shown.load_verify_locations(authority.file)
    own = authority.files("planning")
    ours = {"sslrootcert": authority.file, "sslcert": own.cert_file, "sslkey": own.key_file}
    assert await encrypted_at(database_url, shown, **ours) == 1
    with pytest.raises((OSError, asyncpg.PostgresConnectionError)):
        await encrypted_at(database_url, shown, sslrootcert=authority.file)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("authority", "unable to get local issuer certificate"),
        ("name", "IP address mismatch"),
        ("time", "certificate has expired"),
    ],
)
async def test_database_with_a_wrong_certificate_is_refused(
    database_url: str, authority: Authority, strange: Authority, wrong: str, why: str
) -> None:
    shown = {
        "authority": strange.server("127.0.0.1"),
        "name": authority.server("127.0.0.2"),
        "time": authority.server("127.0.0.1", expires=PAST),
    }[wrong]
    with pytest.raises(ssl.SSLCertVerificationError, match=why):
        await encrypted_at(database_url, shown, sslrootcert=authority.file)


@pytest_asyncio.fixture
async def broker(authority: Authority) -> AsyncIterator[KafkaSettings]:
    """A broker that is met over TLS alone, by clients with a certificate."""
    shown = authority.server("127.0.0.1")
    shown.verify_mode = ssl.CERT_REQUIRED
    shown.load_verify_locations(authority.file)
    own = authority.files("planning")
    port = processes.free_port()
    with run_tansu(advertised_port=port) as tansu:
        async with way_to(tansu.port, shown, port=port):
            yield KafkaSettings(
                bootstrap=f"127.0.0.1:{port}",
                security_protocol="SSL",
                ca_file=authority.file,
                cert_file=own.cert_file,
                key_file=own.key_file,
            )


async def test_broker_is_met_over_tls_and_refuses_who_shows_nothing(
    broker: KafkaSettings, strange: Authority
) -> None:
    await ensure_topics(broker)
    assert await existing_topics(broker) >= set(TOPICS)
    nameless = broker.model_copy(update={"cert_file": None, "key_file": None})
    with pytest.raises(KafkaConnectionError, match="or that we have none"):
        await existing_topics(nameless)
    stranger = broker.model_copy(update={"ca_file": strange.file})
    with pytest.raises(KafkaConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        await existing_topics(stranger)


async def test_broker_with_an_expired_certificate_is_refused_with_the_reason(authority: Authority) -> None:
    async with way_to(1, authority.server("127.0.0.1", expires=PAST)) as way:
        settings = KafkaSettings(
            bootstrap=f"127.0.0.1:{way.port}", security_protocol="SSL", ca_file=authority.file
        )
        with pytest.raises(KafkaConnectionError, match="certificate has expired"):
            await ensure_topics(settings)
