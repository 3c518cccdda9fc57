"""What was committed reaches the broker: all of it, in order per export, also after the broker was away."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.partitioner import DefaultPartitioner

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.messaging.doorbell import Doorbell
from entrygo.messaging.events import EXPORTS_TOPIC, make_event
from entrygo.messaging.kafka import consumer_options
from entrygo.messaging.outbox import append
from entrygo.messaging.relay import LEAVE_SECONDS, Relay
from entrygo.messaging.relay_queue import LeadLost, LeadPassed, RelayQueue
from entrygo.messaging.seal import HEADER, Seal
from entrygo.postgres.pool import (
    EVERYONE,
    Connection,
    Pool,
    open_background_session,
    open_pool,
    transaction,
)
from entrygo.process.ending import CANCELLED_SECONDS, unfinished
from entrygo.process.settings import KafkaSettings
from entrygo.proto.events.v1 import events_pb2
from tests.harness import processes
from tests.harness.brokers import TansuBroker, run_tansu

SEAL = Seal(["a token"])
TENANT = Tenant("acc_alice", Mode.LIVE)
WAIT_SECONDS = 60
# More than the four that Tansu gives a topic which nobody created.
PARTITIONS = 12


def settings(bootstrap: str, partitions: int = 3) -> KafkaSettings:
    return KafkaSettings(bootstrap=bootstrap, partitions=partitions)


async def record(pool: Pool, streams: list[str], first: int, count: int) -> None:
    """Writes `count` events of each stream, interleaved, one transaction each round."""
    for sequence in range(first, first + count):
        async with transaction(pool, Visible.whole(TENANT)) as connection:
            for stream in streams:
                await append(connection, an_event(stream, sequence), warehouse_id=None)


def an_event(stream: str, sequence: int) -> events_pb2.Event:
    return make_event(
        id=f"evt_{stream}_{sequence}",
        type="export.cancelled",
        source="planning",
        tenant=TENANT,
        stream_id=stream,
        sequence=sequence,
        occurred_at=datetime.now(UTC),
        data=events_pb2.ExportCancelled(batch_id=stream),
    )


@asynccontextmanager
async def relaying(
    database_url: str, bootstrap: str, partitions: int = 3, rest_seconds: float = 0.0
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    relay = Relay(
        database_url=database_url,
        schema="sync",
        kafka=settings(bootstrap, partitions),
        seal=SEAL,
        rest_seconds=rest_seconds,
    )
    task = asyncio.create_task(relay.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, WAIT_SECONDS)


async def outbox_is_empty(pool: Pool) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            async with transaction(pool, EVERYONE) as connection:
                if not await connection.fetchval("SELECT count(*) FROM outbox"):
                    return
            await asyncio.sleep(0.02)


async def read(bootstrap: str, streams: list[str], expected: int) -> dict[str, list[int]]:
    """The sequences of each stream as they lie in the topic, once `expected` different ones are there."""
    seen: dict[str, list[int]] = {stream: [] for stream in streams}
    consumer = AIOKafkaConsumer(EXPORTS_TOPIC, **consumer_options(settings(bootstrap)))
    await consumer.start()
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while sum(len(set(each)) for each in seen.values()) < expected:
                for messages in (await consumer.getmany(timeout_ms=500)).values():
                    for message in messages:
                        # The session's other tests write to the topic too, some of it on purpose broken.
                        if (message.key or b"").decode() in seen:
                            event = events_pb2.Event.FromString(message.value)
                            assert ("ce_type", b"export.cancelled") in message.headers
                            assert SEAL.holds(message.value, dict(message.headers)[HEADER])
                            seen[event.stream_id].append(event.sequence)
    finally:
        await consumer.stop()
    return seen


@pytest.mark.kafka
async def test_relay_publishes_everything_in_order_per_export(
    database_url: str, kafka_bootstrap: str
) -> None:
    streams = [f"batch_{secrets.token_hex(4)}" for _ in range(20)]
    async with await open_pool(database_url, schema="sync") as pool:
        async with relaying(database_url, kafka_bootstrap):
            await record(pool, streams, first=1, count=30)
            await outbox_is_empty(pool)
        seen = await read(kafka_bootstrap, streams, expected=600)
    assert all(sequences == list(range(1, 31)) for sequences in seen.values())


@pytest.mark.kafka
async def test_a_relay_that_rests_publishes_the_first_at_once_collects_the_others_and_ends_when_asked(
    database_url: str, kafka_bootstrap: str
) -> None:
    stream = f"batch_{secrets.token_hex(4)}"
    async with await open_pool(database_url, schema="sync") as pool:
        async with relaying(database_url, kafka_bootstrap, rest_seconds=3600):
            await record(pool, [stream], first=1, count=1)
            seen = await read(kafka_bootstrap, [stream], expected=1)
            await record(pool, [stream], first=2, count=3)
            # The relay has fifty turns to publish them, and to delete the first.
            for _ in range(50):
                assert await queued(pool) == 4
        assert await queued(pool) == 3
    assert seen == {stream: [1]}


async def queued(pool: Pool) -> int:
    """How many events are in the outbox."""
    async with transaction(pool, EVERYONE) as connection:
        return int(await connection.fetchval("SELECT count(*) FROM outbox"))


@pytest.mark.kafka
async def test_two_relays_of_one_schema_publish_each_event_once(
    database_url: str, kafka_bootstrap: str
) -> None:
    streams = [f"batch_{secrets.token_hex(4)}" for _ in range(5)]
    async with await open_pool(database_url, schema="sync") as pool:
        async with relaying(database_url, kafka_bootstrap), relaying(database_url, kafka_bootstrap):
            await record(pool, streams, first=1, count=20)
            await outbox_is_empty(pool)
        seen = await read(kafka_bootstrap, streams, expected=100)
    assert all(sequences == list(range(1, 21)) for sequences in seen.values())


async def test_events_wait_in_the_outbox_while_the_broker_is_away_and_leave_in_order_after(
    database_url: str, restartable_broker: TansuBroker
) -> None:
    streams = [f"batch_{secrets.token_hex(4)}" for _ in range(3)]
    async with await open_pool(database_url, schema="sync") as pool:
        restartable_broker.stop()
        async with relaying(database_url, restartable_broker.bootstrap):
            await record(pool, streams, first=1, count=10)
            async with transaction(pool, EVERYONE) as connection:
                assert await connection.fetchval("SELECT count(*) FROM outbox") == 30
            restartable_broker.start()
            await outbox_is_empty(pool)
        seen = await read(restartable_broker.bootstrap, streams, expected=30)
    assert all(sorted(set(sequences)) == list(range(1, 11)) for sequences in seen.values())


@pytest.mark.parametrize("partition", [7, 8], ids=["written to before", "new to the relay"])
async def test_events_are_in_the_new_log_when_the_broker_begins_anew_under_a_living_producer(
    database_url: str, restartable_broker: TansuBroker, partition: int
) -> None:
    bootstrap = restartable_broker.bootstrap
    before, after = stream_in(7), stream_in(partition)
    async with await open_pool(database_url, schema="sync") as pool:
        async with relaying(database_url, bootstrap, PARTITIONS):
            await record(pool, [before], first=1, count=3)
            await outbox_is_empty(pool)
            restartable_broker.stop()
            # They are under way when the broker returns: it acknowledges them though it knows no topic.
            await record(pool, [after], first=1, count=2)
            restartable_broker.start()
            await outbox_is_empty(pool)
        seen = await read(bootstrap, [after], expected=2)
    assert set(seen[after]) == {1, 2}


def stream_in(partition: int) -> str:
    """A new stream whose events go to a partition."""
    numbers = list(range(PARTITIONS))
    while True:
        stream = f"batch_{secrets.token_hex(4)}"
        if DefaultPartitioner()(stream.encode(), numbers, numbers) == partition:
            return stream


RELAY = """
import asyncio, sys
from entrygo.messaging.relay import Relay
from entrygo.messaging.seal import Seal
from entrygo.process.settings import KafkaSettings

