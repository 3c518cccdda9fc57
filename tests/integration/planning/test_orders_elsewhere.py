"""What became of ten thousand orders is read in a pass, even if PostgreSQL knows nothing of the tables."""

from typing import Any

from entrygo.domain.principal import Visible
from entrygo.planning.account_orders_store import AccountOrders
from entrygo.postgres.pool import transaction
from tests.harness.query_plans import Planned
from tests.integration.planning.conftest import ALICE, Planner

WHOLE = Visible.whole(ALICE)


async def test_no_order_that_left_is_compared_with_every_one_that_is_planned(planner: Planner) -> None:
    async with transaction(planner.pool, WHOLE) as connection:
        planned: Any = Planned(connection)
        await AccountOrders(planned, WHOLE, "wh_1").elsewhere(["ord_1"], but="")
    assert any("order_claims" in line for line in planned.lines)
    assert planned.compared_with_each == []
