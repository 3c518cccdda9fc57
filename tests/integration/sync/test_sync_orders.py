"""Syncing orders on a real database: once, all or nothing, within one account."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from entrygo.domain.errors import IdempotencyConflict, IdempotencyInProgress, ValidationFailed
from entrygo.messaging.event_log import events_after, history
from entrygo.postgres.idempotency import KeyStore
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.proto.events.v1 import events_pb2
from entrygo.sync.drafts import FactsDraft, Subject, orders_fingerprint
from entrygo.sync.read_orders import read_orders
from tests.integration.sync.conftest import LIVE, OTHER, TEST_MODE, Caller
from tests.unit.sync.requests import line, order, orders

Count = Callable[[str], Awaitable[int]]


async def test_fifty_concurrent_syncs_with_one_key_have_one_effect_and_equal_answers(
    caller: Caller, count: Count
) -> None:
    request = orders(order("SO-1"), order("SO-2"), key="k-1")
    replies = await asyncio.gather(*(caller.sync_orders(LIVE, request) for _ in range(50)))
    assert len({reply.body for reply in replies}) == 1
    assert [reply.replayed for reply in replies].count(False) == 1
    assert await count("orders") == 2
    assert await count("event_log") == await count("outbox") == 1


async def test_concurrent_syncs_of_the_same_orders_in_any_order_all_succeed(
    caller: Caller, count: Count
) -> None:
    names = [f"SO-{number}" for number in range(40)]
    requests = [orders(*map(order, names)), orders(*map(order, reversed(names)))] * 10
    answers = await asyncio.gather(*(caller.orders(LIVE, request) for request in requests))
    assert len({frozenset((one.external_id, one.id) for one in answer) for answer in answers}) == 1
    assert await count("orders") == 40


async def test_a_key_used_for_another_payload_is_a_conflict(caller: Caller, count: Count) -> None:
    await caller.sync_orders(LIVE, orders(order("SO-1"), key="k-1"))
    with pytest.raises(IdempotencyConflict):
        await caller.sync_orders(LIVE, orders(order("SO-2"), key="k-1"))
    assert await count("orders") == 1


async def test_an_order_keeps_its_id_and_gets_new_lines_when_it_is_synced_again(caller: Caller) -> None:
    first = await caller.orders(LIVE, orders(order("SO-1", line(), line(), destination_region="CA")))
    again = await caller.orders(
        LIVE, orders(order("SO-1", line(quantity="3", unit_value_usd="10.5"), destination_country="CA"))
    )
    assert again[0].id == first[0].id
    assert again[0].created_at == first[0].created_at
    assert again[0].total_value_usd == "31.5"
    stored = await caller.use_cases.get_order(LIVE, first[0].id)
    assert [dict(line.fields)["quantity"] for line in stored.draft.lines] == ["3"]
    assert "destination_region" not in stored.draft.fields
    assert stored.draft.fields["destination_country"] == "CA"


async def test_an_importers_number_is_stored_planned_with_and_taken_away_again(caller: Caller) -> None:
    named = orders(order("SO-1", importer_number="98-7654321"), order("SO-2"))
    first, second = await caller.orders(LIVE, named)
    assert (first.importer_number, second.HasField("importer_number")) == ("98-7654321", False)
    stored = await caller.use_cases.get_order(LIVE, first.id)
    assert stored.draft.fields["importer_number"] == "98-7654321"
    (again,) = await caller.orders(LIVE, orders(order("SO-1")))
    assert not again.HasField("importer_number")


async def test_an_order_names_an_importer_that_was_synced_and_no_other(caller: Caller, count: Count) -> None:
    draft = FactsDraft("brand-1", None, {"number": "98-1122334"})
    await caller.use_cases.sync_facts(LIVE, Subject.IMPORTERS, [draft], "", lambda _: b"")
    first, second = await caller.orders(
        LIVE, orders(order("SO-1", importer_external_id="brand-1"), order("SO-2"))
    )
    assert (first.importer_external_id, second.HasField("importer_external_id")) == ("brand-1", False)
    with pytest.raises(ValidationFailed) as raised:
        await caller.orders(LIVE, orders(order("SO-3"), order("SO-4", importer_external_id="brand-2")))
    assert raised.value.details is not None
    [issue] = raised.value.details["issues"]
    assert (issue["path"], issue["code"]) == ("items.1.importerExternalId", "unknown_importer")
    assert await count("orders") == 2
    # Another account's importer is none of this one's.
    with pytest.raises(ValidationFailed):
        await caller.orders(OTHER, orders(order("SO-5", importer_external_id="brand-1")))


async def test_answers_come_in_the_order_of_the_request(caller: Caller) -> None:
    names = ["b", "c", "a"]
    assert [one.external_id for one in await caller.orders(LIVE, orders(*map(order, names)))] == names


async def test_a_stored_order_reads_back_as_it_was_answered(caller: Caller) -> None:
    request = orders(order("SO-1", destination_postal_code="94105", metadata_json='{"b":1.0,"a":[1,"é"]}'))
    (answered,) = await caller.orders(LIVE, request)
    stored = await caller.use_cases.get_order(LIVE, answered.id)
    assert stored.draft.metadata_json == answered.metadata_json == '{"a":[1,"é"],"b":1.0}'
    assert stored.draft.fields["destination_postal_code"] == "94105"
    assert str(stored.draft.total_value_usd) == "220.00"


async def test_every_line_with_an_unknown_product_is_named_and_nothing_is_written(
    caller: Caller, count: Count
) -> None:
    request = orders(order("SO-1"), order("SO-2", line("prod_x"), line(), line("prod_y")), key="k-1")
    with pytest.raises(ValidationFailed) as raised:
        await caller.sync_orders(LIVE, request)
    assert raised.value.details is not None
    assert [(issue["path"], issue["code"]) for issue in raised.value.details["issues"]] == [
        ("items.1.items.0.productId", "unknown_product"),
        ("items.1.items.2.productId", "unknown_product"),
    ]
    assert [await count(table) for table in ("orders", "event_log", "outbox", "idempotency_keys")] == [0] * 4


async def test_a_sync_whose_key_is_held_by_a_call_under_way_is_in_progress(
    caller: Caller, pool: Pool, count: Count
) -> None:
    # A key row without an answer: the write that owns it has begun and is not over.
    async with transaction(pool, LIVE) as holder:
        request = orders(order("SO-1"), key="k-1")
        print_ = orders_fingerprint(LIVE.tenant.account_id, read_orders(request))
        await KeyStore(holder, LIVE, "sync.orders").claim("k-1", print_)
    with pytest.raises(IdempotencyInProgress):
        await caller.sync_orders(LIVE, request)
    assert await count("orders") == 0


async def test_a_sync_without_a_key_keeps_no_answer(caller: Caller, count: Count) -> None:
    first, again = [(await caller.orders(LIVE, orders(order("SO-1"))))[0] for _ in range(2)]
    assert first.id == again.id
    assert await count("idempotency_keys") == 0
    assert await count("event_log") == 2


async def test_a_failed_sync_releases_its_key(caller: Caller) -> None:
    with pytest.raises(ValidationFailed):
        await caller.sync_orders(LIVE, orders(order("SO-1", line("prod_x")), key="k-1"))
    reply = await caller.sync_orders(LIVE, orders(order("SO-1"), key="k-1"))
    assert not reply.replayed


async def test_one_event_tells_of_all_orders_of_a_sync(caller: Caller, pool: Pool) -> None:
    answered = await caller.orders(LIVE, orders(order("SO-1"), order("SO-2")))
    async with transaction(pool, EVERYONE) as connection:
        logged = await connection.fetchrow("SELECT stream_id, event_id, payload FROM event_log")
        queued = await connection.fetchval("SELECT payload FROM outbox")
    epoch = (await history(pool)).epoch
    assert logged is not None
    stream_id = logged["stream_id"]
    async with transaction(pool, LIVE) as connection:
        (event,) = await events_after(connection, LIVE, stream_id, 0)
    assert (event.type, event.source, event.sequence) == ("orders.synced", "sync", 1)
    assert stream_id.startswith("sync_")
    assert (event.id, event.epoch, event.previous_id) == (logged["event_id"], epoch, "")
    assert queued == logged["payload"]
    assert event.orders_synced == events_pb2.OrdersSynced(order_ids=[one.id for one in answered])


async def test_the_same_external_id_is_another_order_in_another_account_and_mode(
    caller: Caller, count: Count
) -> None:
    answers = [
        await caller.orders(tenant, orders(order("SO-1"), key="k-1")) for tenant in (LIVE, TEST_MODE, OTHER)
    ]
    assert len({answer[0].id for answer in answers}) == 3
    assert await count("orders") == 3


async def test_a_product_of_another_account_or_mode_is_unknown(caller: Caller, pool: Pool) -> None:
    async with transaction(pool, OTHER) as connection:
        await connection.execute("DELETE FROM products")
    with pytest.raises(ValidationFailed):
        await caller.sync_orders(OTHER, orders())
    await caller.sync_orders(LIVE, orders())


async def test_row_level_security_shows_own_orders_only_when_a_query_forgets_the_account(
    caller: Caller, pool: Pool
) -> None:
    for tenant in (LIVE, TEST_MODE, OTHER):
        await caller.orders(tenant, orders(order("SO-1")))
    for table in ("orders", "products"):
        async with transaction(pool, LIVE) as connection:
            rows = await connection.fetch(f"SELECT account_id, mode FROM {table}")
        assert [tuple(row) for row in rows] == [(LIVE.tenant.account_id, "live")]
    async with pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM orders") == 0