kafka = KafkaSettings(bootstrap=sys.argv[2], partitions=3)
relay = Relay(database_url=sys.argv[1], schema="sync", kafka=kafka, seal=Seal(["a token"]))
asyncio.run(relay.run(asyncio.Event()))
"""


async def test_another_relay_publishes_while_the_leader_hangs_and_the_leader_that_wakes_adds_duplicates_only(
    database_url: str, kafka_bootstrap: str, tmp_path: Path
) -> None:
    stream = f"batch_{secrets.token_hex(4)}"
    leader = processes.start(
        [sys.executable, "-c", RELAY, database_url, kafka_bootstrap], log=tmp_path / "relay.log"
    )
    try:
        async with await open_pool(database_url, schema="sync") as pool:
            await record(pool, [stream], first=1, count=5)
            await outbox_is_empty(pool)
            with processes.frozen(psutil.Process(leader.pid)):
                await record(pool, [stream], first=6, count=5)
                async with relaying(database_url, kafka_bootstrap):
                    await outbox_is_empty(pool)
                # Read by the hanging leader or not: it is there when it wakes.
                await record(pool, [stream], first=11, count=5)
            await outbox_is_empty(pool)
            seen = await read(kafka_bootstrap, [stream], expected=15)
    finally:
        processes.stop(leader)
    assert in_order(seen[stream]) == list(range(1, 16))


async def test_relay_that_is_cancelled_ends_without_the_answer_that_the_broker_owes_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LEAVE_SECONDS < CANCELLED_SECONDS
    # Whatever waits for the broker here waits for longer than the test does.
    monkeypatch.setattr("entrygo.messaging.kafka.REQUEST_TIMEOUT_MS", 10_000 * WAIT_SECONDS)
    stop = asyncio.Event()
    with run_tansu() as broker:
        before = asyncio.all_tasks()
        relay = Relay(database_url=database_url, schema="sync", kafka=settings(broker.bootstrap), seal=SEAL)
        task = asyncio.create_task(relay.run(stop), name="relay")
        async with await open_pool(database_url, schema="sync") as pool:
            await record(pool, ["batch_1"], first=1, count=1)
            await outbox_is_empty(pool)
            with processes.frozen(broker.process):
                await record(pool, ["batch_1"], first=2, count=1)
                async with asyncio.timeout(WAIT_SECONDS):
                    # The batch is sent when the relay waits for nothing but the answer.
                    while not any(each.startswith("relay at Publisher._send") for each in unfinished()):  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
                stop.set()
                task.cancel()
                await asyncio.wait({task}, timeout=WAIT_SECONDS)
                assert task.done(), unfinished()
        # Its producer ends once the broker answers.
        async with asyncio.timeout(WAIT_SECONDS):
            await asyncio.gather(*asyncio.all_tasks() - before, return_exceptions=True)


def in_order(sequences: list[int]) -> list[int]:
    """Those that a reader applies who drops what it knows; a gap ends them."""
    applied: list[int] = []
    for sequence in sequences:
        if sequence == len(applied) + 1:
            applied.append(sequence)
    return applied


async def test_relay_whose_lease_ran_out_neither_reads_nor_removes_what_another_one_publishes(
    database_url: str,
) -> None:
    async with (
        await open_pool(database_url, schema="sync") as pool,
        session(database_url) as old,
        session(database_url) as new,
    ):
        await record(pool, ["batch_1"], first=1, count=2)
        before = await RelayQueue.take(old, "sync")
        assert before is not None
        assert await RelayQueue.take(new, "sync") is None
        first, second = await before.first(10)
        assert await before.remove([first.id], 10) == [second]
        await old.execute("UPDATE relay_lease SET expires_at = '-infinity'")
        after = await RelayQueue.take(new, "sync")
        assert after is not None
        with pytest.raises(LeadLost):
            await before.remove([second.id], 10)
        with pytest.raises(LeadLost):
            await before.first(10)
        assert await after.first(10) == [second]


async def test_look_into_the_queue_renews_a_lease_that_is_due_and_learns_that_the_lead_is_lost(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrygo.messaging.relay_queue.RENEW_SECONDS", 0)
    async with (
        await open_pool(database_url, schema="sync") as pool,
        session(database_url) as old,
        session(database_url) as new,
    ):
        before = await RelayQueue.take(old, "sync")
        assert before is not None
        await old.execute("UPDATE relay_lease SET expires_at = '-infinity'")
        assert await before.first(10) == []
        assert await RelayQueue.take(new, "sync") is None, "the look renewed the lease"
        await record(pool, ["batch_1"], first=1, count=4)
        looked = await before.first(3)
        assert [event.id for event in looked] == sorted(event.id for event in looked)
        assert len(looked) == 3
        await old.execute("UPDATE relay_lease SET expires_at = '-infinity'")
        assert await RelayQueue.take(new, "sync") is not None
        with pytest.raises(LeadLost):
            await before.first(10)


async def test_relay_leads_at_once_when_the_leader_ended_or_its_session_is_gone(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        await record(pool, ["batch_1"], first=1, count=1)
    async with session(database_url) as leader:
        assert await RelayQueue.take(leader, "sync") is not None
    async with session(database_url) as follower, session(database_url) as leader:
        queue = await RelayQueue.take(leader, "sync")
        assert queue is not None
        async with queue.kept():
            assert await RelayQueue.take(follower, "sync") is None
        await leader.close()
        assert await RelayQueue.take(follower, "sync") is not None
    async with session(database_url) as last:
        assert await RelayQueue.take(last, "sync") is not None


async def test_a_lease_that_was_let_go_is_taken_up_again_or_passes_to_whoever_has_events_to_publish(
    database_url: str,
) -> None:
    async with (
        await open_pool(database_url, schema="sync") as pool,
        session(database_url) as old,
        session(database_url) as new,
    ):
        before = await RelayQueue.take(old, "sync")
        assert before is not None
        async with before.kept():
            await before.let_go()
            assert not await before.is_filled()
            assert await RelayQueue.take(new, "sync") is None, "there is nothing to publish"
            await record(pool, ["batch_1"], first=1, count=1)
            assert await before.is_filled()
            [event] = await before.first(10)
            assert await RelayQueue.take(new, "sync") is None, "the lease was taken up again"
            await before.let_go()
            after = await RelayQueue.take(new, "sync")
            assert after is not None
            with pytest.raises(LeadPassed):
                await before.is_filled()
            with pytest.raises(LeadPassed):
                await before.first(10)
        await old.close()
        async with session(database_url) as again:
            assert await RelayQueue.take(again, "sync") is None, "the lock that is free is not the leader's"
            assert await after.first(10) == [event]
            await after.remove([event.id], 10)
            await after.let_go()
            assert await RelayQueue.take(again, "sync") is not None, "it leads from now on, with the lock"
            async with session(database_url) as last:
                assert await RelayQueue.take(last, "sync") is None
            await again.close()
            async with session(database_url) as last:
                assert await RelayQueue.take(last, "sync") is not None


async def test_a_relay_without_events_lets_its_lease_go_and_publishes_what_comes(
    database_url: str, restartable_broker: TansuBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrygo.messaging.relay.QUIET_SECONDS", 0)
    monkeypatch.setattr("entrygo.messaging.relay.IDLE_SECONDS", 0.01)
    monkeypatch.setattr("entrygo.messaging.relay.LOOK_SECONDS", 2 * WAIT_SECONDS)
    streams = [f"batch_{secrets.token_hex(4)}"]
    async with (
        await open_pool(database_url, schema="sync") as pool,
        relaying(database_url, restartable_broker.bootstrap),
    ):
        for sequence in range(1, 4):
            await lease_is_over(pool, lead=1)
            await record(pool, streams, first=sequence, count=1)
            await outbox_is_empty(pool)
    monkeypatch.setattr("entrygo.messaging.relay.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("entrygo.messaging.outbox.ring", lambda: None)
    async with (
        await open_pool(database_url, schema="sync") as pool,
        relaying(database_url, restartable_broker.bootstrap),
    ):
        await lease_is_over(pool, lead=2)
        await record(pool, streams, first=4, count=1)
        await outbox_is_empty(pool)
    seen = await read(restartable_broker.bootstrap, streams, expected=4)
    assert seen == {streams[0]: [1, 2, 3, 4]}


async def lease_is_over(pool: Pool, *, lead: int) -> None:
    """Once the relay of this lead has let its lease go."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            async with transaction(pool, EVERYONE) as connection:
                if await connection.fetchval(
                    "SELECT epoch = $1 AND expires_at < clock_timestamp() FROM relay_lease", lead
                ):
                    return
            await asyncio.sleep(0.02)


