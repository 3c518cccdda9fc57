"""The queue towards Kafka holds the events of one statement in the order in which they happened."""

from datetime import UTC, datetime

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.messaging.events import make_event
from entrygo.messaging.outbox import append_all
from entrygo.postgres.pool import EVERYONE, open_pool, transaction
from entrygo.proto.events.v1 import events_pb2

ALICE = Tenant("acc_alice", Mode.LIVE)


def event(sequence: int) -> events_pb2.Event:
    return make_event(
        id=f"evt_{sequence}",
        type="export.cancelled",
        source="planning",
        tenant=ALICE,
        stream_id="batch_1",
        sequence=sequence,
        occurred_at=datetime.now(UTC),
        data=events_pb2.ExportCancelled(batch_id="batch_1"),
    )


async def test_queue_holds_several_events_of_a_stream_in_their_order(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        async with transaction(pool, Visible.whole(ALICE)) as connection:
            await append_all(connection, [event(sequence) for sequence in range(1, 6)], warehouse_id="wh_1")
        async with transaction(pool, EVERYONE) as connection:
            rows = await connection.fetch("SELECT payload FROM outbox ORDER BY id")
    queued = [events_pb2.Event.FromString(row["payload"]).sequence for row in rows]
    assert queued == [1, 2, 3, 4, 5]
