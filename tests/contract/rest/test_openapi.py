"""The OpenAPI document, taken at its word: generated requests find no 5xx and nothing undocumented."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from entrygo.gateway.openapi import build_openapi
from entrygo.gateway.routes import ENDPOINTS
from tests.harness.system import System

# Random ones, on top of the several hundred that are derived from the schema of an operation.
MAX_EXAMPLES = 8

POLICY_FIELDS = ("severities", "approvalRequired", "codesWithoutApproval")

DOCUMENT = build_openapi(ENDPOINTS)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
    ignored_auth,
]


@pytest.fixture(scope="module", autouse=True)
def policy_as_before(system: System) -> Iterator[None]:
    """Generated requests change the policy of the account, by which other tests execute their plans."""
    headers = {"Authorization": f"Bearer {system.api_key}"}
    with httpx.Client(base_url=system.base_url, headers=headers, trust_env=False) as client:
        before = client.get("/api/policy").raise_for_status().json()
        yield
        body = {"accountId": system.account_id, **{name: before[name] for name in POLICY_FIELDS}}
        client.put("/api/policy", json=body).raise_for_status()


@SCHEMA.parametrize()
@settings(max_examples=MAX_EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_an_operation_answers_as_documented_whatever_it_is_asked(
    case: "schemathesis.Case[Any]", system: System
) -> None:
    # Streams end after what is there.
    headers = {"Authorization": f"Bearer {system.api_key}", "Prefer": "wait=0"}
    case.call_and_validate(base_url=system.base_url, headers=headers, checks=CHECKS)


def test_the_served_document_is_the_one_that_was_tested(system: System) -> None:
    answer = httpx.get(f"{system.base_url}/docs/api/openapi", trust_env=False)
    assert answer.json() == DOCUMENT
