"""What a key bound to one warehouse meets of another's exports: nothing, in any use case or table."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from entrygo.domain.errors import NotFound, ReferenceOutsideAccount
from entrygo.domain.principal import Visible
from entrygo.planning.importer_costs_store import ImporterCosts
from entrygo.planning.policy.requests import read_approval
from entrygo.planning.store import PlanningStore
from entrygo.postgres.idempotency import Reply
from entrygo.postgres.pool import transaction
from entrygo.postgres.session_pool import SessionPool
from entrygo.proto.planning.v1 import planning_pb2
from tests.factories import make_warehouse
from tests.harness.rows import insert_row
from tests.integration.planning.conftest import ALICE, NOW, Planner
from tests.integration.planning.test_control_numbers import stated

HERE, THERE = "wh_123", "wh_other"
SCOPE = {"account_id": ALICE.account_id, "mode": str(ALICE.mode)}
OF_A_WAREHOUSE = (
    "SELECT table_name FROM information_schema.columns"
    " WHERE table_schema = 'planning' AND column_name = 'warehouse_id' ORDER BY table_name"
)


def there(planner: Planner) -> Planner:
    """As a key bound to the other warehouse."""
    return planner.as_(ALICE, warehouse_id=THERE)


def move(planner: Planner, warehouse_id: str) -> None:
    """Sync knows the warehouse of this id alone from now on."""
    planner.facts.warehouse = make_warehouse(id=warehouse_id)


async def approve(planner: Planner, planned: planning_pb2.PlanExportResponse, key: str = "") -> Reply:
    request = planning_pb2.ApproveExportRequest(
        export_id=planned.export_id,
        plan_hash=planned.plan.plan_hash,
        approved_by="Dana",
        idempotency_key=key,
    )
    return await planner.use_cases.policies.approve(planner.visible, read_approval(request))


async def diff(planner: Planner, export_id: str, before: str, after: str = "") -> planning_pb2.PlanDiff:
    return await planner.use_cases.stored_plans.diff(planner.visible, export_id, before, after, limit=10)


async def events(planner: Planner, export_id: str) -> list[str]:
    found = await planner.use_cases.stored_plans.events_after(planner.visible, export_id, 0)
    return [event.type for event in found]


Move = Callable[[Planner, planning_pb2.PlanExportResponse], Awaitable[Any]]
MOVES: dict[str, Move] = {
    "cancel": lambda planner, planned: planner.cancel(planned.export_id),
    "approve": approve,
    "claim": lambda planner, planned: planner.claim(planned.export_id),
    "complete": lambda planner, planned: planner.complete(planned.export_id),
    "snapshot": lambda planner, planned: planner.use_cases.stored_plans.snapshot(
        planner.visible, planned.export_id, 0
    ),
    "snapshot of a revision": lambda planner, planned: planner.use_cases.stored_plans.snapshot(
        planner.visible, planned.export_id, 1
    ),
    "diff": lambda planner, planned: diff(planner, planned.export_id, planned.plan.plan_hash),
    "diff of named plans": lambda planner, planned: diff(
        planner, planned.export_id, planned.plan.plan_hash, planned.plan.plan_hash
    ),
}


@pytest.mark.parametrize("name", MOVES)
async def test_export_of_another_warehouse_is_missing(planner: Planner, name: str) -> None:
    planned = await planner.plan()
    with pytest.raises(NotFound) as refused:
        await MOVES[name](there(planner), planned)
    assert refused.value.message == "Export batch not found."


async def test_plan_for_a_batch_of_another_warehouse_is_refused_as_missing(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    move(planner, THERE)
    for dry_run in (False, True):
        with pytest.raises(NotFound):
            await there(planner).plan(warehouse_id=THERE, batch_id=export_id, dry_run=dry_run)
    assert await planner.event_types(export_id) == ["export.planned"]


async def test_export_of_another_warehouse_has_no_events(planner: Planner) -> None:
    export_id = (await planner.plan()).export_id
    assert await events(there(planner), export_id) == []
    assert await events(planner.as_(ALICE, warehouse_id=HERE), export_id) == ["export.planned"]


async def test_stored_answer_is_replayed_only_to_who_may_see_the_export(planner: Planner) -> None:
    planned = await planner.plan(idempotency_key="once")
    await approve(planner, planned, key="once")
    await planner.cancel(planned.export_id, key="once")
    for refused, error in (
        (there(planner).plan(idempotency_key="once"), ReferenceOutsideAccount),
        (approve(there(planner), planned, key="once"), NotFound),
        (there(planner).cancel(planned.export_id, key="once"), NotFound),
    ):
        with pytest.raises(error):
            await refused
    here = planner.as_(ALICE, warehouse_id=HERE)
    assert (await here.reply(idempotency_key="once")).replayed
    assert (await here.cancel(planned.export_id, key="once")).replayed
    assert (await approve(here, planned, key="once")).replayed


async def test_key_bound_to_a_warehouse_goes_the_whole_way_with_its_own_export(planner: Planner) -> None:
    here = planner.as_(ALICE, warehouse_id=HERE)
    first = await here.plan()
    second = await here.plan("ord_123", batch_id=first.export_id)
    assert (await diff(here, first.export_id, first.plan.plan_hash)).orders.removed_count == 1
    await approve(here, second)
    await here.claim(first.export_id)
    await here.fail(first.export_id)
    await here.plan(batch_id=first.export_id)
    await here.claim(first.export_id, "exe_2")
    assert await here.complete(first.export_id, "exe_2") == "COMPLETED"
    assert await planner.count("order_claims") == 2


async def test_order_leaves_once_whichever_warehouse_and_no_message_names_the_others_export(
    planner: Planner,
) -> None:
    first = await planner.as_(ALICE, warehouse_id=HERE).plan()
    move(planner, THERE)
    in_open_batch = await there(planner).plan(warehouse_id=THERE)
    assert "is also in an open batch of another warehouse." in str(in_open_batch.plan.validation_messages)
    await planner.claim(first.export_id)
    exported = await there(planner).plan(warehouse_id=THERE)
    assert list(exported.plan.excluded_order_ids) == ["ord_123", "ord_124"]
    messages = str(exported.plan.validation_messages)
    assert "already left with an export of another warehouse; excluded." in messages
    # Whoever plans: a key bound to the warehouse reads the plan.
    by_the_account = await planner.plan(warehouse_id=THERE)
    for answer in (in_open_batch, exported, by_the_account):
        assert first.export_id not in str(answer)


async def test_open_batches_of_ones_own_warehouse_are_named_beside_those_of_others(planner: Planner) -> None:
    await planner.plan()
    move(planner, THERE)
    own = await there(planner).plan(warehouse_id=THERE)
    again = await there(planner).plan(warehouse_id=THERE)
    assert f"is also in open batch {own.export_id}." in str(again.plan.validation_messages)


async def test_export_planned_again_for_another_warehouse_is_that_ones_from_then_on(planner: Planner) -> None:
    here = planner.as_(ALICE, warehouse_id=HERE)
    first = await here.plan()
    move(planner, THERE)
    second = await planner.plan(warehouse_id=THERE, batch_id=first.export_id)
    assert await here.snapshot(first.export_id) is None
    assert await here.snapshot(first.export_id, 1) is None
    assert await there(planner).snapshot(first.export_id) is not None
    assert await there(planner).snapshot(first.export_id, 1) is None
    # Its first event is of this warehouse for ever; the export is not.
    assert await events(here, first.export_id) == []
    assert await events(there(planner), first.export_id) == ["export.planned"]
    assert await events(planner, first.export_id) == ["export.planned", "export.planned"]
    with pytest.raises(NotFound):
        await diff(there(planner), first.export_id, first.plan.plan_hash)
    assert (await diff(planner, first.export_id, first.plan.plan_hash)).to.plan_hash == second.plan.plan_hash


async def fill(planner: Planner) -> list[str]:
    """A row of this warehouse in every table that says of which one a row is; their names."""
    exported = await planner.plan("ord_123")
    await approve(planner, exported)
    await planner.claim(exported.export_id, control_numbers=stated("CCBT0001"))
    await planner.plan("ord_124")
    of_export = {**SCOPE, "export_id": exported.export_id, "warehouse_id": HERE}
    cost = {"importer_number": "12-3456789", "amount_usd": 1, "unknown_entries": 0}
    moved = {
        "state": "COMPLETED",
        "created_at": "now",
        "closed_at": "now",
        "archived_at": "now",
        "sha256": "",
    }
    async with transaction(planner.pool, planner.visible) as connection:
        await insert_row(connection, "importer_costs", {**of_export, **cost, "entry_date": "2026-03-12"})
        await insert_row(connection, "archived_exports", {**of_export, **moved})
        return [row["table_name"] for row in await connection.fetch(OF_A_WAREHOUSE)]


async def test_row_security_hides_the_rows_of_another_warehouse_without_any_where(planner: Planner) -> None:
    tables = await fill(planner)
    assert len(tables) > 5
    for warehouse_id, expected in ((None, True), (HERE, True), (THERE, False)):
        counted = planner.as_(ALICE, warehouse_id=warehouse_id)
        assert [(table, await counted.count(table) > 0) for table in tables] == [
            (table, expected) for table in tables
        ]


async def test_the_statements_alone_hide_an_export_of_another_warehouse(
    planner: Planner, database_url: str
) -> None:
    planned = await planner.plan("ord_123")
    export_id, plan_hash = planned.export_id, planned.plan.plan_hash
    async with SessionPool(
        database_url, min_size=1, max_size=4, server_settings={"search_path": "planning"}
    ) as pool:
        await pool.execute(
            "INSERT INTO importer_costs (account_id, mode, export_id, warehouse_id, importer_number,"
            " entry_date, amount_usd, unknown_entries)"
            " SELECT account_id, mode, export_id, warehouse_id, '12-3456789', $1, 1, 0 FROM exports",
            NOW.date(),
        )
        for warehouse_id, is_shown in ((None, True), (HERE, True), (THERE, False)):
            visible = Visible(ALICE, warehouse_id)
            async with transaction(pool, visible) as connection:
                store, costs = PlanningStore(connection, visible), ImporterCosts(connection, visible)
                found = (
                    await store.find_export(export_id),
                    await store.lock_export(export_id),
                    await store.find_snapshot(export_id, 0),
                    await store.find_plan(export_id, plan_hash),
                    await store.exports_of("ord_123", 10),
                    await costs.of_year(["12-3456789"], NOW.date(), but=None),
                )
            assert [bool(each) for each in found] == [is_shown] * len(found)


async def test_row_security_refuses_rows_for_another_warehouse(planner: Planner) -> None:
    for table in await fill(planner):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(planner.pool, Visible(ALICE, HERE)) as connection:
                await connection.execute(f"UPDATE {table} SET warehouse_id = '{THERE}'")


async def test_rows_of_the_previous_release_take_the_warehouse_of_their_export(planner: Planner) -> None:
    # Its statements do not name the column; both releases run during an upgrade.
    export_id = (await planner.plan()).export_id
    async with transaction(planner.pool, Visible.whole(ALICE)) as connection:
        await connection.execute(
            "INSERT INTO export_orders (account_id, mode, export_id, order_id) VALUES ($1, $2, $3, 'ord_9')",
            ALICE.account_id,
            ALICE.mode,
            export_id,
        )
    assert await planner.as_(ALICE, warehouse_id=HERE).count("export_orders") == 3
    assert await there(planner).count("export_orders") == 0
