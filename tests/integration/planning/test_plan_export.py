"""Planning on a real database: what is stored, what is answered, and what happens only once."""

import asyncio
import zlib
from typing import Any

import pytest

from entrygo.domain.errors import (
    IdempotencyConflict,
    InvalidExportState,
    InvalidOrderReference,
    NotFound,
    ReferenceOutsideAccount,
    SnapshotUnreadable,
    ValidationFailed,
)
from entrygo.postgres.pool import transaction
from tests.factories import make_order
from tests.integration.planning.conftest import ALICE, ALICE_TEST, BOB, Planner


async def test_plan_of_the_documented_orders_is_the_documented_plan(planner: Planner) -> None:
    answer = await planner.plan()
    plan = answer.plan
    assert (answer.status, answer.revision) == ("BATCHED", 1)
    assert (plan.readiness_state, plan.compliance_score) == ("REVIEW_REQUIRED", 74)
    assert list(plan.included_order_ids) == ["ord_123", "ord_124"]
    assert plan.estimated_import_savings_usd == "18.5"
    assert (plan.entry_date, plan.entry_type, plan.total_value_usd) == ("2026-03-11", "11", "290")


async def test_the_plan_of_a_day_that_is_over_says_so_and_is_another_decision(planner: Planner) -> None:
    plans = {
        day: (await planner.plan(dry_run=True, entry_date=day)).plan for day in ("2026-03-10", "2026-03-11")
    }
    past = {
        day: [each.message for each in plan.validation_messages if each.code == "ENTRY_DATE_PAST"]
        for day, plan in plans.items()
    }
    assert past == {
        "2026-03-10": [
            "Entry date 2026-03-10 was over when this was planned; rules, rates and lists are those of that"
            " day."
        ],
        "2026-03-11": [],
    }
    assert len({plan.plan_hash for plan in plans.values()}) == 2


async def test_plan_stores_the_snapshot_and_the_event_of_what_it_answers(planner: Planner) -> None:
    answer = await planner.plan()
    snapshot = await planner.snapshot(answer.export_id)
    assert snapshot is not None
    assert (snapshot.export_id, snapshot.revision, snapshot.plan_hash) == (
        answer.export_id,
        1,
        answer.plan.plan_hash,
    )
    assert [order.id for order in snapshot.orders] == ["ord_123", "ord_124"]
    (event,) = await planner.events(answer.export_id)
    assert (event.type, event.export_planned.plan) == ("export.planned", answer.plan)


async def test_plans_of_a_day_share_one_stored_set_of_reference_rows(planner: Planner) -> None:
    first, second = await planner.plan("ord_123"), await planner.plan("ord_124", batch_id="")
    assert await planner.count("reference_sets") == 1
    await planner.plan("ord_124", batch_id=second.export_id, entry_date="2026-11-21")
    assert await planner.count("reference_sets") == 2
    snapshots = [await planner.snapshot(answer.export_id, 1) for answer in (first, second)]
    assert all(each is not None and each.reference_rows for each in snapshots)


