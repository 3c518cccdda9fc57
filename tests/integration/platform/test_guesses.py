"""A peer may be wrong about keys so often in a second on gRPC, too; on a real channel, with real keys."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.rpc import error_details_pb2, status_pb2
from pydantic import SecretStr
from structlog.testing import capture_logs

from entrygo.domain.errors import RemoteError
from entrygo.identity.authenticator import Authenticator
from entrygo.identity.store import IdentityStore
from entrygo.identity.use_cases import create_account, create_key
from entrygo.postgres.pool import Pool, open_pool
from entrygo.process.clock import Ids, utc_now
from entrygo.process.settings import RpcClientSettings, RpcServerSettings, StopSettings
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.requests.holding import Holding
from entrygo.rpc import server as rpc_server
from entrygo.rpc.channel import open_channel
from entrygo.rpc.errors import DETAILS_KEY, remote
from entrygo.rpc.metrics import REQUESTS
from entrygo.rpc.server import build_server
from entrygo.rpc.strangers import CLIENT, GATEWAY_TOKEN, Strangers, client_metadata
from tests.harness.processes import free_port
from tests.integration.platform.rpc_probe import PROCESS, WIRE, over_a_connection, within

A_SECOND = 5
TOKEN, NEXT_TOKEN = "gateway-token", "next-gateway-token"

Metadata = tuple[tuple[str, str], ...]


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with await open_pool(database_url, schema="identity") as pool:
        await create_account(pool, Ids(), name="Alice", account_id="acc_alice")
        yield pool


class Pause:
    """Lasts as long as the test likes."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.over.set()

    async def __call__(self, seconds: float) -> None:
        await self.over.wait()


@pytest.fixture
def pause() -> Pause:
    return Pause()


