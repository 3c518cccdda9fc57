"""Amending on a real database: an order is in one live export at every moment, whoever is first."""

import asyncio
from dataclasses import replace

import pytest

from entrygo.domain.errors import (
    EntryFiled,
    IdempotencyConflict,
    InvalidExportState,
    InvalidOrderReference,
    NotFound,
    ServiceUnavailable,
    ValidationFailed,
)
from entrygo.domain.lifecycle import State
from entrygo.planning.store import PlanningStore
from entrygo.postgres.pool import transaction
from entrygo.proto.planning.v1 import planning_pb2
from tests.factories import HOODIE, make_order, make_product
from tests.integration.planning.conftest import BOB, Planner


async def state(planner: Planner, export_id: str) -> State:
    async with transaction(planner.pool, planner.visible) as connection:
        export = await PlanningStore(connection, planner.visible).find_export(export_id)
    assert export is not None
    return export.state


async def test_successor_is_planned_on_todays_facts_and_says_what_changed(planner: Planner) -> None:
    planner.facts.put([make_order("ord_9", external_id="wms-9")])
    old = await planner.executed()
    planner.facts.products[HOODIE] = make_product(HOODIE, country_of_origin="VN")
    answer = await planner.amend(old, leave_out_order_ids=["ord_124"], add_order_ids=["ord_9"])
    assert (answer.status, answer.supersedes) == ("BATCHED", old)
    assert answer.export_id not in ("", old)
    assert list(answer.plan.included_order_ids) == ["ord_123", "ord_9"]
    words = "\n".join(answer.changes)
    assert "Order wms-9: added." in words
    assert ": left out." in words
    assert "country of origin was" in words
    assert "is now VN." in words
    snapshot = await planner.snapshot(answer.export_id)
    assert snapshot is not None
    assert snapshot.amendment is not None
    assert (snapshot.amendment.supersedes, snapshot.amendment.reason) == (old, "one order taken off")
    assert await planner.claims() == {"ord_123": old, "ord_124": old}, "nothing moves before it is executed"
    assert (await planner.event_types(old))[-1] == "export.executed"
    [planned] = await planner.events(answer.export_id)
    assert planned.export_planned.supersedes == old


async def test_executing_a_successor_moves_its_orders_and_frees_the_others_at_once(planner: Planner) -> None:
    planner.facts.put([make_order("ord_9")])
    old = await planner.executed()
    new = (await planner.amend(old, leave_out_order_ids=["ord_124"], add_order_ids=["ord_9"])).export_id
    claim = await planner.claim(new, "exe_2")
    assert claim.supersedes == old
    assert await planner.claims() == {"ord_123": old, "ord_124": old, "ord_9": new}
    assert await state(planner, old) is State.COMPLETED
    await planner.complete(new, "exe_2")
    assert await planner.claims() == {"ord_123": new, "ord_9": new}
    assert (await state(planner, old), await state(planner, new)) == (State.SUPERSEDED, State.COMPLETED)
    last = (await planner.events(old))[-1]
    assert (last.type, last.export_superseded.superseded_by) == ("export.superseded", new)
    assert last.export_superseded.reason == "one order taken off"
    await planner.complete(new, "exe_2")
    assert (await planner.event_types(old)).count("export.superseded") == 1
    assert list((await planner.plan("ord_124")).plan.included_order_ids) == ["ord_124"]


async def test_successor_that_fails_leaves_everything_with_its_predecessor(planner: Planner) -> None:
    planner.facts.put([make_order("ord_9")])
    old = await planner.executed()
    new = (await planner.amend(old, add_order_ids=["ord_9"])).export_id
    await planner.claim(new, "exe_2")
    await planner.fail(new, "exe_2")
    assert await planner.claims() == {"ord_123": old, "ord_124": old}
    async with transaction(planner.pool, planner.visible) as connection:
        assert await PlanningStore(connection, planner.visible).exports_of("ord_9", 9) == []
    again = await planner.plan("ord_123", "ord_124", "ord_9", batch_id=new)
    assert (again.supersedes, again.revision) == (old, 2)
    assert list(again.plan.included_order_ids) == ["ord_123", "ord_124", "ord_9"]
    await planner.claim(new, "exe_3")
    await planner.complete(new, "exe_3")
    assert set((await planner.claims()).values()) == {new}


async def test_of_two_amendments_at_once_one_is_executed(planner: Planner) -> None:
    old = await planner.executed()
    one, two = (await planner.amend(old)).export_id, (await planner.amend(old)).export_id
    results = await asyncio.gather(
        planner.claim(one, "exe_a"), planner.claim(two, "exe_b"), return_exceptions=True
    )
    [refused] = [each for each in results if isinstance(each, BaseException)]
    assert isinstance(refused, InvalidExportState)
    first, execution, second = (one, "exe_a", two) if refused is results[1] else (two, "exe_b", one)
    assert refused.details == {"currentState": "COMPLETED", "supersededBy": first}
    await planner.complete(first, execution)
    with pytest.raises(InvalidExportState) as later:
        await planner.claim(second, "exe_c")
    assert later.value.details == {"currentState": "SUPERSEDED", "supersedes": old}
    assert f"take the place of {old}, which is superseded by {first}: cancel" in str(later.value)
    assert set((await planner.claims()).values()) == {first}


