"""Reads a topic for a consumer that keeps its positions with what it made of the records.

Kafka's offsets are a hint for where to go on and never a proof of what was applied: a broker that keeps
its log in memory begins again at 0. So the consumer must drop what it knows already.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from entrygo.domain.errors import EntryGoError, Kind
from entrygo.messaging.gathering import APPLYING_SECONDS, BATCH, rest_behind
from entrygo.messaging.kafka import consumer_options, ensure_topics
from entrygo.messaging.metrics import CONNECTED, REJECTED, observe_lag
from entrygo.messaging.partitions import (
    ASK_SECONDS,
    Connections,
    Seeker,
    Stalled,
    check_progress,
    rest_after,
)
from entrygo.messaging.reader import Reader
from entrygo.messaging.seal import HEADER as SEAL_HEADER
from entrygo.process.ending import pause
from entrygo.process.settings import KafkaSettings
from entrygo.process.tracing import TRACEPARENT, Noted, span

ATTEMPTS = 3
MIN_BACKOFF = 0.1  # seconds
MAX_BACKOFF = 5.0  # seconds
# How often an idle consumer compares where it is with where the log ends.
CHECK_SECONDS = 2.0
# At rest, after so many fetches.
CHECK_RESTS = 10
LEAVE_SECONDS = 1.0
# Records are there and none arrives for this long: the consumer is stuck and is made anew.
STALL_SECONDS = 60.0
# Of equal complaints in a row, one is logged per so many.
LOG_EVERY = 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TopicRecord:
    """A record as it lay in the log."""

    partition: int
    offset: int
    value: bytes
    # What came along as its seal; see entrygo.messaging.seal.
    seal: bytes = b""
    # That of the request which caused it, where the request is traced.
    traceparent: str | None = None


class Sink(Protocol):
    """Who applies the records. An error of kind UNAVAILABLE means later; any other is the record's fault."""

    topic: str

    async def positions(self) -> Mapping[int, int]:
        """Where to go on, per partition."""

    def doubt(self) -> None:
        """It is read from here on, and records may have been passed by: the log need not be the one in which
        the positions were.

        A broker that began anew may have more records by now than were read of its old log; nothing in its
        answers tells the two apart.
        """

    def interrupted(self) -> None:
        """It is not read any more, until the next `doubt`."""

    async def take(self, records: Sequence[TopicRecord], positions: Mapping[int, int]) -> None:
        """Applies records and keeps the positions after them, in one transaction."""

    async def reject(self, record: TopicRecord, error: Exception) -> None:
        """Keeps a record that cannot be taken and the position after it."""