@asynccontextmanager
async def session(database_url: str) -> AsyncIterator[Connection]:
    opened = await open_background_session(database_url, schema="sync")
    try:
        yield opened
    finally:
        await opened.close()


async def test_what_was_published_is_removed_without_waiting_for_the_disk(database_url: str) -> None:
    chosen = "SELECT setting || ' by ' || source FROM pg_settings WHERE name = 'synchronous_commit'"
    async with session(database_url) as opened:
        assert await opened.fetchval(chosen) == "off by client"


async def test_what_its_own_process_commits_leaves_at_once_and_what_others_commit_when_it_looks(
    database_url: str, restartable_broker: TansuBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell = Doorbell()
    monkeypatch.setattr("entrygo.messaging.relay.IDLE_SECONDS", 2 * WAIT_SECONDS)
    streams = [f"batch_{secrets.token_hex(4)}"]
    async with await open_pool(database_url, schema="sync") as pool:
        async with relaying(database_url, restartable_broker.bootstrap):
            await record(pool, streams, first=1, count=3)
            await outbox_is_empty(pool)
            with pytest.raises(ZeroDivisionError), bell.answered(asyncio.Event()):
                async with transaction(pool, Visible.whole(TENANT)) as connection:
                    await append(connection, an_event(streams[0], 4), warehouse_id=None)
                    raise ZeroDivisionError
        assert not await bell.wait(0)
        monkeypatch.setattr("entrygo.messaging.relay.IDLE_SECONDS", 0.05)
        monkeypatch.setattr("entrygo.messaging.outbox.ring", lambda: None)
        async with relaying(database_url, restartable_broker.bootstrap):
            await record(pool, streams, first=4, count=3)
            await outbox_is_empty(pool)
