"""What is handed to Kafka by requests of our own, and what is left to aiokafka's producer."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.produce import ProduceRequest, ProduceResponse_v2
from aiokafka.record.memory_records import MemoryRecords

from entrygo.domain.principal import Mode, Tenant
from entrygo.messaging.events import EXPORTS_TOPIC, make_event
from entrygo.messaging.publisher import BATCH_BYTES, Outcome, Publisher, Written
from entrygo.messaging.relay_queue import Queued
from entrygo.messaging.seal import HEADER, Seal
from entrygo.proto.events.v1 import events_pb2

SEAL = Seal(["a token"])
FIRST, SECOND = TopicPartition(EXPORTS_TOPIC, 0), TopicPartition(EXPORTS_TOPIC, 1)
STANDS_AT = 7
NOT_LEADER = 6


def queued(id: int, stream: str, *, reason: str = "") -> Queued:
    event = make_event(
        id=f"evt_{id}",
        type="export.cancelled",
        source="planning",
        tenant=Tenant("acc_1", Mode.LIVE),
        stream_id=stream,
        sequence=id,
        occurred_at=datetime.now(UTC),
        data=events_pb2.ExportCancelled(batch_id=stream, reason=reason),
    )
    return Queued(id, event.SerializeToString())


class Producer:
    """aiokafka's, whose streams `a…` lie in one partition and all others in another; and its brokers."""

    def __init__(self) -> None:
        self.client = self.cluster = self
        self.leaders = {FIRST: 1, SECOND: 1}
        self.errors: dict[TopicPartition, int] = {}
        self.failure: Exception | None = None
        # Broker, partition and sequence of what came by requests of our own; and sequences of what did not.
        self.taken: list[tuple[int, TopicPartition, int]] = []
        self.left: list[int] = []

    async def _wait_on_metadata(self, topic: str) -> None:
        """It is known."""

    def _partition(
        self, topic: str, number: None, key: None, value: None, stream: bytes, content: bytes
    ) -> int:
        return 0 if stream.startswith(b"a") else 1

    def leader_for_partition(self, partition: TopicPartition) -> int:
        return self.leaders[partition]

    async def request(self, leader: int, request: ProduceRequest) -> ProduceResponse_v2:
        if self.failure is not None:
            raise self.failure
        answers = []
        for topic, partitions in request._topics:
            for number, content in partitions:
                partition = TopicPartition(topic, number)
                self.taken += [(leader, partition, sequence) for sequence in sequences(bytes(content))]
                answers.append((number, self.errors.get(partition, 0), STANDS_AT, -1))
        return ProduceResponse_v2([(EXPORTS_TOPIC, answers)], 0)

    async def send(
        self,
        to: int | str,
        request: ProduceRequest | None = None,
        *,
        value: bytes = b"",
        key: bytes = b"",
        headers: object = (),
    ) -> "ProduceResponse_v2 | asyncio.Future[Written]":
        if isinstance(to, int):
            return await self.request(to, request)
        event = events_pb2.Event.FromString(value)
        self.left.append(event.sequence)
        acknowledged: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        acknowledged.set_result(Written(FIRST, 100 + event.sequence))
        return acknowledged


def sequences(content: bytes) -> list[int]:
    """Of the events in a batch, each with what lets a reader trust it."""
    found = []
    records = MemoryRecords(content)
    while records.has_next():
        batch = records.next_batch()
        assert batch.validate_crc()
        for record in batch:
            event = events_pb2.Event.FromString(record.value)
            headers = dict(record.headers)
            assert SEAL.holds(record.value, headers[HEADER])
            assert (record.key, headers["ce_id"]) == (event.stream_id.encode(), event.id.encode())
            found.append(event.sequence)
    return found


async def publish(producer: Producer, events: Sequence[Queued]) -> list[Outcome]:
    return await Publisher(producer, SEAL).publish(events)


async def test_events_go_in_their_order_with_one_request_and_each_is_acknowledged_where_it_lies() -> None:
    producer = Producer()
    events = [queued(1, "a"), queued(2, "b"), queued(3, "a")]
    assert await publish(producer, events) == [
        Written(FIRST, STANDS_AT),
        Written(SECOND, STANDS_AT),
        Written(FIRST, STANDS_AT + 1),
    ]
    assert producer.taken == [(1, FIRST, 1), (1, FIRST, 3), (1, SECOND, 2)]
    assert not producer.left


async def test_every_broker_gets_what_it_leads() -> None:
    producer = Producer()
    producer.leaders[SECOND] = 2
    await publish(producer, [queued(1, "a"), queued(2, "b")])
    assert sorted(producer.taken) == [(1, FIRST, 1), (2, SECOND, 2)]


async def test_what_a_broker_does_not_take_is_left_to_the_producer() -> None:
    producer = Producer()
    producer.errors[SECOND] = NOT_LEADER
    outcomes = await publish(producer, [queued(1, "a"), queued(2, "b")])
    assert producer.left == [1, 2]
    assert outcomes == [Written(FIRST, 101), Written(FIRST, 102)]


async def test_what_has_no_leader_or_no_broker_is_left_to_the_producer() -> None:
    producer = Producer()
    producer.leaders[SECOND] = -1
    await publish(producer, [queued(1, "a"), queued(2, "b")])
    producer.leaders[SECOND], producer.failure = 1, KafkaConnectionError("gone")
    await publish(producer, [queued(3, "a")])
    assert producer.left == [1, 2, 3]
    assert not producer.taken


async def test_more_than_a_batch_holds_is_left_to_the_producer() -> None:
    producer = Producer()
    await publish(producer, [queued(number, "a", reason="x" * (BATCH_BYTES // 2)) for number in (1, 2, 3)])
    assert producer.left == [1, 2, 3]
    assert not producer.taken


async def test_an_event_that_is_larger_than_a_batch_goes_alone() -> None:
    producer = Producer()
    await publish(producer, [queued(1, "a", reason="x" * 2 * BATCH_BYTES)])
    assert producer.taken == [(1, FIRST, 1)]
