"""The OpenAPI document, taken at its word: generated requests find no 5xx and nothing undocumented."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest_asyncio
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

RECORDS = ("products", "warehouses", "brokers", "importers")
_FACTS = "SELECT account_id, mode, id, facts FROM sync.{} WHERE account_id = $1"
_PUT_BACK = "UPDATE sync.{} SET facts = $4 WHERE account_id = $1 AND mode = $2 AND id = $3"

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


@pytest_asyncio.fixture(scope="module", autouse=True)
async def records_as_before(system: System) -> AsyncIterator[None]:
    """Generated requests change the account's policy and records, by which other tests plan and execute."""
    headers = {"Authorization": f"Bearer {system.api_key}"}
    async with (
        httpx.AsyncClient(base_url=system.base_url, headers=headers, trust_env=False) as client,
        database(system) as connection,
    ):
        policy = (await client.get("/api/policy")).raise_for_status().json()
        facts = {name: await connection.fetch(_FACTS.format(name), system.account_id) for name in RECORDS}
        yield
        body = {"accountId": system.account_id, **{name: policy[name] for name in POLICY_FIELDS}}
        (await client.put("/api/policy", json=body)).raise_for_status()
        for name, rows in facts.items():
            await connection.executemany(_PUT_BACK.format(name), [tuple(row) for row in rows])


@asynccontextmanager
async def database(system: System) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(system.database_url)
    yield connection
    await connection.close()


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
