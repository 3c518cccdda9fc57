"""What requests name is looked up in the index of its key, whatever PostgreSQL knows of the tables."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from entrygo.postgres.pool import Pool, transaction
from entrygo.process.clock import Ids, utc_now
from entrygo.requests.pages import PageRequest
from entrygo.sync.drafts import Subject
from entrygo.sync.habits import Habits
from entrygo.sync.order_store import OrderStore
from entrygo.sync.planning_store import PlanningStore
from entrygo.sync.store import FactStore
from entrygo.sync.use_cases import SyncUseCases
from tests.harness.query_plans import planning_only
from tests.integration.sync.conftest import LIVE


async def fill(pool: Pool, count: int) -> list[str]:
    """So many orders and products, of which none is named by an SKU: the ids of the orders."""
    async with transaction(pool, LIVE) as connection:
        for table, columns, values in (
            ("orders", "destination_country, items, total_value_usd", "'US', '[]'::jsonb, 1"),
            ("products", "facts", "'{}'::jsonb"),
        ):
            await connection.execute(
                f"INSERT INTO {table} (account_id, mode, id, external_id, {columns}, created_at, updated_at)"
                f" SELECT $1, $2, 'id_01m8ncpnqzkd58' || lpad(n::text, 7, '0'), n, {values}, now(), now()"
                " FROM generate_series(1, $3::int) AS n",
                LIVE.tenant.account_id,
                LIVE.tenant.mode,
                count,
            )
    return [f"id_01m8ncpnqzkd58{n:07}" for n in range(1, count + 1)]


@pytest_asyncio.fixture
async def planned(database_url: str) -> AsyncIterator[Any]:
    async with planning_only(database_url, "sync", LIVE) as planned:
        yield planned


async def test_orders_of_a_plan_and_their_products_are_looked_up_one_by_one(planned: Any) -> None:
    await PlanningStore(planned, LIVE).rows(["ord_1"], ["SO-1"], "wh_1", "br_1")
    assert planned.looked_up_by == {"id", "external_id"}
    assert planned.compared_with_each == []


async def test_products_named_by_their_skus_are_looked_up_one_by_one(planned: Any) -> None:
    await OrderStore(planned, LIVE).products_named(["SKU-1"])
    assert planned.looked_up_by == {"sku", "external_id"}
    assert planned.compared_with_each == []


async def test_importers_that_orders_name_are_looked_up_one_by_one(planned: Any) -> None:
    await OrderStore(planned, LIVE).known_importers(["brand-1"])
    assert planned.looked_up_by == {"external_id"}
    assert planned.compared_with_each == []


async def test_records_that_are_there_already_are_looked_up_one_by_one(planned: Any) -> None:
    await FactStore(planned, LIVE).ids_in_use(Subject.PRODUCTS, ["CAP"], ["prod_1"])
    assert planned.looked_up_by == {"id", "external_id"}
    assert planned.compared_with_each == []


async def test_a_page_of_orders_of_one_external_id_is_found_by_it(planned: Any) -> None:
    await OrderStore(planned, LIVE).page(PageRequest(limit=50, external_id="SO-1"))
    assert planned.searches("external_id >= $4")


async def test_a_page_of_products_of_one_external_id_is_found_by_it(planned: Any) -> None:
    page = PageRequest(limit=50, external_id="CAP")
    await FactStore(planned, LIVE).list_facts(Subject.PRODUCTS, page)
    assert planned.searches("external_id >= $4")


async def test_products_of_a_sku_are_found_by_it(planned: Any) -> None:
    await FactStore(planned, LIVE).list_facts(Subject.PRODUCTS, PageRequest(limit=50, sku="SKU-1"))
    assert planned.searches("sku >= $7")


async def test_a_large_plan_looks_up_orders_and_products_of_tables_that_were_just_filled(
    pool: Pool, database_url: str
) -> None:
    ids = await fill(pool, 20_000)
    sync = SyncUseCases(pool=pool, clock=utc_now, ids=Ids(), habits=Habits())
    found = await sync.get_planning_facts(LIVE, ids, [], "wh_1", "br_1")
    assert len(found.order_rows) == len(ids)
    async with planning_only(database_url, "sync", LIVE) as planned:
        await PlanningStore(planned, LIVE).rows(ids, [], "wh_1", "br_1")
    assert planned.looked_up_by == {"id", "external_id"}
