"""The gRPC edge of inspection: who asks is taken from the call, the rest is the use cases'."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc

from entrygo.domain.principal import ScopeName, Tenant
from entrygo.identity.current import principal
from entrygo.inspection.feed.records import PublishedEvent
from entrygo.inspection.feed.requests import read_list, read_watch, write_cursor
from entrygo.inspection.feed.use_cases import Feed
from entrygo.inspection.requests import read_list_request
from entrygo.inspection.system_health import Probe, system_health
from entrygo.inspection.use_cases import Caller, Inspector
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2, inspection_pb2_grpc
from entrygo.rpc.calls import caller_metadata, remaining_seconds
from entrygo.rpc.interceptors.auth import Access, RequiredScopes
from entrygo.rpc.streams import LISTENING

Context = grpc.aio.ServicerContext[Any, Any]

SERVICE_NAME = inspection_pb2.DESCRIPTOR.services_by_name["Inspection"].full_name
REQUIRED_SCOPES: RequiredScopes = {
    f"/{SERVICE_NAME}/InspectExport": ScopeName.READ,
    f"/{SERVICE_NAME}/GetCustomsPackage": ScopeName.READ,
    f"/{SERVICE_NAME}/ListExports": ScopeName.READ,
    f"/{SERVICE_NAME}/WatchExport": ScopeName.READ,
    f"/{SERVICE_NAME}/ListEvents": ScopeName.READ,
    f"/{SERVICE_NAME}/WatchEvents": ScopeName.READ,
    # The guide verifies a key with it, whatever the key may do.
    f"/{SERVICE_NAME}/SystemHealth": Access.ANY_KEY,
}


class InspectionServicer(inspection_pb2_grpc.InspectionServicer):
    """Proto in, use case, proto out."""

    def __init__(
        self,
        inspector: Inspector,
        feed: Feed,
        probes: Sequence[Probe],
        *,
        owner_seconds: float,
        probe_seconds: float,
    ) -> None:
        self._inspector = inspector
        self._feed = feed
        self._probes = probes
        self._owner_seconds = owner_seconds
        self._probe_seconds = probe_seconds

    async def InspectExport(
        self, request: inspection_pb2.InspectExportRequest, context: Context
    ) -> inspection_pb2.Export:
        """An export as its owners know it now; `stale` while one of them is away."""
        return await self._inspector.inspect_export(self._caller(), request.export_id)

    async def GetCustomsPackage(
        self, request: inspection_pb2.GetCustomsPackageRequest, context: Context
    ) -> events_pb2.CustomsPackage:
        """A package with its documents and their digests; NotFound where the key does not reach it."""
        return await self._inspector.get_customs_package(self._caller(), request.id)

    async def ListExports(
        self, request: inspection_pb2.ListExportsRequest, context: Context
    ) -> inspection_pb2.ListExportsResponse:
        """A page of the read model, newest first."""
        limit, wanted = read_list_request(request)
        return await self._inspector.list_exports(self._caller(), wanted, limit)

    async def WatchExport(
        self, request: inspection_pb2.InspectExportRequest, context: Context
    ) -> AsyncIterator[inspection_pb2.Export]:
        """The export now, and after each change until the caller leaves."""
        async for export in self._inspector.watch_export(self._caller(), request.export_id):
            yield export
            del export

    async def ListEvents(
        self, request: inspection_pb2.ListEventsRequest, context: Context
    ) -> inspection_pb2.ListEventsResponse:
        """A page of the account's published events from a cursor on, oldest first, and the next cursor."""
        visible = principal().visible
        limit, wanted = read_list(visible.tenant, request)
        page = await self._feed.page(visible, wanted, limit)
        return inspection_pb2.ListEventsResponse(
            data=[_feed_event(visible.tenant, event) for event in page.events],
            has_more=page.has_more,
            next_cursor=write_cursor(visible.tenant, page.after),
        )

    async def WatchEvents(
        self, request: inspection_pb2.WatchEventsRequest, context: Context
    ) -> AsyncIterator[inspection_pb2.FeedEvent]:
        """The account's feed from a cursor on, as it grows; initial metadata once nothing can be missed."""
        visible = principal().visible
        wanted = read_watch(visible.tenant, request)
        if wanted.export_id:
            # NotFound for an export that is not visible; asks its owners, so that the feed is complete.
            await self._inspector.inspect_export(self._caller(), wanted.export_id)
        wanted = await self._feed.place(visible, wanted)
        await context.send_initial_metadata(LISTENING)
        if request.tell_start and wanted.after is not None:
            yield inspection_pb2.FeedEvent(cursor=write_cursor(visible.tenant, wanted.after))
        async for event in self._feed.watch(visible, wanted):
            yield _feed_event(visible.tenant, event)

    async def SystemHealth(
        self, request: inspection_pb2.SystemHealthRequest, context: Context
    ) -> inspection_pb2.SystemHealthResponse:
        """How each part of the system is."""
        return await system_health(self._probes, self._probe_seconds)

    def _caller(self) -> Caller:
        return Caller(
            visible=principal().visible,
            metadata=caller_metadata(),
            seconds=remaining_seconds(self._owner_seconds),
        )


def _feed_event(tenant: Tenant, event: PublishedEvent) -> inspection_pb2.FeedEvent:
    return inspection_pb2.FeedEvent(
        cursor=write_cursor(tenant, event.position),
        id=event.event_id,
        type=event.event_type,
        export_id=event.export_id,
        body_json=event.body,
    )
