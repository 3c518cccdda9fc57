"""Orders that are all new are written in one statement, with all that belongs to them, or not at all."""

import asyncio
from urllib.parse import urlsplit

import pytest

from entrygo.domain.errors import ValidationFailed
from entrygo.messaging.event_log import history
from entrygo.postgres import idempotency
from entrygo.postgres.pool import EVERYONE, CommitUnknown, Pool, open_pool, transaction
from entrygo.process.clock import Ids, utc_now
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.sync.habits import Habits
from entrygo.sync.use_cases import SyncUseCases
from tests.harness.network import Weather, way_to
from tests.harness.processes import LOOPBACK
from tests.integration.sync.conftest import LIVE, OTHER, Caller, Hopeful
from tests.unit.sync.requests import order, orders

TABLES = ("orders", "idempotency_keys", "event_log", "outbox")


async def caller_with(pool: Pool, habits: Habits) -> Caller:
    made = Caller(SyncUseCases(pool=pool, clock=utc_now, ids=Ids(), habits=habits))
    await made.products(LIVE, sync_pb2.Product(external_id="JKT-001", id="prod_1"))
    return made


async def writers_of(pool: Pool) -> dict[str, list[str]]:
    """The transaction that wrote each row, by table."""
    async with transaction(pool, EVERYONE) as connection:
        return {
            table: [row[0] for row in await connection.fetch(f"SELECT xmin::text FROM {table} ORDER BY 1")]
            for table in TABLES
        }


async def rows_of(pool: Pool) -> list[int]:
    return [len(written) for written in (await writers_of(pool)).values()]


async def test_account_whose_last_orders_were_new_is_expected_to_send_new_ones(pool: Pool) -> None:
    habits = Habits()
    caller = await caller_with(pool, habits)
    expected = []
    for name in ("SO-1", "SO-2", "SO-2", "SO-2", "SO-3", "SO-4"):
        await caller.orders(LIVE, orders(order(name)))
        expected.append(habits.epoch_if_new(LIVE) is not None)
    assert expected == [True, True, False, False, True, True]
    assert habits.epoch_if_new(OTHER) is None


async def test_orders_key_answer_and_event_are_of_one_transaction(pool: Pool) -> None:
    habits = Hopeful((await history(pool)).epoch)
    caller = await caller_with(pool, habits)
    first = await caller.sync_orders(LIVE, orders(order("SO-1"), order("SO-2"), key="k-1"))
    writers = await writers_of(pool)
    assert [len(written) for written in writers.values()] == [2, 1, 1, 1]
    assert len({xmin for written in writers.values() for xmin in written}) == 1
    again = await caller.sync_orders(LIVE, orders(order("SO-1"), order("SO-2"), key="k-1"))
    assert (again.body, first.replayed, again.replayed) == (first.body, False, True)
    assert await writers_of(pool) == writers


async def test_one_that_is_known_among_new_ones_keeps_its_id_and_all_of_them_have_one_event(
    pool: Pool,
) -> None:
    caller = await caller_with(pool, Hopeful((await history(pool)).epoch))
    (known,) = await caller.orders(LIVE, orders(order("SO-2")))
    answered = await caller.orders(LIVE, orders(order("SO-1"), order("SO-2"), order("SO-3"), key="k-1"))
    assert (answered[1].id, answered[1].created_at) == (known.id, known.created_at)
    assert await rows_of(pool) == [3, 1, 2, 2]
    async with transaction(pool, EVERYONE) as connection:
        last = await connection.fetchval("SELECT payload FROM event_log ORDER BY recorded_at DESC LIMIT 1")
    event = events_pb2.Event.FromString(last)
    assert list(event.orders_synced.order_ids) == [one.id for one in answered]


async def test_orders_that_name_a_sku_are_written_with_its_product(pool: Pool) -> None:
    caller = await caller_with(pool, Hopeful((await history(pool)).epoch))
    named = sync_pb2.OrderItem(sku="JKT-001", quantity="1", unit_value_usd="5")
    (stored,) = await caller.orders(LIVE, orders(order("SO-1", named), key="k-1"))
    assert [line.product_id for line in stored.items] == ["prod_1"]
    writers = await writers_of(pool)
    assert len({xmin for written in writers.values() for xmin in written}) == 1


async def test_answered_key_is_answered_again_though_its_sku_is_nobodys_by_now(pool: Pool) -> None:
    caller = await caller_with(pool, Hopeful((await history(pool)).epoch))
    named = sync_pb2.OrderItem(sku="JKT-001", quantity="1", unit_value_usd="5")
    first = await caller.sync_orders(LIVE, orders(order("SO-1", named), key="k-1"))
    async with transaction(pool, LIVE) as connection:
        await connection.execute("DELETE FROM products")
    again = await caller.sync_orders(LIVE, orders(order("SO-1", named), key="k-1"))
    assert (again.body, again.replayed) == (first.body, True)


async def test_event_names_the_epoch_of_the_database_where_another_was_expected(pool: Pool) -> None:
    caller = await caller_with(pool, Hopeful("00000000-0000-0000-0000-000000000000"))
    await caller.orders(LIVE, orders(order("SO-1")))
    async with transaction(pool, EVERYONE) as connection:
        payload = await connection.fetchval("SELECT payload FROM event_log")
    assert events_pb2.Event.FromString(payload).epoch == (await history(pool)).epoch


async def test_scope_of_the_statement_ends_with_it(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync", max_size=1) as pool:
        caller = await caller_with(pool, Hopeful((await history(pool)).epoch))
        await caller.orders(LIVE, orders(order("SO-1")))
        assert await pool.fetchval("SELECT count(*) FROM orders") == 0
        assert not await pool.fetchval("SELECT current_setting('entrygo.account_id', true)")


async def test_statement_of_another_account_finds_no_product_of_this_one(pool: Pool) -> None:
    habits = Habits()
    caller = await caller_with(pool, habits)
    habits.note(OTHER, (await history(pool)).epoch)
    with pytest.raises(ValidationFailed):
        await caller.orders(OTHER, orders(order("SO-1")))
    assert await rows_of(pool) == [0, 0, 0, 0]


async def test_lost_answer_of_the_statement_is_found_by_the_key(
    database_url: str, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "REREAD_PAUSE", 0)
    url = urlsplit(database_url)
    assert url.port is not None
    async with way_to(url.port) as way:
        netloc = f"{url.username}:{url.password}@{LOOPBACK}:{way.port}"
        far = await open_pool(url._replace(netloc=netloc).geturl(), schema="sync", max_size=1)
        try:
            caller = await caller_with(far, Hopeful((await history(pool)).epoch))
            await caller.orders(LIVE, orders(order("SO-1")))  # the session has its statement prepared
            way.answers_left = 0
            way.came.clear()
            syncing = asyncio.create_task(caller.sync_orders(LIVE, orders(order("SO-2"), key="k-1")))
            await way.came.wait()
            way.turn(Weather.FAIR)
            reply = await syncing
            assert await caller.sync_orders(LIVE, orders(order("SO-2"), key="k-1")) == (
                type(reply)(reply.body, replayed=True)
            )
            assert not reply.replayed
            assert await rows_of(pool) == [2, 1, 2, 2]
            way.answers_left = 0
            with pytest.raises(CommitUnknown):
                await caller.sync_orders(LIVE, orders(order("SO-3")))
        finally:
            far.terminate()
