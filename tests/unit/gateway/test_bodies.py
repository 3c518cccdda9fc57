"""What a body must be: JSON, exact, of the right shape and size; and what is said about one that is not."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from entrygo.domain.errors import EntryGoError
from entrygo.gateway.app import create_app
from entrygo.gateway.settings import GatewaySettings
from tests.fakes import KEY, FakeServices
from tests.harness.garbage import uncollected
from tests.unit.gateway.conftest import MAX_BODY_BYTES
from tests.unit.gateway.requests import line_body, order_body

PATH = "/api/orders/sync"
JSON = {"content-type": "application/json"}


async def send(client: httpx.AsyncClient, content: bytes, **headers: str) -> httpx.Response:
    return await client.post(PATH, content=content, headers={**JSON, **headers})


def issues(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    assert answer.json()["errorCode"] == "VALIDATION_ERROR"
    return [(issue["path"], issue["code"]) for issue in answer.json()["details"]["issues"]]


async def test_a_missing_field_is_answered_as_the_documentation_shows(client: httpx.AsyncClient) -> None:
    body = order_body()
    del body["items"][0]["items"][0]["productId"]
    answer = await client.post(PATH, json=body)
    path = "items.0.items.0.productId"
    assert answer.status_code == 400
    assert answer.json() == {
        "errorCode": "VALIDATION_ERROR",
        "message": "Request validation failed.",
        "field": path,
        "details": {"issues": [{"path": path, "message": "Required", "code": "invalid_type"}]},
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"sku": "CAP", "productId": "prod_cap_002"}, [("sku", "conflict")]),
        ({"sku": ""}, [("sku", "too_small")]),
        ({"sku": 7, "quantity": 0}, [("sku", "invalid_type"), ("quantity", "too_small")]),
        ({"sku": None}, [("productId", "invalid_type")]),
        ({"sku": None, "quantity": 0}, [("productId", "invalid_type"), ("quantity", "too_small")]),
        ({"productId": None}, [("productId", "invalid_type")]),
    ],
)
async def test_a_line_names_its_product_in_one_way(
    client: httpx.AsyncClient, line: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    body = order_body()
    body["items"][0]["items"] = [{"quantity": 1, "unitValueUsd": 35, **line}]
    found = issues(await client.post(PATH, json=body))
    assert found == [(f"items.0.items.0.{field}", code) for field, code in expected]


@pytest.mark.parametrize(
    ("path", "holder"), [("items.0.currency", "order"), ("items.0.items.0.currency", "line")]
)
async def test_amounts_in_another_currency_are_refused_and_never_taken_for_dollars(
    client: httpx.AsyncClient, path: str, holder: str
) -> None:
    def stating(currency: object) -> dict[str, Any]:
        body = order_body()
        order = body["items"][0]
        (order if holder == "order" else order["items"][0])["currency"] = currency
        return body

    assert issues(await client.post(PATH, json=stating("CAD"))) == [(path, "unsupported_currency")]
    assert issues(await client.post(PATH, json=stating(124))) == [(path, "unsupported_currency")]
    for lawful in ("USD", "usd ", None):
        assert (await client.post(PATH, json=stating(lawful))).status_code == 200


async def test_another_currency_hides_nothing_else_that_is_wrong(client: httpx.AsyncClient) -> None:
    body = order_body()
    order = body["items"][0]
    order |= {"destinationCountry": "USA", "currency": "CAD"}
    order["items"][0] |= {"quantity": 0, "currency": "CAD"}
    assert {path for path, _ in issues(await client.post(PATH, json=body))} == {
        "items.0.destinationCountry",
        "items.0.currency",
        "items.0.items.0.quantity",
        "items.0.items.0.currency",
    }


async def test_every_issue_is_listed_at_once(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json={"items": [{"items": [{}]}]})
    assert set(issues(answer)) == {
        ("accountId", "invalid_type"),
        ("items.0.externalId", "invalid_type"),
        ("items.0.destinationCountry", "invalid_type"),
        ("items.0.items.0.productId", "invalid_type"),
        ("items.0.items.0.quantity", "invalid_type"),
        ("items.0.items.0.unitValueUsd", "invalid_type"),
    }


async def test_at_most_a_hundred_issues_are_listed_and_reading_stops_there(client: httpx.AsyncClient) -> None:
    # Three of each order: the hundredth is found in the 34th, and none behind it is looked at.
    answer = await client.post(PATH, json=order_body(items=[{} for _ in range(50)]))
    assert len(issues(answer)) == 100
    assert answer.json()["details"]["totalIssues"] == 102


async def test_a_hundred_issues_are_all_that_there_are_when_no_other_is_counted(
    client: httpx.AsyncClient,
) -> None:
    items = [{} for _ in range(33)] + [{**order_body()["items"][0], "externalId": 5}]
    answer = await client.post(PATH, json=order_body(items=items))
    assert len(issues(answer)) == 100
    assert "totalIssues" not in answer.json()["details"]


@pytest.mark.parametrize(
    ("line", "path", "code"),
    [
        ({"quantity": "2"}, "quantity", "invalid_type"),
        ({"quantity": None}, "quantity", "invalid_type"),
        ({"quantity": True}, "quantity", "invalid_type"),
        ({"quantity": [1]}, "quantity", "invalid_type"),
        ({"quantity": 0}, "quantity", "too_small"),
        ({"quantity": -1}, "quantity", "too_small"),
        ({"quantity": 1.00005}, "quantity", "invalid_number"),
        ({"unitValueUsd": -0.01}, "unitValueUsd", "too_small"),
        ({"unitValueUsd": 1e13}, "unitValueUsd", "invalid_number"),
        ({"productId": 5}, "productId", "invalid_type"),
        ({"productId": ""}, "productId", "too_small"),
        ({"productId": "p" * 65}, "productId", "too_big"),
        ({"productId": "p\x00"}, "productId", "invalid_string"),
    ],
)
async def test_a_line_is_refused_when_a_value_is_wrong(
    client: httpx.AsyncClient, line: dict[str, Any], path: str, code: str
) -> None:
    answer = await client.post(PATH, json=line_body(**line))
    assert issues(answer) == [(f"items.0.items.0.{path}", code)]


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"items": []}, "items", "too_small"),
        ({"items": {}}, "items", "invalid_type"),
        ({"items": [[]]}, "items.0", "invalid_type"),
        ({"accountId": None}, "accountId", "invalid_type"),
        ({"idempotencyKey": ""}, "idempotencyKey", "invalid_string"),
        ({"idempotencyKey": "k" * 256}, "idempotencyKey", "invalid_string"),
        ({"idempotencyKey": "a b"}, "idempotencyKey", "invalid_string"),
    ],
)
async def test_a_body_is_refused_when_a_top_level_field_is_wrong(
    client: httpx.AsyncClient, change: dict[str, Any], path: str, code: str
) -> None:
    assert issues(await client.post(PATH, json=order_body(**change))) == [(path, code)]


@pytest.mark.parametrize(
    "metadata",
    [{"a": "x\x00y"}, {"a\x00": 1}, {"a": list(range(1001))}, {"a": {"b" * 2001: 1}}],
    ids=["nul", "nul in a name", "too many values", "long name"],
)
async def test_metadata_is_refused_when_it_cannot_be_kept(
    client: httpx.AsyncClient, metadata: dict[str, Any]
) -> None:
    body = order_body()
    body["items"][0]["metadata"] = metadata
    [(path, _)] = issues(await client.post(PATH, json=body))
    assert path == "items.0.metadata"


async def test_metadata_is_refused_when_a_number_is_no_double(client: httpx.AsyncClient) -> None:
    body = b'{"accountId":"acc_123","items":[{"externalId":"a","destinationCountry":"US","items":'
    body += b'[{"productId":"prod_cap_002","quantity":1,"unitValueUsd":1}],"metadata":{"n":1e400}}]}'
    assert issues(await send(client, body)) == [("items.0.metadata", "invalid_number")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{} {}",
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b'{"items": NaN}',
        b'{"items": Infinity}',
        b'{"items": -Infinity}',
        b'{"accountId": "\x00"}',
        b"[" * 100_000,
        b'{"a":' * 12_000,
        b'{"quantity": 1e99999999999999999999}',
        "{'accountId': 1}".encode("utf-16"),
    ],
    ids=lambda content: repr(content[:24]),
)
async def test_a_body_is_refused_when_it_is_no_json(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await send(client, content[:MAX_BODY_BYTES])
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "INVALID_REQUEST")


async def test_a_body_is_refused_before_a_close_look_when_it_has_too_many_lines(
    services: FakeServices,
) -> None:
    app = create_app(GatewaySettings(), services=services)
    body = order_body(items=[{"items": [{}] * 501}] * 50)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        answer = await client.post(PATH, json=body, headers={"authorization": f"Bearer {KEY}"})
    assert issues(answer) == [("items", "too_big")]


async def test_a_body_is_refused_when_it_is_not_an_object(client: httpx.AsyncClient) -> None:
    assert issues(await send(client, b"[]")) == [("", "invalid_type")]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("18.5", "18.5"),
        ("18.50", "18.5"),
        ("110", "110"),
        ("1.85e1", "18.5"),
        ("0.1000", "0.1"),
        ("123456789012.1234", "123456789012.1234"),
        ("999999999999.9999", "999999999999.9999"),
        ("0.30000000000000004000", None),
    ],
)
async def test_a_number_reaches_the_services_with_every_digit(
    client: httpx.AsyncClient, services: FakeServices, written: str, kept: str | None
) -> None:
    content = (
        '{"accountId":"acc_123","items":[{"externalId":"a","destinationCountry":"US","items":'
        f'[{{"productId":"prod_cap_002","quantity":1,"unitValueUsd":{written}}}]}}]}}'
    )
    answer = await send(client, content.encode())
    if kept is None:
        assert issues(answer) == [("items.0.items.0.unitValueUsd", "invalid_number")]
    else:
        assert answer.status_code == 200
        request: Any = services.requests[-1]
        assert request.items[0].items[0].unit_value_usd == kept


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/json; charset=utf-8"}, 200),
        ({"content-type": "Application/JSON"}, 200),
        ({"content-encoding": "identity"}, 200),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": "application/json; charset=utf-16"}, 415),
        ({"content-encoding": "gzip"}, 415),
    ],
)
async def test_the_media_type_decides_whether_a_body_is_read(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    content = httpx.Request("POST", "http://x", json=order_body()).content
    answer = await client.post(PATH, content=content, headers={**JSON, **headers})
    assert answer.status_code == status
    assert status == 200 or answer.json()["errorCode"] == "UNSUPPORTED_MEDIA_TYPE"


async def test_a_body_is_refused_when_it_is_larger_than_the_limit(client: httpx.AsyncClient) -> None:
    answer = await send(client, b" " * (MAX_BODY_BYTES + 1))
    assert (answer.status_code, answer.json()["errorCode"]) == (413, "PAYLOAD_TOO_LARGE")


async def test_a_body_is_counted_while_it_streams_when_it_announces_no_length(
    client: httpx.AsyncClient,
) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield b" " * 1024

    answer = await client.post(PATH, content=endless(), headers=JSON)
    assert answer.status_code == 413
    assert taken <= MAX_BODY_BYTES // 1024 + 1


async def test_a_bad_key_wins_over_a_bad_body(client: httpx.AsyncClient) -> None:
    answer = await send(client, b"{", authorization="Bearer shpbndl_live_nobody")
    assert (answer.status_code, answer.json()["errorCode"]) == (401, "INVALID_API_KEY")


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff", b"[" * 100_000, b"[]," * 600_000, b'{"accountId":"acc_123","items":[{}]}'],
    ids=["no JSON", "no UTF-8", "nested too deeply", "too many values", "issues"],
)
async def test_nothing_of_a_refused_body_waits_for_the_garbage_collector(
    client: httpx.AsyncClient, content: bytes
) -> None:
    with uncollected(EntryGoError) as held:
        answer = await send(client, content)
    assert answer.status_code in (400, 413)
    assert held == []
