"""Writes what is stored as messages, and those into answers. Hand-written, as it is on the hot path."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import orjson

from entrygo.domain.money import plain
from entrygo.domain.principal import Visible
from entrygo.domain.time import rfc3339
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.sync.drafts import STORED_NAMES, StoredFacts, StoredOrder
from entrygo.sync.order_store import FIELDS
from entrygo.sync.planning_store import Row

# Instants and totals repeat within a request and from one to the next.
_instant = lru_cache(maxsize=4096)(rfc3339)
_plain = lru_cache(maxsize=16_384)(plain)


def order_to_proto(
    account_id: str, order: StoredOrder, make: Callable[..., sync_pb2.Order] = sync_pb2.Order
) -> sync_pb2.Order:
    """The message: money in USD as plain decimal text, instants in UTC. `make` is given its fields."""
    draft, stamp = order.draft, order.stamp
    return make(
        id=stamp.id,
        account_id=account_id,
        items=[{"product_id": line.product_id, **dict(line.fields)} for line in draft.lines],
        total_value_usd=_plain(draft.total_value_usd),
        metadata_json=draft.metadata_json or "",
        created_at=_instant(stamp.created_at),
        updated_at=_instant(stamp.updated_at),
        **draft.fields,
    )


def add_order(account_id: str, row: Row, add: Callable[..., sync_pb2.Order]) -> None:
    """The message of a row that a plan is decided on: as `order_to_proto`, without an order between them.

    `add` is given its fields. There may be ten thousand, most with lines that no other has; totals and
    instants repeat.
    """
    given = {name: text for name in FIELDS if (text := row[name]) is not None}
    add(
        id=row["id"],
        account_id=account_id,
        items=[
            {STORED_NAMES[name]: text for name, text in line.items() if name in STORED_NAMES}
            for line in orjson.loads(row["items"])
        ],
        total_value_usd=_plain(row["total_value_usd"]),
        created_at=_instant(row["created_at"]),
        updated_at=_instant(row["updated_at"]),
        **given,
    )


def product_to_proto(product: StoredFacts) -> sync_pb2.Product:
    """The message; a product without a SKU has its external id for one, and is active."""
    defaults = {"sku": product.external_id, "status": "active"}
    return sync_pb2.Product(**_fields(product, defaults))


def warehouse_to_proto(warehouse: StoredFacts) -> sync_pb2.Warehouse:
    """The message: the stored fields under their own names."""
    return sync_pb2.Warehouse(**_fields(warehouse, {}))


def broker_to_proto(broker: StoredFacts) -> sync_pb2.Broker:
    """The message: the stored fields under their own names; a credential is a name, never the secret."""
    return sync_pb2.Broker(**_fields(broker, {}))


def importer_to_proto(importer: StoredFacts) -> sync_pb2.Importer:
    """The message: the stored fields under their own names; the number in full, for its own account."""
    return sync_pb2.Importer(**_fields(importer, {}))


def _fields(stored: StoredFacts, defaults: Mapping[str, str]) -> dict[str, Any]:
    """Facts are kept under the names of the message's own fields, nested ones included."""
    facts = cast("dict[str, Any]", stored.facts)
    return {
        **defaults,
        **facts,
        "id": stored.id,
        "external_id": stored.external_id,
        "created_at": _instant(stored.created_at),
        "updated_at": _instant(stored.updated_at),
    }


def orders_response(visible: Visible, orders: Sequence[StoredOrder]) -> bytes:
    """The answer of a sync of orders, serialized: in the order of the request."""
    response = sync_pb2.SyncOrdersResponse()
    for order in orders:
        # Made in its place: a message that is made by itself is copied.
        order_to_proto(visible.tenant.account_id, order, response.data.add)
    return response.SerializeToString()


def products_response(stored: Sequence[StoredFacts]) -> bytes:
    """The answer of a sync of products, serialized: in the order of the request."""
    return sync_pb2.SyncProductsResponse(data=[product_to_proto(one) for one in stored]).SerializeToString()


def warehouses_response(stored: Sequence[StoredFacts]) -> bytes:
    """The answer of a sync of warehouses, serialized: in the order of the request."""
    data = [warehouse_to_proto(one) for one in stored]
    return sync_pb2.SyncWarehousesResponse(data=data).SerializeToString()


def brokers_response(stored: Sequence[StoredFacts]) -> bytes:
    """The answer of a sync of brokers, serialized: in the order of the request."""
    return sync_pb2.SyncBrokersResponse(data=[broker_to_proto(one) for one in stored]).SerializeToString()


def importers_response(stored: Sequence[StoredFacts]) -> bytes:
    """The answer of a sync of importers, serialized: in the order of the request."""
    data = [importer_to_proto(one) for one in stored]
    return sync_pb2.SyncImportersResponse(data=data).SerializeToString()
