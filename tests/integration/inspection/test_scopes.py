"""A statement that is a transaction by itself and sets its scope: whom it shows what, with whatever plan."""

from datetime import UTC, datetime
from typing import Any

import pytest

from entrygo.domain.principal import Visible
from entrygo.inspection import export_store
from entrygo.inspection.export_store import ExportStore
from entrygo.inspection.feed.records import FeedFilter
from entrygo.inspection.feed.store import FeedStore
from entrygo.inspection.webhooks.store import EndpointStore
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, single_read, transaction
from entrygo.postgres.session_pool import SessionPool
from tests.harness.query_plans import Planned
from tests.integration.inspection.conftest import ALICE_TESTING, BOB, Service
from tests.unit.inspection.events import ALICE, Life

EXPORT = "batch_123"
OF_A_WAREHOUSE = " AND scope.warehouse_id IN ('*', warehouse_id)"
OF_AN_ACCOUNT = "account_id = scope.account_id AND mode = scope.mode AND "
# One export id of three accounts and modes, and what each caller may see of them.
LIVES = {ALICE: "wh_here", ALICE_TESTING: "wh_testing", BOB: "wh_bob"}
CALLERS = {
    Visible.whole(ALICE): "wh_here",
    Visible.whole(BOB): "wh_bob",
    Visible(ALICE, "wh_here"): "wh_here",
    Visible.whole(ALICE_TESTING): "wh_testing",
    Visible(ALICE, "wh_there"): None,
    Visible(BOB, "wh_here"): None,
    Visible(ALICE_TESTING, "wh_here"): None,
}


async def apply_lives(service: Service) -> None:
    events = [Life(tenant=tenant).planned(warehouse_id=warehouse) for tenant, warehouse in LIVES.items()]
    await service.read_model.apply(EVERYONE, events)


async def found(pool: Pool, visible: Visible) -> str | None:
    async with single_read(pool) as connection:
        held = await ExportStore(connection, visible).find(EXPORT)
    return None if held is None else held.export().plan.warehouse_id


@pytest.mark.parametrize("plans", ["force_generic_plan", "force_custom_plan", "auto"])
async def test_each_caller_sees_its_own_in_one_session_whoever_asked_before(
    service: Service, database_url: str, plans: str
) -> None:
    await apply_lives(service)
    async with await open_pool(database_url, schema="inspection", max_size=1) as pool:
        await pool.execute(f"SET plan_cache_mode = {plans}")
        for _ in range(8):
            assert {visible: await found(pool, visible) for visible in CALLERS} == CALLERS


async def test_a_session_sees_nothing_once_its_statement_is_over(service: Service, database_url: str) -> None:
    await apply_lives(service)
    async with await open_pool(database_url, schema="inspection", max_size=1) as pool:
        assert await found(pool, Visible.whole(ALICE)) == "wh_here"
        assert await pool.fetchval("SELECT count(*) FROM exports") == 0


async def test_row_security_alone_hides_an_export(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await apply_lives(service)
    statement = export_store.FIND.replace(OF_A_WAREHOUSE, "").replace(OF_AN_ACCOUNT, "")
    monkeypatch.setattr(export_store, "FIND", statement)
    assert {visible: await found(service.pool, visible) for visible in CALLERS} == CALLERS


async def test_an_export_and_its_timeline_are_found_by_indexes(service: Service) -> None:
    async with single_read(service.pool) as connection:
        planned: Any = Planned(connection)
        await ExportStore(planned, Visible.whole(ALICE)).find(EXPORT)
    assert planned.account_looked_for == {"Index Cond"}


async def test_the_statement_alone_hides_an_export(service: Service, database_url: str) -> None:
    await apply_lives(service)
    # Row security does not bind this login.
    async with SessionPool(
        database_url, min_size=1, max_size=4, server_settings={"search_path": "inspection"}
    ) as pool:
        assert await pool.fetchval("SELECT count(*) FROM exports") == len(LIVES)
        assert {visible: await found(pool, visible) for visible in CALLERS} == CALLERS


async def test_the_statements_alone_hide_the_feed_and_the_webhooks_of_another_warehouse(
    service: Service, database_url: str
) -> None:
    here, there = Visible(ALICE, "wh_here"), Visible(ALICE, "wh_there")
    life = Life(start=datetime.now(UTC))
    await service.read_model.apply(EVERYONE, [life.planned(warehouse_id="wh_here")])
    async with SessionPool(
        database_url, min_size=1, max_size=4, server_settings={"search_path": "inspection"}
    ) as pool:
        async with transaction(pool, here) as connection:
            await EndpointStore(connection, here).add(
                "whk_1", url="https://wms.example", events=(), description="", notify_email=""
            )
        assert await shown(pool, here) == (1, 1, "whk_1", True)
        assert await shown(pool, there) == (0, 0, "", False)


async def shown(pool: Pool, visible: Visible) -> tuple[int, int, str, bool]:
    """The feed's events and its last place, the webhooks that are listed, and whether the first is found."""
    async with transaction(pool, visible) as connection:
        feed, endpoints = FeedStore(connection, visible), EndpointStore(connection, visible)
        events, *_ = await feed.read(FeedFilter(after=None), 10)
        listed = " ".join(each.id for each in await endpoints.endpoints())
        return len(events), await feed.last(), listed, await endpoints.find("whk_1") is not None
