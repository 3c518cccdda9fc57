"""What one key may hold of a gRPC server, and send to it in vain."""

import asyncio
from dataclasses import replace

import pytest

from entrygo.domain.errors import MethodNotAllowed, PayloadTooLarge, RateLimited, ServiceUnavailable
from entrygo.domain.principal import ALL_SCOPES, Mode, Principal, Tenant
from entrygo.process.settings import MEBIBYTE, RateSettings, RpcServerSettings
from entrygo.rpc.limits import SMALL_BYTES, CallLimits, at_the_end
from entrygo.rpc.streams import HEALTH_WATCH
from tests.unit.sync.requests import order, orders

BROKER_PACK = "/entrygo.proto.execution.v1.Execution/GetBrokerPack"
PLAIN = "/entrygo.proto.sync.v1.Sync/GetOrder"
ARTIFACT = "/entrygo.proto.execution.v1.Execution/GetArtifact"
LARGE = bytes(4 * MEBIBYTE)


def caller(key_id: str, account: str = "") -> Principal:
    return Principal(
        tenant=Tenant(account or f"acc_{key_id}", Mode.LIVE),
        key_id=key_id,
        scopes=ALL_SCOPES,
        authorization="Bearer x",
    )


async def in_a_call(limits: CallLimits, content: bytes, key: str, over: asyncio.Event) -> None:
    limits.hold(content, caller(key))
    await over.wait()


async def test_a_key_holds_a_quarter_of_the_bytes_and_gives_them_back_when_its_calls_end() -> None:
    limits = CallLimits(RpcServerSettings(max_held_message_bytes=64 * MEBIBYTE))
    over = asyncio.Event()
    calls = [asyncio.create_task(in_a_call(limits, LARGE, "busy", over)) for _ in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited):
        limits.hold(LARGE, caller("busy"))
    limits.hold(bytes(SMALL_BYTES), caller("busy"))
    limits.hold(LARGE, caller("quiet"))
    over.set()
    await asyncio.gather(*calls)
    limits.hold(LARGE, caller("busy"))


async def test_keys_of_one_account_have_its_share_of_bytes_and_calls_together() -> None:
    limits = CallLimits(RpcServerSettings(max_held_message_bytes=64 * MEBIBYTE, max_concurrent_rpcs=4))
    one, two = caller("one", "acc_a"), caller("two", "acc_a")
    limits.hold(LARGE * 4, one)
    with pytest.raises(RateLimited):
        limits.hold(LARGE, two)
    for each in (one, two):
        limits.count_call(PLAIN, each, "")
    with pytest.raises(RateLimited):
        limits.count_call(PLAIN, caller("three", "acc_a"), "")
    limits.count_call(PLAIN, caller("other"), "")


async def test_beyond_what_all_may_hold_nobody_is_to_blame() -> None:
    limits = CallLimits(RpcServerSettings(max_held_message_bytes=16 * MEBIBYTE))
    limits.hold(LARGE * 4, caller("one"))
    with pytest.raises(ServiceUnavailable):
        limits.hold(LARGE, caller("other"))


async def test_what_a_key_sent_in_vain_is_paid_for_before_its_next_message() -> None:
    limits = CallLimits(RpcServerSettings(refused_body_bytes_per_second=MEBIBYTE))
    busy, quiet = caller("busy"), caller("quiet")
    limits.count_request(busy)
    with pytest.raises(PayloadTooLarge), limits.in_vain(LARGE, busy):
        raise PayloadTooLarge
    with pytest.raises(RateLimited) as refused:
        limits.count_request(busy)
    assert (refused.value.details or {})["limit"] == "refused-bytes"
    limits.count_request(quiet)


