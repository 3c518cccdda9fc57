"""Where the streams of exports' events stand. Methods run in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrygo.domain.principal import Visible
from entrygo.messaging.heads import Head
from entrygo.messaging.outbox import append_when
from entrygo.postgres.pool import Connection
from entrygo.proto.events.v1 import events_pb2


@dataclass(frozen=True, slots=True)
class Beside:
    """What is written in the statement of an event: parts that begin with its scope and end with `changed`,
    which gives a row where something was. Their `values` are the parameters from FIRST_VALUE on."""

    parts: str
    values: Sequence[object]


# Behind those of the event and of the head that it follows.
FIRST_VALUE = 12


class StreamStore:
    """The numbers of exports' events; a stream's row stays locked until the transaction ends."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))

    async def append(
        self, head: Head, events: Sequence[events_pb2.Event], beside: Beside | None = None
    ) -> bool:
        """Appends what follows `head` if the stream stands there in this life of the database, else False.

        With `beside` a transaction by itself: False, and nothing is written, also where that changes nothing.
        """
        is_changed = " AND EXISTS (SELECT FROM changed)" if beside else ""
        return await append_when(
            self._connection,
            events,
            condition="INSERT INTO export_streams (account_id, mode, export_id, last_sequence)"  # noqa: S608
            " SELECT $1, $2, $3, $9 + cardinality($4::bigint[])"
            " WHERE (SELECT epoch::text FROM owner_epoch) = $10"
            # A copy of the database may lack the row, or have another event in its place.
            " AND ($9 = 0 OR EXISTS (SELECT FROM event_log WHERE account_id = $1 AND mode = $2"
            f"  AND stream_id = $3 AND sequence = $9 AND event_id = $11{is_changed})){is_changed}"
            " ON CONFLICT (account_id, mode, export_id) DO UPDATE SET last_sequence = excluded.last_sequence"
            " WHERE export_streams.last_sequence = $9 RETURNING true",
            arguments=(head.sequence, head.epoch, head.event_id, *(beside.values if beside else ())),
            before=f"{beside.parts}," if beside else "",
        )

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
