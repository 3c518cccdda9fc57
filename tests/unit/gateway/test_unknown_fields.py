"""What is misspelt is refused by its path with the name that was meant, on every route."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import httpx
import pytest
from pydantic import BaseModel

from entrygo.gateway.app import create_app
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.exchange import SHORT_BYTES
from entrygo.gateway.openapi import build_openapi
from entrygo.gateway.routes import ENDPOINTS
from entrygo.gateway.schemas.exports import ExecuteBody, PlanBody
from entrygo.gateway.schemas.orders import SyncOrdersBody
from entrygo.gateway.settings import GatewaySettings
from entrygo.gateway.unknown_fields import unknown
from tests.fakes import ACCOUNT, KEY, FakeServices
from tests.unit.gateway.requests import order_body

DOCUMENT = build_openapi(ENDPOINTS)
SCHEMAS = DOCUMENT["components"]["schemas"]


def issues(answer: httpx.Response) -> list[tuple[str, str, str]]:
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "VALIDATION_ERROR"), answer.text
    return [(each["path"], each["message"], each["code"]) for each in answer.json()["details"]["issues"]]


def path_of(endpoint: Endpoint) -> str:
    """With an id, or a number, in each of its places."""
    return re.sub(r"\{\w+\}", "1", endpoint.path)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
async def test_no_route_passes_over_a_parameter_that_it_does_not_have(
    client: httpx.AsyncClient, endpoint: Endpoint
) -> None:
    answer = await client.request(endpoint.method, path_of(endpoint), params={"nonsense": "1"})
    assert ("nonsense", "Unknown", "unrecognized_key") in issues(answer)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
async def test_no_route_takes_one_of_two_values_of_a_parameter(
    client: httpx.AsyncClient, endpoint: Endpoint
) -> None:
    answer = await client.request(endpoint.method, path_of(endpoint) + "?limit=1&limit=2")
    assert issues(answer) == [("limit", "Send it once", "too_big")]


async def test_every_parameter_that_is_sent_twice_is_named(client: httpx.AsyncClient) -> None:
    query = "type=export.planned&type=export.executed&limit=5&exportId=a&exportId=b"
    assert [path for path, *_ in issues(await client.get(f"/api/events?{query}"))] == ["type", "exportId"]


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.body], ids=lambda one: one.name)
async def test_no_route_passes_over_a_field_that_it_does_not_have(
    client: httpx.AsyncClient, endpoint: Endpoint
) -> None:
    answer = await client.request(endpoint.method, path_of(endpoint), json={"qqqqqqq": 1})
    assert ("qqqqqqq", "Unknown", "unrecognized_key") in issues(answer)


def objects_of(model: Any) -> Iterator[type[BaseModel]]:
    """The model and those inside its fields."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        yield model
        for field in model.model_fields.values():
            yield from objects_of(field.annotation)
    for inner in get_args(model):
        yield from objects_of(inner)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_no_object_of_a_request_is_open(endpoint: Endpoint) -> None:
    for model in (*objects_of(endpoint.body), *objects_of(endpoint.query)):
        assert model.model_config["extra"] == "forbid", model


def components(part: Any, found: set[str]) -> set[str]:
    """The names of the components that a part of the document refers to, directly or not."""
    if isinstance(part, dict):
        reference = part.get("$ref", "")
        name = reference.rpartition("/")[2]
        if reference.startswith("#/components/schemas/") and name not in found:
            found.add(name)
            components(SCHEMAS[name], found)
        for inner in part.values():
            components(inner, found)
    elif isinstance(part, list):
        for inner in part:
            components(inner, found)
    return found


