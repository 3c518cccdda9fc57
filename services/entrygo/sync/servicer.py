"""The gRPC edge of sync: message in, use case, message out. Decides nothing."""

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any

import grpc
from google.protobuf.message import Message

from entrygo.domain.errors import NotFound, ValidationFailed
from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import ScopeName, Visible
from entrygo.identity.current import check_account, principal
from entrygo.postgres.idempotency import Reply
from entrygo.process.stretches import stretches
from entrygo.proto.sync.v1 import sync_pb2, sync_pb2_grpc
from entrygo.records.order import MAX_PLANNED_ORDERS
from entrygo.requests.pages import Page, PageRequest, page_request
from entrygo.rpc.answers import answered
from entrygo.rpc.interceptors.auth import RequiredScopes
from entrygo.sync.drafts import FactsDraft, StoredFacts, Subject
from entrygo.sync.periods import RECORDS
from entrygo.sync.read_orders import read_orders
from entrygo.sync.read_setup import (
    SetupRequest,
    UpdateRequest,
    read_brokers,
    read_importers,
    read_products,
    read_update,
    read_warehouses,
)
from entrygo.sync.use_cases import RenderFacts, SyncUseCases
from entrygo.sync.write import (
    add_order,
    broker_to_proto,
    brokers_response,
    importer_to_proto,
    importers_response,
    order_to_proto,
    orders_response,
    product_to_proto,
    products_response,
    warehouse_to_proto,
    warehouses_response,
)

SERVICE_NAME = sync_pb2.DESCRIPTOR.services_by_name["Sync"].full_name
ORDERS_PER_CHUNK = 1_000
PRODUCTS_PER_CHUNK = 1_000

REQUIRED_SCOPES: RequiredScopes = {
    f"/{SERVICE_NAME}/{rpc}": scope
    for rpc, scope in (
        ("SyncOrders", ScopeName.ORDERS_WRITE),
        ("SyncProducts", ScopeName.SETUP),
        ("SyncWarehouses", ScopeName.SETUP),
        ("SyncBrokers", ScopeName.SETUP),
        ("SyncImporters", ScopeName.SETUP),
        ("UpdateProduct", ScopeName.SETUP),
        ("UpdateWarehouse", ScopeName.SETUP),
        ("UpdateBroker", ScopeName.SETUP),
        ("UpdateImporter", ScopeName.SETUP),
        ("GetOrder", ScopeName.READ),
        ("GetProduct", ScopeName.READ),
        ("GetWarehouse", ScopeName.READ),
        ("GetBroker", ScopeName.READ),
        ("GetImporter", ScopeName.READ),
        ("ListOrders", ScopeName.READ),
        ("ListProducts", ScopeName.READ),
        ("ListWarehouses", ScopeName.READ),
        ("ListBrokers", ScopeName.READ),
        ("ListImporters", ScopeName.READ),
        # A plan is made with its caller's key, which may be one for planning alone; what it is decided on
        # shows in its findings anyway. Whoever may read all of it record by record may read it at once.
        ("GetPlanningFacts", frozenset({ScopeName.EXPORTS_PLAN, ScopeName.READ})),
    )
}

Context = grpc.aio.ServicerContext[Any, Any]


