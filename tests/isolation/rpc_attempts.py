"""One or more attempts on every RPC of every service."""

from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from entrygo.execution import servicer as execution
from entrygo.inspection import servicer as inspection
from entrygo.inspection.webhooks import servicer as webhooks
from entrygo.planning import servicer as planning
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.rpc import keys_servicer
from entrygo.rpc.interceptors.auth import Access, OnBehalf, Required
from entrygo.rpc.server import OF_IDENTITY
from entrygo.sync import servicer as sync
from tests.contract.rest.documented import ENTRY_DATE
from tests.isolation.attempts import (
    EXECUTE,
    FORBIDDEN,
    NO_KEY,
    NOT_FOUND,
    OK,
    ORDERS,
    OUT_OF_REACH,
    PLAN,
    READ,
    SETUP,
    Answered,
    Attempt,
    is_out_of_reach,
)
from tests.isolation.victim import ENTRY_NUMBER, Victim

DEADLINE_SECONDS = 30.0
SERVICES: Mapping[str, tuple[ServiceDescriptor, ...]] = {
    "sync": (
        *sync_pb2.DESCRIPTOR.services_by_name.values(),
        *identity_pb2.DESCRIPTOR.services_by_name.values(),
    ),
    "planning": tuple(planning_pb2.DESCRIPTOR.services_by_name.values()),
    "execution": tuple(execution_pb2.DESCRIPTOR.services_by_name.values()),
    "inspection": tuple(inspection_pb2.DESCRIPTOR.services_by_name.values()),
}
METHODS: Mapping[str, tuple[str, MethodDescriptor]] = {
    f"{service.name}.{method.name}": (part, method)
    for part, services in SERVICES.items()
    for service in services
    for method in service.methods
}
# What each asks of its caller, as its service says.
NEEDED: Mapping[str, Required] = {
    path.rpartition(".")[2].replace("/", "."): needed
    for service in (sync, keys_servicer, planning, execution, inspection, webhooks)
    for path, needed in service.REQUIRED_SCOPES.items()
} | {f"Identity.{name}": Access.ANY_KEY for name in OF_IDENTITY}
# Their requests carry a signed token, which is the credential: test_link_rpc.py and test_recipient_rpc.py in
# tests/integration/execution.
OPEN = frozenset(method for method, needed in NEEDED.items() if needed is Access.OPEN)
# For our own services alone: no key of anybody is let in.
SERVICE_ONLY = frozenset(
    method
    for method, needed in NEEDED.items()
    if needed is Access.SERVICE_ONLY or isinstance(needed, OnBehalf)
)


