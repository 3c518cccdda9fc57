"""Writes events in the transaction of the state they are about. Nothing is published any other way."""

from collections.abc import Sequence

from entrygo.messaging.doorbell import ring
from entrygo.messaging.heads import Head, follow
from entrygo.postgres.pool import Connection, after_commit
from entrygo.process.tracing import traceparent
from entrygo.proto.events.v1 import events_pb2

# Kafka's default limit for a message is 1 MiB; half of it leaves room for headers.
MAX_PUBLISHED_BYTES = 512 * 1024


async def append(
    connection: Connection, event: events_pb2.Event, *, warehouse_id: str | None, data: tuple[bytes, ...] = ()
) -> None:
    """Appends one event in the caller's transaction; it is published once that is committed.

    `data` are what it does not carry itself, as `full_bytes` says.
    """
    await _chain(connection, [event])
    await _add(connection, [event], [full_bytes(event, data)], warehouse_id=warehouse_id)


async def append_all(
    connection: Connection, events: Sequence[events_pb2.Event], *, warehouse_id: str | None
) -> None:
    """Adds events to the permanent log and to the queue towards Kafka, in one statement.

    `warehouse_id` is the warehouse whose export they are about: keys bound to another one do not read them
    from the log. None: only keys of the whole account do. In a transaction that sees one warehouse it must be
    that one; row level security refuses any other.
    Their sequences were assigned under a lock on the stream, so the queue holds them in order, and what
    comes before each is there to be named. The events are changed: they get `previous_id` and `epoch`.
    """
    await _chain(connection, events)
    stored = [event.SerializeToString() for event in events]
    await _add(connection, events, stored, warehouse_id=warehouse_id)


async def _add(
    connection: Connection,
    events: Sequence[events_pb2.Event],
    stored: Sequence[bytes],
    *,
    warehouse_id: str | None,
) -> None:
    await connection.execute(
        "WITH logged AS ("
        " INSERT INTO event_log (account_id, mode, stream_id, sequence, payload, event_id, warehouse_id)"
        " SELECT *, $7::text"
        " FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $8::text[]))"
        " INSERT INTO outbox (account_id, mode, payload, traceparent)"
        " SELECT account_id, mode, payload, $9::text FROM unnest($1::text[], $2::text[], $6::bytea[])"
        " WITH ORDINALITY AS queued (account_id, mode, payload, position) ORDER BY position",
        [event.account_id for event in events],
        [event.mode for event in events],
        [event.stream_id for event in events],
        [event.sequence for event in events],
        stored,
        [published_bytes(event, full) for event, full in zip(events, stored, strict=True)],
        warehouse_id,
        [event.id for event in events],
        traceparent(),
    )
    after_commit(connection, ring)


# How many `appended_values` there are.
APPENDED_VALUES = 7


def appended(first: int, taken: str) -> str:
    """Parts of a statement: appends events of one stream where the part `taken` gives a row.

    They name their predecessors and epoch. $1 and $2 are account and mode, `appended_values` the parameters
    from `first` on.
    """
    values = (f"${number}" for number in range(first, first + APPENDED_VALUES))
    stream, sequences, payloads, published, ids, warehouse, trace = values
    return (
        f"event AS (SELECT event.* FROM unnest({sequences}::bigint[], {payloads}::bytea[],"  # noqa: S608
        f"  {published}::bytea[], {ids}::text[]) AS event (sequence, payload, published, id)"
        f"  WHERE EXISTS (SELECT FROM {taken})),"
        " logged AS (INSERT INTO event_log"
        "  (account_id, mode, stream_id, sequence, payload, event_id, warehouse_id)"
        f"  SELECT $1, $2, {stream}, sequence, payload, id, {warehouse}::text FROM event),"
        " queued AS (INSERT INTO outbox (account_id, mode, payload, traceparent)"
        f"  SELECT $1, $2, published, {trace}::text FROM event ORDER BY sequence)"
    )


def appended_values(events: Sequence[events_pb2.Event], *, warehouse_id: str | None) -> tuple[object, ...]:
    """What `appended` writes of these events, of which there is one at least; `warehouse_id` as ever.

    Whoever runs the statement calls `after_commit(connection, ring)` where it did.
    """
    stored = [event.SerializeToString() for event in events]
    return (
        events[0].stream_id,
        [event.sequence for event in events],
        stored,
        [published_bytes(event, full) for event, full in zip(events, stored, strict=True)],
        [event.id for event in events],
        warehouse_id,
        traceparent(),
    )


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
    changes: Sequence[str],
    values: Sequence[object],
    data: tuple[bytes, ...] = (),
) -> None:
    """As `append`, of an event that names its predecessor and epoch already, in one statement with `changes`.

    Each is SQL with the parameters `values` from $10 on, about new rows or those that this transaction has
    locked; none sees what another one writes.
    """
    changed = ", ".join(f"changed_{number} AS ({change})" for number, change in enumerate(changes))
    await connection.execute(
        f"WITH {changed}, logged AS ("  # noqa: S608
        " INSERT INTO event_log (account_id, mode, stream_id, sequence, payload, event_id, warehouse_id)"
        " VALUES ($1, $2, $3, $9, $4, $5, $6))"
        " INSERT INTO outbox (account_id, mode, payload, traceparent) VALUES ($1, $2, $7, $8)",
        *event_values(event, warehouse_id=warehouse_id, data=data),
        event.sequence,
        *values,
    )
    after_commit(connection, ring)


def event_values(
    event: events_pb2.Event, *, warehouse_id: str | None, data: tuple[bytes, ...] = ()
) -> tuple[object, ...]:
    """What is written of an event that names its predecessor and epoch: $1 to $8 of `append_with`."""
    full = full_bytes(event, data)
    return (
        event.account_id,
        event.mode,
        event.stream_id,
        full,
        event.id,
        warehouse_id,
        published_bytes(event, full),
        traceparent(),
    )


async def _chain(connection: Connection, events: Sequence[events_pb2.Event]) -> None:
    """Names in each event the one before it in its stream, and the life of the database it is written in."""
    latest: dict[tuple[str, str, str], Head] = {}
    for event in events:
        stream = event.account_id, event.mode, event.stream_id
        # A statement a stream, hardly ever more than one: for keys in arrays PostgreSQL makes
        # a new plan every time, which costs ten times the reading.
        head = latest.get(stream) or await last_of(connection, *stream, event.sequence - 1)
        latest[stream] = follow(head, event)


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


def full_bytes(event: events_pb2.Event, data: tuple[bytes, ...]) -> bytes:
    """The event with its data, which it does not carry itself where their bytes are given, in parts.

    These are those of an Event that has its data alone: they stand at the end of the whole. Those of a large
    plan are 14 MB, which are written once and not held as messages meanwhile.
    """
    return b"".join((event.SerializeToString(), *data))


def published_bytes(event: events_pb2.Event, full: bytes) -> bytes:
    """What goes to Kafka: the event, or, when it is too large, all but its data."""
    if len(full) <= MAX_PUBLISHED_BYTES:
        return full
    head = {field.name: value for field, value in event.ListFields() if field.containing_oneof is None}
    return events_pb2.Event(**head | {"detail_omitted": True}).SerializeToString()
