"""What this service does with records of Kafka: events of exports go to the read model."""

from collections.abc import Mapping, Sequence

from entrygo.inspection.folding import DeadLetter, Unreadable, read_event
from entrygo.inspection.measures import observe_delay
from entrygo.inspection.read_model import ReadModel
from entrygo.inspection.reconciler import Reconciler
from entrygo.inspection.store import ReadModelStore
from entrygo.messaging.events import EXPORTS_TOPIC
from entrygo.messaging.projector import TopicRecord
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.clock import utc_now
from entrygo.proto.events.v1 import events_pb2


class ExportEvents:
    """The sink of the projector; positions commit with what they stand for."""

    topic = EXPORTS_TOPIC

    def __init__(self, pool: Pool, read_model: ReadModel, reconciler: Reconciler) -> None:
        self._pool = pool
        self._read_model = read_model
        self._reconciler = reconciler

    async def positions(self) -> Mapping[int, int]:
        async with transaction(self._pool, EVERYONE) as connection:
            return await ReadModelStore(connection).positions(self.topic)

    async def take(self, records: Sequence[TopicRecord], positions: Mapping[int, int]) -> None:
        events: list[events_pb2.Event] = []
        dead: list[DeadLetter] = []
        for record in records:
            try:
                event = read_event(record.value)
                events.append(event)
                observe_delay(event.occurred_at, utc_now())
            except Unreadable as error:
                dead.append(self._letter(record, error))
        if await self._read_model.apply(EVERYONE, events, dead=dead, positions=self._at(positions)):
            self._reconciler.note_gap()

    async def reject(self, record: TopicRecord, error: Exception) -> None:
        """Keeps a record that could not be taken and goes on behind it."""
        after = self._at({record.partition: record.offset + 1})
        await self._read_model.apply(EVERYONE, (), dead=[self._letter(record, error)], positions=after)

    def _at(self, positions: Mapping[int, int]) -> dict[tuple[str, int], int]:
        return {(self.topic, partition): offset for partition, offset in positions.items()}

    def _letter(self, record: TopicRecord, error: Exception) -> DeadLetter:
        origin = f"{self.topic}/{record.partition}/{record.offset}"
        return DeadLetter("", "", origin, repr(error), record.value)
