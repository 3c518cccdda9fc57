"""PATCH of one product: what is given is sent, what is null is named to be cleared."""

from typing import Any

import httpx
import pytest

from entrygo.proto.sync.v1 import sync_pb2
from tests.fakes import FakeServices

PATH = "/api/products/prod_cap_002"


async def test_given_fields_are_set_and_null_ones_are_cleared(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    await client.patch(PATH, json={"name": "Cap", "usmca": {"criterion": "A"}, "htsCodes": {"CA": "6505"}})
    answer = await client.patch(
        PATH, json={"name": None, "netWeightKg": 0.09, "usmca": {"criterion": None, "certification": "C-1"}}
    )
    product = answer.json()
    assert (answer.status_code, product["name"], product["netWeightKg"]) == (200, None, 0.09)
    assert (product["usmca"]["criterion"], product["usmca"]["certification"]) == (None, "C-1")
    assert product["htsCodes"] == {"CA": "6505"}
    sent = services.requests[-1]
    assert isinstance(sent, sync_pb2.UpdateProductRequest)
    assert (sent.id, list(sent.clear)) == ("prod_cap_002", ["name", "usmca.criterion"])


@pytest.mark.parametrize(
    ("body", "clear"),
    [
        ({"pga": {"fda": None, "cpsc": {"certificate": None}}}, ["pga.cpsc.certificate", "pga.fda"]),
        ({"section232": {"metals": []}}, ["section_232.metals"]),
        ({"htsCodes": {"CA": None, "GB": "6505"}}, ["hts_codes.CA"]),
        ({"htsCodes": None}, ["hts_codes"]),
        ({"idempotencyKey": None, "name": "Cap"}, []),
        ({}, []),
    ],
)
async def test_what_is_cleared_is_named_by_its_path(
    client: httpx.AsyncClient, services: FakeServices, body: dict[str, Any], clear: list[str]
) -> None:
    await client.patch(PATH, json=body)
    (sent,) = services.requests
    assert isinstance(sent, sync_pb2.UpdateProductRequest)
    assert list(sent.clear) == clear


async def test_key_makes_a_repeated_change_answer_alike(client: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "patch-1"}
    first = await client.patch(PATH, json={"name": "Cap"}, headers=key)
    again = await client.patch(PATH, json={"name": "Cap"}, headers=key)
    other = await client.patch(PATH, json={"name": "Hat"}, headers=key)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["errorCode"]) == (409, "IDEMPOTENCY_CONFLICT")


async def test_product_that_nobody_has_is_404(client: httpx.AsyncClient) -> None:
    answer = await client.patch("/api/products/none", json={"name": "Cap"})
    assert (answer.status_code, answer.json()["message"]) == (404, "Product not found.")


async def test_wrong_field_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.patch(PATH, json={"pga": {"cpsc": {"testedOn": "yesterday"}}})
    assert (answer.status_code, answer.json()["field"]) == (400, "pga.cpsc.testedOn")