async def test_plan_that_an_earlier_release_stored_is_read_as_it_is(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    stored = planner.use_cases.stored_plans
    whole = await stored.snapshot(planner.visible, export_id, 1)
    async with transaction(planner.pool, planner.visible) as connection:
        await connection.execute(
            "UPDATE plans SET snapshot = $1, reference_digest = NULL", zlib.compress(whole, 9)
        )
    assert await stored.snapshot(planner.visible, export_id, 1) == whole


async def test_plan_whose_reference_rows_are_gone_is_unreadable(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    async with transaction(planner.pool, planner.visible) as connection:
        await connection.execute("DELETE FROM reference_sets")
    with pytest.raises(SnapshotUnreadable):
        await planner.snapshot(export_id)


async def test_fifty_concurrent_plans_with_one_key_make_one_export(planner: Planner) -> None:
    replies = await asyncio.gather(*(planner.reply(idempotency_key="plan-1") for _ in range(50)))
    assert len({reply.body for reply in replies}) == 1
    assert sum(not reply.replayed for reply in replies) == 1
    assert await planner.count("exports") == 1
    assert await planner.count("outbox") == 1


async def test_plan_with_the_key_of_another_payload_is_a_conflict(planner: Planner) -> None:
    await planner.plan(idempotency_key="plan-1")
    with pytest.raises(IdempotencyConflict):
        await planner.plan("ord_123", idempotency_key="plan-1")


async def test_saying_a_default_does_not_change_the_payload(planner: Planner) -> None:
    await planner.plan(idempotency_key="plan-1")
    reply = await planner.reply(idempotency_key="plan-1", destination_country="us", on_blocked="block")
    assert reply.replayed


async def test_dry_run_has_the_hash_of_the_real_plan_and_stores_nothing(planner: Planner) -> None:
    dry = await planner.plan(dry_run=True, idempotency_key="plan-1")
    assert (dry.export_id, dry.status) == ("", "DRY_RUN")
    assert await planner.count("exports") == await planner.count("outbox") == 0
    real = await planner.plan(idempotency_key="plan-1")
    assert real.plan.plan_hash == dry.plan.plan_hash
    assert (await planner.plan(dry_run=True, idempotency_key="plan-1")).status == "DRY_RUN"


async def test_dry_run_of_a_replan_names_the_export_and_leaves_it(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    dry = await planner.plan("ord_123", batch_id=export_id, dry_run=True)
    assert (dry.export_id, dry.status) == (export_id, "DRY_RUN")
    assert await planner.event_types(export_id) == ["export.planned"]


async def test_unknown_orders_are_refused_with_both_lists(planner: Planner) -> None:
    with pytest.raises(InvalidOrderReference) as refused:
        await planner.plan("ord_123", "ord_missing")
    assert refused.value.details == {
        "requestedOrderIds": ["ord_123", "ord_missing"],
        "foundOrderIds": ["ord_123"],
    }


@pytest.mark.parametrize(("name", "field"), [("warehouse_id", "warehouseId"), ("broker_id", "brokerId")])
async def test_foreign_warehouse_or_broker_is_refused_by_name(
    planner: Planner, name: str, field: str
) -> None:
    with pytest.raises(ReferenceOutsideAccount) as refused:
        await planner.plan(**{name: "other"})
    assert refused.value.field == field


async def test_key_bound_to_a_warehouse_plans_for_that_one_alone(planner: Planner) -> None:
    bound = planner.as_(ALICE, warehouse_id="wh_other")
    with pytest.raises(ReferenceOutsideAccount):
        await bound.plan()
    export_id = (await planner.as_(ALICE, warehouse_id="wh_123").plan()).export_id
    for refused in (bound.cancel(export_id), bound.claim(export_id)):
        with pytest.raises(NotFound):
            await refused


async def test_replan_replaces_the_plan_and_raises_its_revision(planner: Planner) -> None:
    first = await planner.plan()
    second = await planner.plan("ord_123", batch_id=first.export_id)
    assert (second.export_id, second.status, second.revision) == (first.export_id, "BATCHED", 2)
    assert second.plan.plan_hash != first.plan.plan_hash
    assert "ORDER_IN_OPEN_BATCH" not in {message.code for message in second.plan.validation_messages}
    old, new = await planner.snapshot(first.export_id, 1), await planner.snapshot(first.export_id)
    assert old is not None
    assert new is not None
    assert (old.plan_hash, new.plan_hash) == (first.plan.plan_hash, second.plan.plan_hash)
    assert await planner.event_types(first.export_id) == ["export.planned", "export.planned"]


async def test_replan_after_a_failure_batches_the_export_again(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    await planner.claim(export_id)
    await planner.fail(export_id)
    again = await planner.plan(batch_id=export_id)
    assert (again.status, list(again.plan.excluded_order_ids)) == ("BATCHED", [])
    await planner.claim(export_id, "exe_2")
    assert await planner.complete(export_id, "exe_2") == "COMPLETED"


@pytest.mark.parametrize("state", ["EXECUTING", "COMPLETED", "CANCELLED"])
async def test_replan_is_refused_when_the_export_is(planner: Planner, state: str) -> None:
    export_id = (await planner.plan()).export_id
    if state == "CANCELLED":
        await planner.cancel(export_id)
    else:
        await planner.claim(export_id)
        if state == "COMPLETED":
            await planner.complete(export_id)
    for dry_run in (False, True):
        with pytest.raises(InvalidExportState) as refused:
            await planner.plan(batch_id=export_id, dry_run=dry_run)
        assert refused.value.details == {"currentState": state}


async def test_concurrent_replans_each_get_a_revision_of_their_own(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    answers = await asyncio.gather(*(planner.plan(batch_id=export_id) for _ in range(8)))
    assert sorted(answer.revision for answer in answers) == list(range(2, 10))
    assert await planner.event_types(export_id) == ["export.planned"] * 9


@pytest.mark.parametrize("export_id", ["batch_missing", "nul\0", "x" * 65])
async def test_replan_of_an_unknown_export_is_not_found(planner: Planner, export_id: str) -> None:
    with pytest.raises(NotFound, match=r"Export batch not found\."):
        await planner.plan(batch_id=export_id)


async def test_order_in_another_open_batch_is_reported_but_not_hashed(planner: Planner) -> None:
    first = await planner.plan()
    second = await planner.plan()
    found = [each for each in second.plan.validation_messages if each.code == "ORDER_IN_OPEN_BATCH"]
    assert [message.field for message in found] == ["orders[0]", "orders[1]"]
    assert first.export_id in found[0].message
    assert second.plan.plan_hash == first.plan.plan_hash
    replanned = await planner.plan("ord_123", batch_id=second.export_id)
    assert [message.code for message in replanned.plan.validation_messages].count("ORDER_IN_OPEN_BATCH") == 1


async def test_exported_order_stays_behind_in_a_later_plan(planner: Planner) -> None:
    first = await planner.plan("ord_123")
    await planner.claim(first.export_id)
    await planner.complete(first.export_id)
    second = await planner.plan()
    assert list(second.plan.included_order_ids) == ["ord_124"]
    assert list(second.plan.excluded_order_ids) == ["ord_123"]
    snapshot = await planner.snapshot(second.export_id)
    assert snapshot is not None
    assert [excluded.reasons for excluded in snapshot.excluded_orders] == [("ORDER_ALREADY_EXPORTED",)]


async def test_entry_date_before_all_reference_data_is_refused(planner: Planner) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await planner.plan(entry_date="2001-01-01")
    assert refused.value.field == "entryDate"


async def test_accounts_and_modes_do_not_see_each_others_exports(planner: Planner) -> None:
    export_id = (await planner.plan(idempotency_key="k")).export_id
    for stranger in (planner.as_(BOB), planner.as_(ALICE_TEST)):
        for refused in (
            stranger.plan(batch_id=export_id),
            stranger.cancel(export_id),
            stranger.claim(export_id),
        ):
            with pytest.raises(NotFound):
                await refused
        assert await stranger.snapshot(export_id) is None
        assert await stranger.events(export_id) == []
        own = await stranger.reply(idempotency_key="k")
        assert not own.replayed
        messages = (await stranger.plan(dry_run=True)).plan.validation_messages
        assert sum(message.code == "ORDER_IN_OPEN_BATCH" for message in messages) == 2
        assert all(export_id not in message.message for message in messages)


async def test_plan_of_thousands_of_orders_is_stored_whole(planner: Planner) -> None:
    orders = [make_order(f"ord_{index:04d}") for index in range(1_000)]
    planner.facts.put(orders)
    answer = await planner.plan(*(order.id for order in orders))
    snapshot = await planner.snapshot(answer.export_id)
    assert snapshot is not None
    assert snapshot.orders == tuple(orders)
    await planner.claim(answer.export_id)
    assert await planner.count("order_claims") == 1_000


async def test_orders_named_by_external_id_make_the_same_plan(planner: Planner) -> None:
    by_id = await planner.plan(dry_run=True)
    by_name = await planner.plan(external_order_ids=("wms-ord_124", "wms-ord_123"), dry_run=True)
    mixed = await planner.plan("ord_124", external_order_ids=("wms-ord_123",))
    assert by_name.plan.plan_hash == mixed.plan.plan_hash == by_id.plan.plan_hash
    assert list(by_name.plan.included_order_ids) == ["ord_124", "ord_123"]
    assert list(mixed.plan.included_order_ids) == ["ord_124", "ord_123"]
    assert mixed.plan.validation_messages[0].field.startswith("orders[1].")


@pytest.mark.parametrize("fields", [{}, {"dry_run": True}], ids=["planned", "tried out"])
async def test_what_no_order_can_be_called_is_an_unknown_order(
    planner: Planner, fields: dict[str, Any]
) -> None:
    with pytest.raises(InvalidOrderReference) as refused:
        await planner.plan("ord_123", "ord_\0", **fields)
    assert refused.value.details == {
        "requestedOrderIds": ["ord_123", "ord_\0"],
        "foundOrderIds": ["ord_123"],
    }


@pytest.mark.parametrize("fields", [{}, {"dry_run": True}], ids=["planned", "tried out"])
async def test_what_no_warehouse_can_be_called_is_an_unknown_one(
    planner: Planner, fields: dict[str, Any]
) -> None:
    with pytest.raises(ReferenceOutsideAccount):
        await planner.plan("ord_123", warehouse_id="wh_\0", **fields)


async def test_every_unknown_name_of_an_order_is_listed(planner: Planner) -> None:
    with pytest.raises(InvalidOrderReference) as raised:
        await planner.plan("ord_123", "ord_none", external_order_ids=("wms-none", "wms-ord_124"))
    assert raised.value.details == {
        "requestedOrderIds": ["ord_123", "ord_none"],
        "foundOrderIds": ["ord_123"],
        "requestedExternalOrderIds": ["wms-none", "wms-ord_124"],
        "foundExternalOrderIds": ["wms-ord_124"],
    }


async def test_order_named_twice_is_refused_whichever_its_names(planner: Planner) -> None:
    for external in (("wms-ord_123",), ("wms-ord_124", "wms-ord_124")):
        with pytest.raises(ValidationFailed) as raised:
            await planner.plan("ord_123", external_order_ids=external)
        assert raised.value.details is not None
        assert raised.value.details["issues"][0]["code"] == "duplicate"
        assert raised.value.field == f"externalOrderIds.{len(external) - 1}"