async def test_amendment_and_withdrawal_at_once_are_one_and_a_refusal(planner: Planner) -> None:
    old = await planner.executed()
    new = (await planner.amend(old)).export_id
    results = await asyncio.gather(planner.claim(new, "exe_2"), planner.withdraw(old), return_exceptions=True)
    [refused] = [each for each in results if isinstance(each, BaseException)]
    assert isinstance(refused, InvalidExportState)
    if refused is results[0]:
        assert await planner.claims() == {}
        assert await state(planner, old) is State.WITHDRAWN
    else:
        assert refused.details == {"currentState": "COMPLETED", "supersededBy": new}
        await planner.complete(new, "exe_2")
        assert set((await planner.claims()).values()) == {new}


@pytest.mark.parametrize("first", ["claim", "withdraw"])
async def test_whoever_comes_second_is_refused(planner: Planner, first: str) -> None:
    old = await planner.executed()
    new = (await planner.amend(old)).export_id
    if first == "claim":
        await planner.claim(new, "exe_2")
        with pytest.raises(InvalidExportState):
            await planner.withdraw(old)
    else:
        await planner.withdraw(old)
        with pytest.raises(InvalidExportState) as refused:
            await planner.claim(new, "exe_2")
        assert refused.value.details == {"currentState": "WITHDRAWN", "supersedes": old}
        assert f"take the place of {old}, which is withdrawn: cancel it" in str(refused.value)
    with pytest.raises(InvalidExportState):
        await planner.amend(old)


async def test_dry_run_names_the_changes_and_stores_nothing(planner: Planner) -> None:
    old = await planner.executed()
    before = await planner.count("exports")
    answer = await planner.amend(old, leave_out_order_ids=["ord_124"], dry_run=True, idempotency_key="k")
    assert (answer.status, answer.export_id, answer.supersedes) == ("DRY_RUN", "", old)
    assert any("left out" in each for each in answer.changes)
    assert await planner.count("exports") == before
    real = await planner.amend(old, leave_out_order_ids=["ord_124"])
    assert real.plan.plan_hash == answer.plan.plan_hash


async def test_plan_hash_of_a_successor_is_that_of_the_same_plan_without_history(planner: Planner) -> None:
    first = await planner.plan()
    await planner.claim(first.export_id)
    await planner.complete(first.export_id)
    assert (await planner.amend(first.export_id)).plan.plan_hash == first.plan.plan_hash


async def test_key_replays_the_successor_and_refuses_another_request(planner: Planner) -> None:
    old = await planner.executed()
    first = await planner.amend_reply(old, idempotency_key="amend-1")
    again = await planner.amend_reply(old, idempotency_key="amend-1", entry_number="ABC-1234567-6")
    assert (again.body, again.replayed) == (first.body, True)
    with pytest.raises(IdempotencyConflict):
        await planner.amend(old, idempotency_key="amend-1", leave_out_order_ids=["ord_124"])
    await planner.withdraw(old)
    assert (await planner.amend_reply(old, idempotency_key="amend-1")).replayed


async def test_filed_entry_is_corrected_only_when_that_is_asked_for(planner: Planner) -> None:
    old = await planner.executed()
    with pytest.raises(EntryFiled) as refused:
        await planner.amend(old, entry_number="ABC-1234567-6")
    assert (refused.value.field, refused.value.details) == ("afterEntry", {"entryNumber": "ABC-1234567-6"})
    with pytest.raises(ValidationFailed):
        await planner.amend(old, after_entry=True)
    answer = await planner.amend(old, entry_number="ABC-1234567-6", after_entry=True)
    snapshot = await planner.snapshot(answer.export_id)
    assert snapshot is not None
    assert snapshot.amendment is not None
    assert (snapshot.amendment.after_entry, snapshot.amendment.entry_number) == (True, "ABC-1234567-6")


async def test_what_was_filed_is_corrected_as_of_its_own_day(planner: Planner) -> None:
    """An entry's rates and rules are those of its date, whenever it is corrected."""
    number, filed_on = "ABC-1234567-6", "2026-02-02"
    old = await planner.executed(entry_date=filed_on)
    answer = await planner.amend(old, entry_number=number, after_entry=True)
    assert answer.plan.entry_date == filed_on
    assert "ENTRY_DATE_PAST" not in {each.code for each in answer.plan.validation_messages}
    again = await planner.plan(batch_id=answer.export_id)
    assert again.plan.entry_date == filed_on
    asked = await planner.amend(
        old, entry_number=number, after_entry=True, entry_date="2026-02-03", dry_run=True
    )
    assert asked.plan.entry_date == "2026-02-03"


async def test_what_was_not_filed_is_planned_for_the_day_it_may_arrive(planner: Planner) -> None:
    old = await planner.executed(entry_date="2026-02-02")
    assert (await planner.amend(old)).plan.entry_date == "2026-03-11"


