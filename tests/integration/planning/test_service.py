"""Planning over gRPC, on facts from a real sync service: the same door, the same errors, the same plan."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import grpc
import pytest
import pytest_asyncio
from google.protobuf import json_format

from entrygo.domain.errors import RemoteError
from entrygo.domain.facts import Warehouse
from entrygo.domain.principal import Mode, Principal, ScopeName, Tenant
from entrygo.domain.snapshot import Snapshot
from entrygo.identity.authenticator import Authenticator
from entrygo.identity.use_cases import create_account, create_key
from entrygo.planning import servicer as planning
from entrygo.planning.reference.in_force import reference_on
from entrygo.planning.rules import RULES
from entrygo.planning.sync_client import SyncFacts
from entrygo.planning.use_cases import PlanningUseCases
from entrygo.postgres.pool import Pool, open_pool
from entrygo.process.clock import Ids, utc_now
from entrygo.process.settings import RpcClientSettings, RpcServerSettings, StopSettings
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2, planning_pb2_grpc
from entrygo.proto.sync.v1 import sync_pb2, sync_pb2_grpc
from entrygo.rpc.calls import on_behalf_metadata, service_metadata
from entrygo.rpc.channel import open_channel
from entrygo.rpc.errors import remote
from entrygo.rpc.server import build_server
from entrygo.sync import servicer as sync
from entrygo.sync.habits import Habits
from entrygo.sync.use_cases import SyncUseCases
from tests.factories import CAP, HOODIE, demo_account
from tests.unit.planning.documented import DOCUMENTED_MESSAGE

SERVICE_TOKEN = "service-token"
ACCOUNT = "acc_123"
MAX_ORDERS = 100

Metadata = tuple[tuple[str, str], ...]


async def yes() -> bool:
    return True


@dataclass
class System:
    """Both services, reached as a caller reaches them."""

    identity_pool: Pool
    sync: Any
    planning: Any
    key: Metadata

    async def key_with(self, *scopes: ScopeName) -> Metadata:
        _, secret = await create_key(
            self.identity_pool, Ids(), utc_now, account_id=ACCOUNT, scopes=frozenset(scopes)
        )
        return (("authorization", f"Bearer {secret}"),)

    async def load_demo_account(self) -> list[str]:
        """Syncs the demo account and the two documented orders; gives the ids of the orders."""
        demo = demo_account()
        for kind, call, request in (
            ("products", self.sync.SyncProducts, sync_pb2.SyncProductsRequest),
            ("warehouses", self.sync.SyncWarehouses, sync_pb2.SyncWarehousesRequest),
            ("brokers", self.sync.SyncBrokers, sync_pb2.SyncBrokersRequest),
        ):
            body = {"account_id": ACCOUNT, "items": demo[kind]}
            await call(json_format.ParseDict(body, request()), metadata=self.key)
        answer = await self.sync.SyncOrders(documented_orders(), metadata=self.key)
        return [order.id for order in answer.data]

    async def plan(self, order_ids: list[str], **fields: Any) -> planning_pb2.PlanExportResponse:
        request = planning_pb2.PlanExportRequest(
            **{
                "account_id": ACCOUNT,
                "warehouse_id": "wh_123",
                "broker_id": "br_123",
                "order_ids": order_ids,
                "entry_date": "2026-03-11",
            }
            | fields
        )
        with remote("planning"):
            answer: planning_pb2.PlanExportResponse = await self.planning.PlanExport(
                request, metadata=self.key, timeout=20
            )
        return answer


def for_a_key(*scopes: ScopeName, warehouse_id: str | None = None) -> Metadata:
    """As execution calls for a caller with these rights."""
    caller = Principal(
        tenant=Tenant(ACCOUNT, Mode.LIVE),
        key_id="key_of_a_caller",
        scopes=frozenset(scopes),
        authorization="",
        warehouse_id=warehouse_id,
    )
    return on_behalf_metadata(SERVICE_TOKEN, caller)


def documented_orders() -> sync_pb2.SyncOrdersRequest:
    hoodies = sync_pb2.OrderItem(product_id=HOODIE, quantity="2", unit_value_usd="110")
    cap = sync_pb2.OrderItem(product_id=CAP, quantity="1", unit_value_usd="35")
    place = {"destination_country": "US", "destination_region": "CA", "destination_postal_code": "94105"}
    return sync_pb2.SyncOrdersRequest(
        account_id=ACCOUNT,
        items=[
            sync_pb2.OrderInput(external_id="wms-1", items=[hoodies, cap], **place),
            sync_pb2.OrderInput(external_id="wms-2", items=[cap], **place),
        ],
    )


@asynccontextmanager
async def serving(
    identity_pool: Pool,
    register: Callable[[grpc.aio.Server], None],
    scopes: Mapping[str, Any],
    name: str,
) -> AsyncIterator[grpc.aio.Channel]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = build_server(
        settings=RpcServerSettings(),
        stopping=StopSettings(drain_seconds=0),
        port=port,
        authenticator=Authenticator(identity_pool, service_tokens=(SERVICE_TOKEN,)),
        required_scopes=scopes,
        register=register,
        service_names=(name,),
        ready=yes,
    )
    stop = asyncio.Event()
    task = asyncio.create_task(server.serve(stop))
    try:
        async with open_channel(f"127.0.0.1:{port}", RpcClientSettings()) as channel:
            await channel.channel_ready()
            yield channel
    finally:
        stop.set()
        await task


@pytest_asyncio.fixture
async def parts(database_url: str) -> AsyncIterator[System]:
    async with AsyncExitStack() as stack:
        identity_pool, sync_pool, pool = [
            await stack.enter_async_context(await open_pool(database_url, schema=schema, max_size=4))
            for schema in ("identity", "sync", "planning")
        ]
        await create_account(identity_pool, Ids(), name="Demo", account_id=ACCOUNT)
        sync_servicer = sync.SyncServicer(
            SyncUseCases(pool=sync_pool, clock=utc_now, ids=Ids(), habits=Habits())
        )
        sync_channel = await stack.enter_async_context(
            serving(
                identity_pool,
                partial(sync_pb2_grpc.add_SyncServicer_to_server, sync_servicer),
                sync.REQUIRED_SCOPES,
                sync.SERVICE_NAME,
            )
        )
        use_cases = PlanningUseCases.on(
            pool,
            facts=SyncFacts(sync_channel),
            rules=RULES,
            reference_on=reference_on,
            clock=utc_now,
            ids=Ids(),
        )
        servicer = planning.PlanningServicer(use_cases, max_orders=MAX_ORDERS)
        channel = await stack.enter_async_context(
            serving(
                identity_pool,
                partial(planning_pb2_grpc.add_PlanningServicer_to_server, servicer),
                planning.REQUIRED_SCOPES,
                planning.SERVICE_NAME,
            )
        )
        parts = System(
            identity_pool, sync_pb2_grpc.SyncStub(sync_channel), planning_pb2_grpc.PlanningStub(channel), ()
        )
        parts.key = await parts.key_with(*ScopeName)
        yield parts


async def read_snapshot(parts: System, export_id: str, metadata: Metadata) -> Snapshot:
    request = planning_pb2.GetSnapshotRequest(export_id=export_id)
    with remote("planning"):
        call = parts.planning.GetSnapshot(request, metadata=metadata)
        content = b"".join([chunk.content async for chunk in call])
    return Snapshot.model_validate_json(content)


async def test_documented_orders_of_the_demo_account_give_the_documented_plan(parts: System) -> None:
    first, second = await parts.load_demo_account()
    plan = (await parts.plan([first, second])).plan
    # The documented day is over, which its plan says; the rest is as documented.
    past, message = plan.validation_messages
    assert past.code == "ENTRY_DATE_PAST"
    assert json_format.MessageToDict(message, preserving_proto_field_name=True) == {
        **DOCUMENTED_MESSAGE,
        "order_id": first,
    }
    assert (plan.readiness_state, plan.compliance_score) == ("REVIEW_REQUIRED", 74)
    assert plan.estimated_import_savings_usd == "18.5"
    assert list(plan.flags) == ["human_review_recommended"]
    assert list(plan.missing_data) == []


async def test_snapshot_holds_the_facts_that_sync_was_given(parts: System) -> None:
    export_id = (await parts.plan(await parts.load_demo_account())).export_id
    snapshot = await read_snapshot(parts, export_id, parts.key)
    demo = demo_account()
    assert snapshot.warehouse == Warehouse.model_validate(demo["warehouses"][0])
    assert snapshot.broker.fee_schedules[0].included_lines == 5
    assert {product.id for product in snapshot.products} == {HOODIE, CAP}
    assert snapshot.orders[0].total_value_usd == 255


async def test_fee_schedule_that_includes_no_lines_can_be_planned_with(parts: System) -> None:
    order_ids = await parts.load_demo_account()
    schedule = {
        "valid_from": "2025-01-01",
        "fee_formal": "95",
        "fee_informal": "20",
        "line_fee": "3",
        "order_fee": "1.5",
    }
    body = {
        "account_id": ACCOUNT,
        "items": [{"external_id": demo_account()["brokers"][0]["external_id"], "fee_schedules": [schedule]}],
    }
    await parts.sync.SyncBrokers(
        json_format.ParseDict(body, sync_pb2.SyncBrokersRequest()), metadata=parts.key
    )
    # Separate: 20 + 2 lines and 20 + 1 line; together: 20 + 2 lines + 1 order.
    plan = (await parts.plan(order_ids)).plan
    assert plan.estimated_import_savings_usd == "21.5"


async def test_references_that_nobody_has_are_refused_with_their_errors(parts: System) -> None:
    order_ids = await parts.load_demo_account()
    with pytest.raises(RemoteError) as refused:
        await parts.plan([*order_ids, "ord_missing", "nul\0"])
    assert refused.value.error_code == "INVALID_ORDER_REFERENCE"
    assert refused.value.details == {
        "requestedOrderIds": [*order_ids, "ord_missing", "nul\0"],
        "foundOrderIds": order_ids,
    }
    with pytest.raises(RemoteError) as refused:
        await parts.plan(order_ids, warehouse_id="wh_missing")
    assert (refused.value.error_code, refused.value.field) == ("INVALID_ACCOUNT_SCOPE", "warehouseId")
    assert refused.value.error_kind == "invalid"


async def test_everything_wrong_with_a_request_is_named_at_once(parts: System) -> None:
    with pytest.raises(RemoteError) as refused:
        await parts.plan(
            ["ord_1", "ord_1", ""],
            account_id="",
            broker_id="",
            destination_country="USA",
            on_blocked="maybe",
            entry_date="20260311",
            entry_type="03",
            idempotency_key="k" * 256,
        )
    assert refused.value.error_code == "VALIDATION_ERROR"
    assert [issue["path"] for issue in (refused.value.details or {})["issues"]] == [
        "accountId",
        "brokerId",
        "orderIds.1",
        "orderIds.2",
        "destinationCountry",
        "onBlocked",
        "entryDate",
        "entryType",
        "idempotencyKey",
    ]


async def test_importer_of_an_order_and_the_entry_type_asked_for_are_in_the_snapshot(
    parts: System,
) -> None:
    await parts.load_demo_account()
    named = documented_orders()
    named.items[1].importer_number = "12-3456789"
    answer = await parts.sync.SyncOrders(named, metadata=parts.key)
    order_ids = [order.id for order in answer.data]
    plan = await parts.plan(order_ids, entry_type="01")
    snapshot = await read_snapshot(parts, plan.export_id, parts.key)
    assert (snapshot.entry_type, snapshot.asked_entry_type) == ("01", "01")
    assert [order.importer_number for order in snapshot.orders] == [None, "12-3456789"]
    assert "BATCH_IMPORTER_MIXED" in {message.code for message in plan.plan.validation_messages}
    assert "12-3456789" not in str(plan)
    by_value = await parts.plan(order_ids, dry_run=True)
    assert by_value.plan.plan_hash != plan.plan.plan_hash
    assert by_value.plan.entry_type == "11"


async def test_plan_by_external_ids_over_both_services_and_its_difference_from_the_first(
    parts: System,
) -> None:
    await parts.load_demo_account()
    first = await parts.plan([], external_order_ids=["wms-1"])
    second = await parts.plan([], external_order_ids=["wms-1", "wms-2"], batch_id=first.export_id)
    with pytest.raises(RemoteError) as raised:
        await parts.plan([], external_order_ids=["wms-1", "wms-none"])
    assert raised.value.details is not None
    assert raised.value.details["foundExternalOrderIds"] == ["wms-1"]
    asked = planning_pb2.DiffPlansRequest(export_id=first.export_id, from_plan_hash=first.plan.plan_hash)
    diff = await parts.planning.DiffPlans(asked, metadata=await parts.key_with(ScopeName.READ))
    assert (diff.to.plan_hash, diff.orders.added_count) == (second.plan.plan_hash, 1)
    assert diff.orders.added[0].name == "wms-2"
    for asked, code in (
        (planning_pb2.DiffPlansRequest(export_id=first.export_id, from_plan_hash="x"), "NOT_FOUND"),
        (planning_pb2.DiffPlansRequest(export_id="batch_none", from_plan_hash="x"), "NOT_FOUND"),
        (planning_pb2.DiffPlansRequest(export_id=first.export_id), "VALIDATION_ERROR"),
        (
            planning_pb2.DiffPlansRequest(export_id=first.export_id, from_plan_hash="nul\0"),
            "VALIDATION_ERROR",
        ),
        (
            planning_pb2.DiffPlansRequest(
                export_id=first.export_id, from_plan_hash=first.plan.plan_hash, to_plan_hash="nul\0"
            ),
            "VALIDATION_ERROR",
        ),
    ):
        with pytest.raises(RemoteError) as raised, remote("planning"):
            await parts.planning.DiffPlans(asked, metadata=parts.key)
        assert raised.value.error_code == code


NUL_REQUESTS = {
    "PlanExport": planning_pb2.PlanExportRequest(
        account_id=ACCOUNT, warehouse_id="wh_123", broker_id="br_123", order_ids=["ord_1"], batch_id="\0"
    ),
    "CancelExport": planning_pb2.CancelExportRequest(export_id="\0", reason="\0"),
    "ClaimExport": planning_pb2.ClaimExportRequest(export_id="\0", execution_id="\0"),
    "ReleaseExport": planning_pb2.ReleaseExportRequest(export_id="\0", execution_id="\0"),
    "DiffPlans": planning_pb2.DiffPlansRequest(export_id="\0", from_plan_hash="\0", to_plan_hash="\0"),
    "ApproveExport": planning_pb2.ApproveExportRequest(
        export_id="\0", plan_hash="\0", approved_by="\0", note="\0", idempotency_key="\0"
    ),
    "SetPolicy": planning_pb2.SetPolicyRequest(
        account_id=ACCOUNT, policy=planning_pb2.Policy(severities={"\0": "\0"}, codes_without_approval=["\0"])
    ),
}


@pytest.mark.parametrize("method", NUL_REQUESTS)
async def test_nul_in_a_request_is_the_callers_fault_and_not_ours(parts: System, method: str) -> None:
    with pytest.raises(RemoteError) as refused, remote("planning"):
        await getattr(parts.planning, method)(NUL_REQUESTS[method], metadata=for_a_key(*ScopeName))
    # A batch that cannot be one is answered like one that nobody has.
    assert refused.value.error_kind == ("not_found" if method == "PlanExport" else "invalid")


@pytest.mark.parametrize("name", ["warehouse_id", "broker_id", "batch_id"])
async def test_nul_in_an_id_of_a_plan_is_no_fault_of_ours(parts: System, name: str) -> None:
    order_ids = await parts.load_demo_account()
    with pytest.raises(RemoteError) as refused:
        await parts.plan(order_ids, **{name: "nul\0"})
    assert refused.value.error_kind in ("invalid", "not_found")


async def test_more_orders_than_the_limit_are_refused(parts: System) -> None:
    with pytest.raises(RemoteError, match="validation") as refused:
        await parts.plan([f"ord_{index}" for index in range(MAX_ORDERS + 1)])
    assert refused.value.field == "orderIds"


async def test_other_account_in_the_request_is_forbidden(parts: System) -> None:
    with pytest.raises(RemoteError) as refused:
        await parts.plan(["ord_1"], account_id="acc_999")
    assert (refused.value.error_code, refused.value.error_kind) == ("INVALID_ACCOUNT_SCOPE", "forbidden")


async def test_replayed_plan_says_so(parts: System) -> None:
    order_ids = await parts.load_demo_account()
    request = planning_pb2.PlanExportRequest(
        account_id=ACCOUNT,
        warehouse_id="wh_123",
        broker_id="br_123",
        order_ids=order_ids,
        idempotency_key="plan-1",
    )
    calls = [parts.planning.PlanExport(request, metadata=parts.key) for _ in range(2)]
    answers = await asyncio.gather(*calls)
    trailers = [dict(await call.trailing_metadata() or ()) for call in calls]
    assert answers[0] == answers[1]
    assert sorted("idempotency-replayed" in trailer for trailer in trailers) == [False, True]


async def test_each_call_asks_for_its_scope(parts: System) -> None:
    order_ids = await parts.load_demo_account()
    export_id = (await parts.plan(order_ids)).export_id
    planner = await parts.key_with(ScopeName.EXPORTS_PLAN)
    executor = await parts.key_with(ScopeName.EXPORTS_EXECUTE)
    with pytest.raises(RemoteError) as refused:
        await read_snapshot(parts, export_id, planner)
    assert refused.value.error_code == "INSUFFICIENT_SCOPE"
    assert (await read_snapshot(parts, export_id, executor)).export_id == export_id


async def test_claim_and_release_are_steps_of_execution_and_open_to_no_key(parts: System) -> None:
    export_id = (await parts.plan(await parts.load_demo_account())).export_id
    named: dict[str, Any] = {"export_id": export_id, "execution_id": "exe_1"}
    for call, request in (
        (parts.planning.ClaimExport, planning_pb2.ClaimExportRequest(**named)),
        (parts.planning.ReleaseExport, planning_pb2.ReleaseExportRequest(**named)),
    ):
        with pytest.raises(RemoteError) as refused, remote("planning"):
            await call(request, metadata=parts.key)
        assert refused.value.error_code == "INVALID_API_KEY"
        with pytest.raises(RemoteError) as refused, remote("planning"):
            await call(request, metadata=for_a_key(ScopeName.EXPORTS_PLAN))
        assert refused.value.error_code == "INSUFFICIENT_SCOPE"


async def test_claim_for_a_key_of_another_warehouse_finds_no_export(parts: System) -> None:
    export_id = (await parts.plan(await parts.load_demo_account())).export_id
    request = planning_pb2.ClaimExportRequest(export_id=export_id, execution_id="exe_1")
    executing = ScopeName.EXPORTS_EXECUTE
    with pytest.raises(RemoteError) as refused, remote("planning"):
        await parts.planning.ClaimExport(request, metadata=for_a_key(executing, warehouse_id="wh_other"))
    assert refused.value.error_code == "NOT_FOUND"
    answer = await parts.planning.ClaimExport(request, metadata=for_a_key(executing, warehouse_id="wh_123"))
    assert answer.warehouse_id == "wh_123"


async def test_lifecycle_over_grpc_leaves_its_events_in_order(parts: System) -> None:
    export_id = (await parts.plan(await parts.load_demo_account())).export_id
    call = parts.planning
    execution = for_a_key(ScopeName.EXPORTS_EXECUTE)
    await call.ClaimExport(
        planning_pb2.ClaimExportRequest(export_id=export_id, execution_id="exe_1"), metadata=execution
    )
    completed = planning_pb2.ReleaseExportRequest.Completed(
        customs_package_id="cp_1", executed_at="2026-03-11T16:10:00.000Z"
    )
    await call.ReleaseExport(
        planning_pb2.ReleaseExportRequest(export_id=export_id, execution_id="exe_1", completed=completed),
        metadata=execution,
    )
    request = events_pb2.EventsAfterRequest(stream_id=export_id, after_sequence=1)
    events = [event async for event in call.EventsAfter(request, metadata=parts.key)]
    assert [(event.sequence, event.type) for event in events] == [
        (2, "export.execution_started"),
        (3, "export.executed"),
    ]
    request.after_event_id = events[0].previous_id
    assert [event.sequence async for event in call.EventsAfter(request, metadata=parts.key)] == [2, 3]
    request.after_event_id = "evt_of_another_life"
    with pytest.raises(RemoteError) as refused, remote("planning"):
        async for _ in call.EventsAfter(request, metadata=parts.key):
            pass
    assert refused.value.error_code == "HISTORY_MISMATCH"
    replayed = [
        event
        async for event in call.ReplayEvents(
            events_pb2.ReplayEventsRequest(), metadata=service_metadata(SERVICE_TOKEN, None)
        )
    ]
    assert [event.sequence for event in replayed] == [1, 2, 3]
    asked = [
        await call.GetHistory(events_pb2.GetHistoryRequest(), metadata=service_metadata(SERVICE_TOKEN, None))
        for _ in range(2)
    ]
    assert UUID(asked[0].epoch) == UUID(asked[1].epoch)
    assert replayed[0].occurred_at <= asked[0].database_time <= asked[1].database_time


async def test_replay_is_refused_to_a_key(parts: System) -> None:
    with pytest.raises(RemoteError) as refused, remote("planning"):
        async for _ in parts.planning.ReplayEvents(events_pb2.ReplayEventsRequest(), metadata=parts.key):
            pass
    assert refused.value.error_code == "INVALID_API_KEY"


async def test_cancel_over_grpc_answers_the_new_state(parts: System) -> None:
    export_id = (await parts.plan(await parts.load_demo_account())).export_id
    answer = await parts.planning.CancelExport(
        planning_pb2.CancelExportRequest(export_id=export_id, reason="late truck"), metadata=parts.key
    )
    assert (answer.export_id, answer.state) == (export_id, "CANCELLED")


async def test_every_call_of_the_service_names_its_scope() -> None:
    methods = planning_pb2.DESCRIPTOR.services_by_name["Planning"].methods
    assert set(planning.REQUIRED_SCOPES) == {f"/{planning.SERVICE_NAME}/{method.name}" for method in methods}
