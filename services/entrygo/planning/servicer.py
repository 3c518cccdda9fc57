"""The gRPC edge of planning: proto in, use case, proto out. No decisions."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import grpc

from entrygo.domain.errors import InsufficientScope, NotFound, ValidationFailed
from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import ScopeName
from entrygo.domain.snapshot import read_snapshot
from entrygo.domain.time import parse_rfc3339
from entrygo.identity.current import check_account, principal
from entrygo.messaging import event_log
from entrygo.planning.plan_diff import diff_plans
from entrygo.planning.plan_diff_to_proto import diff_to_proto
from entrygo.planning.plan_export import PlanExport
from entrygo.planning.policy.requests import read_approval
from entrygo.planning.policy.use_cases import Policies
from entrygo.planning.requests import check_claim, check_diff, check_release, read_cancel, read_plan
from entrygo.planning.snapshots import unpack
from entrygo.planning.store import PlanningStore
from entrygo.planning.transitions import Transitions
from entrygo.postgres.pool import Pool, transaction
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2, planning_pb2_grpc
from entrygo.rpc.interceptors.auth import Access, RequiredScopes
from entrygo.rpc.replay import mark_replayed

SERVICE_NAME = planning_pb2.DESCRIPTOR.services_by_name["Planning"].full_name
REQUIRED_SCOPES: RequiredScopes = {
    f"/{SERVICE_NAME}/PlanExport": ScopeName.EXPORTS_PLAN,
    f"/{SERVICE_NAME}/CancelExport": ScopeName.EXPORTS_PLAN,
    f"/{SERVICE_NAME}/ClaimExport": ScopeName.EXPORTS_EXECUTE,
    f"/{SERVICE_NAME}/ReleaseExport": ScopeName.EXPORTS_EXECUTE,
    # For a key that reads and for one that executes: checked in the method.
    f"/{SERVICE_NAME}/GetSnapshot": Access.ANY_KEY,
    f"/{SERVICE_NAME}/DiffPlans": ScopeName.READ,
    f"/{SERVICE_NAME}/GetPolicy": ScopeName.READ,
    f"/{SERVICE_NAME}/SetPolicy": ScopeName.SETUP,
    f"/{SERVICE_NAME}/ApproveExport": ScopeName.EXPORTS_PLAN,
    f"/{SERVICE_NAME}/EventsAfter": ScopeName.READ,
    f"/{SERVICE_NAME}/ReplayEvents": Access.SERVICE_ONLY,
}

CHUNK_BYTES = 1024 * 1024
DIFF_LIMIT = 100

Context = grpc.aio.ServicerContext[Any, Any]


class PlanningServicer(planning_pb2_grpc.PlanningServicer):
    """Planning over gRPC."""

    def __init__(
        self,
        pool: Pool,
        plan_export: PlanExport,
        transitions: Transitions,
        policies: Policies,
        *,
        max_orders: int,
    ) -> None:
        self._pool = pool
        self._plan_export = plan_export
        self._transitions = transitions
        self._policies = policies
        self._max_orders = max_orders

    async def PlanExport(
        self, request: planning_pb2.PlanExportRequest, context: Context
    ) -> planning_pb2.PlanExportResponse:
        command = read_plan(request, max_orders=self._max_orders)
        check_account(request.account_id)
        reply = await self._plan_export.run(principal(), command)
        if reply.replayed:
            mark_replayed(context)
        return planning_pb2.PlanExportResponse.FromString(reply.body)

    async def CancelExport(
        self, request: planning_pb2.CancelExportRequest, context: Context
    ) -> planning_pb2.CancelExportResponse:
        reply = await self._transitions.cancel(principal(), read_cancel(request))
        if reply.replayed:
            mark_replayed(context)
        return planning_pb2.CancelExportResponse.FromString(reply.body)

    async def ClaimExport(
        self, request: planning_pb2.ClaimExportRequest, context: Context
    ) -> planning_pb2.ClaimExportResponse:
        check_claim(request)
        return await self._transitions.claim(principal(), request)

    async def ReleaseExport(
        self, request: planning_pb2.ReleaseExportRequest, context: Context
    ) -> planning_pb2.ReleaseExportResponse:
        check_release(request)
        return await self._transitions.release(principal(), request)

    async def GetSnapshot(
        self, request: planning_pb2.GetSnapshotRequest, context: Context
    ) -> AsyncIterator[planning_pb2.SnapshotChunk]:
        stored = await self._stored_snapshot(request)
        content = unpack(stored)
        for start in range(0, len(content), CHUNK_BYTES):
            yield planning_pb2.SnapshotChunk(content=content[start : start + CHUNK_BYTES])

    async def _stored_snapshot(self, request: planning_pb2.GetSnapshotRequest) -> bytes:
        caller = principal()
        if {ScopeName.READ, ScopeName.EXPORTS_EXECUTE}.isdisjoint(caller.scopes):
            raise InsufficientScope(
                details={"requiredScope": str(ScopeName.READ), "scopes": sorted(map(str, caller.scopes))}
            )
        snapshot = None
        if is_valid_id(request.export_id):
            async with transaction(self._pool, caller.tenant) as connection:
                store = PlanningStore(connection, caller.tenant)
                snapshot = await store.find_snapshot(request.export_id, request.revision)
        if snapshot is None:
            raise NotFound("Export batch not found.")
        return snapshot

    async def DiffPlans(
        self, request: planning_pb2.DiffPlansRequest, context: Context
    ) -> planning_pb2.PlanDiff:
        check_diff(request)
        before, after = await self._two_plans(request)
        return await asyncio.to_thread(_diff, before, after, request.limit or DIFF_LIMIT)

    async def _two_plans(self, request: planning_pb2.DiffPlansRequest) -> tuple[bytes, bytes]:
        tenant = principal().tenant
        current = before = after = None
        if is_valid_id(request.export_id):
            async with transaction(self._pool, tenant) as connection:
                store = PlanningStore(connection, tenant)
                current = await store.find_plan(request.export_id, "")
                before = await store.find_plan(request.export_id, request.from_plan_hash)
                after = await store.find_plan(request.export_id, request.to_plan_hash)
        if current is None:
            raise NotFound("Export batch not found.")
        if before is None or after is None:
            raise NotFound("No plan of this export has that hash.")
        return before, after

    async def GetPolicy(
        self, request: planning_pb2.GetPolicyRequest, context: Context
    ) -> planning_pb2.Policy:
        return await self._policies.get(principal().tenant)

    async def SetPolicy(
        self, request: planning_pb2.SetPolicyRequest, context: Context
    ) -> planning_pb2.Policy:
        tenant = check_account(request.account_id) if request.account_id else principal().tenant
        reply = await self._policies.set(tenant, request)
        if reply.replayed:
            mark_replayed(context)
        return planning_pb2.Policy.FromString(reply.body)

    async def ApproveExport(
        self, request: planning_pb2.ApproveExportRequest, context: Context
    ) -> planning_pb2.ApproveExportResponse:
        reply = await self._policies.approve(principal(), read_approval(request))
        if reply.replayed:
            mark_replayed(context)
        return planning_pb2.ApproveExportResponse.FromString(reply.body)

    async def EventsAfter(
        self, request: events_pb2.EventsAfterRequest, context: Context
    ) -> AsyncIterator[events_pb2.Event]:
        tenant = principal().tenant
        if not is_valid_id(request.stream_id):
            return
        async with transaction(self._pool, tenant) as connection:
            events = await event_log.events_after(
                connection, tenant, request.stream_id, request.after_sequence
            )
        for event in events:
            yield event

    async def ReplayEvents(
        self, request: events_pb2.ReplayEventsRequest, context: Context
    ) -> AsyncIterator[events_pb2.Event]:
        async for event in event_log.replay(self._pool, _since(request.recorded_since)):
            yield event


def _diff(packed_before: bytes, packed_after: bytes, limit: int) -> planning_pb2.PlanDiff:
    before, after = (read_snapshot(unpack(one)) for one in (packed_before, packed_after))
    return diff_to_proto(diff_plans(before, after, limit), before, after)


def _since(text: str) -> datetime | None:
    try:
        return parse_rfc3339(text) if text else None
    except ValueError as error:
        raise ValidationFailed.of([("recordedSince", str(error), "invalid_string")]) from error
