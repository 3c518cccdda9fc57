"""The services over gRPC, against a server in this process: metadata, replays, errors, deadlines, streams."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
import pytest_asyncio
from pydantic import SecretStr

from entrygo.domain.errors import EntryGoError, IdempotencyConflict, Kind, ServiceUnavailable
from entrygo.gateway.clients import GrpcServices
from entrygo.gateway.services import Call
from entrygo.gateway.settings import DoorSettings, GatewaySettings
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2, execution_pb2_grpc
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.proto.inspection.v1 import inspection_pb2, inspection_pb2_grpc
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2, sync_pb2_grpc
from entrygo.rpc.errors import DETAILS_KEY, status_code, status_details
from entrygo.rpc.replay import mark_replayed
from entrygo.rpc.strangers import CLIENT, GATEWAY_TOKEN
from entrygo.rpc.streams import LISTENING

CALL = Call("Bearer shpbndl_live_x", "req_1", "192.0.2.1")
READ_SECONDS = 60.0  # none of these calls is to end by it but the one that gives itself less

Context = grpc.aio.ServicerContext[Any, Any]


class Identity(identity_pb2_grpc.IdentityServicer):
    """Answers with what came along with the call."""

    async def WhoAmI(self, request: identity_pb2.WhoAmIRequest, context: Context) -> Any:
        metadata = dict(context.invocation_metadata() or ())
        return identity_pb2.WhoAmIResponse(
            account_id=str(metadata["authorization"]),
            key_id=str(metadata["x-request-id"]),
            scopes=[str(metadata[CLIENT]), str(metadata[GATEWAY_TOKEN])],
        )


class Sync(sync_pb2_grpc.SyncServicer):
    """A write that was done before, a write that conflicts, a read that never ends."""

    async def SyncOrders(self, request: sync_pb2.SyncOrdersRequest, context: Context) -> Any:
        if request.idempotency_key == "used":
            error = IdempotencyConflict(details={"key": "used", "count": 2})
            trailers = ((DETAILS_KEY, status_details(error, large=True)),)
            await context.abort(status_code(error), error.message, trailing_metadata=trailers)
        if request.idempotency_key:
            mark_replayed(context)
        return sync_pb2.SyncOrdersResponse()

    async def GetOrder(self, request: sync_pb2.GetRequest, context: Context) -> Any:
        await asyncio.Event().wait()


class Execution(execution_pb2_grpc.ExecutionServicer):
    """A document that is much larger than anyone reads."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    async def GetArtifact(
        self, request: execution_pb2.GetArtifactRequest, context: Context
    ) -> AsyncIterator[execution_pb2.ArtifactChunk]:
        try:
            yield execution_pb2.ArtifactChunk(artifact=events_pb2.Artifact(filename=request.filename))
            while True:
                yield execution_pb2.ArtifactChunk(content=b"x" * 65_536)
        finally:
            self.left.set()


