"""The part of the fake services that plans: one warning for a known product, else ready."""

import hashlib
import json
from collections.abc import Sequence

from entrygo.domain.errors import (
    InvalidOrderReference,
    NotFound,
    PlanHashMismatch,
    ReferenceOutsideAccount,
)
from entrygo.gateway.services import Call, Reply
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2
from tests.fakes.memory import EXECUTED_AT, PLANNED_AT, Memory

STRATEGY = (
    "Group U.S.-bound orders by operational readiness and generate an export batch "
    "before broker-facing review."
)


class FakePlanning(Memory):
    """Decides the least."""

    def __init__(self) -> None:
        super().__init__()
        self._policies: dict[str, planning_pb2.Policy] = {}
        # By export.
        self.control_numbers: dict[str, set[str]] = {}

    async def PlanExport(
        self, request: planning_pb2.PlanExportRequest, call: Call
    ) -> Reply[planning_pb2.PlanExportResponse]:
        account = self._enter(request, call, request.account_id)
        found = [id for id in request.order_ids if ("order", account, id) in self._facts]
        if len(found) < len(request.order_ids):
            requested = list(request.order_ids)
            raise InvalidOrderReference(details={"requestedOrderIds": requested, "foundOrderIds": found})
        for kind, id in (("warehouse", request.warehouse_id), ("broker", request.broker_id)):
            if (kind, account, id) not in self._facts:
                raise ReferenceOutsideAccount
        by_name = {
            external_id: self._id_of("order", account, external_id)
            for external_id in request.external_order_ids
        }
        if not all(by_name.values()):
            raise InvalidOrderReference(details={"requestedExternalOrderIds": list(by_name)})
        named = planning_pb2.PlanExportRequest()
        named.CopyFrom(request)
        named.order_ids.extend(filter(None, by_name.values()))
        return self._once(account, "plan", request, lambda: self._plan(account, named))

    def _plan(self, account: str, request: planning_pb2.PlanExportRequest) -> planning_pb2.PlanExportResponse:
        plan = self._decide(account, request)
        if request.dry_run:
            return planning_pb2.PlanExportResponse(status="DRY_RUN", export_id=request.batch_id, plan=plan)
        export = inspection_pb2.Export(
            export_id=request.batch_id or self._new("batch"),
            state="BATCHED",
            revision=1,
            plan=plan,
            created_at=PLANNED_AT,
            version=1,
            events=[self._entry("export.planned")],
        )
        self._exports[account, export.export_id] = export
        return planning_pb2.PlanExportResponse(
            export_id=export.export_id, status="BATCHED", revision=1, plan=plan
        )

    def _decide(self, account: str, request: planning_pb2.PlanExportRequest) -> events_pb2.Plan:
        messages = [
            events_pb2.ValidationMessage(
                code="METALS_REVIEW_RECOMMENDED",
                message="Product JKT-001 should receive metals review before execution.",
                severity="warning",
                field=f"orders[{index}].items[{position}].product.section_232",
                product_id=line.product_id,
                order_id=order_id,
            )
            for index, order_id in enumerate(request.order_ids)
            for position, line in enumerate(self._facts["order", account, order_id].items)
            if line.product_id == "prod_hoodie_001"
        ]
        facts = json.dumps([sorted(request.order_ids), request.entry_date]).encode()
        return events_pb2.Plan(
            plan_hash="planhash_" + hashlib.sha256(facts).hexdigest(),
            readiness_state="REVIEW_REQUIRED" if messages else "READY",
            compliance_score=74 if messages else 100,
            validation_messages=messages,
            included_order_ids=request.order_ids,
            flags=["human_review_recommended"] if messages else [],
            recommended_strategy=STRATEGY,
            estimated_import_savings_usd="18.50",
            next_recommended_action="review_flags_then_execute" if messages else "execute",
            warehouse_id=request.warehouse_id,
            broker_id=request.broker_id,
            destination_country=request.destination_country or "US",
            entry_date=request.entry_date or "2026-03-11",
            ruleset_version="1",
            reference_version="2026-03",
            planned_at=PLANNED_AT,
            entry_type="11",
            total_value_usd="290",
            issues=_issues(messages),
            entries=[events_pb2.PlannedEntry(number=1, orders=1, lines=2, value_usd="290")],
        )

    async def CancelExport(
        self, request: planning_pb2.CancelExportRequest, call: Call
    ) -> Reply[planning_pb2.CancelExportResponse]:
        export = self._export(self._enter(request, call), request.export_id)
        self._advance(export, "CANCELLED", "export.cancelled")
        answer = planning_pb2.CancelExportResponse(
            export_id=export.export_id, state="CANCELLED", cancelled_at=EXECUTED_AT
        )
        return Reply(answer)

    async def DiffPlans(self, request: planning_pb2.DiffPlansRequest, call: Call) -> planning_pb2.PlanDiff:
        export = self._export(self._enter(request, call), request.export_id)
        if request.from_plan_hash == export.plan.plan_hash:
            same = planning_pb2.PlanVersion(plan_hash=export.plan.plan_hash, planned_at=PLANNED_AT)
            nothing = planning_pb2.PlanDiff(export_id=export.export_id, to=same)
            getattr(nothing, "from").CopyFrom(same)
            return nothing
        if request.from_plan_hash != "planhash_before":
            raise NotFound("No plan of this export has that hash.")
        change = planning_pb2.FieldChange(field="country_of_origin", after="CN")
        changes = planning_pb2.FieldChanges(count=1, first=[change])
        items = [planning_pb2.ItemChanges.Item(id="prod_cap_002", name="CAP-002", changes=changes)]
        diff = planning_pb2.PlanDiff(
            export_id=export.export_id,
            to=planning_pb2.PlanVersion(revision=2, plan_hash=export.plan.plan_hash, planned_at=PLANNED_AT),
            products=planning_pb2.ItemChanges(changed_count=1, changed=items),
            messages=planning_pb2.MessageChanges(
                disappeared_count=1, disappeared=export.plan.validation_messages
            ),
        )
        version = planning_pb2.PlanVersion(revision=1, plan_hash="planhash_before", planned_at=PLANNED_AT)
        getattr(diff, "from").CopyFrom(version)
        return diff

    async def ListOrderExports(
        self, request: planning_pb2.ListOrderExportsRequest, call: Call
    ) -> planning_pb2.ListOrderExportsResponse:
        account = self._account(call)
        return planning_pb2.ListOrderExportsResponse(
            data=[
                planning_pb2.OrderExport(
                    export_id=export_id,
                    state=export.state,
                    readiness_state=export.plan.readiness_state,
                    plan_hash=export.plan.plan_hash,
                )
                for (owner, export_id), export in self._exports.items()
                if owner == account
                and (
                    request.order_id in export.plan.included_order_ids
                    or request.control_number in self.control_numbers.get(export_id, ())
                )
            ]
        )

    async def ListRules(
        self, request: planning_pb2.ListRulesRequest, call: Call
    ) -> planning_pb2.ListRulesResponse:
        self._account(call)
        rules: tuple[tuple[str, str, list[str]], ...] = (
            ("METALS_REVIEW_RECOMMENDED", "warning", ["error"]),
            ("ORDER_POSTAL_CODE_MISSING", "error", []),
            ("FORMAL_ENTRY_REQUIRED", "info", ["warning", "error"]),
        )
        return planning_pb2.ListRulesResponse(
            data=[
                planning_pb2.RuleSummary(code=code, severity=own, raisable_to=higher, field="f", basis="Law")
                for code, own, higher in rules
            ]
        )

    async def GetPolicy(self, request: planning_pb2.GetPolicyRequest, call: Call) -> planning_pb2.Policy:
        return self._policies.get(self._account(call), planning_pb2.Policy())

    async def SetPolicy(
        self, request: planning_pb2.SetPolicyRequest, call: Call
    ) -> Reply[planning_pb2.Policy]:
        account = self._enter(request, call, request.account_id)
        self._policies[account] = request.policy
        self._policies[account].updated_at = PLANNED_AT
        return Reply(self._policies[account])

    async def ApproveExport(
        self, request: planning_pb2.ApproveExportRequest, call: Call
    ) -> Reply[planning_pb2.ApproveExportResponse]:
        account = self._enter(request, call)
        export = self._export(account, request.export_id)

        def approve() -> planning_pb2.ApproveExportResponse:
            if request.plan_hash != export.plan.plan_hash:
                raise PlanHashMismatch(details={"planHash": export.plan.plan_hash})
            return planning_pb2.ApproveExportResponse(
                export_id=export.export_id,
                state=export.state,
                plan_hash=request.plan_hash,
                approved_by=request.approved_by,
                approved_at=PLANNED_AT,
            )

        return self._once(account, "approve_export", request, approve)


def _issues(messages: Sequence[events_pb2.ValidationMessage]) -> events_pb2.PlanIssues:
    """The first message as an issue of its product, and as one of its order."""
    if not messages:
        return events_pb2.PlanIssues()
    first = messages[0]
    product = events_pb2.ProductIssue(
        code=first.code,
        message=first.message,
        severity=first.severity,
        product_id=first.product_id,
        sku="JKT-001",
        orders=len({message.order_id for message in messages}),
        lines=len(messages),
        field="section_232",
        accepted="A status",
    )
    order = events_pb2.OrderIssue(
        code="ORDER_POSTAL_CODE_MISSING",
        message="No ZIP.",
        severity="error",
        orders_blocked=1,
        orders=1,
        field="orders[0].destination_postal_code",
        order_id=first.order_id,
        external_id="wms-order-1001",
        suggestions=[
            events_pb2.OrderSuggestion(
                order_id=first.order_id,
                external_id="wms-order-1001",
                field="destination_postal_code",
                value="02139",
            )
        ],
    )
    return events_pb2.PlanIssues(by_product=[product], by_order=[order], orders_blocked=1)
