"""Where a consumer goes on in the partitions that it is given, and whether it gets on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from entrygo.domain.errors import EntryGoError
from entrygo.messaging.metrics import observe_lag

# The longer nothing came, the less often the broker is asked.
RESTS = ((60.0, 1.0), (5.0, 0.2))  # seconds of silence, seconds between two fetches
# Within this the broker answers a question about its log.
ASK_SECONDS = 5.0
# Within this it hands out a record that it has.
LOOK_SECONDS = 2.0
# No partition for this long may be rightful (more consumers than partitions), or a lost membership.
UNASSIGNED_SECONDS = 300.0


log = structlog.get_logger(__name__)


class Stalled(Exception):
    """The consumer makes no progress although it should."""


def rest_after(idle: float) -> float:
    """Seconds without a fetch after `idle` ones without a record; what comes is seen that much later."""
    return next((seconds for silence, seconds in RESTS if idle > silence), 0.0)


async def check_progress(consumer: AIOKafkaConsumer, *, idle: float, stall_seconds: float) -> None:
    """Raises Stalled when records wait in vain or the log ends before where we are."""
    assigned = consumer.assignment()
    if not assigned:
        if idle > UNASSIGNED_SECONDS:
            raise Stalled("no partition was assigned")
        return
    try:
        # Before the ends, so that a position can only be behind them unless the log began anew.
        positions = {partition: await consumer.position(partition) for partition in assigned}
    except IllegalStateError:
        return  # A rebalance took the partition meanwhile.
    ends = await consumer.end_offsets(assigned)
    observe_lag(
        {partition.partition: end for partition, end in ends.items()},
        {partition.partition: position for partition, position in positions.items()},
    )
    for partition in assigned:
        if positions[partition] > ends[partition] and not await is_held(
            consumer, partition, positions[partition]
        ):
            raise Stalled("the log ends before the position: the broker began anew")
    if idle > stall_seconds and any(positions[partition] < ends[partition] for partition in assigned):
        raise Stalled("records wait and none arrives")


async def is_held(consumer: AIOKafkaConsumer, partition: TopicPartition, position: int) -> bool:
    """Whether the log still has the record before `position`, which is where the consumer is put.

    Where the log ends is no proof: Tansu may name an end that is some records short of what it hands out,
    until the next record comes.
    """
    consumer.resume(partition)
    consumer.seek(partition, position - 1)
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            fetched = await consumer.getmany(partition, timeout_ms=int(LOOK_SECONDS * 1000), max_records=1)
    except TimeoutError:
        return False
    finally:
        consumer.seek(partition, position)
    return any(record.offset == position - 1 for record in fetched.get(partition, ()))


class Connections:
    """A consumer's connections to its brokers. One that broke may have been to a broker that began anew."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._present: Mapping[object, object] = consumer._client._conns
        self._known = dict(self._present)

    def were_renewed(self) -> bool:
        """Whether a broker is spoken to through another connection than at the last look."""
        if self._known == self._present:
            return False
        is_other = any(self._known.get(broker, now) is not now for broker, now in self._present.items())
        # What is closed stays known until there is one in its place.
        self._known |= self._present
        return is_other


class Seeker(ConsumerRebalanceListener):  # type: ignore[misc]
    """Puts each partition that is assigned to where its reader goes on: `positions` are the stored ones.

    Then it calls `placed`.
    """

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        positions: Callable[[], Awaitable[Mapping[int, int]]],
        placed: Callable[[], None],
    ) -> None:
        self._consumer = consumer
        self._positions = positions
        self._placed = placed
        self._failure: Exception | None = None

    def raise_failure(self) -> None:
        """aiokafka only logs what a listener raises."""
        if self._failure is not None:
            raise self._failure

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing to do: a batch under way may commit late, and what is read twice is dropped."""

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        try:
            await self._seek(list(assigned))
        except (KafkaError, EntryGoError, OSError, TimeoutError) as error:
            self._failure = error

    async def _seek(self, assigned: Sequence[TopicPartition]) -> None:
        if not assigned:
            return
        stored = await self._positions()
        async with asyncio.timeout(ASK_SECONDS):
            begins = await self._consumer.beginning_offsets(assigned)
            ends = await self._consumer.end_offsets(assigned)
        began_anew = False
        for partition in assigned:
            begin, end, known = begins[partition], ends[partition], stored.get(partition.partition)
            if known is not None and known > end and not began_anew:
                if await is_held(self._consumer, partition, known):
                    continue
                # The others of this broker are not asked: each would take as long.
                began_anew = True
            position = start_position(known, begin, end)
            if known not in (None, position):
                log.warning("projector.log_began_anew", partition=partition.partition, begin=begin, end=end)
            self._consumer.seek(partition, position)
        self._placed()


def start_position(stored: int | None, begin: int, end: int) -> int:
    """Where to go on: as stored, or from the beginning when the log no longer holds that place."""
    return stored if stored is not None and begin <= stored <= end else begin
