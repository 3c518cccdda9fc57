"""Order lines that name a SKU: which product they get, and what is said when there is none or more."""

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.proto.sync.v1 import sync_pb2
from tests.integration.sync.conftest import LIVE, OTHER, Caller
from tests.unit.sync.requests import line, order, orders


def by_sku(sku: str) -> sync_pb2.OrderItem:
    return sync_pb2.OrderItem(sku=sku, quantity="1", unit_value_usd="35")


async def product_of(caller: Caller, sku: str) -> str:
    (answered,) = await caller.orders(LIVE, orders(order("SO-1", by_sku(sku))))
    assert [item.sku for item in answered.items] == [""]
    return answered.items[0].product_id


async def test_product_is_found_by_its_sku_else_by_its_external_id(caller: Caller) -> None:
    await caller.products(
        LIVE,
        sync_pb2.Product(external_id="erp-7", sku="CAP-002", id="prod_cap"),
        sync_pb2.Product(external_id="CAP-002", sku="other", id="prod_other"),
    )
    assert await product_of(caller, "CAP-002") == "prod_cap"
    assert await product_of(caller, "erp-7") == "prod_cap"
    assert await product_of(caller, "other") == "prod_other"
    assert await product_of(caller, "JKT-001") == "prod_1"


async def test_order_is_stored_with_the_product_whatever_the_sku_means_later(caller: Caller) -> None:
    (answered,) = await caller.orders(LIVE, orders(order("SO-1", by_sku("JKT-001"), line())))
    await caller.products(LIVE, sync_pb2.Product(external_id="JKT-001", sku="renamed"))
    stored = await caller.use_cases.get_order(LIVE, answered.id)
    assert [found.product_id for found in stored.draft.lines] == ["prod_1", "prod_1"]
    assert answered.total_value_usd == "255"


async def test_repeated_request_is_answered_as_the_first_when_the_sku_moved(caller: Caller) -> None:
    request = orders(order("SO-1", by_sku("JKT-001")), key="k-1")
    first = await caller.sync_orders(LIVE, request)
    await caller.products(LIVE, sync_pb2.Product(external_id="JKT-001", sku="renamed"))
    again = await caller.sync_orders(LIVE, request)
    assert (again.body, again.replayed) == (first.body, True)


async def test_every_unknown_product_and_every_unclear_sku_is_named_at_once(caller: Caller) -> None:
    await caller.products(
        LIVE,
        sync_pb2.Product(external_id="a", sku="TWICE", id="prod_a"),
        sync_pb2.Product(external_id="b", sku="TWICE", id="prod_b"),
    )
    await caller.products(OTHER, sync_pb2.Product(external_id="THEIRS"))
    request = orders(
        order("SO-1", by_sku("JKT-001"), by_sku("TWICE")),
        order("SO-2", line("prod_none"), by_sku("THEIRS")),
    )
    with pytest.raises(ValidationFailed) as raised:
        await caller.sync_orders(LIVE, request)
    assert raised.value.details == {
        "issues": [
            {
                "path": "items.0.items.1.sku",
                "message": "SKU TWICE is that of 2 products: prod_a, prod_b",
                "code": "unknown_product",
            },
            {
                "path": "items.1.items.0.productId",
                "message": "Unknown product prod_none",
                "code": "unknown_product",
            },
            {"path": "items.1.items.1.sku", "message": "Unknown SKU THEIRS", "code": "unknown_product"},
        ]
    }
