"""The services that own the facts, as this one sees them: their events after a point, and all of them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc

from entrygo.domain.errors import EntryGoError, HistoryMismatch, Kind, ServiceUnavailable
from entrygo.domain.principal import Tenant
from entrygo.messaging.events import EXECUTION, PLANNING
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2_grpc
from entrygo.proto.planning.v1 import planning_pb2_grpc
from entrygo.rpc.calls import Metadata
from entrygo.rpc.errors import remote

# A replay is as long as the log; what is bounded is the wait for its next event.
REPLAY_IDLE_SECONDS = 60.0

# An owner in this condition may answer later: what it would add is unknown.
OUTAGE_KINDS = frozenset({Kind.UNAVAILABLE, Kind.RATE_LIMITED, Kind.INTERNAL})

log = structlog.get_logger(__name__)


class Owner(Protocol):
    """The owner of a part of an export's facts; every failure is an EntryGoError."""

    @property
    def source(self) -> str:
        """Its name, as its events carry it."""

    def events_after(
        self, request: events_pb2.EventsAfterRequest, metadata: Metadata, seconds: float
    ) -> AsyncIterator[events_pb2.Event]:
        """The events of one export after a sequence, in order; HistoryMismatch as the RPC says."""

    def replay_events(
        self, request: events_pb2.ReplayEventsRequest, metadata: Metadata
    ) -> AsyncIterator[events_pb2.Event]:
        """Events of every account, in the order they were recorded."""

    async def history(self, metadata: Metadata, seconds: float) -> events_pb2.History:
        """Which life of its database this is, and its time."""


class GrpcOwner:
    """An owner behind its gRPC service."""

    def __init__(
        self, source: str, stub: "planning_pb2_grpc.PlanningStub | execution_pb2_grpc.ExecutionStub"
    ) -> None:
        self.source = source
        self._stub = stub

    async def events_after(
        self, request: events_pb2.EventsAfterRequest, metadata: Metadata, seconds: float
    ) -> AsyncIterator[events_pb2.Event]:
        call = self._stub.EventsAfter(request, metadata=metadata, timeout=seconds)
        try:
            with remote(self.source):
                async for event in call:
                    yield event
        finally:
            # A call that is neither read to its end nor cancelled is never collected.
            call.cancel()

    async def replay_events(
        self, request: events_pb2.ReplayEventsRequest, metadata: Metadata
    ) -> AsyncIterator[events_pb2.Event]:
        call = self._stub.ReplayEvents(request, metadata=metadata)
        try:
            with remote(self.source):
                while True:
                    async with asyncio.timeout(REPLAY_IDLE_SECONDS):
                        event = await call.read()
                    if not isinstance(event, events_pb2.Event):  # EOF
                        return
                    yield event
        except TimeoutError as error:
            raise ServiceUnavailable(f"The {self.source} service stopped answering.") from error
        finally:
            call.cancel()

    async def history(self, metadata: Metadata, seconds: float) -> events_pb2.History:
        with remote(self.source):
            return await self._stub.GetHistory(
                events_pb2.GetHistoryRequest(), metadata=metadata, timeout=seconds
            )


def planning_owner(channel: grpc.aio.Channel) -> GrpcOwner:
    """The owner of an export's state and plans."""
    return GrpcOwner(PLANNING, planning_pb2_grpc.PlanningStub(channel))


def execution_owner(channel: grpc.aio.Channel) -> GrpcOwner:
    """The owner of packages, submissions and notifications."""
    return GrpcOwner(EXECUTION, execution_pb2_grpc.ExecutionStub(channel))


async def pull(
    owner: Owner, tenant: Tenant, request: events_pb2.EventsAfterRequest, metadata: Metadata, seconds: float
) -> tuple[list[events_pb2.Event], bool]:
    """The events an owner has after a point, and whether these are all of them.

    An outage is a value, as the read model can answer without; a refused credential is raised, and so is
    HistoryMismatch: the owner does not have the event that the request names.
    """
    events: list[events_pb2.Event] = []
    try:
        async with asyncio.timeout(seconds):
            async for event in owner.events_after(request, metadata, seconds):
                if (event.source, event.account_id, event.mode) != (
                    owner.source,
                    tenant.account_id,
                    tenant.mode,
                ):
                    log.error("owner.answered_a_foreign_event", owner=owner.source, event_id=event.id)
                    continue
                events.append(event)
    except TimeoutError:
        log.warning("owner.timed_out", owner=owner.source)
        return events, False
    except EntryGoError as error:
        if error.error_kind is Kind.NOT_FOUND:
            return events, True
        if error.error_code == HistoryMismatch.code:
            raise HistoryMismatch from error
        if error.error_kind not in OUTAGE_KINDS:
            raise
        log.warning("owner.unreachable", owner=owner.source, error=error.message)
        return events, False
    return events, True


async def check_serving(channel: grpc.aio.Channel, seconds: float, part: str = "") -> bool:
    """Whether the service behind `channel` says that it, or one part, is well; raises without an answer."""
    request = health_pb2.HealthCheckRequest(service=part)
    try:
        response = await health_pb2_grpc.HealthStub(channel).Check(request, timeout=seconds)
    except grpc.aio.AioRpcError as error:
        if part and error.code() is grpc.StatusCode.NOT_FOUND:
            # It has only just started, or is of a release that does not name this part.
            return True
        raise
    return bool(response.status == health_pb2.HealthCheckResponse.SERVING)
