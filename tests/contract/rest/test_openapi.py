"""The OpenAPI document, taken at its word: generated requests find no 5xx and nothing undocumented."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.generation.hypothesis.builder import (
    InvalidHeadersExampleMark,
    InvalidRegexMark,
    MissingPathParameters,
    NonSerializableMark,
    UnsatisfiableExampleMark,
    UnserializablePayloadMark,
)
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from schemathesis.transport.requests import ManagedCookiesSession

from tests.harness.system import REST_SECONDS, System
from tests.openapi import DOCUMENT

# Random ones, on top of the several hundred that are derived from the schema of an operation.
MAX_EXAMPLES = 8

POLICY_FIELDS = ("severities", "approvalRequired", "codesWithoutApproval")

RECORDS = ("products", "warehouses", "brokers", "importers")
_FACTS = "SELECT account_id, mode, id, facts FROM sync.{} WHERE account_id = $1"
_PUT_BACK = "UPDATE sync.{} SET facts = $4 WHERE account_id = $1 AND mode = $2 AND id = $3"

SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


def _operations() -> "Iterator[schemathesis.schemas.APIOperation[Any, Any, Any, Any]]":
    for read in SCHEMA.get_all_operations():
        assert isinstance(read, Ok), read.err()
        yield read.ok()


OPERATIONS = {operation.label: operation for operation in _operations()}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
    ignored_auth,
]
# What schemathesis notes on a test when it could not make some of the requests.
NOT_ASKED = (
    InvalidHeadersExampleMark,
    InvalidRegexMark,
    MissingPathParameters,
    NonSerializableMark,
    UnsatisfiableExampleMark,
    UnserializablePayloadMark,
)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def records_as_before(system: System) -> AsyncIterator[None]:
    """Generated requests change the account's policy and records, by which other tests plan and execute."""
    async with system.client() as client, database(system) as connection:
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


@pytest.fixture(scope="module")
def session() -> Iterator[ManagedCookiesSession]:
    """Connections that last: else each of thousands of requests opens one, and looks for a proxy."""
    with ManagedCookiesSession() as opened:
        opened.trust_env = False
        yield opened


@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_answers_as_documented_whatever_it_is_asked(
    label: str, system: System, session: ManagedCookiesSession
) -> None:
    # Streams end after what is there.
    headers = {"Authorization": f"Bearer {system.api_key}", "Prefer": "wait=0"}

    @settings(
        max_examples=MAX_EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    def ask(case: "schemathesis.Case[Any]") -> None:
        case.call_and_validate(
            base_url=system.base_url, session=session, headers=headers, checks=CHECKS, timeout=REST_SECONDS
        )

    # `@SCHEMA.parametrize()` has it done when tests are collected: for every operation, in each process.
    asked = build_operation_test(
        config=SCHEMA.config,
        operation=OPERATIONS[label],
        test_func=ask,
        given_kwargs={},
        feedback=FeedbackSources(),
    )
    asked()
    assert [mark.attr_name for mark in NOT_ASKED if mark.get(asked) is not None] == []


def test_the_served_document_is_the_one_that_was_tested(system: System) -> None:
    answer = httpx.get(f"{system.base_url}/docs/api/openapi", timeout=REST_SECONDS, trust_env=False)
    assert answer.json() == DOCUMENT
