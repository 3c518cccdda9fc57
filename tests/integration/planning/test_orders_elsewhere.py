"""What became of ten thousand orders is looked up, whatever PostgreSQL knows of the tables."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from entrygo.cli.archive.rows_store import claims_of, delete_claims, delete_rows, read_rows
from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Visible
from entrygo.domain.snapshot import Readiness
from entrygo.planning.account_orders_store import AccountOrders
from entrygo.planning.control_numbers_store import ControlNumbers
from entrygo.planning.exports import Export
from entrygo.planning.store import PlanningStore
from entrygo.process.clock import utc_now
from tests.harness.query_plans import planning_only
from tests.integration.planning.conftest import ALICE

WHOLE = Visible.whole(ALICE)


@pytest_asyncio.fixture
async def planned(database_url: str) -> AsyncIterator[Any]:
    async with planning_only(database_url, "planning", WHOLE) as planned:
        yield planned


def export_of(export_id: str) -> Export:
    return Export(
        export_id=export_id,
        warehouse_id="wh_1",
        state=State.COMPLETED,
        revision=1,
        plan_hash="hash",
        readiness_state=Readiness.READY,
    )


async def test_orders_that_left_are_looked_up_one_by_one_and_not_compared_with_all_others(
    planned: Any,
) -> None:
    await AccountOrders(planned, WHOLE, "wh_1").elsewhere(["ord_1"], but="")
    assert planned.looked_up_by == {"order_id"}
    assert len([line for line in planned.lines if "order_id >= " in line]) == len(
        ("order_claims", "export_orders")
    )
    assert planned.compared_with_each == []


async def test_orders_that_left_are_looked_up_also_where_many_came_since_postgresql_looked(
    database_url: str,
) -> None:
    # Of a large export the orders stand here until it is executed.
    async with planning_only(database_url, "planning", WHOLE) as planned:
        await planned.connection.execute(
            "INSERT INTO export_orders (account_id, mode, export_id, warehouse_id, order_id)"
            " SELECT $1, $2, 'batch_01m8ncpnqzkd5824hn3', 'wh_1', 'ord_01m8ncpnqzkd5824hn3' || n"
            " FROM generate_series(1000000, 1020000) AS n",
            ALICE.account_id,
            ALICE.mode,
        )
        await AccountOrders(planned, WHOLE, "wh_1").elsewhere(["ord_1"], but="")
    assert planned.looked_up_by == {"order_id"}
    searched = [line for line in planned.lines if line.startswith("Index Cond:") and "order_id >= " in line]
    assert len(searched) == len(("order_claims", "export_orders"))


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("export_orders", "(account_id, mode, order_id, export_id)"),
        ("order_claims", "(account_id, mode, order_id)"),
    ],
)
async def test_orders_in_exports_have_no_second_index_that_an_account_is_found_in(
    planned: Any, table: str, key: str
) -> None:
    # Seen with ten rows and then grown by thousands, one that begins with the export was skipped through from
    # export to export, and read to its end for each of five thousand orders.
    with_account = await planned.connection.fetch(
        "SELECT pg_get_indexdef(indexrelid)"
        " FROM pg_index, unnest(indkey, indcollation) AS of (number, collation_id)"
        " JOIN pg_attribute ON attnum = number AND attcollation = collation_id"
        " WHERE attrelid = indrelid AND indrelid = $1::text::regclass AND attname = 'account_id'",
        table,
    )
    assert [row[0].partition("btree ")[2] for row in with_account] == [key]


async def test_orders_of_an_export_are_not_looked_for_among_all_of_their_account(database_url: str) -> None:
    # Beside many small accounts PostgreSQL takes those for fewer.
    async with planning_only(database_url, "planning") as planned:
        await planned.connection.execute("RESET ROLE")  # the owner may have PostgreSQL look
        for table, columns, values in (
            ("export_orders", "", ""),
            ("order_claims", ", claimed_at", ", now()"),
        ):
            await planned.connection.execute(
                f"INSERT INTO {table} (account_id, mode, export_id, warehouse_id, order_id{columns})"
                f" SELECT 'acc_' || n % 5000, $1, 'batch_' || n % 5000, 'wh_1', 'ord_' || n{values}"
                " FROM generate_series(1, 15000) AS n",
                ALICE.mode,
            )
            await planned.connection.execute(f"ANALYZE {table}")
        store = PlanningStore(planned, WHOLE)
        await store.remove_orders("batch_1")
        await store.claim_orders(export_of("batch_1"), utc_now())
        await store.move_orders("batch_1", export_of("batch_2"))
        key = (ALICE.account_id, ALICE.mode, "batch_1")
        await claims_of(planned, key)
        await delete_claims(planned, key, but_of=[])
        await read_rows(planned, "planning", key)
        await delete_rows(planned, "planning", key)
    scans = [line for line in planned.lines if "Scan" in line]
    used = [line for line in scans if "export_orders_" in line or "order_claims_" in line]
    # Of claims: whose they are by now, those that move, and those that are set free; two each of the archive.
    assert len([line for line in used if "export_orders_of_export" in line]) == 4 + 2
    assert len([line for line in used if "order_claims_of_export" in line]) == 3 + 2
    assert len(used) == 6 + 5, planned.lines


async def test_orders_of_a_predecessor_are_sorted_out_by_a_hash_of_those_that_go_on(planned: Any) -> None:
    await PlanningStore(planned, WHOLE).move_orders("batch_1", export_of("batch_2"))
    assert any("hashed SubPlan" in line for line in planned.lines)
    assert planned.compared_with_each == []


async def test_control_numbers_of_exports_that_follow_each_other_are_looked_up(planned: Any) -> None:
    await ControlNumbers(planned, WHOLE).take(export_of("batch_1"), ["ABCD1"], utc_now())
    assert planned.looked_up_by == {"export_id"}
    assert len([line for line in planned.lines if "export_id >= " in line]) == len(
        ("exports", "control_numbers")
    )
    assert planned.compared_with_each == []


async def test_exports_of_an_order_are_looked_up_one_by_one(planned: Any) -> None:
    await PlanningStore(planned, WHOLE).exports_of("ord_1", 10)
    assert len([line for line in planned.lines if "order_id >= $4" in line]) == len(
        ("export_orders", "order_claims")
    )
    assert planned.looked_up_by == {"export_id"}
    assert planned.compared_with_each == []