class Inspection(inspection_pb2_grpc.InspectionServicer):
    """Watches: one that has nothing to send, one with a message at once, one that is refused."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    async def WatchEvents(
        self, request: inspection_pb2.WatchEventsRequest, context: Context
    ) -> AsyncIterator[inspection_pb2.FeedEvent]:
        if request.cursor == "refused":
            error = ServiceUnavailable("No more streams")
            trailers = ((DETAILS_KEY, status_details(error, large=True)),)
            await context.abort(status_code(error), error.message, trailing_metadata=trailers)
        try:
            if request.cursor == "at once":
                yield inspection_pb2.FeedEvent(cursor="1")
                return
            await context.send_initial_metadata(LISTENING)
            await asyncio.Event().wait()
        finally:
            self.left.set()


@pytest.fixture
def inspection() -> Inspection:
    return Inspection()


@pytest.fixture
def execution() -> Execution:
    return Execution()


@pytest_asyncio.fixture
async def services(execution: Execution, inspection: Inspection) -> AsyncIterator[GrpcServices]:
    server = grpc.aio.server()
    identity_pb2_grpc.add_IdentityServicer_to_server(Identity(), server)
    sync_pb2_grpc.add_SyncServicer_to_server(Sync(), server)
    execution_pb2_grpc.add_ExecutionServicer_to_server(execution, server)
    inspection_pb2_grpc.add_InspectionServicer_to_server(inspection, server)
    target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    settings = GatewaySettings(
        sync_target=target,
        execution_target=target,
        planning_target="127.0.0.1:1",
        inspection_target=target,
        read_timeout_seconds=READ_SECONDS,
        door=DoorSettings(gateway_token=SecretStr("new-token,old-token")),
    )
    services = GrpcServices(settings)
    yield services
    await services.close()
    await server.stop(None)


async def test_a_call_carries_the_key_and_the_request_id(services: GrpcServices) -> None:
    found = await services.read(services.identities[0].WhoAmI, identity_pb2.WhoAmIRequest(), CALL)
    assert (found.account_id, found.key_id) == (CALL.authorization, CALL.request_id)


async def test_a_call_says_of_which_client_it_is_in_a_way_that_services_believe(
    services: GrpcServices,
) -> None:
    found = await services.read(services.identities[0].WhoAmI, identity_pb2.WhoAmIRequest(), CALL)
    assert list(found.scopes) == [CALL.peer, "new-token"]


async def test_a_write_tells_whether_it_was_done_before(services: GrpcServices) -> None:
    request = sync_pb2.SyncOrdersRequest()
    assert (await services.write(services.sync.SyncOrders, request, CALL)).replayed is False
    request.idempotency_key = "seen"
    assert (await services.write(services.sync.SyncOrders, request, CALL)).replayed is True


async def test_an_error_arrives_as_the_service_sent_it(services: GrpcServices) -> None:
    with pytest.raises(EntryGoError) as raised:
        request = sync_pb2.SyncOrdersRequest(idempotency_key="used")
        await services.write(services.sync.SyncOrders, request, CALL)
    assert (raised.value.error_code, raised.value.error_kind) == ("IDEMPOTENCY_CONFLICT", Kind.KEY_REUSED)
    assert raised.value.details == {"key": "used", "count": 2}


async def test_a_call_is_given_up_when_its_deadline_passes(services: GrpcServices) -> None:
    services._read_seconds = 0.2
    with pytest.raises(EntryGoError) as raised:
        await services.read(services.sync.GetOrder, sync_pb2.GetRequest(id="ord_1"), CALL)
    assert raised.value.error_kind is Kind.UNAVAILABLE


async def test_a_service_that_is_not_there_is_unavailable(services: GrpcServices) -> None:
    with pytest.raises(EntryGoError) as raised:
        request = planning_pb2.GetPolicyRequest()
        await services.read(services.planning.GetPolicy, request, CALL)
    assert raised.value.error_kind is Kind.UNAVAILABLE
    assert await services.serving() == dict.fromkeys(("sync", "planning", "execution", "inspection"), False)


async def test_a_document_is_cancelled_when_its_reader_leaves(
    services: GrpcServices, execution: Execution
) -> None:
    request = execution_pb2.GetArtifactRequest(filename="a.json")
    chunks = services.document(services.execution.GetArtifact, request, CALL)
    assert (await anext(chunks)).artifact.filename == "a.json"
    await chunks.aclose()
    await asyncio.wait_for(execution.left.wait(), 10)


async def test_a_watch_begins_when_the_service_listens_and_ends_with_its_reader(
    services: GrpcServices, inspection: Inspection
) -> None:
    request = inspection_pb2.WatchEventsRequest()
    messages = await services.stream(services.inspection.WatchEvents, request, CALL)
    # Nothing was read of it.
    await messages.aclose()
    await asyncio.wait_for(inspection.left.wait(), 10)


async def test_a_watch_begins_with_its_first_message_where_the_service_says_nothing_before(
    services: GrpcServices,
) -> None:
    request = inspection_pb2.WatchEventsRequest(cursor="at once")
    messages = await services.stream(services.inspection.WatchEvents, request, CALL)
    assert [message.cursor async for message in messages] == ["1"]


async def test_a_watch_that_is_refused_never_begins(services: GrpcServices) -> None:
    with pytest.raises(EntryGoError) as raised:
        request = inspection_pb2.WatchEventsRequest(cursor="refused")
        await services.stream(services.inspection.WatchEvents, request, CALL)
    assert raised.value.message == "No more streams"
