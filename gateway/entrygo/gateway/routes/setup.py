"""Products, warehouses and brokers: the same three endpoints for each kind of fact, and a product's PATCH."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from pydantic import BaseModel
from starlette.responses import Response

from entrygo.domain.errors import NotFound
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples import (
    PATCH_PRODUCT_REQUEST,
    SYNC_BROKERS_REQUEST,
    SYNC_PRODUCTS_REQUEST,
    SYNC_WAREHOUSES_REQUEST,
)
from entrygo.gateway.exchange import Exchange, json_answer
from entrygo.gateway.mapping.messages import cleared, filled, shown
from entrygo.gateway.schemas import brokers, products, warehouses
from entrygo.gateway.schemas.pages import FactQuery
from entrygo.gateway.services import Unary
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.proto.sync.v1.sync_pb2_grpc import SyncStub


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A kind of fact: its schemas, its messages and its three RPCs."""

    noun: str
    body: type[BaseModel]
    model: type[BaseModel]
    answer: Any
    page: Any
    example: Mapping[str, Any]
    request: Callable[[], Message]
    sync: Callable[[SyncStub], "Unary[Any, Any]"]
    get: Callable[[SyncStub], "Unary[sync_pb2.GetRequest, Any]"]
    list: Callable[[SyncStub], "Unary[sync_pb2.ListRequest, Any]"]

    async def answer_sync(self, exchange: Exchange) -> Response:
        """POST /api/<kind>s/sync."""
        request = filled(self.request(), await exchange.body(self.body))  # type: ignore[arg-type]
        reply = await exchange.write(self.sync(exchange.services.sync), request)
        data = [shown(item, self.model) for item in reply.message.data]
        return json_answer({"data": data}, replayed=reply.replayed)

    async def answer_list(self, exchange: Exchange) -> Response:
        """GET /api/<kind>s."""
        query = await exchange.query(FactQuery)
        request = sync_pb2.ListRequest(
            limit=query.limit or 0, cursor=query.cursor or "", external_id=query.external_id or ""
        )
        found = await exchange.read(self.list(exchange.services.sync), request)
        page = {
            "data": [shown(item, self.model) for item in found.data],
            "hasMore": found.has_more,
            "nextCursor": found.next_cursor or None,
        }
        return json_answer(page)

    async def answer_get(self, exchange: Exchange) -> Response:
        """GET /api/<kind>s/{id}."""
        fact_id = await exchange.path_id(f"{self.noun.capitalize()} not found.")
        found = await exchange.read(self.get(exchange.services.sync), sync_pb2.GetRequest(id=fact_id))
        return json_answer(shown(found, self.model))

    def endpoints(self) -> tuple[Endpoint, ...]:
        """The three endpoints of this kind."""
        title, path = self.noun.capitalize(), f"/api/{self.noun}s"
        return (
            Endpoint(
                method="POST",
                path=f"{path}/sync",
                handler=self.answer_sync,
                tag="Setup",
                name=f"sync{title}s",
                summary=f"Sync {self.noun}s",
                description="Upserts by externalId, all or nothing; absent and null fields keep their value.",
                body=self.body,
                answer=self.answer,
                request_example=self.example,
            ),
            Endpoint(
                method="GET",
                path=path,
                handler=self.answer_list,
                tag="Setup",
                name=f"list{title}s",
                summary=f"List {self.noun}s",
                query=FactQuery,
                answer=self.page,
            ),
            Endpoint(
                method="GET",
                path=f"{path}/{{id}}",
                handler=self.answer_get,
                tag="Setup",
                name=f"get{title}",
                summary=f"Read one {self.noun}",
                answer=self.model,
                errors=(NotFound,),
                path_parameters={"id": f"{title} ID"},
            ),
        )


FACTS = (
    Fact(
        noun="product",
        body=products.SyncProductsBody,
        model=products.Product,
        answer=products.SyncProductsAnswer,
        page=products.ProductPage,
        example=SYNC_PRODUCTS_REQUEST,
        request=sync_pb2.SyncProductsRequest,
        sync=lambda stub: stub.SyncProducts,
        get=lambda stub: stub.GetProduct,
        list=lambda stub: stub.ListProducts,
    ),
    Fact(
        noun="warehouse",
        body=warehouses.SyncWarehousesBody,
        model=warehouses.Warehouse,
        answer=warehouses.SyncWarehousesAnswer,
        page=warehouses.WarehousePage,
        example=SYNC_WAREHOUSES_REQUEST,
        request=sync_pb2.SyncWarehousesRequest,
        sync=lambda stub: stub.SyncWarehouses,
        get=lambda stub: stub.GetWarehouse,
        list=lambda stub: stub.ListWarehouses,
    ),
    Fact(
        noun="broker",
        body=brokers.SyncBrokersBody,
        model=brokers.Broker,
        answer=brokers.SyncBrokersAnswer,
        page=brokers.BrokerPage,
        example=SYNC_BROKERS_REQUEST,
        request=sync_pb2.SyncBrokersRequest,
        sync=lambda stub: stub.SyncBrokers,
        get=lambda stub: stub.GetBroker,
        list=lambda stub: stub.ListBrokers,
    ),
)


async def patch_product(exchange: Exchange) -> Response:
    """PATCH /api/products/{id}."""
    product_id = await exchange.path_id("Product not found.")
    body = await exchange.body(products.PatchProductBody)
    fields = body.model_copy(update={"idempotency_key": None})
    request = sync_pb2.UpdateProductRequest(
        id=product_id,
        product=filled(sync_pb2.Product(), fields),
        clear=[path for path in cleared(body) if path != "idempotency_key"],
        idempotency_key=body.idempotency_key or "",
    )
    reply = await exchange.write(exchange.services.sync.UpdateProduct, request)
    return json_answer(shown(reply.message, products.Product), replayed=reply.replayed)


PATCH_PRODUCT = Endpoint(
    method="PATCH",
    path="/api/products/{id}",
    handler=patch_product,
    tag="Setup",
    name="patchProduct",
    summary="Change one product",
    description="Merges: an absent field keeps its value, null clears it. Takes effect with the next plan.",
    body=products.PatchProductBody,
    answer=products.Product,
    errors=(NotFound,),
    request_example=PATCH_PRODUCT_REQUEST,
    path_parameters={"id": "Product ID"},
)

ENDPOINTS = (*(endpoint for fact in FACTS for endpoint in fact.endpoints()), PATCH_PRODUCT)