@pytest.mark.parametrize(
    ("rates", "limit"),
    [
        (RateSettings(requests_per_second=1), "requests"),
        (RateSettings(account_requests_per_second=1), "account-requests"),
    ],
)
def test_requests_of_a_second_count_by_key_and_by_account(rates: RateSettings, limit: str) -> None:
    limits = CallLimits(RpcServerSettings(rates=rates))
    limits.count_request(caller("one", "acc_a"))
    again = caller("one" if limit == "requests" else "two", "acc_a")
    with pytest.raises(RateLimited) as refused:
        limits.count_request(again)
    assert (refused.value.details or {})["limit"] == limit
    limits.count_request(caller("other"))
    limits.count_request(replace(again, is_service=True))


@pytest.mark.parametrize(
    ("rates", "limit"),
    [
        (RateSettings(items_per_second=1), "items"),
        (RateSettings(account_items_per_second=1), "account-items"),
    ],
)
def test_items_of_a_second_count_by_key_and_by_account(rates: RateSettings, limit: str) -> None:
    limits, two = CallLimits(RpcServerSettings(rates=rates)), orders(order("SO-1"), order("SO-2"))
    limits.count_items(two, caller("one", "acc_a"))
    again = caller("one" if limit == "items" else "two", "acc_a")
    with pytest.raises(RateLimited) as refused:
        limits.count_items(two, again)
    assert (refused.value.details or {})["limit"] == limit
    limits.count_items(two, caller("other"))
    limits.count_items(two, replace(again, is_service=True))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        pytest.param(bytes(SMALL_BYTES), PayloadTooLarge(), id="a small one"),
        pytest.param(LARGE, ServiceUnavailable(), id="an outage of ours"),
    ],
)
async def test_what_is_no_large_refused_message_costs_nothing(content: bytes, error: Exception) -> None:
    limits = CallLimits(RpcServerSettings(refused_body_bytes_per_second=1))
    with pytest.raises(type(error)), limits.in_vain(content, caller("one")):
        raise error
    limits.count_request(caller("one"))


async def test_watches_of_the_health_without_a_key_count_for_their_peer_and_leave_half_to_others() -> None:
    limits, over = CallLimits(RpcServerSettings(max_open_health_watches=4)), asyncio.Event()

    async def watch(peer: str) -> str:
        try:
            at_the_end(limits.count_call(HEALTH_WATCH, None, peer))
        except MethodNotAllowed:
            return "refused"
        await over.wait()
        return "watched"

    peers = ["192.0.2.1"] * 3 + ["192.0.2.2"] * 2 + ["192.0.2.3"]
    watches = [asyncio.create_task(watch(peer)) for peer in peers]
    await asyncio.sleep(0)
    over.set()
    answers = await asyncio.gather(*watches)
    assert answers == ["watched", "watched", "refused", "watched", "watched", "refused"]


async def test_documents_behind_signed_links_count_for_their_peer_and_leave_those_of_keys_alone() -> None:
    limits = CallLimits(RpcServerSettings(max_streams=8, max_streams_per_key=2))
    give_back = [limits.count_call(BROKER_PACK, None, "192.0.2.1") for _ in range(2)]
    with pytest.raises(RateLimited):
        limits.count_call(BROKER_PACK, None, "192.0.2.1")
    for peer in ("192.0.2.2", "192.0.2.3"):
        limits.count_call(BROKER_PACK, None, peer)
    with pytest.raises(ServiceUnavailable):
        limits.count_call(BROKER_PACK, None, "192.0.2.4")
    for key in range(4):
        limits.count_call(ARTIFACT, caller(str(key)), "")
        limits.count_call(ARTIFACT, caller(str(key)), "")
    give_back[0]()
    limits.count_call(BROKER_PACK, None, "192.0.2.1")


async def test_an_account_has_half_of_the_streams_however_many_keys_it_has() -> None:
    limits = CallLimits(RpcServerSettings(max_streams=4, max_streams_per_key=2))
    busy = Tenant("acc_busy", Mode.LIVE)
    for key in ("one", "two"):
        limits.count_call(ARTIFACT, replace(caller(key), tenant=busy), "")
    with pytest.raises(RateLimited):
        limits.count_call(ARTIFACT, replace(caller("three"), tenant=busy), "")
    limits.count_call(ARTIFACT, caller("quiet"), "")
