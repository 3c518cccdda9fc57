"""Publishes a schema's outbox to Kafka: one leader, in order, each row deleted once acknowledged.

Reads the rows that are present, never those after a high-water mark: a sequence value taken first may
commit last, and a mark would pass it by.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from entrygo.messaging.doorbell import Doorbell
from entrygo.messaging.gathering import BATCH, rest_behind
from entrygo.messaging.kafka import ensure_topics, producer_options
from entrygo.messaging.metrics import INTERRUPTED, LEADING, PUBLISHED
from entrygo.messaging.publisher import Acknowledgement, Publisher
from entrygo.messaging.relay_queue import LeadLost, LeadPassed, Queued, RelayQueue
from entrygo.messaging.seal import NO_SEAL, Seal
from entrygo.postgres.pool import DATABASE_ERRORS, Connection, open_background_session
from entrygo.process.ending import pause
from entrygo.process.settings import KafkaSettings

# Its own process rings when it has committed; what others commit is found by looking: now and then, and often
# for as long as others are at work.
IDLE_SECONDS = 1.0
POLL_SECONDS = 0.03
OTHERS_SECONDS = 5.0
# After so long without an event the leader lets its lease go. Nobody renews it then, and nobody writes.
QUIET_SECONDS = 5.0
# How often it looks meanwhile for events that nobody rings for: of other processes, or of one that died.
LOOK_SECONDS = 5.0
# How long another replica waits before it asks again whether it is to lead; longer where its own process has
# committed nothing.
FOLLOW_SECONDS = 1.0
MIN_BACKOFF = 0.1
MAX_BACKOFF = 5.0
# Less than the time that an ending process gives to what it has cancelled.
LEAVE_SECONDS = 1.0

log = structlog.get_logger(__name__)

# The last acknowledged offset of each partition that one lead has written to.
LastOffsets = dict[TopicPartition, int]


class LogBeganAnew(KafkaError):  # type: ignore[misc]
    """The broker's log is not the one that was written to before: what it acknowledged may not be in it."""


