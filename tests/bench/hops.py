"""What one hop costs by itself: the CPU time of both sides, measured in the running system.

A lifecycle consists of requests, calls, transactions, events, files and a mail, because it is spread over
processes that may be replicated or die one by one. Each is measured here as bare as the system can do it, so
that their sum says what is left for the work itself.
"""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from entrygo.cli.up.home import Home
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.broker.channels.base import Delivery, Outcome, nothing_to_record
from entrygo.execution.broker.channels.email import EmailChannel
from entrygo.execution.broker.smtp_server import parse_smtp_url
from entrygo.execution.objects.folder import FolderObjects
from entrygo.messaging.kafka import client_options, consumer_options, producer_options
from entrygo.postgres.migrate import migrate
from entrygo.postgres.pool import Pool, open_pool, transaction
from entrygo.process.settings import KafkaSettings, RpcClientSettings
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.rpc.channel import open_channel
from tests.bench.costs import Meter
from tests.bench.load import drive
from tests.bench.subjects import Rest, ThisAlone
from tests.harness.postgres import MIGRATIONS, temporary_database
from tests.harness.system import System

CLIENTS = 16
SECONDS = 2.0
WARM_UP = 0.1  # of the seconds
# Of a transaction with so many statements, one statement costs the difference to one.
STATEMENTS = 6
EVENT_BYTES = 600
EVENTS_AT_ONCE = 3
EVENTS = 3_000
# As the contract's three documents, the archive and the mail of one order.
FILES = (9_000, 1_000, 12_000, 8_000, 34_000)
TENANT = Tenant("acc_hops", Mode.LIVE)
READ = "SELECT payload FROM event_log WHERE account_id = $1 AND mode = $2 AND stream_id = $3 AND sequence = 1"
WRITE = "INSERT INTO event_log (account_id, mode, stream_id, sequence, payload) VALUES ($1, $2, $3, 1, $4)"

Work = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hop:
    """Core-milliseconds of one, by side; `count` is how many of `counted` a lifecycle has."""

    title: str
    counted: str
    core_ms: Mapping[str, float]

    @property
    def in_all(self) -> float:
        return sum(self.core_ms.values())


async def measure_hops(ours: Rest, system: System) -> list[Hop]:
    """Each kind of hop, under sixteen callers where there may be so many."""
    parts = ours.processes
    hops = [await _request(ours), await _call(system, parts)]
    hops += await _statements(system, parts)
    hops.append(await _event(system, parts))
    hops.append(await _files(system))
    hops.append(await _mail(system, parts))
    return hops


async def _cost(
    sides: Mapping[str, psutil.Process], work: Work, *, clients: int = CLIENTS
) -> dict[str, float]:
    await drive(clients, SECONDS * WARM_UP, work)
    meter = Meter(sides)
    before = meter.read()
    turn = await drive(clients, SECONDS, work)
    return {name: 1000 * used / len(turn.latencies) for name, used in meter.since(before).items()}


async def _request(ours: Rest) -> Hop:
    """One that the gateway answers by itself; who asks costs the load, not the system."""

    async def work(number: int) -> None:
        await ours.client(number).request("GET", "/livez")

    cost = await _cost({"gateway": ours.processes["gateway"]}, work)
    ours.close()
    return Hop("a request, answered by the gateway alone", "requests", cost)


async def _call(system: System, parts: Mapping[str, psutil.Process]) -> Hop:
    """With a key that has been looked up before, and an answer that needs no database."""
    metadata = (("authorization", f"Bearer {system.api_key}"),)
    async with open_channel(system.targets["sync"], RpcClientSettings()) as channel:
        identity = identity_pb2_grpc.IdentityStub(channel)

        async def work(_: int) -> None:
            await identity.WhoAmI(identity_pb2.WhoAmIRequest(), metadata=metadata, timeout=10)

        cost = await _cost({"caller": ThisAlone(), "service": parts["sync"]}, work)
    return Hop("a call by gRPC", "calls", cost)


async def _statements(system: System, parts: Mapping[str, psutil.Process]) -> list[Hop]:
    """Of a transaction that writes one row, of one that reads, and of each further statement."""
    sides = {"client": ThisAlone(), "postgres": parts["postgres"]}
    visible = Visible.whole(TENANT)
    scope = (TENANT.account_id, str(TENANT.mode))

    async with _pool(system) as pool:

        async def write(_: int) -> None:
            async with transaction(pool, visible) as connection:
                await connection.execute(WRITE, *scope, secrets.token_hex(13), b"x" * EVENT_BYTES)

        def reading(statements: int) -> Work:
            async def read(_: int) -> None:
                async with transaction(pool, visible) as connection:
                    for _ in range(statements):
                        await connection.fetchrow(READ, *scope, "one")

            return read

        async with transaction(pool, visible) as connection:
            await connection.execute(WRITE, *scope, "one", b"x" * EVENT_BYTES)
        wrote = await _cost(sides, write)
        one, several = await _cost(sides, reading(1)), await _cost(sides, reading(STATEMENTS))
    each = {name: (several[name] - one[name]) / (STATEMENTS - 1) for name in one}
    return [
        Hop("BEGIN and COMMIT of a transaction that writes", "begun", _less(wrote, each)),
        Hop("a statement that reads a row", "statements", each),
    ]


