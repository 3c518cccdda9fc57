"""Faults one at a time, on real processes: a relay that hangs is passed over; the topic is only a hint."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Mode, Tenant
from entrygo.messaging.events import EXPORTS_TOPIC, PLANNING, make_event
from entrygo.process.clock import Ids, utc_now
from entrygo.proto.events.v1 import events_pb2
from tests.campaign.accounts import Account
from tests.campaign.client import Client, open_http
from tests.campaign.cluster import Cluster
from tests.campaign.history import Recorder
from tests.campaign.load import Caller, Memory
from tests.harness.processes import frozen

# The first of them starts the system.
pytestmark = pytest.mark.timeout(300)
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.1


@pytest_asyncio.fixture
async def caller(cluster: Cluster, accounts: Sequence[Account], tmp_path: Path) -> AsyncIterator[Caller]:
    """Of the first account; it gives nothing up."""
    async with open_http() as http:
        client = Client(
            name="one",
            account=accounts[0],
            http=http,
            gateways=cluster.gateways,
            recorder=Recorder(tmp_path / "history.jsonl"),
            choose=random.Random(tmp_path.name),
            given_up_percent=0,
        )
        yield Caller(client, Memory())
        client.recorder.close()


async def planned(caller: Caller) -> str:
    export = await caller.planned(await caller.synced(1))
    assert export is not None
    return export


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        # What is waited for happens in another process; there is no event to await.
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)


async def listed_state(cluster: Cluster, export: str) -> str | None:
    """What lists show: the read model alone."""
    rows = await cluster.fetch("SELECT state FROM inspection.exports WHERE export_id = $1", export)
    return rows[0]["state"] if rows else None


async def until_listed(cluster: Cluster, export: str, state: str | None) -> None:
    async def is_listed() -> bool:
        return await listed_state(cluster, export) == state

    await until(is_listed)


async def until_published(cluster: Cluster) -> None:
    """Returns once planning's outbox is empty."""

    async def is_empty() -> bool:
        return not await cluster.fetch("SELECT FROM planning.outbox LIMIT 1")

    await until(is_empty)


@pytest.mark.parametrize("number", [0, 1])
async def test_events_are_published_while_one_of_two_relays_hangs(
    cluster: Cluster, caller: Caller, number: int
) -> None:
    hanging = cluster.of("planning")[number].process
    assert hanging is not None
    with frozen(hanging):
        export = await planned(caller)
        await until_published(cluster)
        await until_listed(cluster, export, "BATCHED")


async def test_events_flow_again_when_their_topic_was_deleted(cluster: Cluster, caller: Caller) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.broker.bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([EXPORTS_TOPIC])
    finally:
        await admin.close()
    export = await planned(caller)
    assert (await caller.inspect(export)).facts["state"] == "BATCHED"
    await until_published(cluster)
    await until_listed(cluster, export, "BATCHED")


async def test_an_event_that_somebody_forged_on_the_topic_changes_nothing(
    cluster: Cluster, caller: Caller
) -> None:
    export = await planned(caller)
    await until_listed(cluster, export, "BATCHED")
    forged = make_event(
        id=Ids().new(IdKind.EVENT),
        type="export.cancelled",
        source=PLANNING,
        tenant=Tenant(caller.client.account.id, Mode.LIVE),
        stream_id=export,
        sequence=2,
        occurred_at=utc_now(),
        data=events_pb2.ExportCancelled(batch_id=export, reason="forged"),
    )
    producer = AIOKafkaProducer(bootstrap_servers=cluster.broker.bootstrap, acks="all")
    await producer.start()
    try:
        sent = await producer.send_and_wait(EXPORTS_TOPIC, forged.SerializeToString(), key=export.encode())
    finally:
        await producer.stop()

    async def was_read() -> bool:
        rows = await cluster.fetch(
            "SELECT FROM inspection.consumer_positions"
            " WHERE topic = $1 AND partition = $2 AND next_offset > $3",
            EXPORTS_TOPIC,
            sent.partition,
            sent.offset,
        )
        return bool(rows)

    await until(was_read)
    assert await listed_state(cluster, export) == "BATCHED"
    found = await caller.inspect(export)
    assert (found.facts["state"], len(found.facts["events"])) == ("BATCHED", 1)
