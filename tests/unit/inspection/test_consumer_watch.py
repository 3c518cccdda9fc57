"""When a consumer counts as stuck and is made anew."""

import asyncio
from dataclasses import dataclass

import pytest
from aiokafka import TopicPartition

from entrygo.messaging.partitions import UNASSIGNED_SECONDS, Seeker, Stalled, check_progress

PARTITION = TopicPartition("entrygo.exports.v1", 0)


@dataclass(frozen=True, slots=True)
class Record:
    offset: int


class Consumer:
    """What a consumer says of itself and of its log, which may hold more `records` than its end says."""

    def __init__(
        self,
        position: int,
        end: int,
        *,
        records: int | None = None,
        assigned: bool = True,
        paused: bool = False,
    ) -> None:
        self._position = position
        self._end = end
        self._records = end if records is None else records
        self._assigned = assigned
        self._paused = paused

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset({PARTITION} if self._assigned else ())

    async def position(self, partition: TopicPartition) -> int:
        return self._position

    async def end_offsets(self, partitions: frozenset[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, self._end)

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    def resume(self, partition: TopicPartition) -> None:
        self._paused = False

    def seek(self, partition: TopicPartition, position: int) -> None:
        self._position = position

    async def getmany(
        self, partition: TopicPartition, *, timeout_ms: int, max_records: int
    ) -> dict[TopicPartition, list[Record]]:
        is_there = self._position < self._records and not self._paused
        return {partition: [Record(self._position)]} if is_there else {}


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


@pytest.mark.parametrize("paused", [False, True], ids=["while it reads", "while it rests"])
async def test_an_end_that_is_short_of_what_the_log_holds_is_not_believed(paused: bool) -> None:
    consumer = Consumer(9, 5, records=9, paused=paused)
    await check_progress(consumer, idle=0.0, stall_seconds=60)
    assert await consumer.position(PARTITION) == 9


@pytest.mark.parametrize(("records", "goes_on_at"), [(9, 9), (12, 9), (5, 0)])
async def test_who_starts_goes_on_as_stored_where_the_log_holds_the_record_before(
    records: int, goes_on_at: int
) -> None:
    async def stored() -> dict[int, int]:
        return {0: 9}

    consumer = Consumer(0, 5, records=records)
    placed = asyncio.Event()
    seeker = Seeker(consumer, stored, placed.set)
    await seeker.on_partitions_assigned([PARTITION])
    seeker.raise_failure()
    assert await consumer.position(PARTITION) == goes_on_at
    assert placed.is_set()
