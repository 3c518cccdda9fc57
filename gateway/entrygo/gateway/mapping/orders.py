"""Orders between REST and protobuf."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from entrygo.domain.money import json_number
from entrygo.gateway.mapping.plain_fields import Values
from entrygo.gateway.schemas.orders import (
    ANSWERED_LINE,
    FURTHER,
    SYNCED,
    OrderInput,
    OrderLineInput,
    SyncOrdersBody,
)
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.order import ORDER, ORDER_LINE

_ORDER, _FURTHER = Values(ORDER), Values(FURTHER)
_DESTINATION = Values(tuple(field for field in SYNCED if field.name != "external_id"))
_LINE, _ANSWERED_LINE = Values(ORDER_LINE), Values(ANSWERED_LINE)
# The lines and the totals of a warehouse repeat.
_number = lru_cache(maxsize=8_192)(json_number)


def sync_orders_request(body: SyncOrdersBody) -> sync_pb2.SyncOrdersRequest:
    """The message of a body that was checked."""
    return sync_pb2.SyncOrdersRequest(
        account_id=body.account_id,
        items=[_order_input(order) for order in body.items],
        idempotency_key=body.idempotency_key or "",
    )


def _order_input(order: OrderInput) -> sync_pb2.OrderInput:
    return sync_pb2.OrderInput(
        **_ORDER.as_texts(_ORDER.of(order)),
        items=[line_input(line) for line in order.items],
        metadata_json=None if order.metadata is None else metadata_json(order.metadata),
    )


def line_input(line: OrderLineInput) -> sync_pb2.OrderItem:
    """The message of a line; of one that names a SKU, without the product that stands in for none."""
    texts = _LINE.as_texts(_LINE.of(line))
    if texts["sku"] is not None:
        texts["product_id"] = ""
    return sync_pb2.OrderItem(**texts)


def metadata_json(metadata: Mapping[str, Any]) -> str:
    """Metadata as it travels."""
    return orjson.dumps(metadata).decode()


@lru_cache(maxsize=8_192)
def _line(*texts: str) -> dict[str, Any]:
    """A line as it is answered: what was given. It is shared, so nobody may change it."""
    return {name: value for name, value in _ANSWERED_LINE.as_json(texts).items() if value is not None}


@lru_cache(maxsize=8_192)
def _destination(*texts: str) -> dict[str, Any]:
    """Where an order goes, as it is answered; shared as lines are."""
    return _DESTINATION.as_json(texts)


def sync_orders_answer(message: sync_pb2.SyncOrdersResponse) -> dict[str, Any]:
    """The answer to a sync (SyncOrdersAnswer): its orders, in the order they were given."""
    return {"data": [synced_order(order) for order in message.data]}


def synced_order(order: sync_pb2.Order) -> dict[str, Any]:
    """An order in the stable form of the contract (SyncedOrder); amounts as numbers, USD."""
    return {
        "id": order.id,
        "accountId": order.account_id,
        "externalId": order.external_id,
        **_destination(*_DESTINATION.of(order)),
        "totalValueUsd": _number(order.total_value_usd),
        "items": [_line(*_ANSWERED_LINE.of(item)) for item in order.items],
    }


def stored_order(order: sync_pb2.Order) -> dict[str, Any]:
    """An order with all that is kept of it (StoredOrder)."""
    return {
        **synced_order(order),
        **_FURTHER.as_json(_FURTHER.of(order)),
        "metadata": orjson.loads(order.metadata_json) if order.metadata_json else None,
        "createdAt": order.created_at,
        "updatedAt": order.updated_at,
    }
