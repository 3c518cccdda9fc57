"""The services over gRPC: typed stubs, channels, deadlines. No decisions."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc

from entrygo.gateway.services import Call, Reply
from entrygo.gateway.settings import GatewaySettings
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2, execution_pb2_grpc
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.proto.inspection.v1 import inspection_pb2, inspection_pb2_grpc
from entrygo.proto.planning.v1 import planning_pb2, planning_pb2_grpc
from entrygo.proto.sync.v1 import sync_pb2, sync_pb2_grpc
from entrygo.rpc.channel import open_channel
from entrygo.rpc.errors import remote, unavailable
from entrygo.rpc.replay import is_replayed

HEALTH_SECONDS = 2.0
# A whole download: its reader may be slow, and the protocol ends one that stops reading.
DOWNLOAD_SECONDS = 3600.0


class GrpcServices:
    """The services over gRPC. Made inside the running event loop, closed with `close`."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._read_seconds = settings.read_timeout_seconds
        self._write_seconds = settings.write_timeout_seconds
        self._channels = {
            "sync": open_channel(settings.sync_target),
            "planning": open_channel(settings.planning_target),
            "execution": open_channel(settings.execution_target),
            "inspection": open_channel(settings.inspection_target),
        }
        # The generated stubs are untyped; the signatures below give each call its types.
        self._identity: Any = identity_pb2_grpc.IdentityStub(self._channels["sync"])
        self._sync: Any = sync_pb2_grpc.SyncStub(self._channels["sync"])
        self._planning: Any = planning_pb2_grpc.PlanningStub(self._channels["planning"])
        self._execution: Any = execution_pb2_grpc.ExecutionStub(self._channels["execution"])
        self._inspection: Any = inspection_pb2_grpc.InspectionStub(self._channels["inspection"])

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close(grace=None)

    async def _read(self, service: str, method: Any, request: Message, call: Call) -> Any:
        with remote(service):
            return await method(request, metadata=call.metadata(), timeout=self._read_seconds)

    async def _write(self, service: str, method: Any, request: Message, call: Call) -> Any:
        with remote(service):
            running = method(request, metadata=call.metadata(), timeout=self._write_seconds)
            message = await running
            return Reply(message, await is_replayed(running))

    async def who_am_i(self, call: Call) -> identity_pb2.WhoAmIResponse:
        answer: identity_pb2.WhoAmIResponse = await self._read(
            "sync", self._identity.WhoAmI, identity_pb2.WhoAmIRequest(), call
        )
        return answer

    async def sync_orders(
        self, request: sync_pb2.SyncOrdersRequest, call: Call
    ) -> Reply[sync_pb2.SyncOrdersResponse]:
        reply: Reply[sync_pb2.SyncOrdersResponse] = await self._write(
            "sync", self._sync.SyncOrders, request, call
        )
        return reply

    async def sync_products(
        self, request: sync_pb2.SyncProductsRequest, call: Call
    ) -> Reply[sync_pb2.SyncProductsResponse]:
        reply: Reply[sync_pb2.SyncProductsResponse] = await self._write(
            "sync", self._sync.SyncProducts, request, call
        )
        return reply

    async def sync_warehouses(
        self, request: sync_pb2.SyncWarehousesRequest, call: Call
    ) -> Reply[sync_pb2.SyncWarehousesResponse]:
        reply: Reply[sync_pb2.SyncWarehousesResponse] = await self._write(
            "sync", self._sync.SyncWarehouses, request, call
        )
        return reply

    async def sync_brokers(
        self, request: sync_pb2.SyncBrokersRequest, call: Call
    ) -> Reply[sync_pb2.SyncBrokersResponse]:
        reply: Reply[sync_pb2.SyncBrokersResponse] = await self._write(
            "sync", self._sync.SyncBrokers, request, call
        )
        return reply

    async def update_product(
        self, request: sync_pb2.UpdateProductRequest, call: Call
    ) -> Reply[sync_pb2.Product]:
        reply: Reply[sync_pb2.Product] = await self._write("sync", self._sync.UpdateProduct, request, call)
        return reply

    async def get_order(self, id: str, call: Call) -> sync_pb2.Order:
        found: sync_pb2.Order = await self._read(
            "sync", self._sync.GetOrder, sync_pb2.GetRequest(id=id), call
        )
        return found

    async def get_product(self, id: str, call: Call) -> sync_pb2.Product:
        found: sync_pb2.Product = await self._read(
            "sync", self._sync.GetProduct, sync_pb2.GetRequest(id=id), call
        )
        return found

    async def get_warehouse(self, id: str, call: Call) -> sync_pb2.Warehouse:
        found: sync_pb2.Warehouse = await self._read(
            "sync", self._sync.GetWarehouse, sync_pb2.GetRequest(id=id), call
        )
        return found

    async def get_broker(self, id: str, call: Call) -> sync_pb2.Broker:
        found: sync_pb2.Broker = await self._read(
            "sync", self._sync.GetBroker, sync_pb2.GetRequest(id=id), call
        )
        return found

    async def list_orders(self, request: sync_pb2.ListRequest, call: Call) -> sync_pb2.ListOrdersResponse:
        page: sync_pb2.ListOrdersResponse = await self._read("sync", self._sync.ListOrders, request, call)
        return page

    async def list_products(self, request: sync_pb2.ListRequest, call: Call) -> sync_pb2.ListProductsResponse:
        page: sync_pb2.ListProductsResponse = await self._read("sync", self._sync.ListProducts, request, call)
        return page

    async def list_warehouses(
        self, request: sync_pb2.ListRequest, call: Call
    ) -> sync_pb2.ListWarehousesResponse:
        page: sync_pb2.ListWarehousesResponse = await self._read(
            "sync", self._sync.ListWarehouses, request, call
        )
        return page

    async def list_brokers(self, request: sync_pb2.ListRequest, call: Call) -> sync_pb2.ListBrokersResponse:
        page: sync_pb2.ListBrokersResponse = await self._read("sync", self._sync.ListBrokers, request, call)
        return page

    async def plan_export(
        self, request: planning_pb2.PlanExportRequest, call: Call
    ) -> Reply[planning_pb2.PlanExportResponse]:
        reply: Reply[planning_pb2.PlanExportResponse] = await self._write(
            "planning", self._planning.PlanExport, request, call
        )
        return reply

    async def cancel_export(
        self, request: planning_pb2.CancelExportRequest, call: Call
    ) -> Reply[planning_pb2.CancelExportResponse]:
        reply: Reply[planning_pb2.CancelExportResponse] = await self._write(
            "planning", self._planning.CancelExport, request, call
        )
        return reply

    async def diff_plans(self, request: planning_pb2.DiffPlansRequest, call: Call) -> planning_pb2.PlanDiff:
        diff: planning_pb2.PlanDiff = await self._read("planning", self._planning.DiffPlans, request, call)
        return diff

    async def get_policy(self, call: Call) -> planning_pb2.Policy:
        policy: planning_pb2.Policy = await self._read(
            "planning", self._planning.GetPolicy, planning_pb2.GetPolicyRequest(), call
        )
        return policy

    async def set_policy(
        self, request: planning_pb2.SetPolicyRequest, call: Call
    ) -> Reply[planning_pb2.Policy]:
        reply: Reply[planning_pb2.Policy] = await self._write(
            "planning", self._planning.SetPolicy, request, call
        )
        return reply

    async def approve_export(
        self, request: planning_pb2.ApproveExportRequest, call: Call
    ) -> Reply[planning_pb2.ApproveExportResponse]:
        reply: Reply[planning_pb2.ApproveExportResponse] = await self._write(
            "planning", self._planning.ApproveExport, request, call
        )
        return reply

    async def execute_export(
        self, request: execution_pb2.ExecuteExportRequest, call: Call
    ) -> Reply[execution_pb2.ExecuteExportResponse]:
        reply: Reply[execution_pb2.ExecuteExportResponse] = await self._write(
            "execution", self._execution.ExecuteExport, request, call
        )
        return reply

    async def resubmit_to_broker(
        self, request: execution_pb2.ResubmitToBrokerRequest, call: Call
    ) -> Reply[execution_pb2.ResubmitToBrokerResponse]:
        reply: Reply[execution_pb2.ResubmitToBrokerResponse] = await self._write(
            "execution", self._execution.ResubmitToBroker, request, call
        )
        return reply

    def get_artifact(
        self, request: execution_pb2.GetArtifactRequest, call: Call
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]:
        return self._chunks(self._execution.GetArtifact, request, call)

    async def find_broker_link(
        self, request: execution_pb2.FindBrokerLinkRequest, call: Call
    ) -> execution_pb2.BrokerLink:
        found: execution_pb2.BrokerLink = await self._read(
            "execution", self._execution.FindBrokerLink, request, call
        )
        return found

    async def answer_broker_link(
        self, request: execution_pb2.AnswerBrokerLinkRequest, call: Call
    ) -> execution_pb2.BrokerLink:
        reply: Reply[execution_pb2.BrokerLink] = await self._write(
            "execution", self._execution.AnswerBrokerLink, request, call
        )
        return reply.message

    def get_broker_pack(
        self, request: execution_pb2.FindBrokerLinkRequest, call: Call
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]:
        return self._chunks(self._execution.GetBrokerPack, request, call)

    async def _chunks(
        self, method: Any, request: Message, call: Call
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]:
        running = method(request, metadata=call.metadata(), timeout=DOWNLOAD_SECONDS)
        try:
            with remote("execution"):
                while (chunk := await self._next(running)) is not grpc.aio.EOF:
                    yield chunk
        finally:
            # A stream that nobody reads to its end is not collected by itself.
            running.cancel()

    async def _next(self, running: Any) -> Any:
        try:
            async with asyncio.timeout(self._write_seconds):
                return await running.read()
        except TimeoutError as error:
            raise unavailable("execution") from error

    async def inspect_export(self, export_id: str, call: Call) -> inspection_pb2.Export:
        request = inspection_pb2.InspectExportRequest(export_id=export_id)
        found: inspection_pb2.Export = await self._read(
            "inspection", self._inspection.InspectExport, request, call
        )
        return found

    async def get_customs_package(self, id: str, call: Call) -> events_pb2.CustomsPackage:
        request = inspection_pb2.GetCustomsPackageRequest(id=id)
        found: events_pb2.CustomsPackage = await self._read(
            "inspection", self._inspection.GetCustomsPackage, request, call
        )
        return found

    async def list_exports(
        self, request: inspection_pb2.ListExportsRequest, call: Call
    ) -> inspection_pb2.ListExportsResponse:
        page: inspection_pb2.ListExportsResponse = await self._read(
            "inspection", self._inspection.ListExports, request, call
        )
        return page

    async def system_health(self, call: Call) -> inspection_pb2.SystemHealthResponse:
        health: inspection_pb2.SystemHealthResponse = await self._read(
            "inspection", self._inspection.SystemHealth, inspection_pb2.SystemHealthRequest(), call
        )
        return health

    async def serving(self) -> dict[str, bool]:
        answers = await asyncio.gather(*map(_is_serving, self._channels.values()))
        return dict(zip(self._channels, answers, strict=True))


async def _is_serving(channel: grpc.aio.Channel) -> bool:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    try:
        answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=HEALTH_SECONDS)
    except grpc.aio.AioRpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
