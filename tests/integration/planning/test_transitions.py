"""Cancel, claim and release on a real database: an order leaves once, an execution is known by its id."""

import asyncio
import contextlib
from decimal import Decimal

import pytest

from entrygo.domain.errors import InvalidExportState, PlanHashMismatch, TripIncomplete, ValidationFailed
from entrygo.domain.money import plain
from entrygo.domain.principal import Visible
from entrygo.planning.store import PlanningStore
from entrygo.planning.use_cases.recording import Recorder, locked_export
from entrygo.postgres.pool import Connection, transaction
from entrygo.process.clock import Ids
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2
from tests.factories import HOODIE, make_item, make_order, make_product
from tests.harness.postgres import SESSIONS_THAT_WAIT
from tests.integration.planning.conftest import BOB, NOW, Planner


async def hold_order(connection: Connection, order_id: str) -> None:
    """Claims an order in a transaction that stays open."""
    await connection.execute("BEGIN; SET LOCAL entrygo.account_id = '*'")
    await connection.execute(
        "INSERT INTO order_claims (account_id, mode, order_id, export_id, claimed_at)"
        " VALUES ('acc_123', 'live', $1, 'batch_x', now())",
        order_id,
    )


async def until_waiting(planner: Planner, sessions: int) -> None:
    """Until that many sessions wait for a lock."""
    async with asyncio.timeout(60), planner.pool.acquire() as connection:
        while await connection.fetchval(SESSIONS_THAT_WAIT) < sessions:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_what_waited_for_the_lock_follows_the_event_that_was_written_meanwhile(
    planner: Planner,
) -> None:
    export_id = (await planner.plan()).export_id
    async with transaction(planner.pool, planner.visible) as connection:
        export = await locked_export(PlanningStore(connection, planner.visible), export_id)
        cancelling = asyncio.create_task(planner.cancel(export_id))
        await until_waiting(planner, 1)
        recorder = Recorder(lambda: NOW, Ids())
        data = events_pb2.ExportApproved(batch_id=export_id)
        await recorder.save(connection, planner.visible, export, "export.approved", data)
    await cancelling
    events = await planner.events(export_id)
    assert [event.type for event in events] == ["export.planned", "export.approved", "export.cancelled"]
    assert [event.previous_id for event in events] == ["", events[0].id, events[1].id]
    assert len({event.epoch for event in events}) == 1


async def test_claim_fixes_the_plan_and_moves_the_export(planner: Planner) -> None:
    planned = await planner.plan()
    claim = await planner.claim(planned.export_id)
    assert (claim.revision, claim.plan_hash) == (1, planned.plan.plan_hash)
    assert claim.claimed_at == "2026-03-11T16:00:00.000Z"
    assert await planner.event_types(planned.export_id) == ["export.planned", "export.execution_started"]
    assert (await planner.count("order_claims"), await planner.count("export_orders")) == (2, 0)


