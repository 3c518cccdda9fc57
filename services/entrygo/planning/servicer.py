"""The gRPC edge of planning: proto in, use case, proto out. No decisions."""

from collections.abc import AsyncIterator
from typing import Any

import grpc

from entrygo.domain.principal import ScopeName
from entrygo.identity.current import check_account, principal
from entrygo.messaging.event_log import recorded_since
from entrygo.planning.policy.requests import read_approval
from entrygo.planning.requests import (
    check_claim,
    check_diff,
    check_release,
    check_withdraw,
    read_amend,
    read_cancel,
    read_plan,
)
from entrygo.planning.use_cases import PlanningUseCases
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2, planning_pb2_grpc
from entrygo.rpc.answers import answered
from entrygo.rpc.interceptors.auth import Access, OnBehalf, RequiredScopes

SERVICE_NAME = planning_pb2.DESCRIPTOR.services_by_name["Planning"].full_name
REQUIRED_SCOPES: RequiredScopes = {
    f"/{SERVICE_NAME}/PlanExport": ScopeName.EXPORTS_PLAN,
    f"/{SERVICE_NAME}/CancelExport": ScopeName.EXPORTS_PLAN,
    f"/{SERVICE_NAME}/ClaimExport": OnBehalf(ScopeName.EXPORTS_EXECUTE),
    f"/{SERVICE_NAME}/ReleaseExport": OnBehalf(ScopeName.EXPORTS_EXECUTE),
    f"/{SERVICE_NAME}/WithdrawExport": OnBehalf(ScopeName.EXPORTS_EXECUTE),
    f"/{SERVICE_NAME}/AmendExport": OnBehalf(ScopeName.EXPORTS_PLAN),
    f"/{SERVICE_NAME}/GetSnapshot": frozenset({ScopeName.READ, ScopeName.EXPORTS_EXECUTE}),
    f"/{SERVICE_NAME}/DiffPlans": ScopeName.READ,
    f"/{SERVICE_NAME}/ListOrderExports": ScopeName.READ,
    f"/{SERVICE_NAME}/ListRules": ScopeName.READ,
    f"/{SERVICE_NAME}/GetPolicy": ScopeName.READ,
    f"/{SERVICE_NAME}/SetPolicy": ScopeName.SETUP,
    f"/{SERVICE_NAME}/ApproveExport": ScopeName.EXPORTS_PLAN,
    f"/{SERVICE_NAME}/EventsAfter": ScopeName.READ,
    f"/{SERVICE_NAME}/ReplayEvents": Access.SERVICE_ONLY,
    f"/{SERVICE_NAME}/GetHistory": Access.SERVICE_ONLY,
}

CHUNK_BYTES = 1024 * 1024
DIFF_LIMIT = 100

Context = grpc.aio.ServicerContext[Any, Any]


