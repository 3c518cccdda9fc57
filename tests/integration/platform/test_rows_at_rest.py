"""What is archived or purged is looked up, and not compared with all that its account still has."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from entrygo.cli.archive.rows_store import (
    delete_orders,
    delete_rows,
    lock_execution,
    orders_of,
    read_rows,
    waits_in_execution,
    waits_in_inspection,
)
from entrygo.postgres.idempotency import purge
from entrygo.postgres.pool import Connection
from tests.harness.query_plans import planning_only

KEY = ("acc_1", "live", "batch_1")


async def plans_of(url: str, schema: str, work: Callable[[Any], Awaitable[object]]) -> Any:
    async with planning_only(url, schema) as planned:
        await work(planned)
        return planned


async def test_orders_of_an_export_are_looked_up_one_by_one(database_url: str) -> None:
    planned = await plans_of(database_url, "sync", lambda each: orders_of(each, KEY, []))
    assert planned.searches("id >= (claim")
    assert planned.compared_with_each == []


async def test_orders_are_deleted_without_a_look_at_others(database_url: str) -> None:
    planned = await plans_of(database_url, "sync", lambda each: delete_orders(each, KEY, []))
    assert planned.searches("id >= (kept")
    assert planned.compared_with_each == []


@pytest.mark.parametrize(
    "work",
    [
        lambda each: lock_execution(each, KEY),
        lambda each: waits_in_execution(each, KEY),
        lambda each: read_rows(each, "execution", KEY),
        lambda each: delete_rows(each, "execution", KEY),
    ],
)
async def test_submissions_are_found_by_their_packages(
    database_url: str, work: Callable[[Connection], Awaitable[object]]
) -> None:
    planned = await plans_of(database_url, "execution", work)
    assert planned.searches("package_id = ")


async def test_deliveries_that_wait_are_found_by_their_lanes(database_url: str) -> None:
    planned = await plans_of(database_url, "inspection", lambda each: waits_in_inspection(each, KEY))
    assert any("webhook_deliveries_lane" in line for line in planned.lines)
    assert any("webhook_deliveries_undelivered" in line for line in planned.lines)


async def test_old_keys_are_found_once_and_then_deleted_where_they_lie(database_url: str) -> None:
    planned = await plans_of(
        database_url, "sync", lambda each: purge(each, 100, older_than=timedelta(days=30))
    )
    assert any(line.startswith("TID Cond:") for line in planned.lines)
    assert planned.compared_with_each == []
