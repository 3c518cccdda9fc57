"""What bad input gets: the error shape, never a stack trace, never a partial write."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.rest.documented import (
    CAP,
    HOODIE,
    Rest,
    error_of,
    golden_orders,
    order,
    plan_request,
    sync_request,
    unique,
)

SYNC, PLAN = "/api/orders/sync", "/api/exports/plan"
JSON = {"content-type": "application/json"}


async def is_stored(rest: Rest, external_id: str) -> bool:
    return bool((await rest.get(f"/api/orders?externalId={external_id}"))["data"])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null x",
        b"\xff",
        b'{"accountId": "acc_123", "items": NaN}',
        b'{"accountId": "acc_123", "items": Infinity}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
    ],
    ids=["empty", "rest", "no UTF-8", "NaN", "Infinity", "deep arrays", "deep objects"],
)
async def test_what_is_no_json_is_refused(rest: Rest, content: bytes) -> None:
    answer = await rest.client.post(SYNC, content=content, headers=JSON)
    error_of(answer, status=400, code="INVALID_REQUEST")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"quantity": 0}, "too_small"),
        ({"quantity": -2}, "too_small"),
        ({"quantity": "2"}, "invalid_type"),
        ({"quantity": None}, "invalid_type"),
        ({"quantity": 1.00001}, "invalid_number"),
        ({"unitValueUsd": -1}, "too_small"),
        ({"unitValueUsd": 10**12}, "invalid_number"),
        ({"unitValueUsd": [1]}, "invalid_type"),
        ({"productId": "prod\x00"}, "invalid_string"),
        ({"productId": "p" * 300}, "too_big"),
    ],
)
async def test_a_wrong_value_is_refused_with_its_path(rest: Rest, line: dict[str, Any], code: str) -> None:
    [name] = line
    sent = order({**CAP, **line})
    error = await rest.refused(SYNC, sync_request(rest, order(), sent), status=400, code="VALIDATION_ERROR")
    assert error["details"]["issues"] == [
        {
            "path": f"items.1.items.0.{name}",
            "message": error["details"]["issues"][0]["message"],
            "code": code,
        }
    ]
    assert not await is_stored(rest, sent["externalId"])


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e-5", "0.12345", "1e99999999999999999999"])
async def test_a_number_beyond_the_contract_is_refused(rest: Rest, number: str) -> None:
    content = (
        f'{{"accountId":"{rest.system.account_id}","items":[{{"externalId":"{unique("x")}",'
        '"destinationCountry":"US","items":[{"productId":"prod_cap_002","quantity":1,'
        f'"unitValueUsd":{number}}}]}}]}}'
    )
    answer = await rest.client.post(SYNC, content=content.encode(), headers=JSON)
    code = answer.json()["errorCode"]
    assert code in ("VALIDATION_ERROR", "INVALID_REQUEST")
    error_of(answer, status=400, code=code)


async def test_decimals_are_kept_exactly(rest: Rest) -> None:
    sent = order({**CAP, "quantity": 3, "unitValueUsd": 18.5}, {**HOODIE, "quantity": 1, "unitValueUsd": 0.1})
    [found] = (await rest.post(SYNC, sync_request(rest, sent)))["data"]
    assert [line["unitValueUsd"] for line in found["items"]] == [18.5, 0.1]
    assert found["totalValueUsd"] == 55.6


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(items=[]),
        lambda body: body.update(items={}),
        lambda body: body["items"][0].update(items=[]),
        lambda body: body["items"][0].update(destinationCountry="United States"),
        lambda body: body["items"][0].update(externalId=""),
        lambda body: body["items"][0].update(externalId="a\x00b"),
        lambda body: body["items"][0].update(metadata="text"),
        lambda body: body["items"][0].update(metadata={"a": "\x00"}),
        lambda body: body.update(idempotencyKey="k" * 256),
    ],
)
async def test_a_wrong_order_is_refused(rest: Rest, change: Callable[[dict[str, Any]], None]) -> None:
    body = sync_request(rest)
    change(body)
    await rest.refused(SYNC, body, status=400, code="VALIDATION_ERROR")


async def test_a_lone_surrogate_is_refused(rest: Rest) -> None:
    content = b'{"accountId":"\\ud800","items":[]}'
    answer = await rest.client.post(SYNC, content=content, headers=JSON)
    error_of(answer, status=400, code="VALIDATION_ERROR")


async def test_one_external_id_twice_in_a_request_is_refused_and_nothing_is_stored(rest: Rest) -> None:
    sent = order()
    body = sync_request(rest, sent, order(CAP, externalId=sent["externalId"]))
    error = await rest.refused(SYNC, body, status=400, code="VALIDATION_ERROR")
    assert error["field"] == "items.1.externalId"
    assert not await is_stored(rest, sent["externalId"])


async def test_unknown_products_are_all_named_and_nothing_is_stored(rest: Rest) -> None:
    good = order()
    bad = order({**CAP, "productId": "prod_unknown_1"}, CAP, {**CAP, "productId": "prod_unknown_2"})
    error = await rest.refused(SYNC, sync_request(rest, good, bad), status=400, code="VALIDATION_ERROR")
    paths = [issue["path"] for issue in error["details"]["issues"]]
    assert paths == ["items.1.items.0.productId", "items.1.items.2.productId"]
    assert not await is_stored(rest, good["externalId"])


async def test_a_body_of_20_megabytes_is_413(rest: Rest) -> None:
    body = sync_request(rest, order(metadata={"pad": "x" * 20_000_000}))
    await rest.refused(SYNC, body, status=413, code="PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
async def test_another_media_type_is_415(rest: Rest, headers: dict[str, str]) -> None:
    answer = await rest.client.post(SYNC, content=b"{}", headers=headers)
    error_of(answer, status=415, code="UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("path", ["/", "/api", "/api/shipments", "/api/orders/sync/", "/api/exports/a/b/c"])
async def test_an_unknown_route_is_404(rest: Rest, path: str) -> None:
    error_of(await rest.client.get(path), status=404, code="NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", SYNC), ("GET", PLAN), ("DELETE", "/api/exports/batch_1"), ("PUT", "/livez")]
)
async def test_an_unknown_method_is_405_with_those_allowed(rest: Rest, method: str, path: str) -> None:
    answer = await rest.client.request(method, path)
    error_of(answer, status=405, code="METHOD_NOT_ALLOWED")
    assert method not in answer.headers["allow"]


@pytest.mark.parametrize(
    "path", ["exports", "customs-packages", "orders", "products", "warehouses", "brokers"]
)
@pytest.mark.parametrize("id", ["%00", "a%0d%0ab", "x" * 5000, "%F0%9F%9A%9A", "'%20OR%201=1"])
async def test_an_impossible_id_is_404(rest: Rest, path: str, id: str) -> None:
    error_of(await rest.client.get(f"/api/{path}/{id}"), status=404, code="NOT_FOUND")


@pytest.mark.parametrize("lines", [["k" * 256], ["a b"], [""], ["one", "two"]])
async def test_an_impossible_idempotency_key_is_refused(rest: Rest, lines: list[str]) -> None:
    headers = [("idempotency-key", line) for line in lines]
    answer = await rest.client.post(SYNC, json=sync_request(rest), headers=headers)
    assert error_of(answer, status=400, code="VALIDATION_ERROR")["field"] == "idempotencyKey"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "cursor=%00", "cursor=nonsense", "state=GONE", "createdAfter=soon"]
)
async def test_a_wrong_query_is_refused(rest: Rest, query: str) -> None:
    answer = await rest.client.get(f"/api/exports?{query}")
    error_of(answer, status=400, code="VALIDATION_ERROR")


async def test_the_key_of_another_account_sees_and_changes_nothing(rest: Rest, other: Rest) -> None:
    order_ids = await golden_orders(rest)
    error_of(await other.client.get(f"/api/orders/{order_ids[0]}"), status=404, code="NOT_FOUND")
    body = {**plan_request(rest, order_ids), "accountId": rest.system.other_account_id}
    answer = await other.client.post(PLAN, json=body)
    assert answer.status_code == 400
    assert answer.json()["errorCode"] in ("INVALID_ORDER_REFERENCE", "INVALID_ACCOUNT_SCOPE")


async def test_no_key_is_bound_to_a_warehouse_that_is_not_there_for_who_makes_it(
    rest: Rest, other: Rest
) -> None:
    body = {
        "accountId": rest.system.other_account_id,
        "items": [{"externalId": unique("wh"), "name": "Theirs"}],
    }
    [foreign] = (await other.post("/api/warehouses/sync", body))["data"]
    for missing in (foreign["id"], "wh_missing"):
        sent = {"accountId": rest.system.account_id, "name": unique("key"), "scopes": ["read"]}
        error = await rest.refused(
            "/api/keys", {**sent, "warehouseId": missing}, status=400, code="INVALID_ACCOUNT_SCOPE"
        )
        assert error["field"] == "warehouseId"
    made = await rest.post("/api/keys", {**sent, "warehouseId": rest.system.warehouse_id})
    assert made["warehouseId"] == rest.system.warehouse_id


async def test_duplicate_and_too_many_orders_are_refused_in_a_plan(rest: Rest) -> None:
    await rest.refused(PLAN, plan_request(rest, []), status=400, code="VALIDATION_ERROR")
    too_many = [f"ord_{number}" for number in range(50_001)]
    await rest.refused(PLAN, plan_request(rest, too_many), status=400, code="VALIDATION_ERROR")


async def test_thousands_of_unknown_orders_are_all_named(rest: Rest) -> None:
    unknown = [f"ord_missing_{number:05d}_{'x' * 40}" for number in range(5_000)]
    error = await rest.refused(PLAN, plan_request(rest, unknown), status=400, code="INVALID_ORDER_REFERENCE")
    assert error["details"]["requestedOrderIds"] == unknown
    assert error["details"]["foundOrderIds"] == []
