"""The part of the fake services that keeps products, warehouses, brokers and orders."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from google.protobuf.message import Message

from entrygo.domain.errors import (
    NotFound,
    ValidationFailed,
)
from entrygo.domain.money import line_value, plain
from entrygo.gateway.services import Call, Reply
from entrygo.proto.sync.v1 import sync_pb2
from tests.fakes.memory import ACCOUNT, PLANNED_AT, Memory, start_of


class FakeSync(Memory):
    """Begins with the setup of one account."""

    def __init__(self) -> None:
        super().__init__()
        for product_id in ("prod_123", "prod_hoodie_001", "prod_cap_002"):
            self._put("product", ACCOUNT, sync_pb2.Product(id=product_id, external_id=product_id))
        self._put("warehouse", ACCOUNT, sync_pb2.Warehouse(id="wh_123", external_id="yvr-01"))
        self._put("broker", ACCOUNT, sync_pb2.Broker(id="br_123", external_id="demo-broker"))

    async def SyncOrders(
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
        if item.HasField("importer_external_id"):
            order.importer_external_id = item.importer_external_id
        return self._put("order", account, order)

    async def SyncProducts(
        self, request: sync_pb2.SyncProductsRequest, call: Call
    ) -> Reply[sync_pb2.SyncProductsResponse]:
        account = self._enter(request, call, request.account_id)
        stored = [self._upsert("product", "prod", account, item) for item in request.items]
        return Reply(sync_pb2.SyncProductsResponse(data=stored))

    async def UpdateProduct(
        self, request: sync_pb2.UpdateProductRequest, call: Call
    ) -> Reply[sync_pb2.Product]:
        return self._update("product", request, call)

    async def UpdateWarehouse(
        self, request: sync_pb2.UpdateWarehouseRequest, call: Call
    ) -> Reply[sync_pb2.Warehouse]:
        return self._update("warehouse", request, call)

    async def UpdateBroker(self, request: sync_pb2.UpdateBrokerRequest, call: Call) -> Reply[sync_pb2.Broker]:
        return self._update("broker", request, call)

    async def UpdateImporter(
        self, request: sync_pb2.UpdateImporterRequest, call: Call
    ) -> Reply[sync_pb2.Importer]:
        return self._update("importer", request, call)

    def _update(self, noun: str, request: Any, call: Call) -> Reply[Any]:
        account = self._enter(request, call)
        stored: Any = self._facts.get((noun, account, request.id))
        if stored is None:
            raise NotFound(f"{noun.capitalize()} not found.")

        def merge() -> Any:
            for path in request.clear:
                *owners, name = path.split(".")
                owner: Any = stored
                for part in owners:
                    owner = getattr(owner, part)
                if isinstance(owner, Message):
                    owner.ClearField(name)
                else:
                    owner.pop(name, None)
            stored.MergeFrom(getattr(request, noun))
            return stored

        return self._once(account, f"update_{noun}", request, merge)

    async def SyncWarehouses(
        self, request: sync_pb2.SyncWarehousesRequest, call: Call
    ) -> Reply[sync_pb2.SyncWarehousesResponse]:
        account = self._enter(request, call, request.account_id)
        stored = [self._upsert("warehouse", "wh", account, item) for item in request.items]
        return Reply(sync_pb2.SyncWarehousesResponse(data=stored))

    async def SyncBrokers(
        self, request: sync_pb2.SyncBrokersRequest, call: Call
    ) -> Reply[sync_pb2.SyncBrokersResponse]:
        account = self._enter(request, call, request.account_id)
        stored = [self._upsert("broker", "br", account, item) for item in request.items]
        return Reply(sync_pb2.SyncBrokersResponse(data=stored))

    async def SyncImporters(
        self, request: sync_pb2.SyncImportersRequest, call: Call
    ) -> Reply[sync_pb2.SyncImportersResponse]:
        account = self._enter(request, call, request.account_id)
        stored = [self._upsert("importer", "imp", account, item) for item in request.items]
        return Reply(sync_pb2.SyncImportersResponse(data=stored))

    async def GetOrder(self, request: sync_pb2.GetRequest, call: Call) -> sync_pb2.Order:
        found: sync_pb2.Order = self._get("order", request.id, call)
        return found

    async def GetProduct(self, request: sync_pb2.GetRequest, call: Call) -> sync_pb2.Product:
        found: sync_pb2.Product = self._get("product", request.id, call)
        return found

    async def GetWarehouse(self, request: sync_pb2.GetRequest, call: Call) -> sync_pb2.Warehouse:
        found: sync_pb2.Warehouse = self._get("warehouse", request.id, call)
        return found

    async def GetBroker(self, request: sync_pb2.GetRequest, call: Call) -> sync_pb2.Broker:
        found: sync_pb2.Broker = self._get("broker", request.id, call)
        return found

    async def GetImporter(self, request: sync_pb2.GetRequest, call: Call) -> sync_pb2.Importer:
        found: sync_pb2.Importer = self._get("importer", request.id, call)
        return found

    async def ListOrders(self, request: sync_pb2.ListRequest, call: Call) -> sync_pb2.ListOrdersResponse:
        return sync_pb2.ListOrdersResponse(**self._page("order", request, call))

    async def ListProducts(self, request: sync_pb2.ListRequest, call: Call) -> sync_pb2.ListProductsResponse:
        return sync_pb2.ListProductsResponse(**self._page("product", request, call))

    async def ListWarehouses(
        self, request: sync_pb2.ListRequest, call: Call
    ) -> sync_pb2.ListWarehousesResponse:
        return sync_pb2.ListWarehousesResponse(**self._page("warehouse", request, call))

    async def ListBrokers(self, request: sync_pb2.ListRequest, call: Call) -> sync_pb2.ListBrokersResponse:
        return sync_pb2.ListBrokersResponse(**self._page("broker", request, call))

    async def ListImporters(
        self, request: sync_pb2.ListRequest, call: Call
    ) -> sync_pb2.ListImportersResponse:
        return sync_pb2.ListImportersResponse(**self._page("importer", request, call))

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
            if (of, owner) == (kind, account)
            and request.external_id in ("", fact.external_id)
            and (not request.sku or request.sku == (fact.sku or fact.external_id))
        ]
        start = start_of(request.cursor)
        end = start + (request.limit or 50)
        more = end < len(owned)
        return {"data": owned[start:end], "has_more": more, "next_cursor": str(end) if more else ""}
