"""The service as its process runs it: server, projector and reconciler on real parts, and a clean stop."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio
from pydantic import SecretStr

from entrygo.domain.principal import ScopeName
from entrygo.identity.use_cases import create_account, create_key
from entrygo.inspection.__main__ import wire
from entrygo.inspection.dead_letter_store import DeadLetterStore
from entrygo.inspection.dead_letters import list_letters, skip
from entrygo.inspection.folding import DeadLetter
from entrygo.inspection.settings import Settings
from entrygo.postgres.pool import EVERYONE, open_pool, transaction
from entrygo.process.clock import Ids, utc_now
from entrygo.process.settings import IdentitySettings, KafkaSettings, RpcClientSettings, StopSettings
from entrygo.proto.inspection.v1 import inspection_pb2, inspection_pb2_grpc
from entrygo.rpc.channel import open_channel
from entrygo.service.run import serve

CALL_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings(database_url: str, kafka_bootstrap: str) -> Settings:
    nobody = f"127.0.0.1:{free_port()}"
    return Settings.model_validate(
        {
            "ENTRYGO_INSPECTION_PORT": free_port(),
            "ENTRYGO_DATABASE_URL": database_url,
            "kafka": KafkaSettings(bootstrap=kafka_bootstrap),
            "stop": StopSettings(drain_seconds=0),
            "identity": IdentitySettings(
                database_url=SecretStr(database_url), service_token=SecretStr(secrets.token_hex(8))
            ),
            "ENTRYGO_SYNC_TARGET": nobody,
            "ENTRYGO_PLANNING_TARGET": nobody,
            "ENTRYGO_EXECUTION_TARGET": nobody,
        }
    )


@pytest_asyncio.fixture
async def stub(settings: Settings) -> AsyncIterator[inspection_pb2_grpc.InspectionStub]:
    stop = asyncio.Event()
    serving = asyncio.create_task(serve("inspection", settings, wire, stop))
    channel = open_channel(f"127.0.0.1:{settings.port}", RpcClientSettings())
    try:
        await channel.channel_ready()
        yield inspection_pb2_grpc.InspectionStub(channel)
    finally:
        await channel.close()
        stop.set()
        await asyncio.wait_for(serving, 30)


async def key_of(settings: Settings, *scopes: ScopeName) -> tuple[tuple[str, str], ...]:
    pool = await open_pool(settings.identity.database_url.get_secret_value(), schema="identity", max_size=1)
    async with pool:
        account, _ = await create_account(pool, Ids(), name="Alice", account_id="acc_alice")
        _, secret = await create_key(pool, Ids(), utc_now, account_id=account, scopes=frozenset(scopes))
    return (("authorization", f"Bearer {secret}"),)


async def test_health_names_what_is_there_and_what_is_not(
    settings: Settings, stub: inspection_pb2_grpc.InspectionStub
) -> None:
    metadata = await key_of(settings, ScopeName.ORDERS_WRITE)
    health = await stub.SystemHealth(
        inspection_pb2.SystemHealthRequest(), metadata=metadata, timeout=CALL_SECONDS
    )
    statuses = {component.name: component.status for component in health.components}
    assert health.status == "degraded"
    assert statuses["database"] == "ok"
    assert [statuses[name] for name in ("sync", "planning", "execution")] == ["down"] * 3


async def test_an_event_that_could_not_be_applied_shows_in_health_until_it_is_dealt_with(
    settings: Settings, stub: inspection_pb2_grpc.InspectionStub
) -> None:
    metadata = await key_of(settings, ScopeName.READ)

    async def projections() -> inspection_pb2.ComponentHealth:
        request = inspection_pb2.SystemHealthRequest()
        health = await stub.SystemHealth(request, metadata=metadata, timeout=CALL_SECONDS)
        [found] = [component for component in health.components if component.name == "projections"]
        return found

    assert (await projections()).status == "ok"
    async with await open_pool(
        settings.database_url.get_secret_value(), schema="inspection", max_size=1
    ) as pool:
        async with transaction(pool, EVERYONE) as connection:
            letter = DeadLetter("", "", "entrygo.events/0/1", "no event", b"\xff")
            await DeadLetterStore(connection).bury([letter])
        found = await projections()
        assert found.status == "degraded"
        assert "entrygo projections dead-letters list" in found.detail
        [kept] = await list_letters(pool)
        await skip(pool, kept.id, "a rehearsal")
        assert (await projections()).status == "ok"


async def test_an_inspect_with_the_owners_away_says_unavailable_and_one_without_scope_is_refused(
    settings: Settings, stub: inspection_pb2_grpc.InspectionStub
) -> None:
    request = inspection_pb2.InspectExportRequest(export_id="batch_123")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.InspectExport(
            request, metadata=await key_of(settings, ScopeName.READ), timeout=CALL_SECONDS
        )
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.InspectExport(
            request, metadata=await key_of(settings, ScopeName.EXPORTS_PLAN), timeout=CALL_SECONDS
        )
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_list_is_answered_from_what_is_here(
    settings: Settings, stub: inspection_pb2_grpc.InspectionStub
) -> None:
    metadata = await key_of(settings, ScopeName.READ)
    page = await stub.ListExports(
        inspection_pb2.ListExportsRequest(), metadata=metadata, timeout=CALL_SECONDS
    )
    assert (list(page.data), page.has_more) == ([], False)


async def test_a_watch_that_asks_is_told_where_it_begins(
    settings: Settings, stub: inspection_pb2_grpc.InspectionStub
) -> None:
    """An empty feed included: who loses the watch before its first event goes on there."""
    metadata = await key_of(settings, ScopeName.READ)
    request = inspection_pb2.WatchEventsRequest(tell_start=True)
    watch = stub.WatchEvents(request, metadata=metadata, timeout=CALL_SECONDS)
    start = await anext(aiter(watch))
    watch.cancel()
    assert (start.id, start.body_json) == ("", "")
    page = inspection_pb2.ListEventsRequest(cursor=start.cursor)
    found = await stub.ListEvents(page, metadata=metadata, timeout=CALL_SECONDS)
    assert (list(found.data), found.next_cursor) == ([], start.cursor)
