"""The services in memory: the gateway's port, filled without gRPC, database or broker. Decides the least."""

import hashlib
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from google.protobuf.message import Message

from entrygo.domain.errors import (
    IdempotencyConflict,
    InvalidAccountScope,
    InvalidApiKey,
    InvalidExportState,
    InvalidOrderReference,
    NotFound,
    PlanHashMismatch,
    ReferenceOutsideAccount,
    ValidationFailed,
)
from entrygo.domain.money import line_value, plain
from entrygo.gateway.services import Call, Reply
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2
from tests.fake_broker_links import FakeBrokerLinks

M = TypeVar("M", bound=Message)

ACCOUNT = "acc_123"
KEY = "shpbndl_live_" + "k" * 43
OTHER_ACCOUNT = "acc_999"
OTHER_KEY = "shpbndl_live_" + "o" * 43
PLANNED_AT = "2026-03-11T16:00:00.000Z"
EXECUTED_AT = "2026-03-11T16:10:00.000Z"
STRATEGY = (
    "Group U.S.-bound orders by operational readiness and generate an export batch "
    "before broker-facing review."
)
MANIFEST = b'{"manifest":true}'


class FakeServices(FakeBrokerLinks):
    """One object for the four services. Accounts see their own facts only, as the real ones do."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts = {KEY: ACCOUNT, OTHER_KEY: OTHER_ACCOUNT}
        self.requests: list[Message] = []
        self.calls: list[Call] = []
        self.failure: Exception | None = None
        self.down: set[str] = set()
        self.stale = False
        self._facts: dict[tuple[str, str, str], Any] = {}
        self._exports: dict[tuple[str, str], inspection_pb2.Export] = {}
        self._answers: dict[tuple[str, str, str], tuple[bytes, Message]] = {}
        self._policies: dict[str, planning_pb2.Policy] = {}
        self._count = 0
        for product_id in ("prod_123", "prod_hoodie_001", "prod_cap_002"):
            self._put("product", ACCOUNT, sync_pb2.Product(id=product_id, external_id=product_id))
        self._put("warehouse", ACCOUNT, sync_pb2.Warehouse(id="wh_123", external_id="yvr-01"))
        self._put("broker", ACCOUNT, sync_pb2.Broker(id="br_123", external_id="demo-broker"))

    async def who_am_i(self, call: Call) -> identity_pb2.WhoAmIResponse:
        return identity_pb2.WhoAmIResponse(account_id=self._account(call), mode="live")

    async def sync_orders(
        self, request: sync_pb2.SyncOrdersRequest, call: Call
    ) -> Reply[sync_pb2.SyncOrdersResponse]:
        account = self._enter(request, call, request.account_id)
        issues = [
            (
                f"items.{i}.items.{j}.{'sku' if line.sku else 'productId'}",
                "Unknown product",
                "unknown_product",
            )
            for i, order in enumerate(request.items)
            for j, line in enumerate(order.items)
            if ("product", account, line.product_id or line.sku) not in self._facts
        ]
        if issues:
            raise ValidationFailed.of(issues)
        return self._once(account, "sync_orders", request, lambda: self._sync_orders(account, request))

    def _sync_orders(self, account: str, request: sync_pb2.SyncOrdersRequest) -> sync_pb2.SyncOrdersResponse:
        return sync_pb2.SyncOrdersResponse(data=[self._order(account, item) for item in request.items])

    def _order(self, account: str, item: sync_pb2.OrderInput) -> sync_pb2.Order:
        total = sum(
            (line_value(Decimal(line.quantity), Decimal(line.unit_value_usd)) for line in item.items),
            Decimal(0),
        )
        order = sync_pb2.Order(
            id=self._id_of("order", account, item.external_id) or self._new("ord"),
            account_id=account,
            external_id=item.external_id,
            destination_country=item.destination_country,
            total_value_usd=plain(total),
            items=[
                sync_pb2.OrderItem(
                    product_id=line.product_id or line.sku,
                    quantity=line.quantity,
                    unit_value_usd=line.unit_value_usd,
                )
                for line in item.items
            ],
            metadata_json=item.metadata_json,
            created_at=PLANNED_AT,
            updated_at=PLANNED_AT,
        )
        if item.HasField("destination_region"):
            order.destination_region = item.destination_region
        if item.HasField("destination_postal_code"):
            order.destination_postal_code = item.destination_postal_code
        if item.HasField("importer_number"):
            order.importer_number = item.importer_number
        return self._put("order", account, order)

    async def sync_products(
        self, request: sync_pb2.SyncProductsRequest, call: Call
    ) -> Reply[sync_pb2.SyncProductsResponse]:
        account = self._enter(request, call, request.account_id)
        stored = [self._upsert("product", "prod", account, item) for item in request.items]
        return Reply(sync_pb2.SyncProductsResponse(data=stored))

    async def update_product(
        self, request: sync_pb2.UpdateProductRequest, call: Call
    ) -> Reply[sync_pb2.Product]:
        account = self._enter(request, call)
        stored: sync_pb2.Product | None = self._facts.get(("product", account, request.id))
        if stored is None:
            raise NotFound("Product not found.")

        def merge() -> sync_pb2.Product:
            for path in request.clear:
                *owners, name = path.split(".")
                owner: Any = stored
                for part in owners:
                    owner = getattr(owner, part)
                if isinstance(owner, Message):
                    owner.ClearField(name)
                else:
                    owner.pop(name, None)
            stored.MergeFrom(request.product)
            return stored

        return self._once(account, "update_product", request, merge)

    async def sync_warehouses(
        self, request: sync_pb2.SyncWarehousesRequest, call: Call
    ) -> Reply[sync_pb2.SyncWarehousesResponse]:
        account = self._enter(request, call, request.account_id)
        stored = [self._upsert("warehouse", "wh", account, item) for item in request.items]
        return Reply(sync_pb2.SyncWarehousesResponse(data=stored))

    async def sync_brokers(
        self, request: sync_pb2.SyncBrokersRequest, call: Call
    ) -> Reply[sync_pb2.SyncBrokersResponse]:
        account = self._enter(request, call, request.account_id)
        stored = [self._upsert("broker", "br", account, item) for item in request.items]
        return Reply(sync_pb2.SyncBrokersResponse(data=stored))

    async def get_order(self, id: str, call: Call) -> sync_pb2.Order:
        found: sync_pb2.Order = self._get("order", id, call)
        return found

    async def get_product(self, id: str, call: Call) -> sync_pb2.Product:
        found: sync_pb2.Product = self._get("product", id, call)
        return found

    async def get_warehouse(self, id: str, call: Call) -> sync_pb2.Warehouse:
        found: sync_pb2.Warehouse = self._get("warehouse", id, call)
        return found

    async def get_broker(self, id: str, call: Call) -> sync_pb2.Broker:
        found: sync_pb2.Broker = self._get("broker", id, call)
        return found

    async def list_orders(self, request: sync_pb2.ListRequest, call: Call) -> sync_pb2.ListOrdersResponse:
        return sync_pb2.ListOrdersResponse(**self._page("order", request, call))

    async def list_products(self, request: sync_pb2.ListRequest, call: Call) -> sync_pb2.ListProductsResponse:
        return sync_pb2.ListProductsResponse(**self._page("product", request, call))

    async def list_warehouses(
        self, request: sync_pb2.ListRequest, call: Call
    ) -> sync_pb2.ListWarehousesResponse:
        return sync_pb2.ListWarehousesResponse(**self._page("warehouse", request, call))

    async def list_brokers(self, request: sync_pb2.ListRequest, call: Call) -> sync_pb2.ListBrokersResponse:
        return sync_pb2.ListBrokersResponse(**self._page("broker", request, call))

    async def plan_export(
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

    async def cancel_export(
        self, request: planning_pb2.CancelExportRequest, call: Call
    ) -> Reply[planning_pb2.CancelExportResponse]:
        export = self._export(self._enter(request, call), request.export_id)
        self._advance(export, "CANCELLED", "export.cancelled")
        answer = planning_pb2.CancelExportResponse(
            export_id=export.export_id, state="CANCELLED", cancelled_at=EXECUTED_AT
        )
        return Reply(answer)

    async def diff_plans(self, request: planning_pb2.DiffPlansRequest, call: Call) -> planning_pb2.PlanDiff:
        export = self._export(self._enter(request, call), request.export_id)
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

    async def get_policy(self, call: Call) -> planning_pb2.Policy:
        return self._policies.get(self._account(call), planning_pb2.Policy())

    async def set_policy(
        self, request: planning_pb2.SetPolicyRequest, call: Call
    ) -> Reply[planning_pb2.Policy]:
        account = self._enter(request, call, request.account_id)
        self._policies[account] = request.policy
        self._policies[account].updated_at = PLANNED_AT
        return Reply(self._policies[account])

    async def approve_export(
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

    async def execute_export(
        self, request: execution_pb2.ExecuteExportRequest, call: Call
    ) -> Reply[execution_pb2.ExecuteExportResponse]:
        account = self._enter(request, call, request.account_id)
        return self._once(account, "execute", request, lambda: self._execute(account, request))

    def _execute(
        self, account: str, request: execution_pb2.ExecuteExportRequest
    ) -> execution_pb2.ExecuteExportResponse:
        export = self._export(account, request.batch_id)
        self._advance(export, "COMPLETED", "export.executed")
        export.executed_at = EXECUTED_AT
        artifact = events_pb2.Artifact(
            artifact_type="manifest",
            filename="manifest.json",
            generated_at=EXECUTED_AT,
            media_type="application/json",
            size_bytes=len(MANIFEST),
            sha256=hashlib.sha256(MANIFEST).hexdigest(),
        )
        export.customs_package.CopyFrom(
            events_pb2.CustomsPackage(
                id=self._new("cp"),
                export_batch_id=export.export_id,
                package_number="cp_ch100001",
                state="sent_to_broker",
                created_at=EXECUTED_AT,
                artifacts=[artifact],
            )
        )
        for recipient, channel in (("broker", "EMAIL"), ("warehouse", "LIFECYCLE_EVENT")):
            export.notifications.add(
                id=self._new("notif"),
                channel=channel,
                status="sent",
                recipient=recipient,
                created_at=EXECUTED_AT,
            )
        export.broker_submissions.append(self._submission(""))
        return execution_pb2.ExecuteExportResponse(
            export_id=export.export_id,
            status="COMPLETED",
            customs_package_id=export.customs_package.id,
            plan_hash=export.plan.plan_hash,
            artifacts=[artifact],
            notification_ids=[found.id for found in export.notifications],
            execution_timestamp=EXECUTED_AT,
            broker_submission=export.broker_submissions[-1],
        )

    async def resubmit_to_broker(
        self, request: execution_pb2.ResubmitToBrokerRequest, call: Call
    ) -> Reply[execution_pb2.ResubmitToBrokerResponse]:
        export = self._export(self._enter(request, call), request.export_id)
        if export.state != "COMPLETED":
            raise InvalidExportState(details={"currentState": export.state})
        export.broker_submissions.append(self._submission(request.reason))
        answer = execution_pb2.ResubmitToBrokerResponse(broker_submission=export.broker_submissions[-1])
        return Reply(answer)

    async def get_artifact(
        self, request: execution_pb2.GetArtifactRequest, call: Call
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]:
        package = self._package(self._enter(request, call), request.customs_package_id)
        artifact = next((one for one in package.artifacts if one.filename == request.filename), None)
        if artifact is None:
            raise NotFound("Artifact not found.")
        yield execution_pb2.ArtifactChunk(artifact=artifact)
        for start in range(0, len(MANIFEST), 8):
            yield execution_pb2.ArtifactChunk(content=MANIFEST[start : start + 8])

    async def inspect_export(self, export_id: str, call: Call) -> inspection_pb2.Export:
        found = inspection_pb2.Export()
        found.CopyFrom(self._export(self._account(call), export_id))
        found.stale = self.stale
        return found

    async def get_customs_package(self, id: str, call: Call) -> events_pb2.CustomsPackage:
        return self._package(self._account(call), id)

    async def list_exports(
        self, request: inspection_pb2.ListExportsRequest, call: Call
    ) -> inspection_pb2.ListExportsResponse:
        account = self._enter(request, call)
        summaries = [
            inspection_pb2.ExportSummary(
                export_id=export.export_id,
                state=export.state,
                readiness_state=export.plan.readiness_state,
                compliance_score=export.plan.compliance_score,
                plan_hash=export.plan.plan_hash,
                warehouse_id=export.plan.warehouse_id,
                broker_id=export.plan.broker_id,
                destination_country=export.plan.destination_country,
                estimated_savings_usd=export.plan.estimated_import_savings_usd,
                order_count=len(export.plan.included_order_ids),
                created_at=export.created_at,
            )
            for (owner, _), export in self._exports.items()
            if owner == account and request.state in ("", export.state)
        ]
        start = _start(request.cursor)
        end = start + (request.limit or 50)
        return inspection_pb2.ListExportsResponse(
            data=summaries[start:end],
            has_more=end < len(summaries),
            next_cursor=str(end) if end < len(summaries) else "",
        )

    async def system_health(self, call: Call) -> inspection_pb2.SystemHealthResponse:
        self._account(call)
        part = inspection_pb2.ComponentHealth(name="planning", status="ok")
        return inspection_pb2.SystemHealthResponse(status="ok", components=[part])

    async def serving(self) -> dict[str, bool]:
        return {name: name not in self.down for name in ("sync", "planning", "execution", "inspection")}

    def _account(self, call: Call) -> str:
        self.calls.append(call)
        if self.failure is not None:
            raise self.failure
        key = call.authorization.removeprefix("Bearer ")
        if key not in self.accounts:
            raise InvalidApiKey
        return self.accounts[key]

    def _enter(self, request: Message, call: Call, payload_account: str | None = None) -> str:
        account = self._account(call)
        if payload_account is not None and payload_account != account:
            details = {"apiKeyAccountId": account, "payloadAccountId": payload_account}
            raise InvalidAccountScope(details=details)
        self.requests.append(request)
        return account

    def _once(self, account: str, operation: str, request: Any, work: Callable[[], M]) -> Reply[M]:
        key: str = request.idempotency_key
        payload = type(request)()
        payload.CopyFrom(request)
        payload.ClearField("idempotency_key")
        fingerprint: bytes = payload.SerializeToString(deterministic=True)
        known = self._answers.get((account, operation, key)) if key else None
        if known is None:
            answer = work()
            self._answers[account, operation, key] = (fingerprint, answer)
            return Reply(answer)
        if known[0] != fingerprint:
            raise IdempotencyConflict
        stored: Any = known[1]
        return Reply(stored, replayed=True)

    def _new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._count:026d}"

    def _put(self, kind: str, account: str, fact: M) -> M:
        self._facts[kind, account, fact.id] = fact  # type: ignore[attr-defined]
        return fact

    def _id_of(self, kind: str, account: str, external_id: str) -> str | None:
        owned = (fact for (of, owner, _), fact in self._facts.items() if (of, owner) == (kind, account))
        return next((str(fact.id) for fact in owned if fact.external_id == external_id), None)

    def _upsert(self, kind: str, prefix: str, account: str, item: Any) -> Any:
        stored = type(item)()
        stored.CopyFrom(item)
        stored.id = self._id_of(kind, account, item.external_id) or item.id or self._new(prefix)
        stored.created_at = stored.updated_at = PLANNED_AT
        return self._put(kind, account, stored)

    def _get(self, kind: str, id: str, call: Call) -> Any:
        account = self._account(call)
        if (kind, account, id) not in self._facts:
            raise NotFound(f"{kind.capitalize()} not found.")
        return self._facts[kind, account, id]

    def _page(self, kind: str, request: sync_pb2.ListRequest, call: Call) -> dict[str, Any]:
        account = self._enter(request, call)
        owned: Sequence[Any] = [
            fact
            for (of, owner, _), fact in self._facts.items()
            if (of, owner) == (kind, account) and request.external_id in ("", fact.external_id)
        ]
        start = _start(request.cursor)
        end = start + (request.limit or 50)
        more = end < len(owned)
        return {"data": owned[start:end], "has_more": more, "next_cursor": str(end) if more else ""}

    def _export(self, account: str, export_id: str) -> inspection_pb2.Export:
        if (account, export_id) not in self._exports:
            raise NotFound("Export batch not found.")
        return self._exports[account, export_id]

    def _package(self, account: str, id: str) -> events_pb2.CustomsPackage:
        for (owner, _), export in self._exports.items():
            if owner == account and export.customs_package.id == id:
                return export.customs_package
        raise NotFound("Customs package not found.")

    def _advance(self, export: inspection_pb2.Export, state: str, event: str) -> None:
        if export.state != "BATCHED":
            details = {"currentState": export.state}
            raise InvalidExportState("Export batch cannot be executed from current state.", details=details)
        export.state = state
        export.version += 1
        export.events.append(self._entry(event))

    def _entry(self, type_: str) -> inspection_pb2.TimelineEntry:
        return inspection_pb2.TimelineEntry(
            id=self._new("evt"), type=type_, created_at=PLANNED_AT, payload_json='{"batchId":"batch"}'
        )

    def _submission(self, reason: str) -> events_pb2.BrokerSubmission:
        return events_pb2.BrokerSubmission(
            id=self._new("bes"),
            submission_type="EMAIL",
            status="sent",
            recipient_email="broker@example.com",
            subject="EntryGo broker submission cp_ch100001",
            sent_at=EXECUTED_AT,
            attempts=1,
            created_at=EXECUTED_AT,
            reason=reason,
        )


def _start(cursor: str) -> int:
    if cursor and not (cursor.isascii() and cursor.isdecimal()):
        raise ValidationFailed.of([("cursor", "Not a cursor of this list", "invalid_string")])
    return int(cursor or 0)


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
