"""Writes events in the transaction of the state they are about. Nothing is published any other way."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial

from entrygo.messaging.doorbell import ring
from entrygo.messaging.heads import Head, follow
from entrygo.postgres.large_bytes import LARGE_BYTES, packed
from entrygo.postgres.pool import Connection, after_commit
from entrygo.process.tracing import traceparent
from entrygo.proto.events.v1 import events_pb2

# Kafka's default limit for a message is 1 MiB; half of it leaves room for headers.
MAX_PUBLISHED_BYTES = 512 * 1024


# How every statement that appends goes on behind its part `event`, which gives a row for each of them.
_WRITTEN = (
    " logged AS (INSERT INTO event_log"
    "  (account_id, mode, stream_id, sequence, payload, event_id, warehouse_id)"
    "  SELECT $1, $2, stream_id, sequence, payload, event_id, warehouse_id FROM event),"
    " queued AS (INSERT INTO outbox (account_id, mode, payload, traceparent)"
    "  SELECT $1, $2, published, traceparent FROM event ORDER BY sequence)"
)
# How many `appended_values` there are, and `one_appended_values`.
APPENDED_VALUES = 7


async def append(
    connection: Connection, event: events_pb2.Event, *, warehouse_id: str | None, data: tuple[bytes, ...] = ()
) -> None:
    """Appends one event in the caller's transaction; it is published once that is committed.

    `data` are what it does not carry itself, as `full_parts` says.
    """
    await _chain(connection, [event])
    await append_with(connection, event, warehouse_id=warehouse_id, data=data)


async def append_all(
    connection: Connection, events: Sequence[events_pb2.Event], *, warehouse_id: str | None
) -> None:
    """Adds events of one stream to the permanent log and to the queue towards Kafka, in one statement.

    `warehouse_id` is the warehouse whose export they are about: keys bound to another one do not read them
    from the log. None: only keys of the whole account do. In a transaction that sees one warehouse it must be
    that one; row level security refuses any other.
    Their sequences were assigned under a lock on the stream, so the queue holds them in order, and what
    comes before each is there to be named. The events are changed: they get `previous_id` and `epoch`.
    """
    await _chain(connection, events)
    await connection.execute(
        f"WITH {appended(3)} SELECT",
        events[0].account_id,
        events[0].mode,
        *appended_values(events, warehouse_id=warehouse_id),
    )
    after_commit(connection, ring)


def appended(first: int, taken: str = "") -> str:
    """Parts of a statement: appends events of one stream, where the part `taken` gives a row if it is named.

    They name their predecessors and epoch. $1 and $2 are account and mode, `appended_values` the parameters
    from `first` on.
    """
    stream, sequences, payloads, published, ids, warehouse, trace = _parameters(first)
    return (
        f"event AS (SELECT {stream}::text AS stream_id, event.*, {warehouse}::text AS warehouse_id,"  # noqa: S608
        f"  {trace}::text AS traceparent FROM unnest({sequences}::bigint[], {payloads}::bytea[],"
        f"  {published}::bytea[], {ids}::text[]) AS event (sequence, payload, published, event_id)"
        f"  {_after(taken)}), {_WRITTEN}"
    )


def appended_values(events: Sequence[events_pb2.Event], *, warehouse_id: str | None) -> tuple[object, ...]:
    """What `appended` writes of these events, of which there is one at least; `warehouse_id` as ever.

    Whoever runs the statement calls `after_commit(connection, ring)` where it did.
    """
    columns = zip(*[_own_values(event, ()) for event in events], strict=True)
    return (events[0].stream_id, *map(list, columns), warehouse_id, traceparent())


def one_appended(first: int, taken: str = "") -> str:
    """As `appended`, of one event, whose bytes are put into no array: those of a large plan are 14 MB."""
    stream, sequence, payload, published, id_, warehouse, trace = _parameters(first)
    return (
        # Not kept between the two that read it, for the same reason.
        f"event AS NOT MATERIALIZED (SELECT {stream}::text AS stream_id, {sequence}::bigint AS sequence,"
        f"  {payload}::bytea AS payload, {published}::bytea AS published, {id_}::text AS event_id,"
        f"  {warehouse}::text AS warehouse_id, {trace}::text AS traceparent {_after(taken)}), {_WRITTEN}"
    )


def one_appended_values(
    event: events_pb2.Event, *, warehouse_id: str | None, data: tuple[bytes, ...] = ()
) -> tuple[object, ...]:
    """What `one_appended` writes, as `appended_values`; `data` as `full_parts` says."""
    return (event.stream_id, *_own_values(event, data), warehouse_id, traceparent())


def _parameters(first: int) -> Iterator[str]:
    return (f"${number}" for number in range(first, first + APPENDED_VALUES))


def _after(taken: str) -> str:
    return f"WHERE EXISTS (SELECT FROM {taken})" if taken else ""


def _own_values(event: events_pb2.Event, data: tuple[bytes, ...]) -> tuple[int, bytes, bytes, str]:
    parts = full_parts(event, data)
    return event.sequence, packed(*parts), published_bytes(event, parts), event.id


async def append_first(
    connection: Connection,
    event: events_pb2.Event,
    *,
    warehouse_id: str | None,
    operation: str,
    key: str,
    answer: bytes,
    changes: Sequence[str] = (),
    values: Sequence[object] = (),
    data: tuple[bytes, ...] = (),
) -> None:
    """As `append_with`, of a stream's first event: `answer` is kept for repeated calls of the operation,
    unless the key is empty. The parameters of further changes begin with $13."""
    await append_with(
        connection,
        event,
        warehouse_id=warehouse_id,
        changes=(
            "UPDATE idempotency_keys SET response = $12"
            " WHERE account_id = $1 AND mode = $2 AND operation = $10 AND key = $11",
            *changes,
        ),
        values=(operation, key, answer, *values),
        data=data,
    )


async def append_with(
    connection: Connection,
    event: events_pb2.Event,
    *,
    warehouse_id: str | None,
    changes: Sequence[str] = (),
    values: Sequence[object] = (),
    data: tuple[bytes, ...] = (),
) -> None:
    """As `append`, of an event that names its predecessor and epoch already, in one statement with `changes`.

    Each is SQL with the parameters `values` from $10 on, about new rows or those that this transaction has
    locked; none sees what another one writes.
    """
    changed = "".join(f"changed_{number} AS ({change}), " for number, change in enumerate(changes))
    own = partial(one_appended_values, event, warehouse_id=warehouse_id, data=data)
    is_large = sum(map(len, data)) > LARGE_BYTES
    await connection.execute(
        f"WITH {changed}{one_appended(3)} SELECT",
        event.account_id,
        event.mode,
        *(await asyncio.to_thread(own) if is_large else own()),
        *values,
    )
    after_commit(connection, ring)


async def _chain(connection: Connection, events: Sequence[events_pb2.Event]) -> None:
    """Names in each event the one before it in its stream, and the life of the database it is written in."""
    first = events[0]
    head = await last_of(connection, first.account_id, first.mode, first.stream_id, first.sequence - 1)
    for event in events:
        head = follow(head, event)


async def last_of(connection: Connection, account_id: str, mode: str, stream_id: str, sequence: int) -> Head:
    """The head of a stream whose last event is at this place."""
    row = await connection.fetchrow(
        "SELECT epoch::text AS epoch, (SELECT event_id FROM event_log"
        " WHERE account_id = $1 AND mode = $2 AND stream_id = $3 AND sequence = $4) AS event_id"
        " FROM owner_epoch",
        account_id,
        mode,
        stream_id,
        sequence,
    )
    assert row is not None  # the migration that made the table filled it
    return Head(sequence, row["event_id"] or "", row["epoch"])


def full_parts(event: events_pb2.Event, data: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The bytes of the event with its data, which it does not carry itself where they are given, in parts.

    These are those of an Event that has its data alone: they stand at the end of the whole. Those of a large
    plan are 14 MB, which are written once and not held as messages meanwhile.
    """
    return event.SerializeToString(), *data


def published_bytes(event: events_pb2.Event, parts: Sequence[bytes]) -> bytes:
    """What goes to Kafka: the event, which `parts` are, or, when it is too large, all but its data."""
    if sum(map(len, parts)) <= MAX_PUBLISHED_BYTES:
        return b"".join(parts)
    head = {field.name: value for field, value in event.ListFields() if field.containing_oneof is None}
    return events_pb2.Event(**head | {"detail_omitted": True}).SerializeToString()
