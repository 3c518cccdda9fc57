"""The projector on a real broker: duplicates, disorder, poison, and a broker that forgets everything."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.principal import Visible
from entrygo.inspection.folding import ExportKey
from entrygo.messaging import partitions
from entrygo.messaging.events import EXPORTS_TOPIC
from entrygo.messaging.kafka import ensure_topics, producer_options
from entrygo.messaging.projector import Projector, TopicRecord
from entrygo.messaging.seal import HEADER
from entrygo.postgres.pool import EVERYONE, transaction
from entrygo.process.settings import KafkaSettings
from tests.harness.brokers import TansuBroker
from tests.integration.inspection.conftest import SEAL, Service, caller
from tests.unit.inspection.events import START, Event, Life

WAIT_SECONDS = 60


def settings(bootstrap: str) -> KafkaSettings:
    return KafkaSettings(bootstrap=bootstrap, partitions=3)


async def publish(bootstrap: str, values: Iterable[tuple[str, bytes]]) -> None:
    await ensure_topics(settings(bootstrap))
    producer = AIOKafkaProducer(**producer_options(settings(bootstrap)))
    await producer.start()
    try:
        for key, value in values:
            headers = [(HEADER, SEAL.of(value))]
            await producer.send_and_wait(EXPORTS_TOPIC, value, key=key.encode(), headers=headers)
    finally:
        await producer.stop()


def records(events: Iterable[Event]) -> list[tuple[str, bytes]]:
    return [(event.stream_id, event.SerializeToString()) for event in events]


@asynccontextmanager
async def projecting(
    service: Service, bootstrap: str, group: str | None = None, *, check_seconds: float = 0.3
) -> AsyncIterator[Projector]:
    """The projector as the service runs it."""
    sink = service.sink()
    projector = Projector(kafka=settings(bootstrap), group=group, sink=sink, check_seconds=check_seconds)
    stop = asyncio.Event()
    running = asyncio.create_task(projector.run(stop))
    try:
        yield projector
    finally:
        stop.set()
        await asyncio.wait_for(running, 30)


@asynccontextmanager
async def reconciling(service: Service) -> AsyncIterator[None]:
    """The reconciler as the service runs it."""
    stop = asyncio.Event()
    running = asyncio.create_task(service.reconciler.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def until(service: Service, life: Life, *, version: int) -> None:
    """Waits until the projection (not an inspect) has so many events of an export."""
    key = ExportKey(life.tenant.account_id, life.tenant.mode, life.export_id)
    async with asyncio.timeout(WAIT_SECONDS):
        with service.changes.watch(key) as changed:
            while await stored_version(service, life) < version:
                await changed.wait()
                changed.clear()


async def stored_version(service: Service, life: Life) -> int:
    async with transaction(service.pool, Visible.whole(life.tenant)) as connection:
        found = await connection.fetchval(
            "SELECT planning_sequence + execution_sequence FROM exports WHERE export_id = $1", life.export_id
        )
    return int(found or 0)


@pytest.mark.parametrize("group", [None, "entrygo.inspection"])
async def test_events_from_the_broker_reach_the_read_model_once(
    service: Service, kafka_bootstrap: str, group: str | None
) -> None:
    lives = [Life(f"batch_{secrets.token_hex(4)}") for _ in range(10)]
    events = [event for life in lives for event in life.lived()]
    service.owners.record(events)
    await publish(kafka_bootstrap, records([*events, *events]))
    async with projecting(service, kafka_bootstrap, group):
        for life in lives:
            await until(service, life, version=9)
    for life in lives:
        export = await service.inspector.inspect_export(caller(life.tenant), life.export_id)
        assert len(export.events) == 9


async def test_events_reach_a_projector_that_looks_but_now_and_then(
    service: Service, kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "RESTS", ((-1.0, 0.05),))
    async with projecting(service, kafka_bootstrap):
        for life in [Life(f"batch_{secrets.token_hex(4)}") for _ in range(3)]:
            events = life.lived()
            service.owners.record(events)
            await publish(kafka_bootstrap, records(events))
            await until(service, life, version=9)


async def test_disorder_and_omitted_detail_are_healed_from_the_owners(
    service: Service, kafka_bootstrap: str
) -> None:
    life = Life(f"batch_{secrets.token_hex(4)}")
    events = life.lived()
    service.owners.record(events)
    stub = Event()
    stub.CopyFrom(events[0])
    stub.ClearField("data")
    stub.detail_omitted = True
    await publish(kafka_bootstrap, records([*reversed(events[1:]), stub]))
    async with reconciling(service), projecting(service, kafka_bootstrap):
        await until(service, life, version=9)


async def test_bytes_that_are_no_event_are_put_aside_and_block_nothing(
    service: Service, kafka_bootstrap: str
) -> None:
    life = Life(f"batch_{secrets.token_hex(4)}")
    poison = secrets.token_bytes(3) + b"\xff"
    await publish(kafka_bootstrap, [(life.export_id, poison), *records(life.lived())])
    async with projecting(service, kafka_bootstrap):
        await until(service, life, version=9)
    async with transaction(service.pool, EVERYONE) as connection:
        origin = await connection.fetchval("SELECT origin FROM dead_letters WHERE payload = $1", poison)
    assert origin.startswith(EXPORTS_TOPIC)


async def test_a_restarted_consumer_goes_on_where_it_committed(
    service: Service, restartable_broker: TansuBroker
) -> None:
    life = Life()
    await publish(restartable_broker.bootstrap, records([life.planned()]))
    async with projecting(service, restartable_broker.bootstrap):
        await until(service, life, version=1)
    seen = spy_on(service)
    await publish(restartable_broker.bootstrap, records([life.started()]))
    async with projecting(service, restartable_broker.bootstrap):
        await until(service, life, version=2)
    assert [Event.FromString(record.value).sequence for record in seen] == [2]


def spy_on(service: Service) -> list[TopicRecord]:
    """The records that reach the sink from now on."""
    seen: list[TopicRecord] = []
    apply = service.read_model.apply

    async def noting(scope: object, events: list[Event], **rest: object) -> bool:
        seen.extend(TopicRecord(0, 0, event.SerializeToString()) for event in events)
        return await apply(scope, events, **rest)  # type: ignore[arg-type]

    service.read_model.apply = noting  # type: ignore[assignment, method-assign]
    return seen


@pytest.mark.parametrize("consumer_lives", [True, False])
async def test_a_broker_that_begins_again_at_offset_zero_is_read_from_there(
    service: Service, restartable_broker: TansuBroker, consumer_lives: bool
) -> None:
    life = Life()
    before, after = life.lived()[:6], life.lived()[6:9]
    bootstrap = restartable_broker.bootstrap
    await publish(bootstrap, records(before))
    async with projecting(service, bootstrap):
        await until(service, life, version=len(before))
        if consumer_lives:
            restart(restartable_broker)
            await publish(bootstrap, records(after))
            await until(service, life, version=9)
    if not consumer_lives:
        restart(restartable_broker)
        await publish(bootstrap, records(after))
        async with projecting(service, bootstrap):
            await until(service, life, version=9)


@pytest.mark.parametrize("consumer_lives", [True, False])
async def test_what_a_broker_that_began_anew_has_before_the_position_is_read_from_the_owners(
    service: Service, restartable_broker: TansuBroker, consumer_lives: bool
) -> None:
    # It reads the owners when it starts, and then not for an hour unless it has a reason.
    lasting = Service(service.pool, service.owners, every_seconds=3600)
    first, second = Life("batch_1"), Life("batch_2")
    key, bootstrap = "one partition", restartable_broker.bootstrap
    lasting.owners.record(first.lived())
    for owner in lasting.owners.both:
        owner.now = START
    async with reconciling(lasting):
        await until(lasting, first, version=9)
        taking, taken = hold_first_batch(lasting)
        await publish(bootstrap, [(key, value) for _, value in records(first.events)])
        async with projecting(lasting, bootstrap):
            await taking.wait()
            if consumer_lives:
                # Who is paused, here by a loop that stands still, sees nothing of the log's beginning.
                with ThreadPoolExecutor() as elsewhere:
                    begun = begin_anew(restartable_broker, lasting, key, second)
                    elsewhere.submit(asyncio.run, begun).result()
            taken.set()
            if consumer_lives:
                await until(lasting, second, version=9)
        if not consumer_lives:
            await begin_anew(restartable_broker, lasting, key, second)
            async with projecting(lasting, bootstrap):
                await until(lasting, second, version=9)


async def test_a_log_that_began_anew_is_read_from_its_beginning_though_it_grows_up_to_the_position(
    service: Service, restartable_broker: TansuBroker
) -> None:
    lasting = Service(service.pool, service.owners, every_seconds=3600)
    first, second = Life("batch_1"), Life("batch_2")
    key, bootstrap = "one partition", restartable_broker.bootstrap
    lasting.owners.record(first.lived())
    await publish(bootstrap, [(key, value) for _, value in records(first.events)])
    # That the connection is another one is the only occasion to see that the log is shorter than it was.
    async with projecting(lasting, bootstrap, check_seconds=3600):
        await until(lasting, first, version=9)
        async with reconciling(lasting):
            restart(restartable_broker)
            await asyncio.wait_for(lasting.owners.execution.replayed_again.wait(), WAIT_SECONDS)
            lasting.owners.record(second.lived())
            await publish(bootstrap, [(key, value) for _, value in records(second.events)])
            await until(lasting, second, version=9)


def hold_first_batch(service: Service) -> tuple[asyncio.Event, asyncio.Event]:
    """Set once a batch is being applied; to be set when it may go on. Nothing is fetched meanwhile."""
    begun, may_go_on = asyncio.Event(), asyncio.Event()
    apply = service.read_model.apply

    async def holding(scope: object, events: list[Event], **rest: object) -> bool:
        begun.set()
        await may_go_on.wait()
        return await apply(scope, events, **rest)  # type: ignore[arg-type]

    service.read_model.apply = holding  # type: ignore[assignment, method-assign]
    return begun, may_go_on


async def begin_anew(broker: TansuBroker, service: Service, key: str, life: Life) -> None:
    """Starts it again; its new log is as long as the old one and has another export."""
    restart(broker)
    service.owners.record(life.lived())
    await publish(broker.bootstrap, [(key, value) for _, value in records(life.events)])


def restart(broker: TansuBroker) -> None:
    broker.stop()
    broker.start()


async def test_the_projector_starts_before_its_broker_does(
    service: Service, restartable_broker: TansuBroker
) -> None:
    restartable_broker.stop()
    life = Life()
    async with projecting(service, restartable_broker.bootstrap) as projector:
        with pytest.raises(ConnectionError):
            await projector.is_connected()
        restartable_broker.start()
        await publish(restartable_broker.bootstrap, records(life.lived()))
        await until(service, life, version=9)
        assert await projector.is_connected()


class Refusing:
    """A sink that cannot take one record, and is away once."""

    topic = EXPORTS_TOPIC

    def __init__(self, bad: bytes, done: Callable[[], None]) -> None:
        self.bad = bad
        self.done = done
        self.taken: list[bytes] = []
        self.rejected: list[bytes] = []
        self.is_away = True

    async def positions(self) -> dict[int, int]:
        return {}

    def doubt(self) -> None:
        pass

    def interrupted(self) -> None:
        pass

    async def take(self, records: Sequence[TopicRecord], positions: Mapping[int, int]) -> None:
        if self.is_away:
            self.is_away = False
            raise ServiceUnavailable
        if self.bad in [record.value for record in records]:
            raise ZeroDivisionError
        self.taken += [record.value for record in records]
        if b"last" in self.taken:
            self.done()

    async def reject(self, record: TopicRecord, error: Exception) -> None:
        self.rejected.append(record.value)


async def test_a_record_that_cannot_be_taken_is_rejected_alone_and_an_outage_rejects_none(
    restartable_broker: TansuBroker,
) -> None:
    stop = asyncio.Event()
    sink = Refusing(b"bad", stop.set)
    kafka = settings(restartable_broker.bootstrap)
    await publish(restartable_broker.bootstrap, [("one", value) for value in (b"first", b"bad", b"last")])
    projector = Projector(kafka=kafka, group=None, sink=sink)
    await asyncio.wait_for(projector.run(stop), WAIT_SECONDS)
    assert (sink.taken, sink.rejected) == ([b"first", b"last"], [b"bad"])
