"""What became of ten thousand orders is looked up, whatever PostgreSQL knows of the tables."""

from typing import Any

from entrygo.domain.principal import Visible
from entrygo.planning.account_orders_store import AccountOrders
from entrygo.postgres.pool import transaction
from tests.harness.query_plans import Planned
from tests.integration.planning.conftest import ALICE, Planner

WHOLE = Visible.whole(ALICE)


async def test_orders_that_left_are_looked_up_one_by_one_and_not_compared_with_all_others(
    planner: Planner,
) -> None:
    async with transaction(planner.pool, WHOLE) as connection:
        planned: Any = Planned(connection)
        await AccountOrders(planned, WHOLE, "wh_1").elsewhere(["ord_1"], but="")
    assert planned.looked_up_by == {"order_id"}
    assert len([line for line in planned.lines if "order_id >= " in line]) == len(
        ("order_claims", "export_orders")
    )
    assert planned.compared_with_each == []
