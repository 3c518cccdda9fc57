"""The one door of every service, on a real channel: errors, deadlines, messages, health, reflection."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from entrygo.domain.errors import (
    EntryGoError,
    RemoteError,
)
from entrygo.identity.use_cases import create_account, create_key
from entrygo.inspection.owners import check_serving
from entrygo.postgres.pool import Pool
from entrygo.process.clock import Ids, utc_now
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.rpc.errors import LARGE_ERRORS_KEY, remote
from entrygo.rpc.interceptors import deadline
from entrygo.rpc.receptions import AT_ONCE, WAITING
from tests.harness.garbage import uncollected
from tests.integration.platform.rpc_probe import (
    CALLS_AT_ONCE,
    ENDED,
    MANY,
    PLANNING,
    Probed,
    call,
    channel,
    key_of,
    over_a_connection,
    pool,
    probed,
    refusal,
)

# gRPC would take more and more of what nobody reads, as fast as the connection is.
TAKES_LITTLE = (("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65_536))

__all__ = ["channel", "pool", "probed"]


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


async def test_error_of_many_words_is_read_by_a_client_as_it_comes(probed: Probed, pool: Pool) -> None:
    async with grpc.aio.insecure_channel(probed.target) as channel:
        for _ in range(20):  # What is over 8 KiB was refused at random.
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call(channel).CancelExport(
                    planning_pb2.CancelExportRequest(reason="many words"),
                    metadata=(("authorization", await key_of(pool)),),
                )
            assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


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


@pytest.mark.parametrize(
    "name",
    ["entrygo.proto.planning.v1.Planning", "entrygo.proto.identity.v1.Identity", "grpc.health.v1.Health"],
)
async def test_health_knows_the_services_that_are_there_by_their_names(
    channel: grpc.aio.Channel, name: str
) -> None:
    asked = health_pb2.HealthCheckRequest(service=name)
    health = await health_pb2_grpc.HealthStub(channel).Check(asked)
    assert health.status == health_pb2.HealthCheckResponse.SERVING


async def test_health_names_the_parts_of_a_service_one_by_one(channel: grpc.aio.Channel) -> None:
    assert await check_serving(channel, 5, "well")
    assert not await check_serving(channel, 5, "unwell")
    # As a part of a later release is to this one.
    assert await check_serving(channel, 5, "another")


@over_a_connection
async def test_reflection_needs_a_key(channel: grpc.aio.Channel, pool: Pool) -> None:
    reflection = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
    with pytest.raises(RemoteError, match="Missing or invalid"), remote("planning"):
        await anext(aiter(reflection(ask())))
    key = (("authorization", await key_of(pool)),)
    listed = [answer async for answer in reflection(ask(), metadata=key)]
    names = {service.name for answer in listed for service in answer.list_services_response.service}
    assert {"entrygo.proto.planning.v1.Planning", "entrygo.proto.identity.v1.Identity"} <= names


async def test_health_is_watched_without_a_key_by_so_many_at_once_of_one_peer(
    channel: grpc.aio.Channel,
) -> None:
    watch = health_pb2_grpc.HealthStub(channel).Watch
    streams = [watch(health_pb2.HealthCheckRequest()) for _ in range(110)]
    first = await asyncio.gather(*(stream.read() for stream in streams), return_exceptions=True)
    # The channel's own is one of the hundred: it watches the server that it calls.
    assert sum(not isinstance(answer, Exception) for answer in first) == 99
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


@over_a_connection
async def test_a_call_without_a_key_is_refused_before_its_message_has_come(
    channel: grpc.aio.Channel,
) -> None:
    # A client that never sends: as a stream, the call begins without a message.
    call: Any = channel.stream_unary(PLANNING + "PlanExport")()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await asyncio.wait_for(call, 10)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


@over_a_connection
async def test_answers_that_an_account_does_not_read_have_a_share_of_the_memory(
    channel: grpc.aio.Channel, probed: Probed, pool: Pool
) -> None:
    key = (("authorization", await key_of(pool)),)
    request = planning_pb2.PlanExportRequest(account_id="acc_alice", entry_type="large")
    async with grpc.aio.insecure_channel(probed.target, options=TAKES_LITTLE) as idle:
        # A client that never reads: as a stream, the call begins without it.
        begin: Any = idle.unary_stream(PLANNING + "PlanExport")
        for _ in range(2):
            await begin(request.SerializeToString(), metadata=key).initial_metadata()
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(channel).PlanExport(request, metadata=key)
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        small = planning_pb2.PlanExportRequest(account_id="acc_alice")
        await call(channel).PlanExport(small, metadata=key)
    async with asyncio.timeout(20):
        while await call(channel).PlanExport(request, metadata=key).code() is not grpc.StatusCode.OK:
            pass
    async with asyncio.timeout(20):
        while await call(channel).PlanExport(request, metadata=key).code() is not grpc.StatusCode.OK:
            pass


@over_a_connection
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


async def test_a_call_that_is_answered_or_refused_leaves_its_place_to_the_next(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    authorization = await key_of(pool)
    # One after the other, more than a key may have at once.
    for _ in range(CALLS_AT_ONCE // 4 + 1):
        answer = await call(channel).PlanExport(
            planning_pb2.PlanExportRequest(account_id="acc_alice"),
            metadata=(("authorization", authorization),),
        )
        assert answer.export_id == "acc_alice/live"
        refused = await refusal(channel, authorization, account="acc_999")
        assert refused.error_code == "INVALID_ACCOUNT_SCOPE"


async def test_streams_that_are_left_while_their_handlers_wait_for_room_end_them(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    """All that a handler holds would be kept as long as the process lasts."""
    export_ids, key = [secrets.token_hex(8) for _ in range(3)], (("authorization", await key_of(pool)),)
    for export_id in export_ids:
        request = planning_pb2.GetSnapshotRequest(export_id=export_id)
        stream = call(channel).GetSnapshot(request, metadata=key)
        first: Any = await stream.read()
        assert first.content == b"one more"
        # The handler has a turn to make more than its reader takes.
        await asyncio.sleep(0)
        stream.cancel()
    async with asyncio.timeout(10):
        for export_id in export_ids:
            await ENDED[export_id].wait()