def test_the_document_closes_what_is_taken_and_leaves_open_what_is_answered() -> None:
    operations = [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    taken = set[str]().union(*(components(one.get("requestBody", {}), set()) for one in operations))
    answered = set[str]().union(*(components(one["responses"], set()) for one in operations))
    with_fields = {name for name in taken | answered if "properties" in SCHEMAS[name]}
    closed = {name for name in with_fields if SCHEMAS[name].get("additionalProperties") is False}
    assert closed == with_fields & taken
    assert not closed & answered


@pytest.mark.parametrize(
    ("model", "path", "message"),
    [
        (ExecuteBody, ("trip", "conveyence"), "Unknown; did you mean conveyance?"),
        (ExecuteBody, ("trip", "entries", 0, "paps_number"), "Unknown; did you mean papsNumber?"),
        (ExecuteBody, ("trip", "entries", 0, "houseBills", 3, "orderID"), "Unknown; did you mean orderId?"),
        (PlanBody, ("on_blocked",), "Unknown; did you mean onBlocked?"),
        (PlanBody, ("colour",), "Unknown"),
        (SyncOrdersBody, ("items", 7, "wave"), "Unknown; what is yours goes into metadata"),
        (SyncOrdersBody, ("items", 7, "importerExternalID"), "Unknown; did you mean importerExternalId?"),
        (SyncOrdersBody, ("items", 7, "items", 1, "unitValueUSD"), "Unknown; did you mean unitValueUsd?"),
    ],
)
def test_the_nearest_known_name_is_told(
    model: type[BaseModel], path: tuple[int | str, ...], message: str
) -> None:
    assert unknown(model, path) == message


async def test_what_is_misspelt_is_told_with_everything_else_that_is_wrong(client: httpx.AsyncClient) -> None:
    body = {"batchId": "batch_1", "trip": {"conveyence": "TRK-17", "seals": 1}}
    assert issues(await client.post("/api/exports/execute", json=body)) == [
        ("accountId", "Required", "invalid_type"),
        ("trip.seals", "Expected array, received number", "invalid_type"),
        ("trip.conveyence", "Unknown; did you mean conveyance?", "unrecognized_key"),
    ]


async def test_an_order_keeps_its_senders_own_data_in_metadata_alone(client: httpx.AsyncClient) -> None:
    """A misspelt importer would have it imported by the warehouse's."""
    body = order_body()
    body["items"][0] |= {"tags": "vip", "importerExternalID": "brand-1", "metadata": {"tags": "vip"}}
    assert issues(await client.post("/api/orders/sync", json=body)) == [
        ("items.0.tags", "Unknown; what is yours goes into metadata", "unrecognized_key"),
        ("items.0.importerExternalID", "Unknown; did you mean importerExternalId?", "unrecognized_key"),
    ]


async def test_a_line_has_no_unknown_field_either(client: httpx.AsyncClient) -> None:
    body = order_body()
    body["items"][0]["items"][1]["unitvalue"] = 1
    assert issues(await client.post("/api/orders/sync", json=body)) == [
        ("items.0.items.1.unitvalue", "Unknown; did you mean unitValueUsd?", "unrecognized_key")
    ]


async def test_what_was_answered_may_come_back(client: httpx.AsyncClient) -> None:
    synced = (await client.post("/api/orders/sync", json=order_body())).json()["data"][0]
    stored = (await client.get(f"/api/orders/{synced['id']}")).json()
    for order in (synced, stored):
        answer = await client.post(
            "/api/orders/sync", json={"accountId": order["accountId"], "items": [order]}
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"][0]["id"] == synced["id"]
    for kind in ("products", "warehouses", "brokers", "importers"):
        sent = {"accountId": "acc_123", "items": [{"externalId": "own-1", "name": "N"}]}
        await client.post(f"/api/{kind}/sync", json=sent)
        [kept] = (await client.get(f"/api/{kind}", params={"externalId": "own-1"})).json()["data"]
        answer = await client.post(f"/api/{kind}/sync", json={"accountId": "acc_123", "items": [kept]})
        assert answer.status_code == 200, answer.text


async def test_any_write_may_name_the_account_that_its_key_is_of_and_no_other(
    client: httpx.AsyncClient,
) -> None:
    cancelled = [
        await client.post("/api/exports/batch_none/cancel", json={"reason": "late", "accountId": account})
        for account in (ACCOUNT, "acc_other")
    ]
    assert [(each.status_code, each.json()["errorCode"]) for each in cancelled] == [
        (404, "NOT_FOUND"),
        (403, "INVALID_ACCOUNT_SCOPE"),
    ]


async def test_very_many_unknown_fields_are_refused_before_they_are_described() -> None:
    app = create_app(GatewaySettings(), services=FakeServices())
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://g", headers={"authorization": f"Bearer {KEY}"}
    )
    many = {"reason": "r", "trip": {f"k{number}": 1 for number in range(SHORT_BYTES)}}
    answer = await client.post("/api/exports/batch_1/cancel", json=many)
    assert (answer.status_code, answer.json()["errorCode"]) == (413, "PAYLOAD_TOO_LARGE")
    few = {"reason": "r", **{f"k{number}": 1 for number in range(200)}}
    assert len(issues(await client.post("/api/exports/batch_1/cancel", json=few))) == 100
