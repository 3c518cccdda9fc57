"""Where the streams of exports' events stand. Methods run in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrygo.domain.principal import Visible
from entrygo.messaging.doorbell import ring
from entrygo.messaging.heads import Head
from entrygo.messaging.outbox import APPENDED_VALUES, appended, appended_values
from entrygo.postgres.pool import Connection, after_commit
from entrygo.postgres.undo import NothingWritten
from entrygo.proto.events.v1 import events_pb2


def followed(first: int, condition: str = "true") -> str:
    """Parts of a statement: appends events behind a head, where `condition` holds and the stream stands there
    in this life of the database; then `taken` gives a row.

    $1 and $2 are account and mode, `_values` the parameters from `first` on.
    """
    stream, sequences = f"${first}", f"${first + 1}::bigint[]"
    sequence, epoch, event_id = (f"${first + APPENDED_VALUES + place}" for place in range(3))
    return (
        "taken AS (INSERT INTO export_streams (account_id, mode, export_id, last_sequence)"  # noqa: S608
        f" SELECT $1, $2, {stream}, {sequence} + cardinality({sequences})"
        f" WHERE (SELECT epoch::text FROM owner_epoch) = {epoch} AND {condition}"
        # A copy of the database may lack the row, or have another event in its place.
        f" AND ({sequence} = 0 OR EXISTS (SELECT FROM event_log WHERE account_id = $1 AND mode = $2"
        f"  AND stream_id = {stream} AND sequence = {sequence} AND event_id = {event_id} AND {condition}))"
        " ON CONFLICT (account_id, mode, export_id) DO UPDATE SET last_sequence = excluded.last_sequence"
        f" WHERE export_streams.last_sequence = {sequence} RETURNING true),"
        f" {appended(first, 'taken')}"
    )


_APPEND = f"WITH {followed(3)} SELECT EXISTS (SELECT FROM taken)"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Beside:
    """A statement that appends events with what it writes beside them, all of it or nothing, and gives one
    value that is not NULL. `values` are its parameters behind account and mode; those of what is `followed`
    come after them."""

    statement: str
    values: Sequence[object]


class StreamStore:
    """The numbers of exports' events; a stream's row stays locked until the transaction ends."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))

    async def append(self, head: Head, events: Sequence[events_pb2.Event]) -> bool:
        """Appends what follows `head` if the stream stands there in this life of the database, else False."""
        is_appended = await self._connection.fetchval(_APPEND, *self._scope, *_values(head, events))
        if is_appended:
            after_commit(self._connection, ring)
        return bool(is_appended)

    async def append_beside(
        self, head: Head, events: Sequence[events_pb2.Event], beside: Beside
    ) -> object | None:
        """The same with what is `beside`, in a transaction by itself: what the statement gives.

        None, and nothing is written, where the stream stands elsewhere, or that has nothing to write.
        """
        values = (*self._scope, *beside.values, *_values(head, events))
        try:
            given: object = await self._connection.fetchval(beside.statement, *values)
        except NothingWritten:
            return None
        after_commit(self._connection, ring)
        return given

    async def next_sequence(self, export_id: str, count: int) -> int:
        """The first of `count` event numbers, wherever the stream stands."""
        last = await self._connection.fetchval(
            "INSERT INTO export_streams (account_id, mode, export_id, last_sequence) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (account_id, mode, export_id)"
            " DO UPDATE SET last_sequence = export_streams.last_sequence + $4 RETURNING last_sequence",
            *self._scope,
            export_id,
            count,
        )
        assert isinstance(last, int)
        return last - count + 1


def _values(head: Head, events: Sequence[events_pb2.Event]) -> tuple[object, ...]:
    # The database gives them the warehouse of the export's package, as all that belongs to it.
    written = appended_values(events, warehouse_id=None)
    return (*written, head.sequence, head.epoch, head.event_id)
