"""What the gateway asks of the services: a port that gRPC fills in production and memory in tests."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from google.protobuf.message import Message

from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.proto.identity.v1 import identity_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.rpc.errors import LARGE_ERRORS_KEY

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Call:
    """What goes along with every RPC: the caller's credential, and which request it is."""

    authorization: str
    request_id: str

    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (
            ("authorization", self.authorization),
            ("x-request-id", self.request_id),
            (LARGE_ERRORS_KEY, "1"),
        )


@dataclass(frozen=True, slots=True)
class Reply(Generic[M]):
    """The answer to a write, and whether it is that of an earlier call with the same idempotency key."""

    message: M
    replayed: bool = False


class Services(Protocol):
    """Everything the gateway asks of the services; the tests have another implementation."""

    async def who_am_i(self, call: Call) -> identity_pb2.WhoAmIResponse: ...

    async def sync_orders(
        self, request: sync_pb2.SyncOrdersRequest, call: Call
    ) -> Reply[sync_pb2.SyncOrdersResponse]: ...
    async def sync_products(
        self, request: sync_pb2.SyncProductsRequest, call: Call
    ) -> Reply[sync_pb2.SyncProductsResponse]: ...
    async def sync_warehouses(
        self, request: sync_pb2.SyncWarehousesRequest, call: Call
    ) -> Reply[sync_pb2.SyncWarehousesResponse]: ...
    async def sync_brokers(
        self, request: sync_pb2.SyncBrokersRequest, call: Call
    ) -> Reply[sync_pb2.SyncBrokersResponse]: ...

    async def update_product(
        self, request: sync_pb2.UpdateProductRequest, call: Call
    ) -> Reply[sync_pb2.Product]: ...

    async def get_order(self, id: str, call: Call) -> sync_pb2.Order: ...
    async def get_product(self, id: str, call: Call) -> sync_pb2.Product: ...
    async def get_warehouse(self, id: str, call: Call) -> sync_pb2.Warehouse: ...
    async def get_broker(self, id: str, call: Call) -> sync_pb2.Broker: ...

    async def list_orders(self, request: sync_pb2.ListRequest, call: Call) -> sync_pb2.ListOrdersResponse: ...
    async def list_products(
        self, request: sync_pb2.ListRequest, call: Call
    ) -> sync_pb2.ListProductsResponse: ...
    async def list_warehouses(
        self, request: sync_pb2.ListRequest, call: Call
    ) -> sync_pb2.ListWarehousesResponse: ...
    async def list_brokers(
        self, request: sync_pb2.ListRequest, call: Call
    ) -> sync_pb2.ListBrokersResponse: ...

    async def plan_export(
        self, request: planning_pb2.PlanExportRequest, call: Call
    ) -> Reply[planning_pb2.PlanExportResponse]: ...
    async def cancel_export(
        self, request: planning_pb2.CancelExportRequest, call: Call
    ) -> Reply[planning_pb2.CancelExportResponse]: ...
    async def diff_plans(
        self, request: planning_pb2.DiffPlansRequest, call: Call
    ) -> planning_pb2.PlanDiff: ...
    async def get_policy(self, call: Call) -> planning_pb2.Policy: ...
    async def set_policy(
        self, request: planning_pb2.SetPolicyRequest, call: Call
    ) -> Reply[planning_pb2.Policy]: ...
    async def approve_export(
        self, request: planning_pb2.ApproveExportRequest, call: Call
    ) -> Reply[planning_pb2.ApproveExportResponse]: ...
    async def execute_export(
        self, request: execution_pb2.ExecuteExportRequest, call: Call
    ) -> Reply[execution_pb2.ExecuteExportResponse]: ...
    async def resubmit_to_broker(
        self, request: execution_pb2.ResubmitToBrokerRequest, call: Call
    ) -> Reply[execution_pb2.ResubmitToBrokerResponse]: ...

    def get_artifact(
        self, request: execution_pb2.GetArtifactRequest, call: Call
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]: ...
    async def find_broker_link(
        self, request: execution_pb2.FindBrokerLinkRequest, call: Call
    ) -> execution_pb2.BrokerLink: ...
    async def answer_broker_link(
        self, request: execution_pb2.AnswerBrokerLinkRequest, call: Call
    ) -> execution_pb2.BrokerLink: ...
    def get_broker_pack(
        self, request: execution_pb2.FindBrokerLinkRequest, call: Call
    ) -> AsyncGenerator[execution_pb2.ArtifactChunk, None]: ...
    async def inspect_export(self, export_id: str, call: Call) -> inspection_pb2.Export: ...
    async def get_customs_package(self, id: str, call: Call) -> events_pb2.CustomsPackage: ...
    async def list_exports(
        self, request: inspection_pb2.ListExportsRequest, call: Call
    ) -> inspection_pb2.ListExportsResponse: ...
    async def system_health(self, call: Call) -> inspection_pb2.SystemHealthResponse: ...

    async def serving(self) -> dict[str, bool]:
        """Which services say that they can take requests."""
        ...
