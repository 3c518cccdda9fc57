"""When a consumer counts as stuck and is made anew."""

import pytest
from aiokafka import TopicPartition

from entrygo.messaging.partitions import UNASSIGNED_SECONDS, Stalled, check_progress

PARTITION = TopicPartition("entrygo.exports.v1", 0)


class Consumer:
    """What a consumer says of itself and of its log."""

    def __init__(self, position: int, end: int, *, assigned: bool = True) -> None:
        self._position = position
        self._end = end
        self._assigned = assigned

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset({PARTITION} if self._assigned else ())

    async def position(self, partition: TopicPartition) -> int:
        return self._position

    async def end_offsets(self, partitions: frozenset[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, self._end)


@pytest.mark.parametrize(
    ("consumer", "idle"),
    [
        (Consumer(5, 5), 1000.0),
        (Consumer(5, 9), 1.0),
        (Consumer(0, 0, assigned=False), 1.0),
    ],
)
async def test_a_consumer_at_the_end_or_on_its_way_is_left_alone(consumer: Consumer, idle: float) -> None:
    await check_progress(consumer, idle=idle, stall_seconds=60)


@pytest.mark.parametrize(
    ("consumer", "idle", "reason"),
    [
        (Consumer(5, 9), 61.0, "none arrives"),
        (Consumer(9, 5), 0.0, "began anew"),
        (Consumer(0, 0, assigned=False), UNASSIGNED_SECONDS + 1, "no partition"),
    ],
)
async def test_a_consumer_that_waits_in_vain_is_made_anew(
    consumer: Consumer, idle: float, reason: str
) -> None:
    with pytest.raises(Stalled, match=reason):
        await check_progress(consumer, idle=idle, stall_seconds=60)
