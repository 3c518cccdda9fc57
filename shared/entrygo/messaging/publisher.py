"""Hands events to Kafka: with one request a broker, which is all that few events take.

aiokafka's sender is told, makes a task, waits and is woken again, which costs half as much again. It has what
takes more: batches that are full, leaders that moved, brokers that are away.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from entrygo.messaging.events import topic_of
from entrygo.messaging.kafka import REQUEST_TIMEOUT_MS, by_leader
from entrygo.messaging.relay_queue import Queued
from entrygo.messaging.seal import HEADER, Seal
from entrygo.process.tracing import TRACEPARENT
from entrygo.proto.events.v1 import events_pb2

# Of a partition in one request; as aiokafka's batches.
BATCH_BYTES = 16 * 1024
ALL_REPLICAS = -1
MAGIC = 2

Headers = list[tuple[str, bytes]]


class Acknowledgement(Protocol):
    """Where the broker says that a record lies; aiokafka's RecordMetadata."""

    @property
    def topic_partition(self) -> TopicPartition: ...

    @property
    def offset(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Written:
    """An acknowledgement of a request of our own."""

    topic_partition: TopicPartition
    offset: int


@dataclass(frozen=True, slots=True)
class Message:
    """A record as it is sent."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


Outcome = Acknowledgement | BaseException


class Publisher:
    """Sends through a started producer's connections."""

    def __init__(self, producer: AIOKafkaProducer, seal: Seal) -> None:
        self._producer = producer
        self._seal = seal

    async def publish(self, events: Sequence[Queued]) -> list[Outcome]:
        """Of each event, in their order, where it lies or why it is not known to lie anywhere.

        What was sent in vain is sent again, after the others of its partition: a reader may meet it twice.
        """
        messages = [self._message(event) for event in events]
        written = await self._send_at_once(messages)
        return written if written is not None else await self._send_by_producer(messages)

    def _message(self, queued: Queued) -> Message:
        payload = queued.payload
        event = events_pb2.Event.FromString(payload)
        trace = [(TRACEPARENT, queued.traceparent.encode())] if queued.traceparent else []
        headers = [*cloud_event_headers(event), (HEADER, self._seal.of(payload)), *trace]
        return Message(topic_of(event), event.stream_id.encode(), payload, headers)

    async def _send_by_producer(self, messages: Sequence[Message]) -> list[Outcome]:
        sent = [
            await self._producer.send(each.topic, value=each.value, key=each.key, headers=each.headers)
            for each in messages
        ]
        outcomes: list[Outcome] = await asyncio.gather(*sent, return_exceptions=True)
        return outcomes

    async def _send_at_once(self, messages: Sequence[Message]) -> list[Outcome] | None:
        """None where that cannot be done, or was not acknowledged as a whole."""
        batches: dict[TopicPartition, DefaultRecordBatchBuilder] = {}
        places: list[tuple[TopicPartition, int]] = []
        counts: defaultdict[TopicPartition, int] = defaultdict(int)
        for each in messages:
            partition = await self._partition(each)
            batch = batches.get(partition)
            if batch is None:
                batch = batches[partition] = _new_batch()
            place = counts[partition]
            if batch.append(place, None, each.key, each.value, each.headers) is None:
                return None
            counts[partition] += 1
            places.append((partition, place))
        begins = await self._send(batches)
        if begins is None or begins.keys() < batches.keys():
            return None
        return [Written(partition, begins[partition] + place) for partition, place in places]

    async def _partition(self, message: Message) -> TopicPartition:
        await self._producer.client._wait_on_metadata(message.topic)
        number = self._producer._partition(message.topic, None, None, None, message.key, message.value)
        return TopicPartition(message.topic, number)

    async def _send(
        self, batches: Mapping[TopicPartition, DefaultRecordBatchBuilder]
    ) -> dict[TopicPartition, int] | None:
        """Where each batch begins in its partition; None where one was not taken."""
        client = self._producer.client
        built = {partition: (batch.build(),) for partition, batch in batches.items()}
        try:
            requests = by_leader(client.cluster, built)
            answers = await asyncio.gather(
                *(client.send(leader, _request(topics)) for leader, topics in requests.items())
            )
        except KafkaError:
            return None
        taken = [
            (TopicPartition(topic, number), error, offset)
            for answer in answers
            for topic, partitions in answer.topics
            for number, error, offset, *_ in partitions
        ]
        if any(error for _, error, _ in taken):
            return None
        return {partition: offset for partition, _, offset in taken}


def _new_batch() -> DefaultRecordBatchBuilder:
    return DefaultRecordBatchBuilder(
        MAGIC,
        0,
        is_transactional=False,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=0,
        batch_size=BATCH_BYTES,
    )


def _request(topics: Sequence[tuple[str, Sequence[tuple[Any, ...]]]]) -> Any:
    return ProduceRequest(
        transactional_id=None,
        required_acks=ALL_REPLICAS,
        timeout=REQUEST_TIMEOUT_MS,
        topics=topics,
    )


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
