"""The process around a service's parts: what is open while they work, and how it ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.identity.use_cases import create_account, create_key
from entrygo.messaging.outbox import append_all
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, transaction
from entrygo.postgres.readiness import is_ready
from entrygo.process.clock import Ids, utc_now
from entrygo.process.settings import (
    IdentitySettings,
    KafkaSettings,
    RpcClientSettings,
    ServiceSettings,
    StopSettings,
)
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.proto.planning.v1 import planning_pb2, planning_pb2_grpc
from entrygo.rpc.channel import open_channel
from entrygo.rpc.interceptors.auth import Access
from entrygo.service.run import Parts, Runtime, Work, serve
from tests.harness.network import Weather, way_to

SECONDS = 20.0
SERVICE_NAME = planning_pb2.DESCRIPTOR.services_by_name["Planning"].full_name
EXPORT = "batch_1"
ALICE = Visible.whole(Tenant("acc_alice", Mode.LIVE))


@pytest.fixture
def settings(database_url: str, kafka_bootstrap: str) -> ServiceSettings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    return ServiceSettings(
        port=port,
        database_url=SecretStr(database_url),
        kafka=KafkaSettings(bootstrap=kafka_bootstrap, partitions=1),
        identity=IdentitySettings(database_url=SecretStr(database_url)),
        stop=StopSettings(drain_seconds=0, stop_grace_seconds=2),
    )


class Wiring:
    """A service without RPCs of its own, that notes what happens to it, in order."""

    def __init__(self, *background: Work, records_events: bool = True) -> None:
        self.happened: list[str] = []
        self.started = asyncio.Event()
        self._background = background
        self._records_events = records_events

    @asynccontextmanager
    async def wire(self, settings: ServiceSettings, runtime: Runtime) -> AsyncIterator[Parts]:
        self.happened.append("wired")
        self.pool = runtime.pool
        yield Parts(
            rpc_services=(SERVICE_NAME,),
            required_scopes={
                f"/{SERVICE_NAME}/{method.name}": Access.ANY_KEY
                for method in planning_pb2.DESCRIPTOR.services_by_name["Planning"].methods
            },
            register=partial(
                planning_pb2_grpc.add_PlanningServicer_to_server, planning_pb2_grpc.PlanningServicer()
            ),
            background=(self._work, *self._background),
            records_events=self._records_events,
        )
        # The pool is still open when the parts end.
        assert await runtime.pool.fetchval("SELECT true")
        self.happened.append("left")

    async def _work(self, stop: asyncio.Event) -> None:
        self.started.set()
        await stop.wait()
        self.happened.append("worked")


@asynccontextmanager
async def running(settings: ServiceSettings, wiring: Wiring) -> AsyncIterator[None]:
    stop = asyncio.Event()
    serving = asyncio.create_task(serve("planning", settings, wiring.wire, stop))
    async with asyncio.timeout(SECONDS):
        await wiring.started.wait()
        yield
        stop.set()
        await serving


@asynccontextmanager
async def pool_of(settings: ServiceSettings, schema: str) -> AsyncIterator[Pool]:
    pool = await open_pool(settings.database_url.get_secret_value(), schema=schema, max_size=1)
    async with pool:
        yield pool


async def write_event_and_old_key(pool: Pool) -> None:
    event = events_pb2.Event(
        id="evt_1",
        type="export.cancelled",
        source="planning",
        account_id=ALICE.tenant.account_id,
        mode=ALICE.tenant.mode,
        stream_id=EXPORT,
        sequence=1,
    )
    async with transaction(pool, ALICE) as connection:
        await append_all(connection, [event], warehouse_id=None)
        await connection.execute(
            "INSERT INTO idempotency_keys"
            " (account_id, mode, operation, key, fingerprint, response, created_at)"
            " VALUES ($1, $2, 'plan', 'old', '', '', $3)",
            ALICE.tenant.account_id,
            ALICE.tenant.mode,
            datetime(2020, 1, 1, tzinfo=UTC),
        )


async def nothing_is_left(pool: Pool) -> None:
    while True:
        async with transaction(pool, EVERYONE) as connection:
            if not await connection.fetchval(
                "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM idempotency_keys)"
            ):
                return
        await asyncio.sleep(0.02)


async def test_parts_work_between_the_opening_and_the_closing_of_what_they_use(
    settings: ServiceSettings,
) -> None:
    wiring = Wiring(records_events=False)
    async with running(settings, wiring):
        assert wiring.happened == ["wired"]
    assert wiring.happened == ["wired", "worked", "left"]


async def test_service_knows_its_callers_by_their_keys(settings: ServiceSettings) -> None:
    async with pool_of(settings, "identity") as identity:
        account, _ = await create_account(identity, Ids(), name="Alice", account_id="acc_alice")
        _, secret = await create_key(identity, Ids(), utc_now, account_id=account)
    async with (
        running(settings, Wiring(records_events=False)),
        open_channel(f"127.0.0.1:{settings.port}", RpcClientSettings()) as channel,
    ):
        answer = await identity_pb2_grpc.IdentityStub(channel).WhoAmI(
            identity_pb2.WhoAmIRequest(),
            metadata=(("authorization", f"Bearer {secret}"),),
            wait_for_ready=True,
            timeout=SECONDS,
        )
    assert answer.account_id == "acc_alice"


@pytest.mark.kafka
async def test_service_that_writes_publishes_its_events_and_forgets_old_keys(
    settings: ServiceSettings,
) -> None:
    async with pool_of(settings, "planning") as pool:
        await write_event_and_old_key(pool)
        async with running(settings, Wiring()):
            await nothing_is_left(pool)


async def test_work_that_fails_ends_the_process(settings: ServiceSettings) -> None:
    async def fail(stop: asyncio.Event) -> None:
        async with open_channel(f"127.0.0.1:{settings.port}", RpcClientSettings()) as channel:
            await channel.channel_ready()
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as caught:
        await serve("planning", settings, Wiring(fail, records_events=False).wire, asyncio.Event())
    assert caught.group_contains(ZeroDivisionError)


async def test_service_that_is_cut_short_ends_though_its_database_has_fallen_silent(
    settings: ServiceSettings,
) -> None:
    url = urlsplit(settings.database_url.get_secret_value())
    async with way_to(url.port or 0) as way:
        far = SecretStr(url._replace(netloc=url.netloc.replace(f":{url.port}", f":{way.port}")).geturl())
        wiring = Wiring(records_events=False)
        stop = asyncio.Event()
        serving = asyncio.create_task(
            serve("planning", settings.model_copy(update={"database_url": far}), wiring.wire, stop)
        )
        await asyncio.wait_for(wiring.started.wait(), SECONDS)
        pool = wiring.pool
        way.weather = Weather.SILENT
        # The question ends too, before anything is closed: health would else stay as it was.
        asking = asyncio.create_task(is_ready(pool))
        answered, _ = await asyncio.wait((asking,), timeout=SECONDS)
        stop.set()
        serving.cancel()
        ended, _ = await asyncio.wait((serving,), timeout=SECONDS)
        assert ended
        assert answered
        assert not asking.result()


async def test_a_pool_of_the_parts_keeps_a_service_that_is_cut_short_no_longer_than_its_own(
    settings: ServiceSettings,
) -> None:
    url = urlsplit(settings.database_url.get_secret_value())
    started, stop = asyncio.Event(), asyncio.Event()
    async with way_to(url.port or 0) as way:
        far = url._replace(netloc=url.netloc.replace(f":{url.port}", f":{way.port}")).geturl()

        @asynccontextmanager
        async def wire(settings: ServiceSettings, runtime: Runtime) -> AsyncIterator[Parts]:
            leases = await runtime.pools.open(far, schema="planning", max_size=1)

            async def hold_a_lease(stop: asyncio.Event) -> None:
                async with transaction(leases, EVERYONE):
                    started.set()
                    await asyncio.Event().wait()

            async with Wiring(hold_a_lease, records_events=False).wire(settings, runtime) as parts:
                yield parts

        serving = asyncio.create_task(serve("planning", settings, wire, stop))
        await asyncio.wait_for(started.wait(), SECONDS)
        way.weather = Weather.SILENT
        stop.set()
        serving.cancel()
        # Less than a statement waits for its answer.
        ended, _ = await asyncio.wait((serving,), timeout=SECONDS)
        assert ended
