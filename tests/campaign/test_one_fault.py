"""Faults one at a time, on real processes: a relay that hangs is passed over; the topic is only a hint."""

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from entrygo.domain.ids import IdKind
from entrygo.domain.principal import Mode, Tenant
from entrygo.messaging.events import EXPORTS_TOPIC, PLANNING, make_event
from entrygo.process.clock import Ids, utc_now
from entrygo.proto.events.v1 import events_pb2
from tests.campaign.cluster import Cluster
from tests.campaign.load import Caller
from tests.campaign.single import inspected, listed_state, planned, until, until_listed, until_published
from tests.harness.processes import frozen

# The first of them starts the system.
pytestmark = pytest.mark.timeout(300)
# Than the topic is made with.
MORE_PARTITIONS = 30


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


@pytest.mark.parametrize("partitions", [None, MORE_PARTITIONS], ids=["deleted", "made_again_with_more"])
async def test_events_flow_again_when_their_topic_is_another_one(
    cluster: Cluster, caller: Caller, partitions: int | None
) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.broker.bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([EXPORTS_TOPIC])
        if partitions is not None:
            await admin.create_topics([NewTopic(EXPORTS_TOPIC, partitions, 1)])
    finally:
        await admin.close()
    export = await planned(caller)
    assert (await inspected(caller, export))["state"] == "BATCHED"
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
    found = await inspected(caller, export)
    assert (found["state"], len(found["events"])) == ("BATCHED", 1)
