"""How this system speaks to a Kafka-protocol broker. The options of aiokafka have their only home here."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError, for_code

from entrygo.messaging.events import TOPICS
from entrygo.process.settings import KafkaSettings
from entrygo.process.tls import client_context, problem_with

REQUEST_TIMEOUT_MS = 10_000
# Kept short: an idle fetch that waits 500 ms costs 128 ms at the median, one that waits 20 ms costs 6. One
# that does not wait Tansu answers without a look.
FETCH_MAX_WAIT_MS = 20


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """What producer, consumer and admin share: where, and how the connection is secured."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap,
        "security_protocol": settings.security_protocol,
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
    }
    if settings.is_secure:
        options["ssl_context"] = client_context(settings, settings.ca_file)
    if settings.security_protocol.startswith("SASL"):
        password = settings.password
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.username,
            "sasl_plain_password": password.get_secret_value() if password else None,
        }
    return options


def producer_options(settings: KafkaSettings) -> dict[str, Any]:
    """A producer that is acknowledged by all in-sync replicas."""
    return client_options(settings) | {"acks": "all", "linger_ms": 0, "max_request_size": 1024 * 1024}


def consumer_options(settings: KafkaSettings) -> dict[str, Any]:
    """A consumer that keeps its own positions."""
    return client_options(settings) | {
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "fetch_max_wait_ms": FETCH_MAX_WAIT_MS,
        # Assignments, answers and whoever resumes wake what fetches; by itself it looks this often.
        "consumer_timeout_ms": 5_000,
        # Tansu answers the join of a group after half of this; beyond the request timeout it never does.
        "session_timeout_ms": 6_000,
        "heartbeat_interval_ms": 2_000,
    }


def by_leader(
    cluster: ClusterMetadata, asked: Mapping[TopicPartition, tuple[Any, ...]]
) -> Mapping[int, Sequence[tuple[str, Sequence[tuple[Any, ...]]]]]:
    """What goes to each broker, as requests list it: topics with their partitions' numbers and values.

    Raises KafkaError where a leader is not known.
    """
    found: defaultdict[int, defaultdict[str, list[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(list))
    for partition, values in asked.items():
        leader = cluster.leader_for_partition(partition)
        if leader in (None, -1):
            raise KafkaError(f"{partition} has no leader")
        found[leader][partition.topic].append((partition.partition, *values))
    return {leader: list(topics.items()) for leader, topics in found.items()}


async def existing_topics(settings: KafkaSettings) -> set[str]:
    """The topics that there are and that we may see; raises KafkaError when the broker does not answer."""
    async with _admin(settings) as admin:
        return set(await admin.list_topics())


async def ensure_topics(settings: KafkaSettings) -> None:
    """Creates the topics that are missing; an existing one keeps its partitions."""
    async with _admin(settings) as admin:
        existing = set(await admin.list_topics())
        missing = [
            NewTopic(name, settings.partitions, settings.replication_factor)
            for name in TOPICS
            if name not in existing
        ]
        if missing:
            _raise_unless_created(await admin.create_topics(missing))


@asynccontextmanager
async def _admin(settings: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    """The first to meet a broker, and so the one to say why TLS fails: aiokafka says that it was unable."""
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        try:
            await admin.start()
        except KafkaConnectionError as error:
            if problem := await _tls_problem(settings):
                raise KafkaConnectionError(problem) from error
            raise
        yield admin
    finally:
        await admin.close()


async def _tls_problem(settings: KafkaSettings) -> str | None:
    if not settings.is_secure:
        return None
    context = client_context(settings, settings.ca_file)
    for broker in settings.bootstrap.split(","):
        host, _, port = broker.strip().rpartition(":")
        if problem := await problem_with(host, int(port), context):
            return f"TLS with {broker.strip()}: {problem}"
    return None


def _raise_unless_created(response: Any) -> None:
    for topic, code, *_ in response.topic_errors:
        error = for_code(code)
        if code != 0 and error is not TopicAlreadyExistsError:
            raise error(f"topic {topic} was not created")