class Relay:
    """One replica's share: it waits to become the leader of its schema and publishes while it is."""

    def __init__(
        self,
        *,
        database_url: str,
        schema: str,
        kafka: KafkaSettings,
        seal: Seal = NO_SEAL,
        rest_seconds: float = 0.0,
    ) -> None:
        """`rest_seconds` is how long it collects events behind a batch at least."""
        self._database_url = database_url
        self._rest_seconds = rest_seconds
        self._schema = schema
        self._kafka = kafka
        LEADING.labels(schema).set(0)
        self._seal = seal

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: Kafka or PostgreSQL being away only delays events, with backoff."""
        backoff = MIN_BACKOFF
        while not stop.is_set():
            try:
                await self._lead(stop)
                backoff = MIN_BACKOFF
            except LeadPassed:
                log.info("relay.lead_passed", schema=self._schema)
            except LeadLost:
                # This process was held up for longer than the lease.
                log.warning("relay.lead_lost", schema=self._schema)
            except (KafkaError, *DATABASE_ERRORS) as error:
                INTERRUPTED.labels(self._schema).inc()
                log.warning("relay.interrupted", schema=self._schema, error=repr(error), retry_in=backoff)
                await pause(stop, backoff)
                backoff = min(backoff * 2, MAX_BACKOFF)

    async def _lead(self, stop: asyncio.Event) -> None:
        """Follows until it is to lead, and publishes from then on."""
        session = await open_background_session(self._database_url, schema=self._schema)
        try:
            queue = await self._follow(stop, session)
            if queue is not None:
                async with queue.kept():
                    await self._publish(stop, queue)
        finally:
            session.terminate()

    async def _follow(self, stop: asyncio.Event, session: Connection) -> RelayQueue | None:
        """The lead, once it is this replica's; None when `stop` comes before."""
        bell = Doorbell()
        with bell.answered(stop):
            while not stop.is_set():
                queue = await RelayQueue.take(session, self._schema)
                if queue is not None:
                    return queue
                await pause(stop, FOLLOW_SECONDS)
                await bell.wait(LOOK_SECONDS - FOLLOW_SECONDS)
        return None

    async def _publish(self, stop: asyncio.Event, queue: RelayQueue) -> None:
        await ensure_topics(self._kafka)
        producer = AIOKafkaProducer(**producer_options(self._kafka))
        await producer.start()
        try:
            log.info("relay.leading", schema=self._schema)
            LEADING.labels(self._schema).set(1)
            await self._publish_all(stop, queue, producer)
        finally:
            LEADING.labels(self._schema).set(0)
            await _leave(producer, stop)

    async def _publish_all(self, stop: asyncio.Event, queue: RelayQueue, producer: AIOKafkaProducer) -> None:
        last: LastOffsets = {}
        bell, was_rung = Doorbell(), True

        async def publish(events: Sequence[Queued]) -> None:
            while events and not stop.is_set():
                events = await self._publish_batch(events, queue, producer, last, stop)

        with bell.answered(stop):
            while not stop.is_set():
                await _until_quiet(stop, queue, bell, publish, was_rung=was_rung)
                was_rung = await _at_rest(stop, queue, bell)

    async def _publish_batch(
        self,
        events: Sequence[Queued],
        queue: RelayQueue,
        producer: AIOKafkaProducer,
        last: LastOffsets,
        stop: asyncio.Event,
    ) -> list[Queued]:
        """Sends events, waits for every acknowledgement, rests, deletes those; gives what is next."""
        began_at = _now()
        results = await Publisher(producer, self._seal).publish(events)
        failed = [result for result in results if isinstance(result, BaseException)]
        acknowledged = {
            event.id: result
            for event, result in zip(events, results, strict=True)
            if not isinstance(result, BaseException)
        }
        await _check_log(producer, acknowledged.values(), last)
        await pause(stop, max(self._rest_seconds, rest_behind(len(events), _now() - began_at)))
        following = await queue.remove(list(acknowledged), BATCH)
        PUBLISHED.labels(self._schema).inc(len(acknowledged))
        if failed:
            raise failed[0]
        return following


async def _until_quiet(
    stop: asyncio.Event,
    queue: RelayQueue,
    bell: Doorbell,
    publish: Callable[[Sequence[Queued]], Awaitable[None]],
    *,
    was_rung: bool,
) -> None:
    """Publishes what there is and what comes; returns after some seconds without an event.

    `was_rung` says whether the bell announced what there is.
    """
    quiet_since, others_until = _now(), 0.0
    while not stop.is_set():
        events = await queue.first(BATCH)
        await publish(events)
        now = _now()
        if events:
            quiet_since = now
            # What was found by polling may not be all.
            others_until = others_until if was_rung else now + OTHERS_SECONDS
        elif now - quiet_since >= QUIET_SECONDS:
            return
        was_rung = await bell.wait(POLL_SECONDS if now < others_until else IDLE_SECONDS)


async def _at_rest(stop: asyncio.Event, queue: RelayQueue, bell: Doorbell) -> bool:
    """Without the lease, until an event is queued; whether the bell said so."""
    await queue.let_go()
    while not stop.is_set():
        if await bell.wait(LOOK_SECONDS):
            return True
        if await queue.is_filled():
            return False
    return False


async def _leave(producer: AIOKafkaProducer, stop: asyncio.Event) -> None:
    """Waits until everything sent was answered for; once the process is to end, for LEAVE_SECONDS at most.

    A broker that is silent must not hold the end up: the outbox still has what was not acknowledged. A lead
    that only begins anew does wait: two producers at once would publish in two orders.
    """
    closing = asyncio.create_task(producer.stop())
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(closing), LEAVE_SECONDS if stop.is_set() else None)


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


def _now() -> float:
    return asyncio.get_running_loop().time()
