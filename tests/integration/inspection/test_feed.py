"""The feed of events on a real database: its order, its places, and who may read it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entrygo.domain.errors import ServiceUnavailable, ValidationFailed
from entrygo.domain.principal import Visible
from entrygo.inspection.changes import Changes
from entrygo.inspection.feed.heads import Lookout
from entrygo.inspection.feed.records import FeedFilter, PublishedEvent
from entrygo.inspection.feed.requests import read_list, write_cursor
from entrygo.inspection.feed.store import FeedStore, sweep_feeds
from entrygo.inspection.feed.use_cases import Feed
from entrygo.inspection.owners import Owner
from entrygo.inspection.rebuild import rebuild, rebuild_with
from entrygo.inspection.settings import Settings
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.proto.inspection.v1 import inspection_pb2
from tests.integration.inspection.conftest import ALICE_TESTING, BOB, KEEP, Service
from tests.integration.inspection.owners import SERVICE_TOKEN
from tests.unit.inspection.events import ALICE, Life

WHOLE = Visible.whole(ALICE)


def feed_of(service: Service) -> Feed:
    return Feed(service.pool, service.changes, stop=service.stop)


def lived(export_id: str = "batch_123", **given: Any) -> Life:
    """A whole life that begins now."""
    life = Life(export_id, **{"start": datetime.now(UTC), **given})
    life.lived()
    return life


async def happen(service: Service, *lives: Life) -> None:
    for life in lives:
        service.owners.record(life.events)
        for event in life.events:
            await service.read_model.apply(EVERYONE, [event])


async def read(service: Service, visible: Visible = WHOLE, **wanted: Any) -> list[PublishedEvent]:
    page = await feed_of(service).page(visible, FeedFilter(**{"after": None, **wanted}), 200)
    return list(page.events)


def ids(events: list[PublishedEvent]) -> list[str]:
    return [event.event_id for event in events]


async def test_events_stand_in_the_order_in_which_they_were_applied(service: Service) -> None:
    first, second = lived("batch_1"), lived("batch_2")
    await happen(service, first, second)
    found = await read(service)
    assert ids(found) == [event.id for life in (first, second) for event in life.events]
    assert [event.position for event in found] == sorted({event.position for event in found})


async def test_a_place_survives_a_rebuild_and_nothing_comes_twice(service: Service) -> None:
    life = lived("batch_1")
    await happen(service, life)
    seen = await read(service)
    await rebuild(service.pool, service.owners.both, service_token=SERVICE_TOKEN, keep=KEEP)
    assert await read(service) == seen
    assert await read(service, after=seen[-1].position) == []
    later = lived("batch_2")
    await happen(service, later)
    assert ids(await read(service, after=seen[-1].position)) == [event.id for event in later.events]


async def test_a_place_is_good_after_a_restore_also_one_that_was_given_after_the_backup(
    service: Service, restored: Callable[[], Awaitable[Service]]
) -> None:
    await happen(service, lived("batch_1"))
    seen = await read(service)
    new = await restored()
    assert await read(new) == seen
    await happen(service, lived("batch_lost"))
    lost = await read(service, after=seen[-1].position)
    later = lived("batch_2")
    await happen(new, later)
    for place in (seen[-1].position, lost[-1].position):
        assert ids(await read(new, after=place)) == [event.id for event in later.events]


async def test_who_reads_on_while_many_write_misses_nothing(service: Service) -> None:
    # With numbers from a sequence a reader passes those whose transaction commits later.
    lives = [lived(f"batch_{number}") for number in range(12)]
    writing = asyncio.gather(*(happen(service, life) for life in lives))
    seen: list[PublishedEvent] = []
    while True:
        is_done = writing.done()
        new = await read(service, after=seen[-1].position if seen else None)
        seen += new
        if is_done and not new:
            break
        await asyncio.sleep(0)
    await writing
    assert sorted(ids(seen)) == sorted(event.id for life in lives for event in life.events)


async def test_pages_and_filters_narrow_and_the_place_goes_on(service: Service) -> None:
    one, other = lived("batch_1"), lived("batch_2")
    await happen(service, one, other)
    feed = feed_of(service)
    page = await feed.page(WHOLE, FeedFilter(after=None), 2)
    assert page.has_more
    following = await feed.page(WHOLE, FeedFilter(after=page.after), 200)
    assert ids([*page.events, *following.events]) == ids(await read(service))
    assert {event.export_id for event in await read(service, export_id="batch_2")} == {"batch_2"}
    assert {event.event_type for event in await read(service, types=("export.planned",))} == {
        "export.planned"
    }
    empty = await feed.page(WHOLE, FeedFilter(after=following.after), 200)
    assert (empty.events, empty.has_more, empty.after) == ([], False, following.after)


async def test_who_asks_for_what_is_rare_has_no_gap_once_the_rest_is_forgotten(service: Service) -> None:
    await happen(service, lived("batch_1"))
    rare = FeedFilter(after=None, types=("export.cancelled",))
    page = await feed_of(service).page(WHOLE, rare, 200)
    assert page.events == []
    async with transaction(service.pool, EVERYONE) as connection:
        await connection.execute("UPDATE event_feed SET created_at = now() - interval '40 days'")
        await sweep_feeds(connection, 1000, older_than=KEEP)
    again = await feed_of(service).page(WHOLE, replace(rare, after=page.after), 200)
    assert (again.events, again.after) == ([], page.after)


async def test_accounts_modes_and_warehouses_hear_of_their_own(service: Service) -> None:
    await happen(
        service, lived("batch_1"), lived("batch_2", tenant=BOB), lived("batch_3", tenant=ALICE_TESTING)
    )
    assert {event.export_id for event in await read(service)} == {"batch_1"}
    assert {event.export_id for event in await read(service, Visible.whole(BOB))} == {"batch_2"}
    assert await read(service, Visible(ALICE, "wh_other")) == []
    assert await read(service, Visible(ALICE, "wh_123")) == await read(service)


async def test_an_export_that_moved_takes_its_events_along(service: Service) -> None:
    life = Life(start=datetime.now(UTC))
    await service.read_model.apply(EVERYONE, [life.planned()])
    await service.read_model.apply(EVERYONE, [life.planned(warehouse_id="wh_other")])
    assert await read(service, Visible(ALICE, "wh_123")) == []
    assert len(await read(service, Visible(ALICE, "wh_other"))) == 2


async def test_a_watcher_hears_what_happens_next_and_nothing_of_before(service: Service) -> None:
    await happen(service, lived("batch_1"))
    feed = feed_of(service)
    begun = await feed.place(WHOLE, FeedFilter(after=None))
    life = lived("batch_2")
    await happen(service, life)
    events = feed.watch(WHOLE, begun)
    async with asyncio.timeout(10):
        heard = [(await anext(events)).event_id for _ in life.events]
    assert heard == [event.id for event in life.events]
    await events.aclose()


async def test_a_watcher_that_comes_again_goes_on_where_it_was(service: Service) -> None:
    life = lived("batch_1")
    await happen(service, life)
    place = (await read(service))[1].position
    events = feed_of(service).watch(WHOLE, FeedFilter(after=place))
    async with asyncio.timeout(10):
        heard = [(await anext(events)).event_id for _ in life.events[2:]]
    assert heard == [event.id for event in life.events[2:]]
    await events.aclose()


async def test_a_watcher_hears_what_another_replica_applied(service: Service) -> None:
    await happen(service, lived("batch_1"))
    # Another replica wakes nobody here.
    changes = Changes()
    feed = Feed(service.pool, changes, stop=service.stop)
    lookout = asyncio.create_task(Lookout(service.pool, changes, poll_seconds=0.01).run(service.stop))
    begun = await feed.place(WHOLE, FeedFilter(after=None))
    events = feed.watch(WHOLE, begun)
    coming = asyncio.ensure_future(anext(events))
    life = lived("batch_2")
    await happen(service, life)
    async with asyncio.timeout(10):
        assert (await coming).event_id == life.events[0].id
    await events.aclose()
    assert not changes.watched_tenants()
    service.stop.set()
    await lookout


async def test_a_watch_ends_when_the_service_stops(service: Service) -> None:
    await happen(service, lived("batch_1"))
    events = feed_of(service).watch(WHOLE, FeedFilter(after=0))
    await anext(events)
    service.stop.set()
    with pytest.raises(ServiceUnavailable):
        async with asyncio.timeout(10):
            async for _ in events:
                pass


async def test_what_is_old_is_forgotten_and_a_place_before_it_is_refused(service: Service) -> None:
    await happen(service, lived("batch_1"))
    before = (await read(service))[0].position
    async with transaction(service.pool, EVERYONE) as connection:
        await connection.execute("UPDATE event_feed SET created_at = now() - interval '40 days'")
        await sweep_feeds(connection, 1000, older_than=KEEP)
    await happen(service, lived("batch_2"))
    assert {event.export_id for event in await read(service)} == {"batch_2"}
    for refused in (read(service, after=before), feed_of(service).place(WHOLE, FeedFilter(after=before))):
        with pytest.raises(ValidationFailed) as caught:
            await refused
        assert caught.value.field == "cursor"
    async with transaction(service.pool, EVERYONE) as connection:
        forgotten = await FeedStore(connection, Visible.whole(ALICE)).forgotten()
    assert await read(service, after=forgotten) == await read(service)


async def test_events_that_were_forgotten_do_not_come_back_with_a_rebuild(service: Service) -> None:
    old = lived("batch_1", start=datetime.now(UTC) - timedelta(days=40))
    await happen(service, old)
    await rebuild(service.pool, service.owners.both, service_token=SERVICE_TOKEN, keep=KEEP)
    assert await read(service) == []


async def test_a_rebuild_brings_back_nothing_that_is_older_than_is_kept(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRYGO_WEBHOOK_KEEP_DAYS", "7")
    monkeypatch.setenv("ENTRYGO_SERVICE_TOKEN", SERVICE_TOKEN)
    old, new = lived("batch_1", start=datetime.now(UTC) - timedelta(days=9)), lived("batch_2")
    service.owners.record([*old.events, *new.events])

    @asynccontextmanager
    async def parts_of(settings: Settings) -> AsyncIterator[tuple[Pool, Sequence[Owner]]]:
        yield service.pool, service.owners.both

    monkeypatch.setattr("entrygo.inspection.rebuild.parts_of", parts_of)
    await rebuild_with(Settings())
    assert {event.export_id for event in await read(service)} == {"batch_2"}


@pytest.mark.parametrize(
    "cursor", ["x", "WzFd", write_cursor(BOB, 1), write_cursor(ALICE_TESTING, 1), write_cursor(ALICE, -1)]
)
def test_a_cursor_of_somebody_else_or_of_nobody_is_refused(cursor: str) -> None:
    with pytest.raises(ValidationFailed):
        read_list(ALICE, inspection_pb2.ListEventsRequest(cursor=cursor))


def test_everything_wrong_with_a_question_is_named_at_once() -> None:
    request = inspection_pb2.ListEventsRequest(limit=201, cursor="!", types=["x"], export_id="a b")
    with pytest.raises(ValidationFailed) as caught:
        read_list(ALICE, request)
    assert caught.value.details is not None
    assert [issue["path"] for issue in caught.value.details["issues"]] == [
        "limit",
        "type",
        "exportId",
        "cursor",
    ]
