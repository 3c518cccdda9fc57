"""Reads a consumer's partitions with one request a broker.

aiokafka's fetcher wakes four times for an answer, with tasks and timers for each, and sends the next request
at once, whether somebody wants it or not. Here it keeps still, as all partitions are paused, and has what it
alone can settle: partitions that come, leaders that move, positions that the log does not have.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.errors import KafkaError
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords

from entrygo.messaging.kafka import FETCH_MAX_WAIT_MS, by_leader

Records = Mapping[TopicPartition, Sequence[ConsumerRecord]]

READ_UNCOMMITTED = 0
# A broker gives the first record also where it is larger.
PARTITION_BYTES = 1024 * 1024
FETCH_BYTES = 4 * PARTITION_BYTES
# Within this a broker answers, which waits FETCH_MAX_WAIT_MS, and so much has come.
ANSWER_SECONDS = 1.0
# What the fetcher is given to get records, and for how long it goes on where it had something to settle.
POLL_SECONDS = 0.25
SETTLE_SECONDS = 1.0


class Reader:
    """Hands out at most `limit` records at once, each partition's in order, and moves its position."""

    def __init__(self, consumer: AIOKafkaConsumer, limit: int) -> None:
        self._consumer = consumer
        self._subscription = consumer._subscription
        self._limit = limit
        # What was fetched and not handed out yet.
        self._left: dict[TopicPartition, PartitionRecords] = {}
        self._settled_at = 0.0
        self._turn = 0

    async def read(self) -> Records:
        """What has come, or comes soon. Raises as `read_directly` and the fetcher do."""
        if _now() >= self._settled_at:
            records = await self.read_directly()
            if records is not None:
                return records
            self._settled_at = _now() + SETTLE_SECONDS
        return await _read_by_fetcher(self._consumer)

    async def read_directly(self) -> Records | None:
        """What has come by FETCH_MAX_WAIT_MS from now; None where the fetcher has something to settle.

        Raises KafkaError for what is no record and for a group that refuses this consumer.
        """
        self._consumer._coordinator.check_errors()
        assigned = self._consumer.assignment()
        if not assigned or self._subscription.reassignment_in_progress:
            return None
        # Each time: a rebalance gives partitions that fetch.
        self._consumer.pause(*assigned)
        # A group has those leave that fetch no more.
        with self._subscription.fetch_context():
            if not self._left and not await self._fetch():
                return None
        return self._take()

    async def _fetch(self) -> bool:
        """Whether all partitions could be asked and answered."""
        assignment = self._subscription.subscription.assignment
        # A broker fills its answer in the order of the question: each partition is the first one in turn.
        self._turn += 1
        turn = self._turn % len(assignment.tps)
        partitions = sorted(assignment.tps)
        states = {each: assignment.state_value(each) for each in (*partitions[turn:], *partitions[:turn])}
        if not all(state.has_valid_position for state in states.values()):
            return False
        asked = {partition: state.position for partition, state in states.items()}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answers = await asyncio.gather(*self._requests(asked))
        except (KafkaError, TimeoutError):
            return False
        answered = [one for answer in answers for one in answers_of(answer)]
        if any(error for _, error, _, _ in answered):
            return False
        for partition, _, end, content in answered:
            states[partition].highwater = end
            if content:
                self._left[partition] = _records(partition, content, asked[partition])
        return True

    def _requests(self, asked: Mapping[TopicPartition, int]) -> list[Any]:
        """One a broker. Raises KafkaError where a leader is not known."""
        client = self._consumer._client
        wanted = {partition: (position, PARTITION_BYTES) for partition, position in asked.items()}
        return [
            client.send(leader, FetchRequest(FETCH_MAX_WAIT_MS, 1, FETCH_BYTES, READ_UNCOMMITTED, topics))
            for leader, topics in by_leader(client.cluster, wanted).items()
        ]

    def _take(self) -> Records:
        taken: dict[TopicPartition, Sequence[ConsumerRecord]] = {}
        room = self._limit
        assignment = self._subscription.subscription.assignment
        for partition, left in list(self._left.items()):
            state = assignment.state_value(partition) if partition in assignment.tps else None
            # A rebalance may have taken it meanwhile, or given it anew, at another place.
            if state is None or not state.has_valid_position or state.position != left.next_fetch_offset:
                del self._left[partition]
                continue
            if records := list(islice(left, room)):
                taken[partition] = records
            state.consumed_to(left.next_fetch_offset)
            room -= len(records)
            if not room:
                break
            del self._left[partition]
        return taken


def answers_of(answer: Any) -> list[tuple[TopicPartition, int, int, bytes]]:
    """Of each partition in the answer to a fetch: the error, where its log ends, and its records."""
    return [
        (TopicPartition(topic, number), error, end, content)
        for topic, partitions in answer.topics
        for number, error, end, *_, content in partitions
    ]


def _records(partition: TopicPartition, content: bytes, position: int) -> PartitionRecords:
    records = MemoryRecords(content)
    return PartitionRecords(partition, records, None, position, None, None, True, READ_UNCOMMITTED)


async def _read_by_fetcher(consumer: AIOKafkaConsumer) -> Records:
    consumer.resume(*consumer.paused())
    try:
        # Its own timeout does not count the wait for partitions of a group that forms.
        async with asyncio.timeout(2 * POLL_SECONDS):
            records: Records = await consumer.getmany(timeout_ms=int(POLL_SECONDS * 1000))
            return records
    except TimeoutError:
        return {}


def _now() -> float:
    return asyncio.get_running_loop().time()