async def ask(target: str, method: MethodDescriptor, request: Message, key: str | None) -> Answered:
    """The status of an RPC with this API key, or with none; of a stream, its first message."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    metadata = () if key is None else (("authorization", f"Bearer {key}"),)
    answer_type = GetMessageClass(method.output_type)
    serialize = type(request).SerializeToString
    async with grpc.aio.insecure_channel(target) as channel:
        try:
            if method.server_streaming:
                stream = channel.unary_stream(path, serialize, answer_type.FromString)
                call = stream(request, metadata=metadata, timeout=DEADLINE_SECONDS)
                async for message in call:
                    return Answered(OK, message.SerializeToString())
                return Answered(OK, b"")
            unary = channel.unary_unary(path, serialize, answer_type.FromString)
            answer = await unary(request, metadata=metadata, timeout=DEADLINE_SECONDS)
            return Answered(OK, answer.SerializeToString())
        except grpc.aio.AioRpcError as error:
            return Answered(_outcome_of(error), b"")


def _outcome_of(error: grpc.aio.AioRpcError) -> str:
    code = error.code().name
    details = b"".join(
        value if isinstance(value, bytes) else value.encode() for _, value in error.trailing_metadata() or ()
    )
    if code == "INVALID_ARGUMENT" and is_out_of_reach(details):
        return OUT_OF_REACH
    return code if code in (NO_KEY, FORBIDDEN, NOT_FOUND) else f"{code} {error.details()}"


def _of(name: str, request: Callable[[Victim], Message], **known: Any) -> "Attempt[Message]":
    return Attempt(name=name, request=request, **known)


def _read(name: str, request: Callable[[Victim], Message], **known: Any) -> "Attempt[Message]":
    return _of(name, request, enough=READ, **{"shows": True, **known})


def _record(name: str, pick: Callable[[Victim], str], **known: Any) -> "tuple[Attempt[Message], ...]":
    return (_read(name, lambda victim: sync_pb2.GetRequest(id=pick(victim)), **{"shows": False, **known}),)


def _list(name: str, **known: Any) -> "tuple[Attempt[Message], ...]":
    return (_read(name, lambda _: sync_pb2.ListRequest(), shows=False, **known),)


def _planned(victim: Victim, order_ids: tuple[str, ...], key: str) -> Message:
    system = victim.system
    return planning_pb2.PlanExportRequest(
        account_id=system.account_id, warehouse_id=system.warehouse_id, broker_id=system.broker_id,
        order_ids=order_ids, destination_country="US", entry_date=ENTRY_DATE, on_blocked="block",
        idempotency_key=key,
    )  # fmt: skip


def _executed(victim: Victim, export_id: str, key: str) -> Message:
    return execution_pb2.ExecuteExportRequest(
        account_id=victim.system.account_id, batch_id=export_id, idempotency_key=key
    )


def _previewed(victim: Victim, export_id: str = "") -> Message:
    column = sync_pb2.BrokerTemplateColumn(header="A", field="order_id")
    return execution_pb2.PreviewBrokerTemplateRequest(
        broker_id=victim.system.broker_id,
        template=sync_pb2.BrokerTemplate(rows="order_line", columns=[column]),
        export_id=export_id,
    )


def _facts(victim: Victim) -> Message:
    return sync_pb2.GetPlanningFactsRequest(
        order_ids=victim.order_ids,
        warehouse_id=victim.system.warehouse_id,
        broker_id=victim.system.broker_id,
    )


def _order(victim: Victim) -> Message:
    item = sync_pb2.OrderItem(product_id="prod_hoodie_001", quantity="2", unit_value_usd="110")
    order = sync_pb2.OrderInput(
        external_id="isolation-order", destination_country="US", destination_region="CA",
        destination_postal_code="94105", items=[item],
    )  # fmt: skip
    return sync_pb2.SyncOrdersRequest(account_id=victim.system.account_id, items=[order])


def _events(victim: Victim) -> Message:
    return events_pb2.EventsAfterRequest(stream_id=victim.done)


def _snapshot(victim: Victim) -> Message:
    return planning_pb2.GetSnapshotRequest(export_id=victim.done)


def _webhook(victim: Victim) -> Message:
    return inspection_pb2.WebhookRequest(id=victim.webhook_id)


ATTEMPTS: Mapping[str, "tuple[Attempt[Message], ...]"] = {
    "Sync.SyncOrders": (_of("SyncOrders", _order, enough=ORDERS, of_account=True),),
    "Sync.SyncProducts": (
        _of(
            "SyncProducts",
            lambda v: sync_pb2.SyncProductsRequest(
                account_id=v.system.account_id,
                items=[sync_pb2.Product(external_id="isolation-product", name="Theirs")],
            ),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "Sync.SyncWarehouses": (
        _of(
            "SyncWarehouses",
            lambda v: sync_pb2.SyncWarehousesRequest(
                account_id=v.system.account_id,
                items=[sync_pb2.Warehouse(external_id=v.warehouse_external_id, name="Theirs")],
            ),
            enough=SETUP,
        ),
    ),
    "Sync.SyncBrokers": (
        _of(
            "SyncBrokers",
            lambda v: sync_pb2.SyncBrokersRequest(
                account_id=v.system.account_id,
                items=[sync_pb2.Broker(external_id="isolation-broker", name="Theirs")],
            ),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "Sync.SyncImporters": (
        _of(
            "SyncImporters",
            lambda v: sync_pb2.SyncImportersRequest(
                account_id=v.system.account_id,
                items=[sync_pb2.Importer(external_id="isolation-importer", name="Theirs")],
            ),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "Sync.UpdateProduct": (
        _of(
            "UpdateProduct",
            lambda v: sync_pb2.UpdateProductRequest(
                id=v.system.product_ids[0], product=sync_pb2.Product(name="Theirs")
            ),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "Sync.UpdateWarehouse": (
        _of(
            "UpdateWarehouse",
            lambda v: sync_pb2.UpdateWarehouseRequest(
                id=v.system.warehouse_id, warehouse=sync_pb2.Warehouse(name="Theirs")
            ),
            enough=SETUP,
        ),
    ),
    "Sync.UpdateBroker": (
        _of(
            "UpdateBroker",
            lambda v: sync_pb2.UpdateBrokerRequest(
                id=v.system.broker_id, broker=sync_pb2.Broker(name="Theirs")
            ),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "Sync.UpdateImporter": (
        _of(
            "UpdateImporter",
            lambda v: sync_pb2.UpdateImporterRequest(
                id=v.importer_id, importer=sync_pb2.Importer(name="Theirs")
            ),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "Sync.GetOrder": _record("GetOrder", lambda v: v.order_ids[0], of_account=True),
    "Sync.GetProduct": _record("GetProduct", lambda v: v.system.product_ids[0], of_account=True),
    "Sync.GetWarehouse": _record("GetWarehouse", lambda v: v.system.warehouse_id),
    "Sync.GetBroker": _record("GetBroker", lambda v: v.system.broker_id, of_account=True),
    "Sync.GetImporter": _record("GetImporter", lambda v: v.importer_id, of_account=True),
    "Sync.ListOrders": _list("ListOrders", of_account=True),
    "Sync.ListProducts": _list("ListProducts", of_account=True),
    "Sync.ListWarehouses": _list("ListWarehouses"),
    "Sync.ListBrokers": _list("ListBrokers", of_account=True),
    "Sync.ListImporters": _list("ListImporters", of_account=True),
    "Sync.GetPlanningFacts": (
        _of("GetPlanningFacts", _facts, enough=PLAN | READ, of_account=True),
        _of(
            "GetPlanningFacts of a warehouse",
            lambda v: sync_pb2.GetPlanningFactsRequest(warehouse_id=v.system.warehouse_id),
            enough=PLAN | READ,
            shows=True,
        ),
    ),
    "Identity.WhoAmI": (_of("WhoAmI", lambda _: identity_pb2.WhoAmIRequest(), enough=frozenset()),),
    "Identity.OpenSession": (
        _of("OpenSession", lambda _: identity_pb2.OpenSessionRequest(), enough=frozenset()),
    ),
    "Identity.EndSession": (
        _of("EndSession", lambda _: identity_pb2.EndSessionRequest(), enough=frozenset()),
    ),
    "Keys.ListKeys": (_of("ListKeys", lambda _: identity_pb2.ListKeysRequest(), enough=SETUP),),
    "Keys.CreateKey": (
        _of(
            "CreateKey",
            lambda v: identity_pb2.CreateKeyRequest(
                account_id=v.system.account_id,
                name="theirs",
                scopes=["read"],
                warehouse_id=v.system.warehouse_id,
            ),
            enough=SETUP,
        ),
    ),
    "Keys.RotateKey": (_of("RotateKey", lambda v: identity_pb2.RotateKeyRequest(id=v.key_id), enough=SETUP),),
    "Keys.RevokeKey": (_of("RevokeKey", lambda v: identity_pb2.RevokeKeyRequest(id=v.key_id), enough=SETUP),),
    "Planning.PlanExport": (
        _of("PlanExport", lambda v: _planned(v, v.open_order_ids, ""), enough=PLAN),
        _of("PlanExport replayed", lambda v: _planned(v, v.order_ids, v.plan_key), enough=PLAN),
    ),
    "Planning.CancelExport": (
        _of(
            "CancelExport",
            lambda v: planning_pb2.CancelExportRequest(export_id=v.open, reason="not mine"),
            enough=PLAN,
        ),
    ),
    "Planning.ClaimExport": (
        _of(
            "ClaimExport",
            lambda v: planning_pb2.ClaimExportRequest(export_id=v.open, execution_id="exe_not_mine"),
            enough=frozenset(),
        ),
    ),
    "Planning.AmendExport": (
        _of(
            "AmendExport of planning",
            lambda v: planning_pb2.AmendExportRequest(export_id=v.done, reason="not mine", dry_run=True),
            enough=frozenset(),
        ),
    ),
    "Planning.WithdrawExport": (
        _of(
            "WithdrawExport of planning",
            lambda v: planning_pb2.WithdrawExportRequest(
                export_id=v.done, withdrawal_id="wdr_not_mine", reason="not mine"
            ),
            enough=frozenset(),
        ),
    ),
    "Planning.ReleaseExport": (
        _of(
            "ReleaseExport",
            lambda v: planning_pb2.ReleaseExportRequest(
                export_id=v.done,
                execution_id=v.execution_id,
                failed=planning_pb2.ReleaseExportRequest.Failed(error_code="X", message="not mine"),
            ),
            enough=frozenset(),
        ),
    ),
    "Planning.GetSnapshot": (_of("GetSnapshot", _snapshot, enough=READ | EXECUTE, shows=True),),
    "Planning.DiffPlans": (
        _read(
            "DiffPlans",
            lambda v: planning_pb2.DiffPlansRequest(export_id=v.done, from_plan_hash=v.done_hash),
            shows=False,
        ),
    ),
    "Planning.ListOrderExports": (
        _read(
            "ListOrderExports",
            lambda v: planning_pb2.ListOrderExportsRequest(order_id=v.order_ids[0]),
        ),
    ),
    "Planning.ListRules": (
        _read("ListRules", lambda _: planning_pb2.ListRulesRequest(), of_account=True, shows=False),
    ),
    "Planning.GetPolicy": (
        _read("GetPolicy", lambda _: planning_pb2.GetPolicyRequest(), of_account=True, shows=False),
    ),
    "Planning.SetPolicy": (
        _of(
            "SetPolicy",
            lambda v: planning_pb2.SetPolicyRequest(
                account_id=v.system.account_id, policy=planning_pb2.Policy()
            ),
            enough=SETUP,
        ),
    ),
    "Planning.ApproveExport": (
        _of(
            "ApproveExport",
            lambda v: planning_pb2.ApproveExportRequest(
                export_id=v.open, plan_hash=v.open_hash, approved_by="them"
            ),
            enough=PLAN,
        ),
    ),
    "Planning.EventsAfter": (_read("EventsAfter of planning", _events),),
    "Planning.GetHistory": (
        _of("GetHistory of planning", lambda _: events_pb2.GetHistoryRequest(), enough=frozenset()),
    ),
    "Planning.ReplayEvents": (
        _of("ReplayEvents of planning", lambda _: events_pb2.ReplayEventsRequest(), enough=frozenset()),
    ),
    "Execution.ExecuteExport": (
        _of("ExecuteExport", lambda v: _executed(v, v.open, ""), enough=EXECUTE),
        _of("ExecuteExport replayed", lambda v: _executed(v, v.done, v.execute_key), enough=EXECUTE),
    ),
    "Execution.ResubmitToBroker": (
        _of(
            "ResubmitToBroker",
            lambda v: execution_pb2.ResubmitToBrokerRequest(export_id=v.done, reason="not mine"),
            enough=EXECUTE,
        ),
    ),
    "Execution.NoteBrokerAnswer": (
        _of(
            "NoteBrokerAnswer",
            lambda v: execution_pb2.NoteBrokerAnswerRequest(
                export_id=v.done, outcome="acknowledged", noted_by="nobody", note="not mine"
            ),
            enough=EXECUTE,
        ),
    ),
    "Execution.AmendExport": (
        _of(
            "AmendExport",
            lambda v: execution_pb2.AmendExportRequest(export_id=v.done, reason="not mine", dry_run=True),
            enough=PLAN,
        ),
    ),
    "Execution.WithdrawExport": (
        _of(
            "WithdrawExport",
            lambda v: execution_pb2.WithdrawExportRequest(export_id=v.done, reason="not mine", dry_run=True),
            enough=EXECUTE,
        ),
    ),
    "Execution.RecordEntrySummary": (
        _of(
            "RecordEntrySummary",
            lambda v: execution_pb2.RecordEntrySummaryRequest(
                export_id=v.done,
                entry=1,
                summary=execution_pb2.EntrySummary(entry_number="PA7-1234567-8", duty_usd="1"),
            ),
            enough=EXECUTE,
        ),
    ),
    "Execution.CloseEntryTask": (
        _of(
            "CloseEntryTask",
            lambda v: execution_pb2.CloseEntryTaskRequest(
                export_id=v.done, entry=1, task_id=v.task_id, note="not mine"
            ),
            enough=EXECUTE,
        ),
    ),
    "Execution.FindCustomsPackages": (
        _read("FindCustomsPackages", lambda v: execution_pb2.FindCustomsPackagesRequest(number=ENTRY_NUMBER)),
    ),
    "Execution.ListEntrySummaries": (
        _read("ListEntrySummaries", lambda v: execution_pb2.ListEntrySummariesRequest(export_id=v.done)),
    ),
    "Execution.GetActualCosts": (
        _read(
            "GetActualCosts",
            lambda v: execution_pb2.GetActualCostsRequest(export_id=v.done),
            shows=False,
        ),
    ),
    "Execution.PreviewBrokerTemplate": (
        _read("PreviewBrokerTemplate", _previewed, of_account=True, shows=False),
        _read("PreviewBrokerTemplate of an export", lambda v: _previewed(v, v.done)),
    ),
    "Execution.TestBroker": (
        _of(
            "TestBroker",
            lambda v: execution_pb2.TestBrokerRequest(broker_id=v.system.broker_id),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "Execution.GetArtifact": (
        _read(
            "GetArtifact",
            lambda v: execution_pb2.GetArtifactRequest(
                customs_package_id=v.package_id, filename="manifest.json"
            ),
            shows=False,
        ),
    ),
    "Execution.ListMailRecipients": (
        _read(
            "ListMailRecipients",
            lambda _: execution_pb2.ListMailRecipientsRequest(addresses=["nobody@example.com"]),
            of_account=True,
            shows=False,
        ),
    ),
    "Execution.EventsAfter": (_read("EventsAfter of execution", _events),),
    "Execution.MailWebhookNotice": (
        _of(
            "MailWebhookNotice",
            lambda v: execution_pb2.MailWebhookNoticeRequest(
                id="evt_not_mine", recipient="a@example.com", webhook_id=v.webhook_id, host="example.com"
            ),
            enough=frozenset(),
        ),
    ),
    "Execution.GetHistory": (
        _of("GetHistory of execution", lambda _: events_pb2.GetHistoryRequest(), enough=frozenset()),
    ),
    "Execution.ReplayEvents": (
        _of("ReplayEvents of execution", lambda _: events_pb2.ReplayEventsRequest(), enough=frozenset()),
    ),
    "Inspection.InspectExport": (
        _read("InspectExport", lambda v: inspection_pb2.InspectExportRequest(export_id=v.done)),
    ),
    "Inspection.GetCustomsPackage": (
        _read("GetCustomsPackage", lambda v: inspection_pb2.GetCustomsPackageRequest(id=v.package_id)),
    ),
    "Inspection.ListExports": (_read("ListExports", lambda _: inspection_pb2.ListExportsRequest()),),
    "Inspection.WatchExport": (
        _read("WatchExport", lambda v: inspection_pb2.InspectExportRequest(export_id=v.done)),
    ),
    "Inspection.ListEvents": (
        _read("ListEvents", lambda v: inspection_pb2.ListEventsRequest(export_id=v.done)),
        _of("ListEvents of every export", lambda _: inspection_pb2.ListEventsRequest(), enough=READ),
    ),
    "Inspection.WatchEvents": (
        _read("WatchEvents", lambda v: inspection_pb2.WatchEventsRequest(export_id=v.done)),
    ),
    "Webhooks.CreateWebhook": (
        _of(
            "CreateWebhook",
            lambda v: inspection_pb2.CreateWebhookRequest(
                account_id=v.system.account_id, url="http://127.0.0.1:9/theirs"
            ),
            enough=SETUP,
            of_account=True,
        ),
    ),
    "Webhooks.ListWebhooks": (_read("ListWebhooks", lambda _: inspection_pb2.ListWebhooksRequest()),),
    "Webhooks.GetWebhook": (_read("GetWebhook", _webhook),),
    "Webhooks.UpdateWebhook": (
        _of(
            "UpdateWebhook",
            lambda v: inspection_pb2.UpdateWebhookRequest(id=v.webhook_id, description="theirs"),
            enough=SETUP,
        ),
    ),
    "Webhooks.DeleteWebhook": (_of("DeleteWebhook", _webhook, enough=SETUP),),
    "Webhooks.RotateWebhookSecret": (
        _of(
            "RotateWebhookSecret",
            lambda v: inspection_pb2.RotateWebhookSecretRequest(id=v.webhook_id),
            enough=SETUP,
        ),
    ),
    "Webhooks.ListDeliveries": (
        _read("ListDeliveries", lambda v: inspection_pb2.ListDeliveriesRequest(id=v.webhook_id), shows=False),
    ),
    "Webhooks.ReplayDeliveries": (
        _of(
            "ReplayDeliveries",
            lambda v: inspection_pb2.ReplayDeliveriesRequest(id=v.webhook_id, status="pending"),
            enough=SETUP,
        ),
    ),
    "Webhooks.SendTestEvent": (_of("SendTestEvent", _webhook, enough=SETUP),),
    "Inspection.SystemHealth": (
        _of("SystemHealth", lambda _: inspection_pb2.SystemHealthRequest(), enough=frozenset()),
    ),
}
