"""The usual claim and completion: one statement each, which writes only what is still as it was seen."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from entrygo.domain.errors import InvalidExportState
from entrygo.domain.lifecycle import State
from entrygo.messaging.heads import Head
from entrygo.planning.exports import Export
from entrygo.planning.handover_store import Claimable, HandoverStore
from entrygo.planning.store import PlanningStore
from entrygo.planning.use_cases.recording import Recorder, locked_export
from entrygo.postgres.pool import single_read, single_statement, transaction
from entrygo.process.clock import Ids
from entrygo.proto.events.v1 import events_pb2
from tests.integration.planning.conftest import BOB, NOW, Planner
from tests.integration.planning.test_policies import approve, set_policy

SNAPSHOT_AT_MOST = 1_000_000


async def look(planner: Planner, export_id: str, at_most: int = SNAPSHOT_AT_MOST) -> Claimable | None:
    async with single_read(planner.pool) as connection:
        return await HandoverStore(connection, planner.visible).claimable(export_id, snapshot_at_most=at_most)


async def seen(planner: Planner, export_id: str) -> Export:
    found = await look(planner, export_id)
    assert found is not None
    return found.export


def event_after(planner: Planner, export: Export) -> events_pb2.Event:
    data = events_pb2.ExportExecutionStarted(batch_id=export.export_id)
    _, event = Recorder(lambda: NOW, Ids()).next(planner.visible, export, "export.execution_started", data)
    return event


async def claim(planner: Planner, export: Export) -> bool:
    async with single_statement(planner.pool, planner.visible) as connection:
        store = HandoverStore(connection, planner.visible)
        return await store.claim(export, "exe_1", event_after(planner, export), NOW)


async def complete(planner: Planner, export: Export) -> bool:
    async with single_statement(planner.pool, planner.visible) as connection:
        store = HandoverStore(connection, planner.visible)
        return await store.complete(export, event_after(planner, export), NOW)


async def now_is(planner: Planner, export_id: str) -> Export:
    async with transaction(planner.pool, planner.visible) as connection:
        return await locked_export(PlanningStore(connection, planner.visible), export_id)


async def test_the_usual_way_takes_no_lock_beforehand(
    planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_id = (await planner.plan()).export_id
    with monkeypatch.context() as patched:
        patched.delattr(PlanningStore, "lock_export")
        claimed = await planner.claim(export_id, snapshot_at_most=SNAPSHOT_AT_MOST)
        assert await planner.complete(export_id) == "COMPLETED"
    assert claimed.snapshot == await planner.use_cases.stored_plans.snapshot(planner.visible, export_id, 1)
    events = await planner.events(export_id)
    assert [(event.sequence, event.type) for event in events] == [
        (1, "export.planned"),
        (2, "export.execution_started"),
        (3, "export.executed"),
    ]
    assert [event.previous_id for event in events[1:]] == [event.id for event in events[:-1]]
    assert await planner.count("order_claims") == 2
    assert await planner.count("export_orders") == 0
    export = await now_is(planner, export_id)
    assert (export.state, export.event_sequence, export.execution_id) == (State.COMPLETED, 3, "exe_1")
    assert (export.claimed_at, export.revision) == (NOW, 1)


async def planned_again(planner: Planner, export_id: str) -> None:
    await planner.plan(batch_id=export_id)


async def cancelled(planner: Planner, export_id: str) -> None:
    await planner.cancel(export_id)


async def claimed_by_another(planner: Planner, export_id: str) -> None:
    await planner.claim(export_id, "exe_2")


async def restored(planner: Planner, export_id: str) -> None:
    async with transaction(planner.pool, planner.visible) as connection:
        await connection.execute("UPDATE event_log SET event_id = 'evt_other'")


@pytest.mark.parametrize("change", [planned_again, cancelled, claimed_by_another, restored])
async def test_an_export_that_has_changed_since_it_was_seen_is_not_claimed(
    planner: Planner, change: Callable[[Planner, str], Awaitable[None]]
) -> None:
    export_id = (await planner.plan()).export_id
    before = await seen(planner, export_id)
    await change(planner, export_id)
    expected = await now_is(planner, export_id), await planner.event_types(export_id)
    assert not await claim(planner, before)
    assert (await now_is(planner, export_id), await planner.event_types(export_id)) == expected


async def test_no_export_is_claimed_in_another_life_of_the_database(planner: Planner) -> None:
    export = await seen(planner, (await planner.plan()).export_id)
    assert export.head is not None
    elsewhere = replace(export, head=Head(export.head.sequence, export.head.event_id, "another"))
    assert not await claim(planner, elsewhere)
    assert await claim(planner, export)


async def test_nothing_is_claimed_where_one_order_has_left(planner: Planner) -> None:
    winner = (await planner.plan("ord_123")).export_id
    export = await seen(planner, (await planner.plan("ord_124", "ord_123")).export_id)
    await planner.claim(winner)
    assert not await claim(planner, export)
    assert (await now_is(planner, export.export_id)).state is State.BATCHED
    assert await planner.event_types(export.export_id) == ["export.planned"]
    assert (await planner.count("order_claims"), await planner.count("export_orders")) == (1, 2)


async def failed(planner: Planner, export_id: str) -> None:
    await planner.fail(export_id)


async def claimed_anew(planner: Planner, export_id: str) -> None:
    await planner.fail(export_id)
    await planner.plan(batch_id=export_id)
    await planner.claim(export_id, "exe_2")


async def completed(planner: Planner, export_id: str) -> None:
    await planner.complete(export_id)


@pytest.mark.parametrize("change", [failed, claimed_anew, completed, restored])
async def test_an_export_that_has_changed_since_it_was_claimed_is_not_completed(
    planner: Planner, change: Callable[[Planner, str], Awaitable[None]]
) -> None:
    export_id = (await planner.plan()).export_id
    await planner.claim(export_id)
    claimed = await now_is(planner, export_id)
    await change(planner, export_id)
    expected = await now_is(planner, export_id), await planner.event_types(export_id)
    assert not await complete(planner, claimed)
    assert (await now_is(planner, export_id), await planner.event_types(export_id)) == expected


async def test_what_another_process_has_claimed_is_completed_all_the_same(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    await replace(planner).claim(export_id)
    assert await planner.complete(export_id) == "COMPLETED"
    assert await replace(planner).complete(export_id) == "COMPLETED"
    assert len(await planner.event_types(export_id)) == 3


async def test_what_another_process_has_let_fail_is_not_completed(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    await planner.claim(export_id)
    await replace(planner).fail(export_id)
    with pytest.raises(InvalidExportState):
        await planner.complete(export_id)


async def test_whoever_may_not_see_an_export_neither_claims_nor_completes_it(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    strangers = (planner.as_(BOB), planner.as_(planner.visible.tenant, "wh_other"))
    for stranger in strangers:
        assert await look(stranger, export_id) is None
        assert not await claim(stranger, await seen(planner, export_id))
    await planner.claim(export_id)
    for stranger in strangers:
        assert not await complete(stranger, await now_is(planner, export_id))
    owner = planner.as_(planner.visible.tenant, "wh_123")
    assert await complete(owner, await now_is(planner, export_id))


async def test_a_plan_that_is_too_long_stays_where_it_is(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    found, short = await look(planner, export_id), await look(planner, export_id, 8)
    assert found is not None
    assert found.packed is not None
    assert short is not None
    assert short.packed is None


async def test_a_plan_lacks_an_approval_that_is_asked_for_until_it_is_given(planner: Planner) -> None:
    planned = await planner.plan()
    asked = [await look(planner, planned.export_id)]
    await set_policy(planner, approval_required=True)
    asked.append(await look(planner, planned.export_id))
    await approve(planner, planned.export_id, planned.plan.plan_hash)
    asked.append(await look(planner, planned.export_id))
    assert [each is not None and each.lacks_approval for each in asked] == [False, True, False]