class SyncServicer(sync_pb2_grpc.SyncServicer):
    """The Sync service of sync.proto."""

    def __init__(self, use_cases: SyncUseCases) -> None:
        self._use_cases = use_cases

    async def SyncOrders(
        self, request: sync_pb2.SyncOrdersRequest, context: Context
    ) -> sync_pb2.SyncOrdersResponse:
        """Creates or updates orders by external id, all or none; a repeated key gets the first answer."""
        drafts = read_orders(request)
        visible = _visible_to(request.account_id)
        reply = await self._use_cases.sync_orders(
            visible, drafts, request.idempotency_key, partial(orders_response, visible)
        )
        return answered(reply, sync_pb2.SyncOrdersResponse, context)

    async def SyncProducts(
        self, request: sync_pb2.SyncProductsRequest, context: Context
    ) -> sync_pb2.SyncProductsResponse:
        """Creates or merges products by external id, all or none; an absent field keeps its value."""
        reply = await self._sync(request, Subject.PRODUCTS, read_products(request), products_response)
        return answered(reply, sync_pb2.SyncProductsResponse, context)

    async def SyncWarehouses(
        self, request: sync_pb2.SyncWarehousesRequest, context: Context
    ) -> sync_pb2.SyncWarehousesResponse:
        """Creates or merges warehouses by external id, all or none."""
        reply = await self._sync(request, Subject.WAREHOUSES, read_warehouses(request), warehouses_response)
        return answered(reply, sync_pb2.SyncWarehousesResponse, context)

    async def SyncBrokers(
        self, request: sync_pb2.SyncBrokersRequest, context: Context
    ) -> sync_pb2.SyncBrokersResponse:
        """Creates or merges brokers by external id, all or none."""
        reply = await self._sync(request, Subject.BROKERS, read_brokers(request), brokers_response)
        return answered(reply, sync_pb2.SyncBrokersResponse, context)

    async def SyncImporters(
        self, request: sync_pb2.SyncImportersRequest, context: Context
    ) -> sync_pb2.SyncImportersResponse:
        """Creates or merges importers by external id, all or none."""
        reply = await self._sync(request, Subject.IMPORTERS, read_importers(request), importers_response)
        return answered(reply, sync_pb2.SyncImportersResponse, context)

    async def UpdateProduct(
        self, request: sync_pb2.UpdateProductRequest, context: Context
    ) -> sync_pb2.Product:
        """Sets and clears fields of one product; NotFound for an id that is not the caller's."""
        reply = await self._update(Subject.PRODUCTS, request, product_to_proto)
        return answered(reply, sync_pb2.Product, context)

    async def UpdateWarehouse(
        self, request: sync_pb2.UpdateWarehouseRequest, context: Context
    ) -> sync_pb2.Warehouse:
        """Sets and clears fields of one warehouse; NotFound where the key does not reach it."""
        reply = await self._update(Subject.WAREHOUSES, request, warehouse_to_proto)
        return answered(reply, sync_pb2.Warehouse, context)

    async def UpdateBroker(self, request: sync_pb2.UpdateBrokerRequest, context: Context) -> sync_pb2.Broker:
        """Sets and clears fields of one broker; NotFound for an id that is not the caller's."""
        reply = await self._update(Subject.BROKERS, request, broker_to_proto)
        return answered(reply, sync_pb2.Broker, context)

    async def UpdateImporter(
        self, request: sync_pb2.UpdateImporterRequest, context: Context
    ) -> sync_pb2.Importer:
        """Sets and clears fields of one importer; NotFound for an id that is not the caller's."""
        reply = await self._update(Subject.IMPORTERS, request, importer_to_proto)
        return answered(reply, sync_pb2.Importer, context)

    async def _update(
        self,
        subject: Subject,
        request: UpdateRequest,
        to_proto: Callable[[StoredFacts], Message],
    ) -> Reply:
        record = RECORDS[subject]
        update = read_update(request, record)
        if not is_valid_id(update.id):
            raise NotFound(f"{record.title} not found.")
        return await self._use_cases.update_facts(
            principal().visible,
            subject,
            update,
            request.idempotency_key,
            lambda stored: to_proto(stored).SerializeToString(),
        )

    async def _sync(
        self, request: SetupRequest, subject: Subject, drafts: Sequence[FactsDraft], render: RenderFacts
    ) -> Reply:
        visible = _visible_to(request.account_id)
        return await self._use_cases.sync_facts(visible, subject, drafts, request.idempotency_key, render)

    async def GetOrder(self, request: sync_pb2.GetRequest, context: Context) -> sync_pb2.Order:
        """One order with its lines, money in USD; NotFound where the key does not reach it."""
        visible = principal().visible
        order = await self._use_cases.get_order(visible, _id(request))
        return order_to_proto(visible.tenant.account_id, order)

    async def GetProduct(self, request: sync_pb2.GetRequest, context: Context) -> sync_pb2.Product:
        """One product as it is stored; NotFound where the key does not reach it."""
        return product_to_proto(await self._get(Subject.PRODUCTS, request))

    async def GetWarehouse(self, request: sync_pb2.GetRequest, context: Context) -> sync_pb2.Warehouse:
        """One warehouse as it is stored; NotFound where the key does not reach it."""
        return warehouse_to_proto(await self._get(Subject.WAREHOUSES, request))

    async def GetBroker(self, request: sync_pb2.GetRequest, context: Context) -> sync_pb2.Broker:
        """One broker as it is stored; NotFound where the key does not reach it."""
        return broker_to_proto(await self._get(Subject.BROKERS, request))

    async def GetImporter(self, request: sync_pb2.GetRequest, context: Context) -> sync_pb2.Importer:
        """One importer as it is stored; NotFound where the key does not reach it."""
        return importer_to_proto(await self._get(Subject.IMPORTERS, request))

    async def _get(self, subject: Subject, request: sync_pb2.GetRequest) -> StoredFacts:
        return await self._use_cases.get_facts(principal().visible, subject, _id(request))

    async def _list(self, subject: Subject, request: sync_pb2.ListRequest) -> Page[StoredFacts]:
        return await self._use_cases.list_facts(principal().visible, subject, _page(request))

    async def ListOrders(
        self, request: sync_pb2.ListRequest, context: Context
    ) -> sync_pb2.ListOrdersResponse:
        """A page of the account's orders, and the cursor of the next."""
        visible = principal().visible
        page = await self._use_cases.list_orders(visible, _page(request))
        data = [order_to_proto(visible.tenant.account_id, order) for order in page.rows]
        return sync_pb2.ListOrdersResponse(data=data, has_more=page.has_more, next_cursor=page.next_cursor)

    async def ListProducts(
        self, request: sync_pb2.ListRequest, context: Context
    ) -> sync_pb2.ListProductsResponse:
        """A page of the account's products, and the cursor of the next."""
        page = await self._list(Subject.PRODUCTS, request)
        data = [product_to_proto(product) for product in page.rows]
        return sync_pb2.ListProductsResponse(data=data, has_more=page.has_more, next_cursor=page.next_cursor)

    async def ListWarehouses(
        self, request: sync_pb2.ListRequest, context: Context
    ) -> sync_pb2.ListWarehousesResponse:
        """A page of the warehouses that the key reaches, and the cursor of the next."""
        page = await self._list(Subject.WAREHOUSES, request)
        data = [warehouse_to_proto(warehouse) for warehouse in page.rows]
        return sync_pb2.ListWarehousesResponse(
            data=data, has_more=page.has_more, next_cursor=page.next_cursor
        )

    async def ListBrokers(
        self, request: sync_pb2.ListRequest, context: Context
    ) -> sync_pb2.ListBrokersResponse:
        """A page of the account's brokers, and the cursor of the next."""
        page = await self._list(Subject.BROKERS, request)
        data = [broker_to_proto(broker) for broker in page.rows]
        return sync_pb2.ListBrokersResponse(data=data, has_more=page.has_more, next_cursor=page.next_cursor)

    async def ListImporters(
        self, request: sync_pb2.ListRequest, context: Context
    ) -> sync_pb2.ListImportersResponse:
        """A page of the account's importers, and the cursor of the next."""
        page = await self._list(Subject.IMPORTERS, request)
        data = [importer_to_proto(importer) for importer in page.rows]
        return sync_pb2.ListImportersResponse(data=data, has_more=page.has_more, next_cursor=page.next_cursor)

    async def GetPlanningFacts(
        self, request: sync_pb2.GetPlanningFactsRequest, context: Context
    ) -> AsyncIterator[sync_pb2.PlanningFactsChunk]:
        """What a plan is made of, as of one moment: parties, products, then orders in chunks."""
        if len(request.order_ids) + len(request.external_order_ids) > MAX_PLANNED_ORDERS:
            raise ValidationFailed.of([("orderIds", f"At most {MAX_PLANNED_ORDERS} orders", "too_big")])
        visible = principal().visible
        facts = await self._use_cases.get_planning_facts(
            visible,
            [order_id for order_id in dict.fromkeys(request.order_ids) if is_valid_id(order_id)],
            # What holds a NUL is in no database, and no parameter of one.
            [name for name in dict.fromkeys(request.external_order_ids) if "\0" not in name],
            request.warehouse_id if is_valid_id(request.warehouse_id) else "",
            request.broker_id if is_valid_id(request.broker_id) else "",
        )
        # A large catalogue overflows into further chunks: a message has a limit.
        yield sync_pb2.PlanningFactsChunk(
            warehouse=warehouse_to_proto(facts.warehouse) if facts.warehouse else None,
            broker=broker_to_proto(facts.broker) if facts.broker else None,
            products=[product_to_proto(product) for product in facts.products[:PRODUCTS_PER_CHUNK]],
            importers=[importer_to_proto(importer) for importer in facts.importers],
        )
        for start in range(PRODUCTS_PER_CHUNK, len(facts.products), PRODUCTS_PER_CHUNK):
            rest = facts.products[start : start + PRODUCTS_PER_CHUNK]
            yield sync_pb2.PlanningFactsChunk(products=[product_to_proto(product) for product in rest])
        for start in range(0, len(facts.order_rows), ORDERS_PER_CHUNK):
            chunk = sync_pb2.PlanningFactsChunk()
            async for rows in stretches(facts.order_rows[start : start + ORDERS_PER_CHUNK]):
                for row in rows:
                    add_order(visible.tenant.account_id, row, chunk.orders.add)
            yield chunk


def _visible_to(account_id: str) -> Visible:
    """What the caller may see, when the request names the caller's account; InvalidAccountScope otherwise."""
    check_account(account_id)
    return principal().visible


def _id(request: sync_pb2.GetRequest) -> str:
    """What cannot be an id is simply not found."""
    return request.id if is_valid_id(request.id) else ""


def _page(request: sync_pb2.ListRequest) -> PageRequest:
    return page_request(
        limit=request.limit, cursor=request.cursor, external_id=request.external_id, sku=request.sku
    )