async def test_orders_that_cannot_be_left_out_or_added_are_all_named(planner: Planner) -> None:
    old = await planner.executed()
    with pytest.raises(ValidationFailed) as refused:
        await planner.amend(old, leave_out_order_ids=["ord_other"], add_order_ids=["ord_123"])
    assert refused.value.details is not None
    paths = [each["path"] for each in refused.value.details["issues"]]
    assert paths == ["leaveOutOrderIds.0", "addOrderIds.0"]
    with pytest.raises(ValidationFailed):
        await planner.amend(
            old, leave_out_order_ids=["ord_123"], leave_out_external_order_ids=["wms-ord_124"]
        )


async def test_orders_are_left_out_and_added_by_the_warehouses_own_ids(planner: Planner) -> None:
    planner.facts.put([make_order("ord_9", external_id="wms-9")])
    old = await planner.executed()
    answer = await planner.amend(
        old, leave_out_external_order_ids=["wms-ord_124"], add_external_order_ids=["wms-9"]
    )
    assert list(answer.plan.included_order_ids) == ["ord_123", "ord_9"]
    with pytest.raises(ValidationFailed) as refused:
        await planner.amend(
            old, leave_out_external_order_ids=["wms-none"], add_external_order_ids=["wms-ord_123"]
        )
    assert refused.value.details is not None
    paths = [each["path"] for each in refused.value.details["issues"]]
    assert paths == ["leaveOutExternalOrderIds.0", "addExternalOrderIds.0"]
    with pytest.raises(InvalidOrderReference):
        await planner.amend(old, add_external_order_ids=["wms-none"])


@pytest.mark.parametrize(
    ("added", "field"),
    [
        ({"add_order_ids": ["ord_125"]}, "addOrderIds"),
        ({"add_external_order_ids": ["x125"]}, "addExternalOrderIds"),
    ],
)
async def test_orders_that_stay_count_towards_the_limit_of_a_plan(
    planner: Planner, added: dict[str, list[str]], field: str
) -> None:
    planner.facts.put([make_order(id="ord_125", external_id="x125")])
    export_id = await planner.executed()
    with pytest.raises(ValidationFailed) as refused:
        await planner.amend_reply(export_id, max_orders=2, **added)
    assert refused.value.details is not None
    [issue] = refused.value.details["issues"]
    assert (issue["path"], issue["message"]) == (field, "At most 2 orders in one export")
    assert (await planner.amend(export_id, leave_out_order_ids=["ord_123"], **added)).export_id


async def test_successor_stays_with_the_broker_who_has_the_package(planner: Planner) -> None:
    old = await planner.executed()
    new = (await planner.amend(old)).export_id
    with pytest.raises(ValidationFailed, match="Request validation failed") as refused:
        await planner.plan(batch_id=new, broker_id="br_other")
    assert refused.value.field == "brokerId"


async def test_execution_that_cannot_take_a_place_is_not_given_a_successor(planner: Planner) -> None:
    old = await planner.executed()
    new = (await planner.amend(old)).export_id
    request = planning_pb2.ClaimExportRequest(export_id=new, execution_id="exe_2")
    with pytest.raises(ServiceUnavailable):
        await planner.use_cases.handover.claim(planner.visible, request)
    await planner.claim(new, "exe_2")


@pytest.mark.parametrize("wrong", ["BATCHED", "SUPERSEDED", "WITHDRAWN"])
async def test_only_an_executed_export_is_amended(planner: Planner, wrong: str) -> None:
    export_id = (await planner.plan()).export_id if wrong == "BATCHED" else await planner.executed()
    if wrong == "WITHDRAWN":
        await planner.withdraw(export_id)
    if wrong == "SUPERSEDED":
        new = (await planner.amend(export_id)).export_id
        await planner.claim(new, "exe_2")
        await planner.complete(new, "exe_2")
    with pytest.raises(InvalidExportState) as refused:
        await planner.amend(export_id)
    assert refused.value.details == {"currentState": wrong}


async def test_amending_what_the_caller_may_not_see_finds_nothing(planner: Planner) -> None:
    old = await planner.executed()
    await planner.amend(old, idempotency_key="k")
    for stranger in (planner.as_(BOB), planner.as_(planner.visible.tenant, "wh_other")):
        with pytest.raises(NotFound):
            await stranger.amend(old, idempotency_key="k")
    own = replace(planner, visible=planner.as_(planner.visible.tenant, "wh_123").visible)
    assert (await own.amend_reply(old, idempotency_key="k")).replayed


async def test_chain_of_amendments_leaves_one_live_export(planner: Planner) -> None:
    exports = [await planner.executed()]
    for number in range(3):
        new = (await planner.amend(exports[-1])).export_id
        await planner.claim(new, f"exe_{number}x")
        await planner.complete(new, f"exe_{number}x")
        exports.append(new)
    states = [await state(planner, each) for each in exports]
    assert states == [State.SUPERSEDED] * 3 + [State.COMPLETED]
    assert set((await planner.claims()).values()) == {exports[-1]}
