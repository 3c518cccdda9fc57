"""Withdrawing on a real database: an executed export gives its orders back, once, and never comes back."""

import asyncio

import pytest

from entrygo.domain.errors import InvalidExportState, NotFound
from tests.integration.planning.conftest import BOB, Planner


async def test_orders_of_a_withdrawn_export_are_free_to_leave_with_another(planner: Planner) -> None:
    export_id = await planner.executed()
    answer = await planner.withdraw(export_id)
    assert (answer.state, answer.orders, answer.warehouse_id) == ("WITHDRAWN", 2, "wh_123")
    events = await planner.events(export_id)
    assert [event.type for event in events][-2:] == ["export.executed", "export.withdrawn"]
    assert events[-1].export_withdrawn.reason == "truck broke down"
    again = await planner.plan()
    assert list(again.plan.included_order_ids) == ["ord_123", "ord_124"]
    await planner.claim(again.export_id, "exe_2")


async def test_same_withdrawal_again_finds_it_done_and_another_is_refused(planner: Planner) -> None:
    export_id = await planner.executed()
    answers = await asyncio.gather(*(planner.withdraw(export_id) for _ in range(5)))
    assert {(answer.state, answer.orders) for answer in answers} == {("WITHDRAWN", 2)}
    assert (await planner.event_types(export_id)).count("export.withdrawn") == 1
    with pytest.raises(InvalidExportState) as refused:
        await planner.withdraw(export_id, "wdr_2")
    assert refused.value.details == {"currentState": "WITHDRAWN"}


async def test_orders_that_left_with_another_export_since_stay_there_when_a_withdrawal_is_repeated(
    planner: Planner,
) -> None:
    export_id = await planner.executed()
    await planner.withdraw(export_id)
    await planner.executed(execution_id="exe_2")
    await planner.withdraw(export_id)
    assert await planner.count("order_claims") == 2


@pytest.mark.parametrize("state", ["BATCHED", "EXECUTING", "FAILED", "CANCELLED"])
async def test_only_an_executed_export_is_withdrawn(planner: Planner, state: str) -> None:
    export_id = (await planner.plan()).export_id
    if state in ("EXECUTING", "FAILED"):
        await planner.claim(export_id)
    if state == "FAILED":
        await planner.fail(export_id)
    if state == "CANCELLED":
        await planner.cancel(export_id)
    with pytest.raises(InvalidExportState, match="cannot be withdrawn") as refused:
        await planner.withdraw(export_id)
    assert refused.value.details == {"currentState": state}


async def test_dry_run_says_what_would_be_freed_and_changes_nothing(planner: Planner) -> None:
    export_id = await planner.executed()
    answer = await planner.withdraw(export_id, "", dry_run=True)
    assert (answer.state, answer.orders) == ("COMPLETED", 2)
    assert await planner.count("order_claims") == 2
    assert (await planner.event_types(export_id))[-1] == "export.executed"


async def test_release_that_is_repeated_after_a_withdrawal_finds_it_done(planner: Planner) -> None:
    export_id = await planner.executed()
    await planner.withdraw(export_id)
    assert await planner.complete(export_id) == "WITHDRAWN"
    assert await planner.count("order_claims") == 0


async def test_withdrawing_what_the_caller_may_not_see_finds_nothing(planner: Planner) -> None:
    export_id = await planner.executed()
    for stranger in (planner.as_(BOB), planner.as_(planner.visible.tenant, "wh_other")):
        with pytest.raises(NotFound):
            await stranger.withdraw(export_id)
    assert await planner.count("order_claims") == 2
