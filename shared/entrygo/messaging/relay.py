"""Publishes a schema's outbox to Kafka: one leader, in order, each row deleted once acknowledged.

Reads the rows that are present, never those after a high-water mark: a sequence value taken first may
commit last, and a mark would pass it by.
"""

import asyncio
import contextlib
from collections.abc import Collection, Iterable
from typing import Protocol

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from entrygo.messaging.events import topic_of
from entrygo.messaging.kafka import ensure_topics, producer_options
from entrygo.messaging.metrics import INTERRUPTED, LEADING, PUBLISHED
from entrygo.messaging.seal import HEADER, NO_SEAL, Seal
from entrygo.postgres.pool import OUTAGES, Connection, open_background_session
from entrygo.process.settings import KafkaSettings
from entrygo.proto.events.v1 import events_pb2

BATCH = 500
POLL_SECONDS = 0.03
# How long another replica waits before it asks again whether the leader is gone.
FOLLOW_SECONDS = 1.0
MIN_BACKOFF = 0.1
MAX_BACKOFF = 5.0
# A leader's lock in each schema's database; schemas of one cluster are distinguished by the second number.
LOCK_SPACE = 0x656E74

log = structlog.get_logger(__name__)

Headers = list[tuple[str, bytes]]
# The last acknowledged offset of each partition that one lead has written to.
LastOffsets = dict[TopicPartition, int]


class LogBeganAnew(KafkaError):  # type: ignore[misc]
    """The broker's log is not the one that was written to before: what it acknowledged may not be in it."""


class Acknowledgement(Protocol):
    """Where the broker says that a record lies; aiokafka's RecordMetadata."""

    @property
    def topic_partition(self) -> TopicPartition: ...

    @property
    def offset(self) -> int: ...


class Relay:
    """One replica's share: it waits to become the leader of its schema and publishes while it is."""

    def __init__(self, *, database_url: str, schema: str, kafka: KafkaSettings, seal: Seal = NO_SEAL) -> None:
        self._database_url = database_url
        self._schema = schema
        self._kafka = kafka
        LEADING.labels(schema).set(0)
        self._seal = seal

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: Kafka or PostgreSQL being away only delays events, with backoff."""
        backoff = MIN_BACKOFF
        while not stop.is_set():
            try:
                led = await self._lead(stop)
                backoff = MIN_BACKOFF
                if not led:
                    await _pause(stop, FOLLOW_SECONDS)
            except (KafkaError, asyncpg.PostgresError, asyncpg.InterfaceError, *OUTAGES) as error:
                INTERRUPTED.labels(self._schema).inc()
                log.warning("relay.interrupted", schema=self._schema, error=repr(error), retry_in=backoff)
                await _pause(stop, backoff)
                backoff = min(backoff * 2, MAX_BACKOFF)

    async def _lead(self, stop: asyncio.Event) -> bool:
        """Publishes while leading; False when another replica leads."""
        # The lock lives and dies with this session, and every read of the queue goes through it:
        # a relay that lost its session can neither read nor delete.
        session = await open_background_session(self._database_url, schema=self._schema)
        try:
            if not await session.fetchval(
                "SELECT pg_try_advisory_lock($1, hashtext($2))", LOCK_SPACE, self._schema
            ):
                return False
            await ensure_topics(self._kafka)
            producer = AIOKafkaProducer(**producer_options(self._kafka))
            await producer.start()
            try:
                log.info("relay.leading", schema=self._schema)
                LEADING.labels(self._schema).set(1)
                last: LastOffsets = {}
                while not stop.is_set():
                    if not await self._publish_batch(session, producer, last):
                        await _pause(stop, POLL_SECONDS)
            finally:
                LEADING.labels(self._schema).set(0)
                await producer.stop()
            return True
        finally:
            session.terminate()

    async def _publish_batch(self, session: Connection, producer: AIOKafkaProducer, last: LastOffsets) -> int:
        """Sends what is queued, waits for every acknowledgement, deletes what was acknowledged."""
        rows = await session.fetch("SELECT id, payload FROM outbox ORDER BY id LIMIT $1", BATCH)
        if not rows:
            return 0
        sent = [await self._send(producer, row["payload"]) for row in rows]
        results = await asyncio.gather(*sent, return_exceptions=True)
        failed = [result for result in results if isinstance(result, BaseException)]
        acknowledged = {
            row["id"]: result
            for row, result in zip(rows, results, strict=True)
            if not isinstance(result, BaseException)
        }
        await _check_log(producer, acknowledged.values(), last)
        await session.execute("DELETE FROM outbox WHERE id = ANY($1)", list(acknowledged))
        PUBLISHED.labels(self._schema).inc(len(acknowledged))
        if failed:
            raise failed[0]
        return len(rows)

    async def _send(self, producer: AIOKafkaProducer, payload: bytes) -> "asyncio.Future[Acknowledgement]":
        event = events_pb2.Event.FromString(payload)
        future: asyncio.Future[Acknowledgement] = await producer.send(
            topic_of(event),
            value=payload,
            key=event.stream_id.encode(),
            headers=[*cloud_event_headers(event), (HEADER, self._seal.of(payload))],
        )
        return future


async def _check_log(
    producer: AIOKafkaProducer, acknowledged: Collection[Acknowledgement], last: LastOffsets
) -> None:
    """Raises LogBeganAnew, so that nothing is deleted that the log may not hold; else moves `last` on.

    A broker that keeps its log in memory and was started again takes records for topics and partitions
    that it no longer has, as the producer still believes in them, and acknowledges them all the same.
    """
    # No offset is odd for the first record of a lead: whether the partition is there must be asked.
    new = {each.topic_partition for each in acknowledged} - last.keys()
    if new:
        cluster = await producer.client.fetch_all_metadata()
        for partition in new:
            if partition.partition not in (cluster.partitions_for_topic(partition.topic) or ()):
                raise LogBeganAnew(f"the broker has no {partition}")
    remember(acknowledged, last)


def remember(acknowledged: Iterable[Acknowledgement], last: LastOffsets) -> None:
    """Moves `last` on, in the order of sending; LogBeganAnew when an offset was given away before."""
    for each in acknowledged:
        known = last.get(each.topic_partition, -1)
        if each.offset <= known:
            raise LogBeganAnew(f"{each.topic_partition} stood at {known} and is at {each.offset}")
        last[each.topic_partition] = each.offset


def cloud_event_headers(event: events_pb2.Event) -> Headers:
    """CloudEvents 1.0, Kafka protocol binding, binary mode."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": event.id,
        "ce_source": f"/entrygo/{event.source}",
        "ce_type": event.type,
        "ce_time": event.occurred_at,
        "ce_subject": event.stream_id,
        "ce_sequence": str(event.sequence),
        "ce_accountid": event.account_id,
        "ce_mode": event.mode,
        "content-type": "application/protobuf",
    }
    return [(name, value.encode()) for name, value in attributes.items()]


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
