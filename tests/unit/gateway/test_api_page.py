"""The served documentation: what it lists, that its examples are true, and that people can read it."""

import re
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from entrygo.gateway.api_page import prefers_html, rows
from entrygo.gateway.endpoint import Endpoint
from entrygo.gateway.openapi import build_openapi
from entrygo.gateway.routes import ENDPOINTS
from tests.openapi import DOCUMENT

PATH = "/docs/api/openapi"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_the_document_is_json_without_a_key(client: httpx.AsyncClient) -> None:
    del client.headers["authorization"]
    answer = await client.get(PATH)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["openapi"] == "3.1.0"


async def test_the_page_is_html_that_needs_nothing_else(client: httpx.AsyncClient) -> None:
    answer = await client.get(PATH, headers={"accept": BROWSER})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r'<script|<link|<img|src=|url\(|@import|href="https?://', answer.text)
    for endpoint in ENDPOINTS:
        assert f'id="{endpoint.name}"' in answer.text


@pytest.mark.parametrize(
    ("accept", "is_html"),
    [
        (BROWSER, True),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0", False),
        ("text/html;q=1.2.3", False),
    ],
)
def test_the_page_is_for_those_who_ask_for_html(accept: str, is_html: bool) -> None:
    assert prefers_html(accept) is is_html


def test_every_documented_route_is_listed() -> None:
    listed = {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}
    assert listed >= {
        ("POST", "/api/orders/sync"),
        ("POST", "/api/exports/plan"),
        ("POST", "/api/exports/execute"),
        ("GET", "/api/exports/{id}"),
        ("GET", "/api/customs-packages/{id}"),
        ("GET", "/api/system/health"),
    }


def test_every_reference_points_at_something() -> None:
    for reference in _references(DOCUMENT):
        target: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for item in value.values() for found in _references(item)]
    if isinstance(value, list):
        return [found for item in value for found in _references(item)]
    return []


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_the_examples_of_an_endpoint_are_valid(endpoint: Endpoint) -> None:
    if endpoint.answer_example is not None:
        answer: TypeAdapter[Any] = TypeAdapter(endpoint.answer)
        shown = answer.validate_python(endpoint.answer_example)
        # What the answer does not declare is dropped.
        assert answer.dump_python(shown, by_alias=True, exclude_unset=True) == endpoint.answer_example
    if endpoint.request_example is not None and endpoint.body is not None:
        document = build_openapi([endpoint])
        assert endpoint.body.__name__ in document["components"]["schemas"]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_an_endpoint_lists_the_statuses_of_its_edge(endpoint: Endpoint) -> None:
    document = build_openapi([endpoint])
    [operation] = [one for methods in document["paths"].values() for one in methods.values()]
    statuses = set(operation["responses"])
    assert statuses >= {"200", "401", "403", "429", "500", "503"}
    if endpoint.body is not None:
        assert statuses >= {"400", "409", "413", "415"}
    if endpoint.path_parameters:
        assert "404" in statuses


def test_every_error_of_an_operation_is_in_the_list_of_codes() -> None:
    listed = DOCUMENT["components"]["schemas"]["ErrorCode"]["enum"]
    assert {error.code for endpoint in ENDPOINTS for error in endpoint.all_errors} < set(listed)
    assert "METHOD_NOT_ALLOWED" in listed


def test_line_of_an_order_is_described_field_by_field_on_the_page() -> None:
    (shown,) = [
        one
        for one in rows(DOCUMENT, {"$ref": "#/components/schemas/SyncOrdersBody"})
        if one["name"] == "items[].items[].productId"
    ]
    assert shown["description"]