async def test_claim_of_the_same_execution_is_found_done(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    claims = await asyncio.gather(*(planner.claim(export_id) for _ in range(10)))
    assert len({claim.SerializeToString() for claim in claims}) == 1
    await planner.complete(export_id)
    assert await planner.claim(export_id) == claims[0]
    assert len(await planner.event_types(export_id)) == 3


@pytest.mark.parametrize("claims", [1, 2], ids=["claimed", "claimed again"])
async def test_claim_brings_the_snapshot_that_is_small_enough(planner: Planner, claims: int) -> None:
    export_id = (await planner.plan()).export_id
    whole = await planner.use_cases.stored_plans.snapshot(planner.visible, export_id, 1)
    for _ in range(claims):
        brought = (await planner.claim(export_id, snapshot_at_most=len(whole))).snapshot
    assert brought == whole
    assert (await planner.claim(export_id, snapshot_at_most=len(whole) - 1)).snapshot == b""
    assert (await planner.claim(export_id)).snapshot == b""


async def test_export_whose_snapshot_is_damaged_can_be_claimed_all_the_same(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    async with transaction(planner.pool, planner.visible) as connection:
        await connection.execute("DELETE FROM reference_sets")
    claimed = await planner.claim(export_id, snapshot_at_most=1_000_000)
    assert (claimed.revision, claimed.snapshot) == (1, b"")


async def test_claim_of_another_execution_is_refused(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    await planner.claim(export_id)
    with pytest.raises(InvalidExportState, match="cannot be executed") as refused:
        await planner.claim(export_id, "exe_2")
    assert refused.value.details == {"currentState": "EXECUTING"}


async def test_claim_of_a_failed_execution_is_refused_until_the_export_is_planned_again(
    planner: Planner,
) -> None:
    export_id = (await planner.plan()).export_id
    await planner.claim(export_id)
    await planner.fail(export_id)
    with pytest.raises(InvalidExportState) as refused:
        await planner.claim(export_id)
    assert refused.value.details == {"currentState": "FAILED"}


async def test_blocked_plan_cannot_be_claimed(planner: Planner) -> None:
    planner.facts.products[HOODIE] = make_product(HOODIE, hts_code=None)
    export_id = (await planner.plan()).export_id
    with pytest.raises(InvalidExportState) as refused:
        await planner.claim(export_id)
    assert refused.value.details == {"currentState": "BATCHED", "readinessState": "BLOCKED"}


FOOD = {
    "hts_code": "0901210045",
    "customs_description": "Roasted coffee beans, whole",
    "pga": {"fda": {"product_code": "31A--01", "registration": "23456789012"}},
}


async def test_truck_is_refused_while_its_manifest_lacks_a_weight(planner: Planner) -> None:
    """19 CFR 123.92: a warning in the plan, and an error once there is a truck."""
    planner.facts.products[HOODIE] = make_product(HOODIE, gross_weight_kg=None)
    planned = await planner.plan()
    assert planned.plan.readiness_state == "REVIEW_REQUIRED"
    with pytest.raises(TripIncomplete) as refused:
        await planner.claim(planned.export_id, trip=planning_pb2.ClaimedTrip(states_arrival=True))
    assert refused.value.details == {"missing": ["grossWeightKg"], "products": ["JKT-001"]}
    await planner.claim(planned.export_id)


async def test_truck_with_food_is_refused_until_its_arrival_is_stated(planner: Planner) -> None:
    """21 CFR 1.281: port, date and time of the arrival are part of a prior notice."""
    planner.facts.products[HOODIE] = make_product(HOODIE, **FOOD)
    export_id = (await planner.plan()).export_id
    with pytest.raises(TripIncomplete) as refused:
        await planner.claim(export_id, trip=planning_pb2.ClaimedTrip())
    assert refused.value.details == {
        "missing": ["trip.borderPort", "trip.estimatedArrival"],
        "products": ["JKT-001"],
    }
    half = planning_pb2.ClaimedTrip(states_border_port=True)
    with pytest.raises(TripIncomplete) as refused:
        await planner.claim(export_id, trip=half)
    assert refused.value.details == {"missing": ["trip.estimatedArrival"], "products": ["JKT-001"]}
    await planner.claim(export_id, trip=planning_pb2.ClaimedTrip(states_arrival=True))


async def test_truck_that_arrives_on_another_day_than_the_plans_is_refused_by_both_dates(
    planner: Planner,
) -> None:
    export_id = (await planner.plan()).export_id
    with pytest.raises(ValidationFailed) as refused:
        await planner.claim(export_id, trip=planning_pb2.ClaimedTrip(arrives_on="2026-03-12"))
    assert refused.value.field == "trip.estimatedArrival"
    assert "Arrives on 2026-03-12" in str(refused.value.details)
    assert "entry date is 2026-03-11" in str(refused.value.details)
    await planner.claim(export_id, trip=planning_pb2.ClaimedTrip(arrives_on="2026-03-11"))


async def test_discounts_above_the_value_of_the_goods_are_refused_and_leave_the_export_as_it_is(
    planner: Planner,
) -> None:
    planned = await planner.plan()
    goods = sum((Decimal(entry.value_usd) for entry in planned.plan.entries), Decimal(0))
    with pytest.raises(ValidationFailed) as refused:
        await planner.claim(planned.export_id, discounts_usd=str(goods + Decimal("0.01")))
    assert refused.value.field == "shipment.charges"
    assert f"the goods are {plain(goods)}" in str(refused.value.details)
    await planner.claim(planned.export_id, discounts_usd=str(goods))


async def test_notice_of_what_is_not_food_is_refused_by_its_place(planner: Planner) -> None:
    """21 CFR 1.277: prior notice is of food."""
    planner.facts.products[HOODIE] = make_product(HOODIE)
    export_id = (await planner.plan()).export_id
    noticed = planning_pb2.ClaimedTrip(states_arrival=True, noticed_products=["JKT-001"])
    with pytest.raises(ValidationFailed) as refused:
        await planner.claim(export_id, trip=noticed)
    assert refused.value.field == "trip.priorNotices.0.product"
    assert "Not food" in str(refused.value.details)


async def test_notice_of_food_that_does_not_go_is_refused_by_its_place(planner: Planner) -> None:
    """21 CFR 1.279: a confirmation is of an article in this arrival."""
    planner.facts.products[HOODIE] = make_product(HOODIE, **FOOD)
    export_id = (await planner.plan()).export_id

    def noticed(*products: str) -> planning_pb2.ClaimedTrip:
        return planning_pb2.ClaimedTrip(states_arrival=True, noticed_products=products)

    with pytest.raises(ValidationFailed) as refused:
        await planner.claim(export_id, trip=noticed("JKT-001", "JKT-999"))
    assert refused.value.field == "trip.priorNotices.1.product"
    await planner.claim(export_id, trip=noticed("JKT-001", HOODIE))


async def test_notice_names_its_entry_where_the_food_goes_in_several(planner: Planner) -> None:
    """21 CFR 1.281(a): a notice names importer and owner, so each entry has one of its own."""
    planner.facts.products[HOODIE] = make_product(HOODIE, **FOOD)
    one_each = {"max_orders_per_entry": 1}
    planner.facts.broker = planner.facts.broker.model_copy(update=one_each)
    planner.facts.put(make_order(id, make_item(HOODIE)) for id in ("ord_1", "ord_2"))
    export_id = (await planner.plan("ord_1", "ord_2")).export_id

    def noticed(*entries: int) -> planning_pb2.ClaimedTrip:
        products = [HOODIE] * len(entries)
        return planning_pb2.ClaimedTrip(
            states_arrival=True, noticed_products=products, noticed_entries=entries
        )

    for entries, words in ((1, 0), "goes in the entries 1, 2"), ((2, 3), "goes in: 1, 2"):
        with pytest.raises(ValidationFailed) as refused:
            await planner.claim(export_id, trip=noticed(*entries))
        assert refused.value.field == "trip.priorNotices.1.entry"
        assert words in str(refused.value.details)
    await planner.claim(export_id, trip=noticed(1, 2))


async def test_notice_names_no_entry_where_the_food_goes_in_one(planner: Planner) -> None:
    planner.facts.products[HOODIE] = make_product(HOODIE, **FOOD)
    noticed = planning_pb2.ClaimedTrip(states_arrival=True, noticed_products=[HOODIE], noticed_entries=[0])
    await planner.claim((await planner.plan()).export_id, trip=noticed)


async def test_control_number_of_an_entry_that_is_not_planned_is_refused_by_its_place(
    planner: Planner,
) -> None:
    export_id = (await planner.plan()).export_id
    with pytest.raises(ValidationFailed) as refused:
        await planner.claim(export_id, trip=planning_pb2.ClaimedTrip(entries=[1, 7]))
    assert refused.value.field == "trip.entries.1.entry"
    assert "which has 1" in str(refused.value.details)
    await planner.claim(export_id, trip=planning_pb2.ClaimedTrip(entries=[1]))


async def test_truck_is_judged_by_what_goes_on_it(planner: Planner) -> None:
    planner.facts.products[HOODIE] = make_product(HOODIE, gross_weight_kg=None, hts_code=None)
    export_id = (await planner.plan(on_blocked="exclude")).export_id
    await planner.claim(export_id, trip=planning_pb2.ClaimedTrip())


async def test_claim_of_another_plan_than_expected_names_both_hashes(planner: Planner) -> None:
    planned = await planner.plan()
    with pytest.raises(PlanHashMismatch) as refused:
        await planner.claim(planned.export_id, expected_plan_hash="planhash_old")
    assert refused.value.details == {
        "expectedPlanHash": "planhash_old",
        "planHash": planned.plan.plan_hash,
    }
    await planner.claim(planned.export_id, expected_plan_hash=planned.plan.plan_hash)


async def test_of_two_batches_with_a_common_order_one_is_claimed(planner: Planner) -> None:
    planner.facts.put(make_order(f"ord_{index}") for index in range(40))
    shared = [f"ord_{index}" for index in range(30)]
    one = (await planner.plan(*shared, "ord_30")).export_id
    two = (await planner.plan("ord_31", *reversed(shared))).export_id
    # While somebody else holds the last of them, both claims get under way: made in any order but one and
    # the same, each would now hold what the other waits for.
    async with contextlib.AsyncExitStack() as stack:
        blocker = await stack.enter_async_context(planner.pool.acquire())
        await hold_order(blocker, max(shared))
        claims = [
            asyncio.create_task(planner.claim(export_id, execution_id))
            for export_id, execution_id in ((one, "exe_1"), (two, "exe_2"))
        ]
        await until_waiting(planner, 2)
        await blocker.execute("ROLLBACK")
        results = await asyncio.gather(*claims, return_exceptions=True)
    (refused,) = [result for result in results if isinstance(result, BaseException)]
    assert isinstance(refused, InvalidExportState)
    assert refused.details == {"currentState": "BATCHED", "conflictingOrderIds": sorted(shared)}
    assert await planner.count("order_claims") == 31


async def test_loser_of_a_common_order_keeps_its_batch_and_can_replan(planner: Planner) -> None:
    winner = (await planner.plan("ord_123")).export_id
    loser = (await planner.plan()).export_id
    await planner.claim(winner)
    with pytest.raises(InvalidExportState):
        await planner.claim(loser, "exe_2")
    assert await planner.event_types(loser) == ["export.planned"]
    replanned = await planner.plan(batch_id=loser)
    assert list(replanned.plan.included_order_ids) == ["ord_124"]
    await planner.claim(loser, "exe_2")


async def test_release_ends_the_execution_once(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    await planner.claim(export_id)
    assert [await planner.complete(export_id) for _ in range(3)] == ["COMPLETED"] * 3
    assert await planner.event_types(export_id) == [
        "export.planned",
        "export.execution_started",
        "export.executed",
    ]


async def test_failed_release_sets_the_orders_free(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    await planner.claim(export_id)
    assert [await planner.fail(export_id) for _ in range(2)] == ["FAILED"] * 2
    assert await planner.count("order_claims") == 0
    assert (await planner.event_types(export_id))[-1] == "export.execution_failed"
    other = (await planner.plan()).export_id
    await planner.claim(other, "exe_2")


async def test_release_by_another_execution_is_refused(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    await planner.claim(export_id)
    with pytest.raises(InvalidExportState):
        await planner.complete(export_id, "exe_2")
    assert await planner.complete(export_id) == "COMPLETED"


async def test_completed_export_cannot_fail_afterwards(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    await planner.claim(export_id)
    await planner.complete(export_id)
    with pytest.raises(InvalidExportState):
        await planner.fail(export_id)
    assert await planner.count("order_claims") == 2


async def test_cancel_frees_the_orders_and_is_final(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    first, second = await planner.cancel(export_id, "k"), await planner.cancel(export_id, "k")
    assert (first.body, first.replayed, second.replayed) == (second.body, False, True)
    with pytest.raises(InvalidExportState) as refused:
        await planner.cancel(export_id)
    assert refused.value.details == {"currentState": "CANCELLED"}
    assert await planner.event_types(export_id) == ["export.planned", "export.cancelled"]
    messages = (await planner.plan()).plan.validation_messages
    assert "ORDER_IN_OPEN_BATCH" not in {message.code for message in messages}


async def test_claim_and_cancel_at_once_leave_one_of_the_two(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    results = await asyncio.gather(
        planner.claim(export_id), planner.cancel(export_id), return_exceptions=True
    )
    assert sum(isinstance(result, InvalidExportState) for result in results) == 1
    assert len(await planner.event_types(export_id)) == 2


async def test_a_move_waits_for_the_one_under_way_and_sees_what_that_made_of_the_export(
    planner: Planner,
) -> None:
    export_id = (await planner.plan()).export_id
    async with planner.pool.acquire() as connection:
        await connection.execute("BEGIN; SET LOCAL entrygo.account_id = '*'; SET LOCAL entrygo.mode = '*'")
        moved = await connection.execute(
            "UPDATE exports SET state = 'CANCELLED' WHERE export_id = $1", export_id
        )
        assert moved == "UPDATE 1"
        claim = asyncio.create_task(planner.claim(export_id))
        await until_waiting(planner, 1)
        await connection.execute("COMMIT")
    with pytest.raises(InvalidExportState) as refused:
        await claim
    assert refused.value.details == {"currentState": "CANCELLED"}


async def test_order_is_found_in_the_export_that_plans_it_and_that_it_left_with(planner: Planner) -> None:
    planned = await planner.plan()
    order_id = planned.plan.included_order_ids[0]

    async def exports_of(visible: Visible, named: str = order_id) -> list[str]:
        return [each.export_id for each in await planner.use_cases.stored_plans.exports_of(visible, named)]

    assert await exports_of(planner.visible) == [planned.export_id]
    await planner.claim(planned.export_id)
    assert await exports_of(planner.visible) == [planned.export_id]
    assert await exports_of(Visible(planner.visible.tenant, "wh_other")) == []
    assert await exports_of(Visible.whole(BOB)) == []
    assert await exports_of(planner.visible, "ord_nobody") == []