class Projector:
    """One replica's share of a topic: what its group gives it, or all of it without a group.

    Replicas without a group are correct too, as the sink drops what it knows, but each does all the work.
    """

    def __init__(
        self,
        *,
        kafka: KafkaSettings,
        group: str | None,
        sink: Sink,
        check_seconds: float = CHECK_SECONDS,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._kafka = kafka
        self._group = group
        self._sink = sink
        self._check_seconds = check_seconds
        self._stall_seconds = stall_seconds
        self._consumer: AIOKafkaConsumer | None = None
        self._progressed_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: with the broker or the database away, tries again with backoff."""
        backoff, failures = MIN_BACKOFF, 0
        while not stop.is_set():
            started_at = self._progressed_at = _now()
            try:
                await self._consume(stop)
            except (KafkaError, Stalled, EntryGoError, OSError, TimeoutError) as error:
                self._sink.interrupted()
                if self._progressed_at > started_at:
                    backoff, failures = MIN_BACKOFF, 0
                if failures % LOG_EVERY == 0:
                    log.warning("projector.interrupted", error=repr(error), failures=failures + 1)
                failures += 1
                await pause(stop, backoff)
                backoff = min(backoff * 2, MAX_BACKOFF)

    async def is_connected(self) -> bool:
        """Asks the broker; raises when it does not answer."""
        if self._consumer is None:
            raise ConnectionError("not connected to Kafka")
        await self._consumer.topics()
        return True

    async def _consume(self, stop: asyncio.Event) -> None:
        await ensure_topics(self._kafka)
        # Without a group the topic named here is assigned whole, once its metadata is known.
        topics = [self._sink.topic] if self._group is None else []
        consumer = AIOKafkaConsumer(
            *topics, group_id=self._group, max_poll_records=BATCH, **consumer_options(self._kafka)
        )
        seeker = Seeker(consumer, self._sink.positions, self._sink.doubt)
        try:
            await consumer.start()
            if self._group is None:
                await seeker.on_partitions_assigned(consumer.assignment())
            else:
                consumer.subscribe([self._sink.topic], listener=seeker)
            self._consumer = consumer
            CONNECTED.set(1)
            await self._read(consumer, seeker, stop)
        finally:
            CONNECTED.set(0)
            self._consumer = None
            await _leave(consumer)

    async def _read(self, consumer: AIOKafkaConsumer, seeker: "Seeker", stop: asyncio.Event) -> None:
        checked_at = _now()
        connections = Connections(consumer)
        reader = Reader(consumer, BATCH)
        while not stop.is_set():
            if connections.were_renewed():
                # A log that is shorter than before is read anew: it must not grow up to the position first.
                await self._check(consumer)
                self._sink.doubt()
            seconds = rest_after(_now() - self._progressed_at)
            if seconds:
                await pause(stop, seconds)
            fetched = await reader.read()
            seeker.raise_failure()
            if records := _records_of(fetched):
                began_at = _now()
                await self._deliver(records)
                took = _now() - began_at
                observe_lag(
                    {partition.partition: consumer.highwater(partition) for partition in fetched},
                    _positions_after(records),
                )
                self._progressed_at = _now()
                await pause(stop, rest_behind(len(records), took, at_least=APPLYING_SECONDS))
            elif _now() - checked_at >= max(self._check_seconds, CHECK_RESTS * seconds):
                await self._check(consumer)
                checked_at = _now()

    async def _check(self, consumer: AIOKafkaConsumer) -> None:
        async with asyncio.timeout(ASK_SECONDS):
            await check_progress(
                consumer, idle=_now() - self._progressed_at, stall_seconds=self._stall_seconds
            )

    async def _deliver(self, records: Sequence[TopicRecord]) -> None:
        try:
            with _traced(self._sink.topic, records):
                await self._sink.take(records, _positions_after(records))
        except Exception as error:
            if _is_outage(error):
                raise
            # Somewhere in the batch is a record that cannot be taken: the others must not suffer.
            log.error("projector.batch_failed", records=len(records), error=repr(error))
            for record in records:
                await self._deliver_alone(record)

    async def _deliver_alone(self, record: TopicRecord) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._sink.take([record], _positions_after([record]))
                return
            except Exception as error:
                if _is_outage(error):
                    raise
                if attempt == ATTEMPTS:
                    log.error("projector.record_rejected", partition=record.partition, offset=record.offset)
                    REJECTED.inc()
                    await self._sink.reject(record, error)


def _records_of(fetched: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> list[TopicRecord]:
    return [
        TopicRecord(
            partition.partition,
            record.offset,
            record.value or b"",
            _header(record, SEAL_HEADER),
            _header(record, TRACEPARENT).decode("ascii", "replace") or None,
        )
        for partition, batch in fetched.items()
        for record in batch
    ]


def _header(record: ConsumerRecord, wanted: str) -> bytes:
    return next((value for name, value in record.headers if name == wanted), None) or b""


@contextlib.contextmanager
def _traced(topic: str, records: Sequence[TopicRecord]) -> Iterator[None]:
    """A span in the trace of each record that has one; those of a batch last as long as the batch."""
    with contextlib.ExitStack() as spans:
        for record in records:
            if record.traceparent is not None:
                noted: Noted = {
                    "messaging.system": "kafka",
                    "messaging.kafka.offset": record.offset,
                    "messaging.destination.partition.id": str(record.partition),
                }
                spans.enter_context(span(f"process {topic}", "consumer", record.traceparent, noted))
        yield


async def _leave(consumer: AIOKafkaConsumer) -> None:
    """Ends a consumer in whatever state it is."""
    try:
        # While a group forms, aiokafka waits for the broker's answer to the join, however long it takes.
        async with asyncio.timeout(LEAVE_SECONDS):
            await consumer.stop()
    except TimeoutError:
        pass
    except asyncio.CancelledError:
        # aiokafka awaits tasks that it has just cancelled; their end is not ours.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise


def _positions_after(records: Sequence[TopicRecord]) -> dict[int, int]:
    return {record.partition: record.offset + 1 for record in records}


def _is_outage(error: Exception) -> bool:
    return isinstance(error, EntryGoError) and error.error_kind is Kind.UNAVAILABLE


def _now() -> float:
    return asyncio.get_running_loop().time()
