"""How often a consumer asks a broker that has nothing for it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.protocol.fetch import FetchResponse_v4

from entrygo.messaging.partitions import has_record, rest_after, without_fetches

NOT_LEADER = 6


@pytest.mark.parametrize(
    ("idle", "seconds"), [(0.0, 0.0), (5.0, 0.0), (5.1, 0.2), (60.0, 0.2), (60.1, 1.0), (86_400.0, 1.0)]
)
def test_a_broker_is_asked_less_often_the_longer_nothing_came(idle: float, seconds: float) -> None:
    assert rest_after(idle) == seconds


@pytest.mark.parametrize(
    ("error", "records", "is_there"), [(0, b"", False), (0, b"\0", True), (NOT_LEADER, b"", True)]
)
def test_a_look_sees_records_and_what_the_fetcher_has_to_settle(
    error: int, records: bytes, is_there: bool
) -> None:
    nothing: tuple[object, ...] = (0, 0, 7, 7, [], b"")
    answer = FetchResponse_v4(0, [("events", [nothing, (1, error, 7, 7, [], records)])])
    assert has_record(answer) is is_there


@pytest_asyncio.fixture
async def consumer() -> AsyncIterator[AIOKafkaConsumer]:
    """Of two partitions, without a broker."""
    made = AIOKafkaConsumer()
    made.assign([TopicPartition("events", 0), TopicPartition("events", 1)])
    yield made
    await made.stop()


async def test_no_partition_is_fetched_while_a_batch_is_at_work_and_all_are_afterwards(
    consumer: AIOKafkaConsumer,
) -> None:
    with without_fetches(consumer):
        assert consumer.paused() == consumer.assignment()
    assert consumer.paused() == set()


async def test_a_partition_that_was_given_away_meanwhile_is_not_asked_for_again(
    consumer: AIOKafkaConsumer,
) -> None:
    with without_fetches(consumer):
        consumer.assign([TopicPartition("events", 1)])
    assert (consumer.paused(), consumer.assignment()) == (set(), {TopicPartition("events", 1)})
