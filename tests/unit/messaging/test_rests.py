"""How often a consumer asks a broker that has nothing for it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition

from entrygo.messaging.partitions import rest_after, without_fetches


@pytest.mark.parametrize(
    ("idle", "seconds"), [(0.0, 0.0), (5.0, 0.0), (5.1, 0.2), (60.0, 0.2), (60.1, 1.0), (86_400.0, 1.0)]
)
def test_a_broker_is_asked_less_often_the_longer_nothing_came(idle: float, seconds: float) -> None:
    assert rest_after(idle) == seconds


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
