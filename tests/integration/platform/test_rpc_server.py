"""The one door of every service: keys, scopes, deadlines, errors, health, reflection; on a real channel."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import grpc
import pytest
import pytest_asyncio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from entrygo.domain.errors import (
    EntryGoError,
    InvalidApiKey,
    InvalidOrderReference,
    RemoteError,
    ServiceUnavailable,
)
from entrygo.domain.principal import Mode, Principal, ScopeName, Tenant, Visible
from entrygo.identity.authenticator import Authenticator
from entrygo.identity.current import check_account, principal
from entrygo.identity.use_cases import create_account, create_key, revoke_key
from entrygo.inspection.owners import check_serving
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, transaction
from entrygo.process.clock import Ids, utc_now
from entrygo.process.settings import RpcClientSettings, RpcServerSettings, StopSettings
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.proto.planning.v1 import planning_pb2, planning_pb2_grpc
from entrygo.rpc.calls import AUTHORIZATION, Metadata, on_behalf_metadata, service_metadata
from entrygo.rpc.channel import open_channel
from entrygo.rpc.errors import LARGE_ERRORS_KEY, remote, remote_in_our_name
from entrygo.rpc.interceptors import deadline
from entrygo.rpc.interceptors.auth import Access, OnBehalf, RequiredScopes
from entrygo.rpc.receptions import AT_ONCE, WAITING
from entrygo.rpc.server import build_server
from tests.harness.garbage import uncollected

PLANNING = "/entrygo.proto.planning.v1.Planning/"
SERVICE_TOKEN, NEXT_SERVICE_TOKEN = "service-token", "next-service-token"
MANY = 20_000
CALLS_AT_ONCE = RpcServerSettings().max_concurrent_rpcs

Context = grpc.aio.ServicerContext[Any, Any]


class Probe(planning_pb2_grpc.PlanningServicer):
    """Answers what the interceptors made of the call."""

    async def PlanExport(
        self, request: planning_pb2.PlanExportRequest, context: Context
    ) -> planning_pb2.PlanExportResponse:
        tenant = check_account(request.account_id)
        return planning_pb2.PlanExportResponse(export_id=f"{tenant.account_id}/{tenant.mode}")

    async def CancelExport(
        self, request: planning_pb2.CancelExportRequest, context: Context
    ) -> planning_pb2.CancelExportResponse:
        if request.reason == "wait":
            await asyncio.Event().wait()
        if request.reason == "bug":
            raise ZeroDivisionError("a secret of the implementation")
        raise InvalidOrderReference(
            details={"requestedOrderIds": [f"ord_{n:026d}" for n in range(MANY)], "foundOrderIds": []}
        )

    async def ClaimExport(
        self, request: planning_pb2.ClaimExportRequest, context: Context
    ) -> planning_pb2.ClaimExportResponse:
        caller = principal()
        return planning_pb2.ClaimExportResponse(
            export_id=f"{caller.tenant.account_id}/{caller.tenant.mode}",
            plan_hash=" ".join((caller.key_id, *sorted(caller.scopes))),
            warehouse_id=caller.warehouse_id or "",
        )

    async def ReplayEvents(self, request: Any, context: Context) -> AsyncIterator[Any]:
        assert principal().is_service
        return
        yield


SCOPES: RequiredScopes = {
    PLANNING + "PlanExport": ScopeName.EXPORTS_PLAN,
    PLANNING + "CancelExport": Access.ANY_KEY,
    PLANNING + "ClaimExport": OnBehalf(ScopeName.EXPORTS_EXECUTE),
    PLANNING + "ReplayEvents": Access.SERVICE_ONLY,
}


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with await open_pool(database_url, schema="identity") as pool:
        await create_account(pool, Ids(), name="Alice", account_id="acc_alice")
        yield pool


@pytest_asyncio.fixture
async def channel(pool: Pool) -> AsyncIterator[grpc.aio.Channel]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def ready() -> bool:
        return True

    async def not_ready() -> bool:
        return False

    server = build_server(
        settings=RpcServerSettings(max_message_bytes=2 * 1024 * 1024),
        stopping=StopSettings(drain_seconds=0),
        port=port,
        authenticator=Authenticator(pool, service_tokens=(SERVICE_TOKEN, NEXT_SERVICE_TOKEN)),
        required_scopes=SCOPES,
        register=lambda server: planning_pb2_grpc.add_PlanningServicer_to_server(Probe(), server),
        service_names=("entrygo.proto.planning.v1.Planning",),
        ready=ready,
        conditions={"well": ready, "unwell": not_ready},
    )
    stop = asyncio.Event()
    serving = asyncio.create_task(server.serve(stop))
    async with open_channel(f"127.0.0.1:{port}", RpcClientSettings()) as channel:
        await channel.channel_ready()
        yield channel
    stop.set()
    await serving


async def key_of(pool: Pool, **options: Any) -> str:
    _, secret = await create_key(pool, Ids(), utc_now, account_id="acc_alice", **options)
    return f"Bearer {secret}"


def call(channel: grpc.aio.Channel) -> planning_pb2_grpc.PlanningStub:
    return planning_pb2_grpc.PlanningStub(channel)


async def refusal(
    channel: grpc.aio.Channel, authorization: str | None, account: str = "acc_alice"
) -> RemoteError:
    metadata = (("authorization", authorization),) if authorization is not None else ()
    with pytest.raises(RemoteError) as refused, remote("planning"):
        await call(channel).PlanExport(
            planning_pb2.PlanExportRequest(account_id=account), metadata=metadata, timeout=10
        )
    return refused.value


async def test_call_with_a_key_runs_in_the_keys_account_and_mode(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    for mode in Mode:
        answer = await call(channel).PlanExport(
            planning_pb2.PlanExportRequest(account_id="acc_alice"),
            metadata=(("authorization", await key_of(pool, mode=mode)),),
        )
        assert answer.export_id == f"acc_alice/{mode}"


async def test_who_am_i_tells_the_keys_owner(channel: grpc.aio.Channel, pool: Pool) -> None:
    answer = await identity_pb2_grpc.IdentityStub(channel).WhoAmI(
        identity_pb2.WhoAmIRequest(),
        metadata=(
            ("authorization", await key_of(pool, scopes=frozenset({ScopeName.READ}), warehouse_id="wh_1")),
        ),
    )
    assert (answer.account_id, answer.mode, list(answer.scopes), answer.warehouse_id) == (
        "acc_alice",
        "live",
        ["read"],
        "wh_1",
    )


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer x",
        "Basic eDp5",
        "Bearer shpbndl_live_" + "a" * 43,
        "Service wrong",
        "Service ",
    ],
)
async def test_call_without_a_known_key_is_refused_alike(
    channel: grpc.aio.Channel, authorization: str | None
) -> None:
    error = await refusal(channel, authorization)
    assert (error.error_code, error.message) == ("INVALID_API_KEY", "Missing or invalid API key.")


async def test_expired_key_is_refused(channel: grpc.aio.Channel, pool: Pool) -> None:
    expired = await key_of(pool, expires_in=timedelta(seconds=-1))
    assert (await refusal(channel, expired)).error_code == "INVALID_API_KEY"


async def test_a_key_expires_by_the_clock_of_the_database_whatever_the_process_takes_for_now(
    pool: Pool,
) -> None:
    async with transaction(pool, EVERYONE) as connection:
        now = await connection.fetchval("SELECT now()")
    for ahead in (timedelta(days=1), timedelta(days=-1)):
        clock = partial(_shifted, ahead)
        key, _ = await create_key(pool, Ids(), clock, account_id="acc_alice", expires_in=timedelta(hours=1))
        assert key.expires_at is not None
        assert now + timedelta(minutes=59) < key.expires_at < now + timedelta(minutes=61)


def _shifted(by: timedelta) -> datetime:
    return utc_now() + by


async def test_a_key_that_expires_soon_is_not_remembered_beyond_that(pool: Pool) -> None:
    authorization = await key_of(pool, expires_in=timedelta(seconds=0.5))
    authenticator = Authenticator(pool, service_tokens=())
    await authenticator.authenticate(authorization)
    async with transaction(pool, EVERYONE) as connection:
        await connection.execute("SELECT pg_sleep_until((SELECT max(expires_at) FROM api_keys))")
    with pytest.raises(InvalidApiKey):
        await authenticator.authenticate(authorization)


async def test_revoked_key_is_refused(channel: grpc.aio.Channel, pool: Pool) -> None:
    key, secret = await create_key(pool, Ids(), utc_now, account_id="acc_alice")
    await revoke_key(pool, utc_now, account_id="acc_alice", key_id=key.key_id)
    assert (await refusal(channel, f"Bearer {secret}")).error_code == "INVALID_API_KEY"


async def test_key_without_the_scope_is_refused(channel: grpc.aio.Channel, pool: Pool) -> None:
    error = await refusal(channel, await key_of(pool, scopes=frozenset({ScopeName.READ})))
    assert error.error_code == "INSUFFICIENT_SCOPE"
    assert error.details == {"requiredScope": "exports:plan", "scopes": ["read"]}


async def test_request_that_names_another_account_is_refused_with_both(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    error = await refusal(channel, await key_of(pool), account="acc_999")
    assert error.error_code == "INVALID_ACCOUNT_SCOPE"
    assert error.details == {"apiKeyAccountId": "acc_alice", "payloadAccountId": "acc_999"}


async def test_service_only_call_is_refused_to_a_key_and_open_to_the_service(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    with pytest.raises(RemoteError, match="Missing or invalid"), remote("planning"):
        async for _ in call(channel).ReplayEvents(
            events_pb2.ReplayEventsRequest(), metadata=(("authorization", await key_of(pool)),)
        ):
            pass
    events = call(channel).ReplayEvents(
        events_pb2.ReplayEventsRequest(), metadata=service_metadata(SERVICE_TOKEN, None)
    )
    assert [event async for event in events] == []


def caller(**fields: Any) -> Principal:
    known: dict[str, Any] = {
        "tenant": Tenant("acc_alice", Mode.TEST),
        "key_id": "key_1",
        "scopes": frozenset({ScopeName.EXPORTS_EXECUTE}),
        "authorization": "Bearer not sent on",
        "warehouse_id": "wh_1",
    }
    return Principal(**(known | fields))


async def claim(channel: grpc.aio.Channel, metadata: Metadata) -> planning_pb2.ClaimExportResponse:
    with remote("planning"):
        answer: planning_pb2.ClaimExportResponse = await call(channel).ClaimExport(
            planning_pb2.ClaimExportRequest(), metadata=metadata, timeout=10
        )
    return answer


async def test_step_on_behalf_runs_with_the_rights_of_the_caller(channel: grpc.aio.Channel) -> None:
    answer = await claim(channel, on_behalf_metadata(SERVICE_TOKEN, caller()))
    assert (answer.export_id, answer.plan_hash, answer.warehouse_id) == (
        "acc_alice/test",
        "key_1 exports:execute",
        "wh_1",
    )


async def test_step_on_behalf_is_refused_to_a_key_whatever_it_says_of_itself(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    _, *said = on_behalf_metadata(SERVICE_TOKEN, caller())
    with pytest.raises(RemoteError) as refused:
        await claim(channel, ((AUTHORIZATION, await key_of(pool)), *said))
    assert refused.value.error_code == "INVALID_API_KEY"


async def test_step_on_behalf_of_a_caller_without_the_scope_is_refused(channel: grpc.aio.Channel) -> None:
    for scopes in (frozenset({ScopeName.READ}), frozenset()):
        with pytest.raises(RemoteError) as refused:
            await claim(channel, on_behalf_metadata(SERVICE_TOKEN, caller(scopes=scopes)))
        assert refused.value.error_code == "INSUFFICIENT_SCOPE"


async def test_what_a_key_says_of_its_account_or_warehouse_changes_nothing(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    key = (AUTHORIZATION, await key_of(pool, warehouse_id="wh_own"))
    _, *said = on_behalf_metadata(SERVICE_TOKEN, caller(tenant=Tenant("acc_other", Mode.TEST)))
    answer = await identity_pb2_grpc.IdentityStub(channel).WhoAmI(
        identity_pb2.WhoAmIRequest(), metadata=(key, *said)
    )
    assert (answer.account_id, answer.mode, answer.warehouse_id) == ("acc_alice", "live", "wh_own")


async def test_background_work_names_the_warehouse_that_it_is_for(channel: grpc.aio.Channel) -> None:
    for warehouse_id in (None, "wh_1"):
        visible = Visible(Tenant("acc_alice", Mode.LIVE), warehouse_id)
        answer = await claim(channel, service_metadata(SERVICE_TOKEN, visible))
        assert (answer.export_id, answer.warehouse_id) == ("acc_alice/live", warehouse_id or "")


@pytest.mark.parametrize(
    "said",
    [
        ("entrygo-tenant", "acc_alice"),
        ("entrygo-tenant", "acc alice/live"),
        ("entrygo-tenant", "acc_alice/liv"),
        ("entrygo-warehouse", "wh 1"),
        ("entrygo-warehouse", ""),
    ],
)
async def test_service_that_says_badly_whom_it_acts_for_is_refused(
    channel: grpc.aio.Channel, said: tuple[str, str]
) -> None:
    metadata = dict(on_behalf_metadata(SERVICE_TOKEN, caller())) | dict([said])
    with pytest.raises(RemoteError) as refused:
        await claim(channel, tuple(metadata.items()))
    assert refused.value.error_code == "INVALID_API_KEY"


async def test_two_service_tokens_are_accepted_while_one_follows_the_other(
    channel: grpc.aio.Channel,
) -> None:
    for token in (SERVICE_TOKEN, NEXT_SERVICE_TOKEN):
        assert (await claim(channel, on_behalf_metadata(token, caller()))).export_id == "acc_alice/test"
    for token in ("", f"{SERVICE_TOKEN},{NEXT_SERVICE_TOKEN}", SERVICE_TOKEN[:-1]):
        with pytest.raises(RemoteError):
            await claim(channel, on_behalf_metadata(token, caller()))


async def test_refused_service_token_is_an_outage_and_not_the_callers_fault(
    channel: grpc.aio.Channel,
) -> None:
    with pytest.raises(ServiceUnavailable), remote_in_our_name("planning"):
        await call(channel).ClaimExport(
            planning_pb2.ClaimExportRequest(), metadata=on_behalf_metadata("old", caller()), timeout=10
        )
    with pytest.raises(RemoteError, match="lacks the scope"), remote_in_our_name("planning"):
        await call(channel).ClaimExport(
            planning_pb2.ClaimExportRequest(),
            metadata=on_behalf_metadata(SERVICE_TOKEN, caller(scopes=frozenset())),
            timeout=10,
        )


async def test_error_that_names_twenty_thousand_ids_arrives_whole_at_our_own_client(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    authorization = ("authorization", await key_of(pool))
    with pytest.raises(RemoteError) as refused, remote("planning"):
        await call(channel).CancelExport(
            planning_pb2.CancelExportRequest(), metadata=(authorization, (LARGE_ERRORS_KEY, "1"))
        )
    assert len((refused.value.details or {})["requestedOrderIds"]) == MANY
    with pytest.raises(RemoteError) as refused, remote("planning"):
        await call(channel).CancelExport(planning_pb2.CancelExportRequest(), metadata=(authorization,))
    assert (refused.value.details or {})["truncated"] == ["requestedOrderIds"]


async def test_unforeseen_exception_tells_nothing(channel: grpc.aio.Channel, pool: Pool) -> None:
    with pytest.raises(RemoteError) as refused, remote("planning"):
        await call(channel).CancelExport(
            planning_pb2.CancelExportRequest(reason="bug"), metadata=(("authorization", await key_of(pool)),)
        )
    assert refused.value.error_code == "INTERNAL_ERROR"
    assert "secret" not in refused.value.message


async def test_handler_is_ended_at_the_callers_deadline(channel: grpc.aio.Channel, pool: Pool) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await call(channel).CancelExport(
            planning_pb2.CancelExportRequest(reason="wait"),
            metadata=(("authorization", await key_of(pool)),),
            timeout=0.3,
        )
    assert ended.value.code() in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE)


async def test_caller_without_a_deadline_gets_an_error_of_ours_when_the_longest_time_is_over(
    channel: grpc.aio.Channel, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "DEFAULT_SECONDS", 0.2)
    with pytest.raises(RemoteError, match="deadline passed"), remote("planning"):
        await call(channel).CancelExport(
            planning_pb2.CancelExportRequest(reason="wait"),
            metadata=(("authorization", await key_of(pool)),),
        )


async def test_message_over_the_limit_is_refused_as_too_large(channel: grpc.aio.Channel, pool: Pool) -> None:
    with pytest.raises(Exception, match="larger") as refused, remote("planning"):
        await call(channel).PlanExport(
            planning_pb2.PlanExportRequest(account_id="a" * 3 * 1024 * 1024),
            metadata=(("authorization", await key_of(pool)),),
        )
    assert getattr(refused.value, "error_code", None) == "PAYLOAD_TOO_LARGE"


async def ask() -> AsyncIterator[reflection_pb2.ServerReflectionRequest]:
    yield reflection_pb2.ServerReflectionRequest(list_services="")


async def test_health_check_answers_without_a_key(channel: grpc.aio.Channel) -> None:
    health = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    assert health.status == health_pb2.HealthCheckResponse.SERVING


async def test_health_names_the_parts_of_a_service_one_by_one(channel: grpc.aio.Channel) -> None:
    assert await check_serving(channel, 5, "well")
    assert not await check_serving(channel, 5, "unwell")
    # As a part of a later release is to this one.
    assert await check_serving(channel, 5, "another")


async def test_reflection_needs_a_key(channel: grpc.aio.Channel, pool: Pool) -> None:
    reflection = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
    with pytest.raises(RemoteError, match="Missing or invalid"), remote("planning"):
        await anext(aiter(reflection(ask())))
    key = (("authorization", await key_of(pool)),)
    listed = [answer async for answer in reflection(ask(), metadata=key)]
    names = {service.name for answer in listed for service in answer.list_services_response.service}
    assert {"entrygo.proto.planning.v1.Planning", "entrygo.proto.identity.v1.Identity"} <= names


async def test_health_is_watched_without_a_key_by_so_many_at_once(channel: grpc.aio.Channel) -> None:
    watch = health_pb2_grpc.HealthStub(channel).Watch
    streams = [watch(health_pb2.HealthCheckRequest()) for _ in range(210)]
    first = await asyncio.gather(*(stream.read() for stream in streams), return_exceptions=True)
    # The channel's own is one of the two hundred: it watches the server that it calls.
    assert sum(not isinstance(answer, Exception) for answer in first) == 199
    # What a channel takes for a server that has no health checks, and then calls it.
    assert {answer.code() for answer in first if isinstance(answer, grpc.aio.AioRpcError)} == {
        grpc.StatusCode.UNIMPLEMENTED
    }
    for stream in streams:
        stream.cancel()


async def test_streams_that_wait_keep_nobody_from_calling(channel: grpc.aio.Channel, pool: Pool) -> None:
    watch, key = health_pb2_grpc.HealthStub(channel).Watch, (("authorization", await key_of(pool)),)
    streams = [watch(health_pb2.HealthCheckRequest(), metadata=key) for _ in range(250)]
    first = await asyncio.gather(*(stream.read() for stream in streams), return_exceptions=True)
    # A key has twenty; the others are refused, and calls go on.
    assert sum(not isinstance(answer, Exception) for answer in first) == 20
    assert {answer.code() for answer in first if isinstance(answer, grpc.aio.AioRpcError)} == {
        grpc.StatusCode.RESOURCE_EXHAUSTED
    }
    error = await refusal(channel, await key_of(pool), account="acc_999")
    assert error.error_code == "INVALID_ACCOUNT_SCOPE"
    for stream in streams:
        stream.cancel()


async def test_a_message_that_cannot_be_read_is_invalid_and_only_for_who_has_a_key(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    raw: Any = channel.unary_unary(PLANNING + "PlanExport")
    with pytest.raises(RemoteError, match="Missing or invalid"), remote("planning"):
        await raw(b"\xff")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await raw(b"\xff", metadata=(("authorization", await key_of(pool)),))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("message", [b"\xff", b""], ids=["cannot be read", "is refused by the handler"])
async def test_nothing_of_a_refused_message_waits_for_the_garbage_collector(
    channel: grpc.aio.Channel, pool: Pool, message: bytes
) -> None:
    raw: Any = channel.unary_unary(PLANNING + "PlanExport")
    key = (("authorization", await key_of(pool)),)
    with pytest.raises(grpc.aio.AioRpcError):
        await raw(message, metadata=key)
    with uncollected(EntryGoError, grpc.aio.AbortError) as held, pytest.raises(grpc.aio.AioRpcError):
        await raw(message, metadata=key)
    assert held == []


async def test_a_call_without_a_key_is_refused_before_its_message_has_come(
    channel: grpc.aio.Channel,
) -> None:
    # A client that never sends: as a stream, the call begins without a message.
    call: Any = channel.stream_unary(PLANNING + "PlanExport")()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await asyncio.wait_for(call, 10)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_calls_whose_message_does_not_come_take_no_place_of_other_callers(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    begin: Any = channel.stream_unary(PLANNING + "PlanExport")
    key = (("authorization", await key_of(pool)),)
    # More than there are calls at once in all.
    calls = [begin(metadata=key) for _ in range(CALLS_AT_ONCE + 50)]
    ends = {asyncio.ensure_future(call.code()) for call in calls}
    refused: set[asyncio.Future[grpc.StatusCode]] = set()
    while len(refused) < len(calls) - AT_ONCE - WAITING:
        done, ends = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        refused |= done
    assert {each.result() for each in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    await create_account(pool, Ids(), name="Bob", account_id="acc_bob")
    _, secret = await create_key(pool, Ids(), utc_now, account_id="acc_bob")
    answer = await call(channel).PlanExport(
        planning_pb2.PlanExportRequest(account_id="acc_bob"),
        metadata=(("authorization", f"Bearer {secret}"),),
    )
    assert answer.export_id == "acc_bob/live"
    for each in calls:
        each.cancel()
    # With them their turns have ended.
    await asyncio.gather(*ends)
    assert (await refusal(channel, key[0][1], account="acc_999")).error_code == "INVALID_ACCOUNT_SCOPE"


async def test_a_compressed_message_is_unpacked_no_further_than_one_may_be_long(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    raw: Any = channel.unary_unary(PLANNING + "PlanExport")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await raw(
            bytes(8 * 1024 * 1024),
            metadata=(("authorization", await key_of(pool)),),
            compression=grpc.Compression.Gzip,
        )
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
