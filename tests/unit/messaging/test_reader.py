"""What is read of a log by requests of our own, and what is left to aiokafka's fetcher."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.fetch import FetchRequest, FetchResponse_v4
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from entrygo.messaging import reader
from entrygo.messaging.reader import Reader, Records

FIRST, SECOND = TopicPartition("events", 0), TopicPartition("events", 1)
NOT_LEADER = 6
LIMIT = 3


def batch(first: int, count: int) -> bytes:
    """Records from an offset on, as a broker stores them; each says where it lies."""
    builder = DefaultRecordBatchBuilder(
        2, 0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=0, batch_size=1 << 20
    )
    for number in range(count):
        builder.append(number, 1, key=b"key", value=b"%d" % (first + number), headers=[("seal", b"s")])
    content = bytearray(builder.build())
    content[:8] = first.to_bytes(8, "big")
    return bytes(content)


class Brokers:
    """Two brokers, as a client meets them: their logs, what is wrong, and what they were asked."""

    def __init__(self) -> None:
        self.cluster = self
        self.logs: dict[TopicPartition, tuple[int, int]] = {}
        self.errors: dict[TopicPartition, int] = {}
        self.leaders: dict[TopicPartition, int] = {FIRST: 1, SECOND: 1}
        self.asked: list[tuple[int, dict[TopicPartition, int]]] = []
        self.failure: Exception | None = None
        self.is_silent = False

    def set_topics(self, topics: object) -> None:
        """Those that a consumer wants to know of."""

    def leader_for_partition(self, partition: TopicPartition) -> int:
        return self.leaders[partition]

    async def send(self, leader: int, request: FetchRequest) -> FetchResponse_v4:
        positions = {
            TopicPartition(topic, number): position
            for topic, partitions in request.topics
            for number, position, _ in partitions
        }
        self.asked.append((leader, positions))
        if self.failure is not None:
            raise self.failure
        if self.is_silent:
            await asyncio.Event().wait()
        return FetchResponse_v4(
            0,
            [
                (
                    "events",
                    [(each.partition, *self._answer(each, position)) for each, position in positions.items()],
                )
            ],
        )

    def _answer(self, partition: TopicPartition, position: int) -> tuple[object, ...]:
        first, end = self.logs.get(partition, (0, 0))
        content = batch(first, end - first) if position < end else b""
        return (self.errors.get(partition, 0), end, end, [], content)


class NoGroup:
    """What coordinates a consumer without a group."""

    def check_errors(self) -> None:
        pass


@pytest_asyncio.fixture
async def consumer() -> AsyncIterator[AIOKafkaConsumer]:
    """Of two partitions, at the beginning of both; its brokers have nothing."""
    made = AIOKafkaConsumer()
    client, coordinator = made._client, made._coordinator
    made._client, made._coordinator = Brokers(), NoGroup()
    made.assign([FIRST, SECOND])
    for partition in (FIRST, SECOND):
        move(made, partition, 0)
    yield made
    made._client, made._coordinator = client, coordinator
    await made.stop()


def move(consumer: AIOKafkaConsumer, partition: TopicPartition, position: int) -> None:
    consumer._subscription.subscription.assignment.state_value(partition).seek(position)


def read_values(records: Records | None) -> Mapping[TopicPartition, list[int]]:
    assert records is not None
    return {partition: [int(each.value) for each in batch] for partition, batch in records.items()}


async def test_what_the_log_has_is_read_once_and_in_order(consumer: AIOKafkaConsumer) -> None:
    brokers = consumer._client
    brokers.logs[FIRST] = (0, 2)
    reading = Reader(consumer, LIMIT)
    assert read_values(await reading.read_directly()) == {FIRST: [0, 1]}
    assert (await consumer.position(FIRST), consumer.highwater(FIRST)) == (2, 2)
    assert read_values(await reading.read_directly()) == {}
    brokers.logs[FIRST] = (0, 3)
    assert read_values(await reading.read_directly()) == {FIRST: [2]}
    assert [positions[FIRST] for _, positions in brokers.asked] == [0, 2, 2]


async def test_what_is_more_than_the_limit_is_handed_out_next_without_asking_again(
    consumer: AIOKafkaConsumer,
) -> None:
    brokers = consumer._client
    brokers.logs = {FIRST: (0, 2), SECOND: (0, 5)}
    reading = Reader(consumer, LIMIT)
    read = [read_values(await reading.read_directly()) for _ in range(3)]
    assert read == [{SECOND: [0, 1, 2]}, {SECOND: [3, 4], FIRST: [0]}, {FIRST: [1]}]
    assert len(brokers.asked) == 1


async def test_what_was_fetched_before_the_position_was_moved_is_not_handed_out(
    consumer: AIOKafkaConsumer,
) -> None:
    consumer._client.logs[SECOND] = (0, 5)
    reading = Reader(consumer, LIMIT)
    await reading.read_directly()
    move(consumer, SECOND, 0)
    assert read_values(await reading.read_directly()) == {}
    assert read_values(await reading.read_directly()) == {SECOND: [0, 1, 2]}


async def test_what_was_fetched_of_a_partition_that_another_one_got_is_not_handed_out(
    consumer: AIOKafkaConsumer,
) -> None:
    consumer._client.logs[SECOND] = (0, 5)
    reading = Reader(consumer, LIMIT)
    await reading.read_directly()
    consumer.assign([FIRST])
    move(consumer, FIRST, 0)
    assert read_values(await reading.read_directly()) == {}


async def test_every_broker_is_asked_for_what_it_leads(consumer: AIOKafkaConsumer) -> None:
    brokers = consumer._client
    brokers.leaders[SECOND] = 2
    brokers.logs = {FIRST: (0, 1), SECOND: (0, 1)}
    assert read_values(await Reader(consumer, LIMIT).read_directly()) == {FIRST: [0], SECOND: [0]}
    assert sorted(brokers.asked, key=repr) == [(1, {FIRST: 0}), (2, {SECOND: 0})]


async def test_each_partition_is_asked_for_first_in_turn(consumer: AIOKafkaConsumer) -> None:
    reading = Reader(consumer, LIMIT)
    for _ in range(3):
        await reading.read_directly()
    assert [next(iter(positions)) for _, positions in consumer._client.asked] == [SECOND, FIRST, SECOND]


async def test_the_fetcher_keeps_still_meanwhile(consumer: AIOKafkaConsumer) -> None:
    await Reader(consumer, LIMIT).read_directly()
    assert consumer.paused() == {FIRST, SECOND}


async def test_an_error_of_any_partition_is_left_to_the_fetcher_and_nothing_is_passed_by(
    consumer: AIOKafkaConsumer,
) -> None:
    brokers = consumer._client
    brokers.logs[FIRST] = (0, 2)
    brokers.errors[SECOND] = NOT_LEADER
    reading = Reader(consumer, LIMIT)
    assert await reading.read_directly() is None
    assert await consumer.position(FIRST) == 0
    brokers.errors.clear()
    assert read_values(await reading.read_directly()) == {FIRST: [0, 1]}


async def test_a_partition_without_a_leader_is_left_to_the_fetcher(consumer: AIOKafkaConsumer) -> None:
    consumer._client.leaders[SECOND] = -1
    assert await Reader(consumer, LIMIT).read_directly() is None


async def test_a_broker_that_is_away_is_left_to_the_fetcher(consumer: AIOKafkaConsumer) -> None:
    consumer._client.failure = KafkaConnectionError("gone")
    assert await Reader(consumer, LIMIT).read_directly() is None


async def test_a_broker_that_hangs_is_left_to_the_fetcher(
    consumer: AIOKafkaConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "ANSWER_SECONDS", 0.0)
    consumer._client.is_silent = True
    assert await Reader(consumer, LIMIT).read_directly() is None


async def test_a_partition_that_has_no_position_yet_is_left_to_the_fetcher(
    consumer: AIOKafkaConsumer,
) -> None:
    consumer.assign([FIRST, SECOND])
    move(consumer, FIRST, 0)
    assert await Reader(consumer, LIMIT).read_directly() is None


async def test_who_has_no_partition_reads_nothing(consumer: AIOKafkaConsumer) -> None:
    consumer.unsubscribe()
    assert await Reader(consumer, LIMIT).read_directly() is None


@pytest.mark.parametrize(("settle_seconds", "requests"), [(3600.0, 1), (0.0, 2)])
async def test_where_there_was_something_to_settle_the_fetcher_goes_on_for_a_while(
    consumer: AIOKafkaConsumer, monkeypatch: pytest.MonkeyPatch, settle_seconds: float, requests: int
) -> None:
    async def read_by_fetcher(*, timeout_ms: int) -> Records:
        return {FIRST: []} if not consumer.paused() else {}

    monkeypatch.setattr(reader, "SETTLE_SECONDS", settle_seconds)
    consumer.getmany = read_by_fetcher
    brokers, reading = consumer._client, Reader(consumer, LIMIT)
    brokers.errors[SECOND] = NOT_LEADER
    assert await reading.read() == {FIRST: []}
    assert await reading.read() == {FIRST: []}
    assert len(brokers.asked) == requests
