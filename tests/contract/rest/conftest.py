"""Clients of the running system, and the lifecycle walked once for the tests that only look."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from tests.contract.rest.documented import Rest, golden_orders, plan_request
from tests.harness.system import System


@dataclass(frozen=True, slots=True)
class Walk:
    """The answers of one lifecycle: plan, execute, inspect."""

    order_ids: tuple[str, ...]
    plan: dict[str, Any]
    execution: dict[str, Any]
    inspection: dict[str, Any]


@pytest_asyncio.fixture
async def rest(system: System) -> AsyncIterator[Rest]:
    async with system.client() as client:
        yield Rest(client, system)


@pytest_asyncio.fixture
async def other(system: System) -> AsyncIterator[Rest]:
    """The same system with the key of another account."""
    async with system.client(system.other_api_key) as client:
        yield Rest(client, system)


@pytest_asyncio.fixture(scope="session")
async def walk(system: System) -> Walk:
    async with system.client() as client:
        rest = Rest(client, system)
        order_ids = await golden_orders(rest)
        plan = await rest.post("/api/exports/plan", plan_request(rest, order_ids))
        body = {"accountId": system.account_id, "batchId": plan["exportId"]}
        execution = await rest.post("/api/exports/execute", body)
        inspection = (await client.get(f"/api/exports/{plan['exportId']}")).json()
        return Walk(order_ids, plan, execution, inspection)