class PlanningServicer(planning_pb2_grpc.PlanningServicer):
    """Reads each message, runs its use case for the caller, and answers; errors are those of the use case."""

    def __init__(self, use_cases: PlanningUseCases, *, max_orders: int) -> None:
        self._do = use_cases
        self._max_orders = max_orders

    async def PlanExport(
        self, request: planning_pb2.PlanExportRequest, context: Context
    ) -> planning_pb2.PlanExportResponse:
        """Plans a new export, or one again."""
        command = read_plan(request, max_orders=self._max_orders)
        check_account(request.account_id)
        reply = await self._do.plan_export.run(principal().visible, command)
        return answered(reply, planning_pb2.PlanExportResponse, context)

    async def CancelExport(
        self, request: planning_pb2.CancelExportRequest, context: Context
    ) -> planning_pb2.CancelExportResponse:
        """Gives up an export that was planned; its orders are free. NotFound, InvalidExportState."""
        reply = await self._do.transitions.cancel(principal().visible, read_cancel(request))
        return answered(reply, planning_pb2.CancelExportResponse, context)

    async def ClaimExport(
        self, request: planning_pb2.ClaimExportRequest, context: Context
    ) -> planning_pb2.ClaimExportResponse:
        """Moves a planned export to EXECUTING, for one execution."""
        check_claim(request)
        return await self._do.handover.claim(principal().visible, request)

    async def ReleaseExport(
        self, request: planning_pb2.ReleaseExportRequest, context: Context
    ) -> planning_pb2.ReleaseExportResponse:
        """Ends execution's claim: COMPLETED or FAILED; the same release again finds it done."""
        check_release(request)
        return await self._do.handover.release(principal().visible, request)

    async def WithdrawExport(
        self, request: planning_pb2.WithdrawExportRequest, context: Context
    ) -> planning_pb2.WithdrawExportResponse:
        """Takes an executed export back and frees its orders."""
        check_withdraw(request)
        return await self._do.transitions.withdraw(principal().visible, request)

    async def AmendExport(
        self, request: planning_pb2.AmendExportRequest, context: Context
    ) -> planning_pb2.PlanExportResponse:
        """Plans the successor of an executed export."""
        command = read_amend(request, max_orders=self._max_orders)
        reply = await self._do.amend_export.run(principal().visible, command)
        return answered(reply, planning_pb2.PlanExportResponse, context)

    async def GetSnapshot(
        self, request: planning_pb2.GetSnapshotRequest, context: Context
    ) -> AsyncIterator[planning_pb2.SnapshotChunk]:
        """The canonical JSON of a plan, in chunks."""
        content = await self._do.stored_plans.snapshot(
            principal().visible, request.export_id, request.revision
        )
        for start in range(0, len(content), CHUNK_BYTES):
            yield planning_pb2.SnapshotChunk(content=content[start : start + CHUNK_BYTES])

    async def DiffPlans(
        self, request: planning_pb2.DiffPlansRequest, context: Context
    ) -> planning_pb2.PlanDiff:
        """How two plans of an export differ."""
        check_diff(request)
        return await self._do.stored_plans.diff(
            principal().visible,
            request.export_id,
            request.from_plan_hash,
            request.to_plan_hash,
            limit=request.limit or DIFF_LIMIT,
        )

    async def ListOrderExports(
        self, request: planning_pb2.ListOrderExportsRequest, context: Context
    ) -> planning_pb2.ListOrderExportsResponse:
        """The exports of an order or a control number; none for one that no visible export has."""
        stored, visible = self._do.stored_plans, principal().visible
        if request.control_number:
            found = await stored.exports_with(visible, request.control_number)
        else:
            found = await stored.exports_of(visible, request.order_id)
        return planning_pb2.ListOrderExportsResponse(
            data=[
                planning_pb2.OrderExport(
                    export_id=each.export_id,
                    state=each.state,
                    readiness_state=each.readiness_state,
                    plan_hash=each.plan_hash,
                )
                for each in found
            ]
        )

    async def ListRules(
        self, request: planning_pb2.ListRulesRequest, context: Context
    ) -> planning_pb2.ListRulesResponse:
        """Every rule with its own severity, and what a policy may raise it to."""
        return planning_pb2.ListRulesResponse(data=self._do.policies.list_rules())

    async def GetPolicy(
        self, request: planning_pb2.GetPolicyRequest, context: Context
    ) -> planning_pb2.Policy:
        """The account's policy; the default one where none was set."""
        return await self._do.policies.get(principal().visible)

    async def SetPolicy(
        self, request: planning_pb2.SetPolicyRequest, context: Context
    ) -> planning_pb2.Policy:
        """Replaces the account's policy as a whole, and answers the new one."""
        if request.account_id:
            check_account(request.account_id)
        reply = await self._do.policies.set(principal().visible, request)
        return answered(reply, planning_pb2.Policy, context)

    async def ApproveExport(
        self, request: planning_pb2.ApproveExportRequest, context: Context
    ) -> planning_pb2.ApproveExportResponse:
        """Records a person's consent to the current plan."""
        reply = await self._do.policies.approve(principal().visible, read_approval(request))
        return answered(reply, planning_pb2.ApproveExportResponse, context)

    async def EventsAfter(
        self, request: events_pb2.EventsAfterRequest, context: Context
    ) -> AsyncIterator[events_pb2.Event]:
        """Events of one export after a sequence."""
        for event in await self._do.stored_plans.events_after(
            principal().visible, request.stream_id, request.after_sequence, request.after_event_id
        ):
            yield event

    async def ReplayEvents(
        self, request: events_pb2.ReplayEventsRequest, context: Context
    ) -> AsyncIterator[events_pb2.Event]:
        """Events of every account, for a rebuild."""
        async for event in self._do.stored_plans.every_event(recorded_since(request)):
            yield event

    async def GetHistory(self, request: events_pb2.GetHistoryRequest, context: Context) -> events_pb2.History:
        """Which life of the database the events are of."""
        return await self._do.stored_plans.history()
