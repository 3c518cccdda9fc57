"""Orders between REST and protobuf; by hand, because this is the hot path."""

import orjson

from entrygo.domain.money import json_number, plain
from entrygo.gateway.schemas.orders import (
    OrderInput,
    OrderLine,
    StoredOrder,
    SyncedOrder,
    SyncOrdersAnswer,
    SyncOrdersBody,
)
from entrygo.proto.sync.v1 import sync_pb2


def sync_orders_request(body: SyncOrdersBody) -> sync_pb2.SyncOrdersRequest:
    """The message of a body that was checked."""
    return sync_pb2.SyncOrdersRequest(
        account_id=body.account_id,
        items=[_order_input(order) for order in body.items],
        idempotency_key=body.idempotency_key or "",
    )


def _order_input(order: OrderInput) -> sync_pb2.OrderInput:
    return sync_pb2.OrderInput(
        external_id=order.external_id,
        destination_country=order.destination_country,
        destination_region=order.destination_region,
        destination_postal_code=order.destination_postal_code,
        items=[
            sync_pb2.OrderItem(
                product_id=line.product_id if line.sku is None else "",
                sku=line.sku or "",
                quantity=plain(line.quantity),
                unit_value_usd=plain(line.unit_value_usd),
            )
            for line in order.items
        ],
        metadata_json="" if order.metadata is None else orjson.dumps(order.metadata).decode(),
        importer_number=order.importer_number,
        importer_external_id=order.importer_external_id,
    )


def sync_orders_answer(message: sync_pb2.SyncOrdersResponse) -> SyncOrdersAnswer:
    """The answer to a sync: its orders, in the order they were given."""
    return {"data": [synced_order(order) for order in message.data]}


def synced_order(order: sync_pb2.Order) -> SyncedOrder:
    """An order in the stable form of the contract; amounts as numbers, USD."""
    return {
        "id": order.id,
        "accountId": order.account_id,
        "externalId": order.external_id,
        "destinationCountry": order.destination_country,
        "destinationRegion": order.destination_region if order.HasField("destination_region") else None,
        "destinationPostalCode": order.destination_postal_code
        if order.HasField("destination_postal_code")
        else None,
        "totalValueUsd": json_number(order.total_value_usd),
        "items": [_line(item) for item in order.items],
    }


def _line(item: sync_pb2.OrderItem) -> OrderLine:
    return {
        "productId": item.product_id,
        "quantity": json_number(item.quantity),
        "unitValueUsd": json_number(item.unit_value_usd),
    }


def stored_order(order: sync_pb2.Order) -> StoredOrder:
    """An order with all that is kept of it."""
    return {
        **synced_order(order),
        "importerNumber": order.importer_number if order.HasField("importer_number") else None,
        "importerExternalId": order.importer_external_id if order.HasField("importer_external_id") else None,
        "metadata": orjson.loads(order.metadata_json) if order.metadata_json else None,
        "createdAt": order.created_at,
        "updatedAt": order.updated_at,
    }
