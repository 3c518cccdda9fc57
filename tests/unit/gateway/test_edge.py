"""What every answer has, whatever the route: ids, headers, error shape, methods, keys."""

import asyncio

import httpx
import pytest

from entrygo.domain.errors import (
    IdempotencyInProgress,
    InternalError,
    Kind,
    RateLimited,
    RemoteError,
    ServiceUnavailable,
)
from entrygo.gateway.errors import STATUS_OF_KIND
from tests.fakes import KEY, FakeServices
from tests.unit.gateway.requests import order_body
from tests.unit.gateway.serving import serving

PATH = "/api/orders/sync"


async def test_every_answer_names_its_request(client: httpx.AsyncClient) -> None:
    for answer in (
        await client.get("/livez"),
        await client.get("/nowhere"),
        await client.delete("/api/exports"),
        await client.post(PATH, json={}),
    ):
        assert answer.headers["x-request-id"].startswith("req_")
        assert answer.headers["cache-control"] == "no-store"
        # No browser takes what a caller wrote for a page because it looks like one.
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_valid_request_id_is_kept_and_sent_on(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    answer = await client.post(PATH, json=order_body(), headers={"x-request-id": "wave-17/try:2"})
    assert answer.headers["x-request-id"] == "wave-17/try:2"
    assert services.calls[-1].request_id == "wave-17/try:2"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "ü"])
async def test_an_invalid_request_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/livez", headers=[(b"x-request-id", given.encode())])
    assert answer.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic " + KEY,
        KEY,
        f"Bearer {KEY} x",
        "Bearer shpbndl_live_wrong",
        "Service secret",
        "Bearer " + "x" * 513,
    ],
)
async def test_a_request_without_a_valid_key_is_401(
    client: httpx.AsyncClient, authorization: str | None
) -> None:
    del client.headers["authorization"]
    headers = {} if authorization is None else {"authorization": authorization}
    for answer in (
        await client.post(PATH, json=order_body(), headers=headers),
        await client.get("/api/exports/batch_1", headers=headers),
        await client.get("/api/system/health", headers=headers),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json() == {"errorCode": "INVALID_API_KEY", "message": "Missing or invalid API key."}


async def test_a_request_with_two_keys_is_401_whichever_is_first(client: httpx.AsyncClient) -> None:
    del client.headers["authorization"]
    for keys in ((KEY, "shpbndl_live_wrong"), ("shpbndl_live_wrong", KEY), (KEY, KEY)):
        headers = [("authorization", f"Bearer {key}") for key in keys]
        assert (await client.get("/api/system/health", headers=headers)).status_code == 401


async def test_the_scheme_of_a_key_is_read_in_any_case(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/system/health", headers={"authorization": f"bearer {KEY}"})
    assert answer.status_code == 200


async def test_the_account_of_another_key_is_403(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json=order_body(accountId="acc_999"))
    assert answer.status_code == 403
    assert answer.json() == {
        "errorCode": "INVALID_ACCOUNT_SCOPE",
        "message": "Payload accountId does not match API key scope.",
        "details": {"apiKeyAccountId": "acc_123", "payloadAccountId": "acc_999"},
    }


@pytest.mark.parametrize(
    "account",
    ['"\\ud800"', '{"a": "\\ud800"}', "[" * 300 + "]" * 300, "1e99", "null"],
    ids=["surrogate", "surrogate within", "deep", "number", "null"],
)
async def test_an_account_that_can_be_none_is_403_and_not_repeated(
    client: httpx.AsyncClient, account: str
) -> None:
    headers = {"content-type": "application/json"}
    content = f'{{"accountId": {account}}}'
    answer = await client.post("/api/exports/batch_1/cancel", content=content, headers=headers)
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "INVALID_ACCOUNT_SCOPE")
    assert answer.json()["details"]["payloadAccountId"] is None


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/orders/sync/", "/api/exports/a/b", "/docs/nothing", "/API/exports"]
)
async def test_an_unknown_path_is_404_in_the_error_shape(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", PATH, "OPTIONS, POST"),
        ("GET", "/api/exports/plan", "OPTIONS, POST"),
        ("DELETE", "/api/exports/batch_1", "GET, HEAD, OPTIONS"),
        ("POST", "/api/exports", "GET, HEAD, OPTIONS"),
        ("TRACE", "/livez", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_method_that_a_path_has_not_is_405_with_those_it_has(
    client: httpx.AsyncClient, method: str, path: str, allow: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["errorCode"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == allow


async def test_options_names_the_methods_of_a_path(client: httpx.AsyncClient) -> None:
    answer = await client.options("/api/exports/plan")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, "OPTIONS, POST", b"")


async def test_head_answers_like_get_without_the_body_being_needed(client: httpx.AsyncClient) -> None:
    assert (await client.head("/livez")).status_code == 200
    assert (await client.head("/api/exports/batch_none")).status_code == 404


@pytest.mark.parametrize("error", [IdempotencyInProgress(), RateLimited(), ServiceUnavailable()])
async def test_an_error_that_passes_says_when_to_come_back(
    client: httpx.AsyncClient, services: FakeServices, error: Exception
) -> None:
    services.failure = error
    answer = await client.post(PATH, json=order_body())
    assert answer.status_code in (409, 429, 503)
    assert answer.headers["retry-after"] == "1"


async def test_the_time_to_come_back_is_that_of_the_service_when_it_names_one(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    services.failure = RateLimited(details={"retryAfterSeconds": 7})
    assert (await client.post(PATH, json=order_body())).headers["retry-after"] == "7"


async def test_an_unforeseen_error_tells_nothing_of_itself(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    services.failure = RuntimeError("password=hunter2")
    answer = await client.post(PATH, json=order_body())
    assert answer.status_code == 500
    assert answer.json() == {"errorCode": "INTERNAL_ERROR", "message": InternalError().message}


async def test_an_error_of_a_service_is_answered_as_it_was_sent(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    services.failure = RemoteError(
        code="PLAN_HASH_MISMATCH", kind=Kind.CONFLICT, message="Not the one.", details={"planHash": "a"}
    )
    answer = await client.post(PATH, json=order_body())
    assert answer.status_code == 409
    assert answer.json() == {
        "errorCode": "PLAN_HASH_MISMATCH",
        "message": "Not the one.",
        "details": {"planHash": "a"},
    }


def test_every_kind_of_error_has_a_status() -> None:
    assert set(STATUS_OF_KIND) == set(Kind)


@pytest.mark.parametrize("hosts", [["a.example", "b.example"], ["a.example", "a.example"], []])
async def test_a_request_with_two_hosts_or_none_is_400(services: FakeServices, hosts: list[str]) -> None:
    headers = [("Host", host) for host in hosts]
    async with serving(services) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        writer.write(f"GET /livez HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"errorCode":"INVALID_REQUEST"' in answer


async def test_readiness_names_the_service_that_is_down(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    del client.headers["authorization"]
    assert (await client.get("/readyz")).status_code == 200
    services.down.add("planning")
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["services"] == {
        "sync": "ok",
        "planning": "unavailable",
        "execution": "ok",
        "inspection": "ok",
    }
    assert (await client.get("/livez")).status_code == 200
