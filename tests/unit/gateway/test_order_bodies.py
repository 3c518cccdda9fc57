"""A body of orders is judged by what repeats in it exactly as the schema of the whole body judges it."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.domain.errors import ValidationFailed
from entrygo.gateway.exchange import validated
from entrygo.gateway.json_reader import read_json
from entrygo.gateway.mapping.order_bodies import usual_orders
from entrygo.gateway.mapping.orders import sync_orders_request
from entrygo.gateway.schemas.orders import SyncOrdersBody
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.order import MAX_LINES_PER_ORDER, MAX_ORDERS
from tests.unit.gateway.requests import order_body

LINE = {"productId": "prod_cap_002", "quantity": 1, "unitValueUsd": 35}
# Of each place in a body, what somebody may put there; few good values, so that they meet in the caches.
ANY = st.sampled_from(
    [
        *(None, True, False, 0, 1, 2, -1, 1.5, 0.00001, 1e13, 1e300),
        *("", "1", "US", "us", "CAD", "USD ", "-", "x" * 65, "x" * 501, "a\u3000b", "a\x07", "ü"),
        *([], {}, ["US"], {"a": 1}, {"a": {"b": "\x00"}}),
    ]
)
LINES = st.builds(
    lambda changes, dropped: {name: value for name, value in {**LINE, **changes}.items() if name != dropped},
    st.dictionaries(st.sampled_from([*LINE, "sku", "currency", "other"]), ANY, max_size=2),
    st.sampled_from([*LINE, None, None]),
)
ORDER = order_body()["items"][0]
ORDERS = st.builds(
    lambda lines, changes, dropped: {
        name: value for name, value in {**ORDER, "items": lines, **changes}.items() if name != dropped
    },
    st.lists(st.one_of(LINES, st.just(LINE), ANY), max_size=3),
    st.dictionaries(
        st.sampled_from([*ORDER, "importerNumber", "importerExternalId", "currency"]), ANY, max_size=2
    ),
    st.sampled_from([*ORDER, None, None, None]),
)
BODIES = st.one_of(
    st.builds(
        lambda orders, changes: {"accountId": "acc_123", "items": orders, **changes},
        st.lists(st.one_of(ORDERS, st.just(ORDER)), max_size=3),
        st.dictionaries(st.sampled_from(["accountId", "items", "idempotencyKey"]), ANY, max_size=1),
    ),
    ANY,
)


def by_the_schema(body: object) -> sync_pb2.SyncOrdersRequest | None:
    try:
        return sync_orders_request(validated(SyncOrdersBody, body))
    except ValidationFailed:
        return None


@given(BODIES)
def test_what_the_schema_takes_is_taken_with_the_same_message_and_nothing_else(given_body: Any) -> None:
    body = read_json(orjson.dumps(given_body))
    assert usual_orders(body) == by_the_schema(body)


@pytest.mark.parametrize("quantity", ["1", "1.0", "1.0000", "1.00000", "1e0", "true", '"1"', "10e-1"])
def test_number_is_never_taken_for_another_value_that_is_equal_to_it(quantity: str) -> None:
    content = (
        '{"accountId":"a","items":[{"externalId":"o","destinationCountry":"US","items":'
        '[{"productId":"p","quantity":%s,"unitValueUsd":1}]}]}'
    )
    usual_orders(read_json((content % "1").encode()))  # remembered by now
    body = read_json((content % quantity).encode())
    assert usual_orders(body) == by_the_schema(body)


@pytest.mark.parametrize(
    "items",
    [
        [{**ORDER, "externalId": str(number)} for number in range(MAX_ORDERS + 1)],
        [{**ORDER, "items": [LINE] * (MAX_LINES_PER_ORDER + 1)}],
        [{**ORDER, "items": [LINE] * 500}] * 51,
    ],
    ids=["orders", "lines of an order", "lines"],
)
def test_body_of_too_many_is_left_to_the_schema(items: list[dict[str, Any]]) -> None:
    assert usual_orders(read_json(orjson.dumps(order_body(items=items[:-1])))) is not None or len(items) == 1
    assert usual_orders(read_json(orjson.dumps(order_body(items=items)))) is None
