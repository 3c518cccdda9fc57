"""A page is found by what it is of, and work by what waits, whatever else there is."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest_asyncio

from entrygo.domain.principal import Visible
from entrygo.inspection.export_store import ExportFilter, ExportStore
from entrygo.inspection.feed.records import FeedFilter
from entrygo.inspection.feed.store import FeedStore, sweep_feeds
from entrygo.inspection.webhooks.queue_store import QueueBacklog, QueueStore, sweep_deliveries, sweep_lanes
from entrygo.inspection.webhooks.records import DeliveryStatus
from entrygo.inspection.webhooks.rooms import Slots
from entrygo.inspection.write_store import WriteStore
from entrygo.postgres.pool import EVERYONE
from tests.harness.query_plans import planning_only
from tests.unit.inspection.events import ALICE

WHOLE = Visible.whole(ALICE)
ENDPOINT: Any = SimpleNamespace(id="whk_1")
LANE: Any = SimpleNamespace(tenant=ALICE, endpoint_id="whk_1", export_id="batch_1", is_failing=False)
UNDELIVERED = "webhook_deliveries_undelivered"


@pytest_asyncio.fixture
async def planned(database_url: str) -> AsyncIterator[Any]:
    async with planning_only(database_url, "inspection") as planned:
        yield planned


async def test_events_of_a_type_are_read_without_those_of_others(planned: Any) -> None:
    wanted = FeedFilter(after=None, types=("export.cancelled", "export.executed"), export_id="")
    with suppress(IndexError):  # the plan has no row
        await FeedStore(planned, WHOLE).read(wanted, 51)
    assert planned.searches("event_type = named.type")


async def test_events_of_an_export_that_moves_are_found_by_it(planned: Any) -> None:
    with suppress(AssertionError):  # the plan has no row
        await WriteStore(planned, EVERYONE).write([], {}, not_before=timedelta(days=35))
    scan = next(place for place, line in enumerate(planned.lines) if "Scan using event_feed" in line)
    assert "export_id = told" in planned.lines[scan + 1]


async def test_deliveries_that_failed_are_read_without_those_that_arrived(planned: Any) -> None:
    await QueueStore(planned, WHOLE).deliveries(ENDPOINT, status="failed", before=None, limit=51)
    assert any(UNDELIVERED in line for line in planned.lines)


async def test_deliveries_to_be_replayed_are_read_without_those_that_arrived(planned: Any) -> None:
    await QueueStore(planned, WHOLE).replay_many(ENDPOINT, ("failed", "held"), None, None, 100)
    assert any(UNDELIVERED in line for line in planned.lines)
    assert any(line.startswith("TID Cond:") for line in planned.lines)
    assert planned.compared_with_each == []


async def test_postgresql_knows_which_state_a_list_is_of(planned: Any) -> None:
    wanted = ExportFilter(state="FAILED", readiness_state="BLOCKED", warehouse_id="wh_1")
    await ExportStore(planned, WHOLE).list_exports(wanted, 51)
    conditions = " ".join(line for line in planned.lines if line.startswith(("Index Cond:", "Filter:")))
    assert "(state = 'FAILED'::text)" in conditions
    assert "(readiness_state = 'BLOCKED'::text)" in conditions


async def test_lanes_are_claimed_without_a_look_at_endpoints_for_which_nothing_waits(planned: Any) -> None:
    room = Slots(process=32, endpoint=4).room([LANE])
    await QueueBacklog(planned).claim(room, after=LANE, limit=4, lease=timedelta(seconds=30))
    assert planned.searches("endpoint_id = behind")
    assert planned.searches("ROW(account_id, mode, endpoint_id) >")
    assert not any("Seq Scan" in line for line in planned.lines)
    assert planned.compared_with_each == []


async def test_what_is_swept_is_found_once_and_then_deleted_where_it_lies(planned: Any) -> None:
    week = timedelta(days=7)
    await sweep_feeds(planned, 100, older_than=week)
    await sweep_deliveries(planned, 100, older_than=week)
    await sweep_lanes(planned, 100)
    assert len([line for line in planned.lines if line.startswith("TID Cond:")]) == len(
        ("event_feed", "webhook_deliveries", "webhook_lanes")
    )
    assert planned.compared_with_each == []


async def test_a_delivery_is_settled_without_a_look_at_others_of_its_endpoint(planned: Any) -> None:
    delivered = DeliveryStatus.DELIVERED
    await QueueBacklog(planned).settle(LANE, "evt_1", delivered, response_status=200, error="")
    assert planned.searches("event_id >= $4")
    assert any(line.startswith("TID Cond:") for line in planned.lines)