def _less(cost: Mapping[str, float], part: Mapping[str, float]) -> dict[str, float]:
    return {name: cost[name] - part[name] for name in cost}


@asynccontextmanager
async def _pool(system: System) -> AsyncIterator[Pool]:
    """On the server of the system, in a database of its own."""
    async with temporary_database(system.database_url) as url:
        await migrate(url, schema="sync", migrations=Path(MIGRATIONS["sync"]))
        pool = await open_pool(url, schema="sync", max_size=CLIENTS, name="hops")
        try:
            yield pool
        finally:
            await pool.close()


async def _event(system: System, parts: Mapping[str, psutil.Process]) -> Hop:
    """Published and acknowledged three at once, as relays do under load, and fetched by one consumer."""
    settings = KafkaSettings(bootstrap=system.kafka_bootstrap)
    topic = f"bench-hops-{secrets.token_hex(4)}"
    admin = AIOKafkaAdminClient(**client_options(settings))
    await admin.start()
    await admin.create_topics([NewTopic(topic, settings.partitions, 1)])
    await admin.close()
    consumer = AIOKafkaConsumer(topic, **consumer_options(settings))
    producer = AIOKafkaProducer(**producer_options(settings))
    await producer.start()
    await consumer.start()
    try:
        meter = Meter({"relay and consumer": ThisAlone(), "broker": parts["broker"]})
        before = meter.read()
        reading = asyncio.create_task(_consume(consumer, EVENTS))
        for _ in range(EVENTS // EVENTS_AT_ONCE):
            sent = [
                await producer.send(topic, b"x" * EVENT_BYTES, key=secrets.token_bytes(13))
                for _ in range(EVENTS_AT_ONCE)
            ]
            await asyncio.gather(*sent)
        await reading
        used = meter.since(before)
    finally:
        await producer.stop()
        await consumer.stop()
    return Hop("an event through Kafka", "events", {name: 1000 * cpu / EVENTS for name, cpu in used.items()})


async def _consume(consumer: AIOKafkaConsumer, count: int) -> None:
    while count > 0:
        count -= sum(map(len, (await consumer.getmany(timeout_ms=1000)).values()))


async def _files(system: System) -> Hop:
    """The documents of one order, all durable together; each counts by itself."""
    with tempfile.TemporaryDirectory(dir=system.home) as folder:
        objects = FolderObjects(Path(folder))

        async def work(_: int) -> None:
            await objects.write_all({secrets.token_hex(16): b"x" * size for size in FILES})

        cost = await _cost({"client": ThisAlone()}, work, clients=4)
    return Hop("a file, durable", "files", {name: value / len(FILES) for name, value in cost.items()})


async def _mail(system: System, parts: Mapping[str, psutil.Process]) -> Hop:
    """Of a size as the contract's documents of one order make it, over kept connections."""
    channel = EmailChannel(parse_smtp_url(Home(system.home).load_state().smtp_url, max_connections=4))
    content = b"Subject: bench\r\n\r\n" + (b"x" * 76 + b"\r\n") * (FILES[-1] // 78)

    async def work(_: int) -> None:
        delivery = Delivery(
            submission_id=secrets.token_hex(13),
            account_id=system.account_id,
            sender="bench@example.com",
            recipient="broker@example.com",
            content=content,
        )
        result = await channel.submit(delivery, nothing_to_record)
        if result.outcome is not Outcome.SENT:
            raise RuntimeError(f"the mail was not taken: {result.message}")

    try:
        cost = await _cost({"client": ThisAlone(), "smtp": parts["smtp"]}, work, clients=4)
    finally:
        await channel.close()
    return Hop("a mail of 34 kB over SMTP", "mails", cost)


def hops_figures(hops: Sequence[Hop], counts: Mapping[str, float]) -> list[dict[str, object]]:
    """As the JSON of a run has them."""
    return [
        {
            "title": hop.title,
            "core_ms": {name: round(value, 3) for name, value in hop.core_ms.items()},
            "core_ms_in_all": round(hop.in_all, 3),
            "in_a_lifecycle": counts[hop.counted],
            "core_ms_a_lifecycle": round(hop.in_all * counts[hop.counted], 2),
        }
        for hop in hops
    ]
