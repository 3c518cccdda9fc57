"""Builders of valid requests for the tests of sync."""

from entrygo.proto.sync.v1 import sync_pb2

ACCOUNT = "acc_a"


def line(product_id: str = "prod_1", quantity: str = "2", unit_value_usd: str = "110") -> sync_pb2.OrderItem:
    return sync_pb2.OrderItem(product_id=product_id, quantity=quantity, unit_value_usd=unit_value_usd)


def order(external_id: str = "SO-1", *lines: sync_pb2.OrderItem, **fields: str) -> sync_pb2.OrderInput:
    destination = {"destination_country": "US"} | fields
    return sync_pb2.OrderInput(external_id=external_id, items=lines or (line(),), **destination)


def orders(*items: sync_pb2.OrderInput, key: str = "") -> sync_pb2.SyncOrdersRequest:
    return sync_pb2.SyncOrdersRequest(account_id=ACCOUNT, items=items or (order(),), idempotency_key=key)


def products(*items: sync_pb2.Product, key: str = "") -> sync_pb2.SyncProductsRequest:
    return sync_pb2.SyncProductsRequest(account_id=ACCOUNT, items=items, idempotency_key=key)
