"""The facts of ten thousand orders are read in a pass, even if PostgreSQL knows nothing of the table yet."""

from typing import Any

from entrygo.postgres.pool import Pool, single_read, transaction
from entrygo.sync.order_store import OrderStore
from entrygo.sync.planning_store import PlanningStore
from tests.harness.query_plans import Planned
from tests.integration.sync.conftest import LIVE


async def test_no_order_is_compared_with_every_id_that_is_asked_for(pool: Pool) -> None:
    async with transaction(pool, LIVE) as connection:
        planned: Any = Planned(connection)
        await PlanningStore(planned, LIVE).rows(["ord_1"], ["SO-1"], "wh_1", "br_1")
    assert any("orders" in line for line in planned.lines)
    assert planned.compared_with_each == []


async def test_products_named_by_their_skus_are_found_by_indexes(pool: Pool) -> None:
    async with single_read(pool) as connection:
        planned: Any = Planned(connection)
        await OrderStore(planned, LIVE).products_named(["SKU-1"])
    assert planned.account_looked_for == {"Index Cond"}
