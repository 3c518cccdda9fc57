"""Large plans take turns: what one account asks at once delays itself, hardly the others."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from entrygo.domain.principal import Tenant, Visible
from entrygo.planning.requests import read_plan
from entrygo.planning.sync_client import Gathered
from entrygo.planning.use_cases import LARGE_PER_ACCOUNT, plan_export, stored_plans
from entrygo.proto.planning.v1 import planning_pb2
from tests.integration.planning.conftest import ALICE, BOB, MAX_ORDERS, MemoryFacts, Planner

PATIENCE_SECONDS = 20.0


@dataclass
class Gate(MemoryFacts):
    """Facts that come once `opened`."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0

    async def gather(self, *arguments: Any) -> Gathered:
        self.asked += 1
        await self.opened.wait()
        return await super().gather(*arguments)


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_export, "ORDERS_IN_LOOP", 0)
    monkeypatch.setattr(stored_plans, "LARGE_BYTES", 0)


def trial(planner: Planner, tenant: Tenant) -> Coroutine[Any, Any, object]:
    request = planning_pb2.PlanExportRequest(
        account_id=tenant.account_id, warehouse_id="wh_123", broker_id="br_123", order_ids=["ord_123"],
        dry_run=True,
    )  # fmt: skip
    command = read_plan(request, max_orders=MAX_ORDERS)
    return planner.use_cases.plan_export.run(Visible.whole(tenant), command)


async def test_an_account_with_many_large_plans_has_few_of_them_at_once_and_another_comes_next(
    planner: Planner,
) -> None:
    planner.facts = gate = Gate()
    trials = [asyncio.create_task(trial(planner, ALICE)) for _ in range(10 * LARGE_PER_ACCOUNT)]
    trials.append(asyncio.create_task(trial(planner, BOB)))
    # Each asks for its turn first of all.
    await asyncio.sleep(0)
    assert gate.asked == LARGE_PER_ACCOUNT + 1
    gate.opened.set()
    await asyncio.wait_for(asyncio.gather(*trials), PATIENCE_SECONDS)
    assert gate.asked == len(trials)


async def test_a_plan_that_fails_gives_its_turn_to_the_next(planner: Planner) -> None:
    planner.facts = gate = Gate()
    trials = [asyncio.create_task(trial(planner, ALICE)) for _ in range(LARGE_PER_ACCOUNT + 1)]
    await asyncio.sleep(0)
    assert gate.asked == LARGE_PER_ACCOUNT
    trials[0].cancel()
    await asyncio.wait((trials[0],))
    gate.opened.set()
    await asyncio.wait_for(asyncio.gather(*trials[1:]), PATIENCE_SECONDS)


async def test_large_plans_are_compared_in_turn_too(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    snapshot = await planner.snapshot(export_id)
    assert snapshot is not None
    stored, hash_ = planner.use_cases.stored_plans, snapshot.plan_hash
    async with AsyncExitStack() as others:
        for _ in range(LARGE_PER_ACCOUNT):
            await others.enter_async_context(stored.turns.hold(ALICE.account_id))
        comparing = asyncio.create_task(stored.diff(planner.visible, export_id, hash_, hash_, limit=1))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not comparing.done() and not stored.turns.waiting:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert stored.turns.waiting == 1
    await asyncio.wait_for(comparing, PATIENCE_SECONDS)
