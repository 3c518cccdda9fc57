"""What this service does with records of Kafka: events of exports go to the read model."""

from collections.abc import Mapping, Sequence

from entrygo.inspection.epochs import Epochs
from entrygo.inspection.folding import DeadLetter, ExportKey, Unreadable, key_of, read_event
from entrygo.inspection.measures import observe_delay
from entrygo.inspection.position_store import PositionStore
from entrygo.inspection.read_model import Contradicted, ReadModel
from entrygo.inspection.reconciler import Reconciler
from entrygo.inspection.settling import Settler
from entrygo.messaging.events import EXPORTS_TOPIC
from entrygo.messaging.projector import TopicRecord
from entrygo.messaging.seal import Seal
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.clock import utc_now
from entrygo.proto.events.v1 import events_pb2


class ExportEvents:
    """The sink of the projector; positions commit with what they stand for.

    The topic is a hint. A record is applied as it is when one of our relays sealed it, its owner's database
    is in the life in which it was written, and it continues the history that is held. Any other only makes us
    ask the owners about the export that it names, and their answer is applied.
    """

    topic = EXPORTS_TOPIC

    def __init__(
        self,
        pool: Pool,
        read_model: ReadModel,
        reconciler: Reconciler,
        *,
        settler: Settler,
        epochs: Epochs,
        seal: Seal,
    ) -> None:
        self._pool = pool
        self._read_model = read_model
        self._reconciler = reconciler
        self._settler = settler
        self._epochs = epochs
        self._seal = seal

    async def positions(self) -> Mapping[int, int]:
        async with transaction(self._pool, EVERYONE) as connection:
            return await PositionStore(connection).positions(self.topic)

    def doubt(self) -> None:
        self._reconciler.note_doubt()

    def interrupted(self) -> None:
        self._reconciler.note_interruption()

    async def take(self, records: Sequence[TopicRecord], positions: Mapping[int, int]) -> None:
        """Raises ServiceUnavailable when an owner has to be asked and is away: nothing was taken then."""
        sealed: list[events_pb2.Event] = []
        hints: set[ExportKey] = set()
        dead: list[DeadLetter] = []
        for record in records:
            try:
                event = read_event(record.value)
            except Unreadable as error:
                dead.append(self._letter(record, error))
                continue
            if self._seal.holds(record.value, record.seal):
                sealed.append(event)
                observe_delay(event.occurred_at, utc_now())
            else:
                hints.add(key_of(event))
        hints |= await self._epochs.foreign(sealed)
        try:
            await self._apply(sealed, hints, dead, positions)
        except Contradicted as contradicted:
            await self._apply(sealed, hints | contradicted.keys, dead, positions)

    async def _apply(
        self,
        sealed: Sequence[events_pb2.Event],
        hints: set[ExportKey],
        dead: Sequence[DeadLetter],
        positions: Mapping[int, int],
    ) -> None:
        """What the owners say of the exports of `hints`, and the sealed events of all others."""
        await self._settler.settle_all(hints)
        events = [event for event in sealed if key_of(event) not in hints]
        if await self._read_model.apply(
            EVERYONE, events, dead=dead, positions=self._at(positions), is_certain=False
        ):
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
