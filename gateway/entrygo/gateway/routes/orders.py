"""Orders: take them in, read them back."""

from starlette.responses import Response

from entrygo.domain.errors import NotFound
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.examples.exports import SYNC_ORDERS_ANSWER, SYNC_ORDERS_REQUEST
from entrygo.gateway.exchange import Exchange, checked, json_answer
from entrygo.gateway.json_reader import read_json
from entrygo.gateway.mapping.order_bodies import usual_orders
from entrygo.gateway.mapping.orders import stored_order, sync_orders_answer, sync_orders_request
from entrygo.gateway.routes.pages import list_request, page_answer
from entrygo.gateway.schemas.orders import (
    OrderExportsAnswer,
    OrderPage,
    StoredOrder,
    SyncOrdersAnswer,
    SyncOrdersBody,
)
from entrygo.gateway.schemas.pages import FactQuery
from entrygo.proto.planning.v1 import planning_pb2
from entrygo.proto.sync.v1 import sync_pb2


async def sync_orders(exchange: Exchange) -> Response:
    """POST /api/orders/sync: takes orders in, all or none."""
    request = await exchange.orders(_read_orders)
    reply = await exchange.write(exchange.services.sync.SyncOrders, request)
    return json_answer(sync_orders_answer(reply.message), replayed=reply.replayed)


def _read_orders(content: bytes | bytearray) -> sync_pb2.SyncOrdersRequest:
    body = read_json(content)
    found = usual_orders(body)
    return sync_orders_request(checked(SyncOrdersBody, content, body)) if found is None else found


async def list_orders(exchange: Exchange) -> Response:
    """GET /api/orders: a page of stored orders, by id."""
    request = list_request(exchange.query(FactQuery))
    found = await exchange.read(exchange.services.sync.ListOrders, request)
    return page_answer(found, stored_order)


async def get_order(exchange: Exchange) -> Response:
    """GET /api/orders/{id}: one order with all that is kept of it."""
    return json_answer(stored_order(await _order(exchange)))


async def _order(exchange: Exchange) -> sync_pb2.Order:
    """The order that the path names. Raises NotFound."""
    request = sync_pb2.GetRequest(id=exchange.path_id("Order not found."))
    return await exchange.read(exchange.services.sync.GetOrder, request)


async def list_exports(exchange: Exchange) -> Response:
    """GET /api/orders/{id}/exports: where the order is, or what it left with."""
    request = planning_pb2.ListOrderExportsRequest(order_id=exchange.path_id("Order not found."))
    found = await exchange.read(exchange.services.planning.ListOrderExports, request)
    if not found.data:
        # Planning knows no orders: in no export are one that waits, and one that there is not.
        await _order(exchange)
    answer: OrderExportsAnswer = {
        "data": [
            {
                "exportId": each.export_id,
                "state": each.state,
                "readinessState": each.readiness_state,
                "planHash": each.plan_hash,
            }
            for each in found.data
        ]
    }
    return json_answer(answer)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/api/orders/sync",
        handler=sync_orders,
        tag="Lifecycle",
        name="syncOrders",
        summary="Sync orders",
        description="Upserts by externalId within the account, all or nothing; line items are replaced. "
        "The answer holds the EntryGo order IDs that planning expects.",
        body=SyncOrdersBody,
        answer=SyncOrdersAnswer,
        request_example=SYNC_ORDERS_REQUEST,
        answer_example=SYNC_ORDERS_ANSWER,
    ),
    Endpoint(
        method="GET",
        path="/api/orders",
        handler=list_orders,
        tag="Orders",
        name="listOrders",
        summary="List orders",
        query=FactQuery,
        answer=OrderPage,
    ),
    Endpoint(
        method="GET",
        path="/api/orders/{id}",
        handler=get_order,
        tag="Orders",
        name="getOrder",
        summary="Read one order",
        answer=StoredOrder,
        errors=(NotFound,),
        path_parameters={"id": "Order ID"},
    ),
    Endpoint(
        method="GET",
        path="/api/orders/{id}/exports",
        handler=list_exports,
        tag="Orders",
        name="listOrderExports",
        summary="List the exports of one order",
        description="Those whose plan has it, or that it left with, newest first, 20 at most; none for one"
        " that was left behind, and after a withdrawal or a cancellation.",
        answer=OrderExportsAnswer,
        errors=(NotFound,),
        path_parameters={"id": "Order ID"},
    ),
)
