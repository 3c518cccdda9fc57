"""A server whose service answers what the interceptors made of the call, on a real channel and on one within
the process: whatever is asked of it holds for both."""

import asyncio
import socket
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
import pytest_asyncio

from entrygo.domain.errors import (
    InvalidOrderReference,
    RemoteError,
    ValidationFailed,
)
from entrygo.domain.principal import ScopeName
from entrygo.identity.authenticator import Authenticator
from entrygo.identity.current import check_account, principal
from entrygo.identity.use_cases import create_account, create_key
from entrygo.postgres.pool import Pool, open_pool
from entrygo.process.clock import Ids, utc_now
from entrygo.process.settings import RpcClientSettings, RpcServerSettings, StopSettings
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2, planning_pb2_grpc
from entrygo.rpc.channel import open_channel
from entrygo.rpc.errors import remote
from entrygo.rpc.interceptors.auth import Access, OnBehalf, RequiredScopes
from entrygo.rpc.local.channel import LocalChannel, Neighbours
from entrygo.rpc.server import Server, build_server

PLANNING = "/entrygo.proto.planning.v1.Planning/"
SERVICE_TOKEN, NEXT_SERVICE_TOKEN = "service-token", "next-service-token"
MANY = 20_000
# Of an answer; two of them are what an account may leave unread.
LARGE_BYTES = 8_000_000
CALLS_AT_ONCE = RpcServerSettings().max_concurrent_rpcs

# By the export of a snapshot: its handler has ended.
ENDED: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

Context = grpc.aio.ServicerContext[Any, Any]


class Probe(planning_pb2_grpc.PlanningServicer):
    """Answers what the interceptors made of the call."""

    async def PlanExport(
        self, request: planning_pb2.PlanExportRequest, context: Context
    ) -> planning_pb2.PlanExportResponse:
        tenant = check_account(request.account_id)
        rest = " " * LARGE_BYTES if request.entry_type == "large" else ""
        return planning_pb2.PlanExportResponse(export_id=f"{tenant.account_id}/{tenant.mode}{rest}")

    async def CancelExport(
        self, request: planning_pb2.CancelExportRequest, context: Context
    ) -> planning_pb2.CancelExportResponse:
        if request.reason == "wait":
            await asyncio.Event().wait()
        if request.reason == "bug":
            raise ZeroDivisionError("a secret of the implementation")
        if request.reason == "many words":
            raise ValidationFailed(details={"issues": [{"message": "word " * 140} for _ in range(MANY)]})
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

    async def EventsAfter(self, request: Any, context: Context) -> AsyncIterator[Any]:
        while True:
            yield events_pb2.Event(sequence=1)
            await asyncio.sleep(0.005)

    async def GetSnapshot(self, request: Any, context: Context) -> AsyncIterator[Any]:
        try:
            while True:
                yield planning_pb2.SnapshotChunk(content=b"one more")
        finally:
            ENDED[request.export_id].set()

    async def ReplayEvents(self, request: Any, context: Context) -> AsyncIterator[Any]:
        assert principal().is_service
        return
        yield


SCOPES: RequiredScopes = {
    PLANNING + "PlanExport": ScopeName.EXPORTS_PLAN,
    PLANNING + "CancelExport": Access.ANY_KEY,
    PLANNING + "ClaimExport": OnBehalf(ScopeName.EXPORTS_EXECUTE),
    PLANNING + "EventsAfter": ScopeName.READ,
    PLANNING + "GetSnapshot": ScopeName.READ,
    PLANNING + "ReplayEvents": Access.SERVICE_ONLY,
}


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with await open_pool(database_url, schema="identity") as pool:
        await create_account(pool, Ids(), name="Alice", account_id="acc_alice")
        yield pool


WIRE, PROCESS = "over a connection", "within the process"
# Of tests that send their messages one by one, which no service does.
over_a_connection = pytest.mark.parametrize("channel", [WIRE], indirect=True)


@dataclass(frozen=True, slots=True)
class Probed:
    """A server in this process, and where it listens."""

    server: Server
    target: str


@pytest_asyncio.fixture
async def probed(pool: Pool) -> AsyncIterator[Probed]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def ready() -> bool:
        return True

    async def not_ready() -> bool:
        return False

    server = build_server(
        settings=RpcServerSettings(
            max_message_bytes=2 * 1024 * 1024, max_held_message_bytes=4 * LARGE_BYTES + 1024
        ),
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
    yield Probed(server, f"127.0.0.1:{port}")
    stop.set()
    await serving


@pytest_asyncio.fixture(params=(WIRE, PROCESS))
async def channel(request: pytest.FixtureRequest, probed: Probed) -> AsyncIterator[grpc.aio.Channel]:
    async with open_channel(probed.target, RpcClientSettings()) as channel:
        await channel.channel_ready()
        yield channel if request.param == WIRE else within("planning", probed.server)


def within(service: str, server: Server) -> LocalChannel:
    """A channel to the server of a service in this process."""
    neighbours = Neighbours()
    neighbours.add(service, server.local)
    return LocalChannel(service, neighbours)


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