@pytest_asyncio.fixture(params=(WIRE, PROCESS))
async def channel(
    request: pytest.FixtureRequest, pool: Pool, pause: Pause, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[grpc.aio.Channel]:
    """To a server for which it is always the same second."""

    async def ready() -> bool:
        return True

    monkeypatch.setattr(rpc_server, "Strangers", partial(Strangers, clock=lambda: 0.0))
    monkeypatch.setattr(rpc_server, "Holding", lambda most: Holding(2, pause=pause))
    port = free_port()
    server = build_server(
        settings=RpcServerSettings(
            failures_per_second=A_SECOND, gateway_token=SecretStr(f"{TOKEN},{NEXT_TOKEN}")
        ),
        stopping=StopSettings(drain_seconds=0),
        port=port,
        authenticator=Authenticator(pool, service_tokens=("service-token",)),
        required_scopes={},
        register=lambda server: None,
        service_names=(),
        ready=ready,
    )
    stop = asyncio.Event()
    serving = asyncio.create_task(server.serve(stop))
    async with open_channel(f"127.0.0.1:{port}", RpcClientSettings()) as channel:
        await channel.channel_ready()
        yield channel if request.param == WIRE else within("sync", server)
    stop.set()
    await serving


def guess(number: int) -> str:
    return f"Bearer shpbndl_live_{number:043}"


async def answer(channel: grpc.aio.Channel, authorization: str | None, said: Metadata = ()) -> str:
    """The account of a key, or the code of the refusal."""
    key = () if authorization is None else (("authorization", authorization),)
    try:
        with remote("sync"):
            who = await identity_pb2_grpc.IdentityStub(channel).WhoAmI(
                identity_pb2.WhoAmIRequest(), metadata=(*key, *said), timeout=10
            )
    except RemoteError as error:
        return error.error_code
    return str(who.account_id)


async def good_key(pool: Pool) -> str:
    _, secret = await create_key(pool, Ids(), utc_now, account_id="acc_alice")
    return f"Bearer {secret}"


async def exhaust(channel: grpc.aio.Channel, said: Metadata = ()) -> None:
    """Guesses until the peer is refused."""
    answers = [await answer(channel, guess(number), said) for number in range(A_SECOND + 1)]
    assert answers == [*["INVALID_API_KEY"] * A_SECOND, "RATE_LIMITED"]


async def test_peer_that_guesses_is_refused_while_its_known_keys_pass(
    channel: grpc.aio.Channel, pool: Pool
) -> None:
    known, new = await good_key(pool), await good_key(pool)
    assert await answer(channel, known) == "acc_alice"
    await exhaust(channel)
    assert await answer(channel, known) == "acc_alice"
    # That it is a good key is not known here yet, and nobody is asked about it now.
    assert await answer(channel, new) == "RATE_LIMITED"


@pytest.mark.parametrize("authorization", [None, "Basic eDp5", "Bearer x", "Service wrong"])
async def test_what_is_no_key_at_all_counts_as_a_guess(
    channel: grpc.aio.Channel, authorization: str | None
) -> None:
    answers = [await answer(channel, authorization) for _ in range(A_SECOND + 1)]
    assert answers == [*["INVALID_API_KEY"] * A_SECOND, "RATE_LIMITED"]


async def test_services_own_credential_is_no_guess(channel: grpc.aio.Channel) -> None:
    await exhaust(channel)
    assert await answer(channel, "Service service-token") == "system"


async def test_refusal_says_when_to_come_back_as_clients_of_grpc_read_it(channel: grpc.aio.Channel) -> None:
    await exhaust(channel)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await identity_pb2_grpc.IdentityStub(channel).WhoAmI(identity_pb2.WhoAmIRequest())
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    status = status_pb2.Status.FromString(dict(refused.value.trailing_metadata() or ())[DETAILS_KEY])
    info = error_details_pb2.RetryInfo()
    assert [detail.Unpack(info) for detail in status.details] == [False, True]
    assert info.retry_delay.seconds == 1


async def test_peer_that_is_refused_is_counted_without_a_line_for_each_call(
    channel: grpc.aio.Channel,
) -> None:
    await exhaust(channel)
    counted = REQUESTS.labels("/entrygo.proto.identity.v1.Identity/WhoAmI", "RESOURCE_EXHAUSTED")
    before = counted._value.get()
    with capture_logs() as lines:
        answers = [await answer(channel, guess(number)) for number in range(20)]
    assert answers == ["RATE_LIMITED"] * 20
    assert counted._value.get() - before == 20
    assert [line["event"] for line in lines if line["event"] != "rpc.turned_away"] == []
    assert len(lines) <= 1


async def test_refusals_of_a_peer_come_late_and_beyond_so_many_at_once(
    channel: grpc.aio.Channel, pause: Pause
) -> None:
    await exhaust(channel)
    pause.over.clear()
    asked = {asyncio.create_task(answer(channel, guess(number))) for number in range(5)}
    answered, held = set[asyncio.Task[str]](), asked
    while len(answered) < 3:
        done, held = await asyncio.wait(held, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        assert done, "nobody is answered"
        answered |= done
    assert len(held) == 2
    pause.over.set()
    assert await asyncio.gather(*asked) == ["RATE_LIMITED"] * 5


@over_a_connection
async def test_refused_peer_is_answered_before_its_message_comes(channel: grpc.aio.Channel) -> None:
    await exhaust(channel)
    ask: Any = channel.stream_stream("/entrygo.proto.identity.v1.Identity/WhoAmI")
    call = ask(metadata=(("authorization", guess(0)),), timeout=10)
    assert await call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_bad_key_is_looked_up_once(channel: grpc.aio.Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[bytes] = []
    find = IdentityStore.find_usable_key

    async def counted(store: IdentityStore, secret_sha256: bytes) -> Any:
        looked_up.append(secret_sha256)
        return await find(store, secret_sha256)

    monkeypatch.setattr(IdentityStore, "find_usable_key", counted)
    for _ in range(A_SECOND):
        assert await answer(channel, guess(1)) == "INVALID_API_KEY"
    # The peer is refused by now, so that another key is not looked up at all.
    assert await answer(channel, guess(2)) == "RATE_LIMITED"
    assert len(looked_up) == 1


async def test_clients_of_a_gateway_are_told_apart(channel: grpc.aio.Channel, pool: Pool) -> None:
    await exhaust(channel, client_metadata(TOKEN, "192.0.2.1"))
    assert await answer(channel, await good_key(pool), client_metadata(TOKEN, "192.0.2.1")) == "RATE_LIMITED"
    for token in (TOKEN, NEXT_TOKEN):
        key = await good_key(pool)
        assert await answer(channel, key, client_metadata(token, "192.0.2.2")) == "acc_alice"
    assert await answer(channel, await good_key(pool)) == "acc_alice"


@pytest.mark.parametrize("token", ["", "wrong", f"{TOKEN},{NEXT_TOKEN}", TOKEN[:-1]])
async def test_nobody_else_is_believed_for_whom_it_calls(channel: grpc.aio.Channel, token: str) -> None:
    refused = [
        await answer(channel, guess(number), ((CLIENT, f"192.0.2.{number}"), (GATEWAY_TOKEN, token)))
        for number in range(A_SECOND + 1)
    ]
    assert refused == [*["INVALID_API_KEY"] * A_SECOND, "RATE_LIMITED"]
