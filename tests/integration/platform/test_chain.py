"""Each event names the one before it and the life of the database; a reader of another history is refused."""

from contextlib import nullcontext

import pytest

from entrygo.domain.errors import HistoryMismatch
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.messaging.event_log import check_held, events_after, history, stream_after
from entrygo.messaging.outbox import append_all
from entrygo.messaging.seal import Seal
from entrygo.postgres.pool import EVERYONE, Connection, Pool, open_pool, transaction
from entrygo.proto.events.v1 import events_pb2

ALICE = Tenant("acc_alice", Mode.LIVE)
WHOLE = Visible.whole(ALICE)


def event(stream_id: str, sequence: int) -> events_pb2.Event:
    return events_pb2.Event(
        id=f"evt_{stream_id}_{sequence}",
        type="export.cancelled",
        account_id=ALICE.account_id,
        mode=ALICE.mode,
        stream_id=stream_id,
        sequence=sequence,
    )


async def record(pool: Pool, *events: events_pb2.Event) -> None:
    async with transaction(pool, WHOLE) as connection:
        for stream_id in dict.fromkeys(each.stream_id for each in events):
            own = [each for each in events if each.stream_id == stream_id]
            await append_all(connection, own, warehouse_id=None)


async def read(pool: Pool, stream_id: str) -> list[events_pb2.Event]:
    async with transaction(pool, WHOLE) as connection:
        return await events_after(connection, WHOLE, stream_id, 0)


async def test_each_event_names_the_one_before_it_in_its_stream(database_url: str) -> None:
    async with await open_pool(database_url, schema="planning") as pool:
        await record(pool, event("batch_a", 1), event("batch_b", 1), event("batch_a", 2))
        await record(pool, event("batch_b", 2), event("batch_a", 3))
        chains = {
            name: [each.previous_id for each in await read(pool, name)] for name in ("batch_a", "batch_b")
        }
    assert chains == {"batch_a": ["", "evt_batch_a_1", "evt_batch_a_2"], "batch_b": ["", "evt_batch_b_1"]}


async def test_an_event_after_one_from_before_ids_were_kept_names_none(database_url: str) -> None:
    async with await open_pool(database_url, schema="planning") as pool:
        await record(pool, event("batch_a", 1))
        async with transaction(pool, EVERYONE) as connection:
            await connection.execute("UPDATE event_log SET event_id = NULL")
        await record(pool, event("batch_a", 2))
        assert (await read(pool, "batch_a"))[1].previous_id == ""
        # What cannot be compared is not called another history.
        await check_held(pool, ALICE, "batch_a", 1, "evt_of_whomever")


async def test_events_say_in_which_life_of_the_database_they_were_written(database_url: str) -> None:
    async with await open_pool(database_url, schema="planning") as pool:
        await record(pool, event("batch_a", 1))
        first = (await history(pool)).epoch
        async with transaction(pool, EVERYONE) as connection:
            await connection.execute("UPDATE owner_epoch SET epoch = gen_random_uuid()")
        await record(pool, event("batch_a", 2))
        second = (await history(pool)).epoch
        assert first != second
        assert [each.epoch for each in await read(pool, "batch_a")] == [first, second]


@pytest.mark.parametrize(
    ("stream_id", "sequence", "event_id", "fits"),
    [
        ("batch_a", 2, "evt_batch_a_2", True),
        ("batch_a", 2, "", True),
        ("batch_a", 2, "evt_of_another_life", False),
        ("batch_a", 3, "evt_batch_a_3", False),
        ("batch_gone", 1, "evt_batch_gone_1", False),
    ],
)
async def test_a_reader_learns_whether_it_holds_this_history(
    database_url: str, stream_id: str, sequence: int, event_id: str, fits: bool
) -> None:
    async with await open_pool(database_url, schema="planning") as pool:
        await record(pool, event("batch_a", 1), event("batch_a", 2))
        if fits:
            await check_held(pool, ALICE, stream_id, sequence, event_id)
            return
        with pytest.raises(HistoryMismatch):
            await check_held(pool, ALICE, stream_id, sequence, event_id)


@pytest.mark.parametrize("visible", [WHOLE, Visible(ALICE, "wh_here")], ids=["account", "warehouse"])
@pytest.mark.parametrize(
    ("sequence", "event_id", "follow"),
    [
        (0, "", [1, 2, 3]),
        (1, "evt_batch_a_1", [2, 3]),
        (1, "", [2, 3]),
        (3, "evt_batch_a_3", []),
        (1, "evt_of_another_life", None),
        (4, "evt_batch_a_4", None),
    ],
)
async def test_a_stream_goes_on_only_after_what_its_reader_holds(
    database_url: str, visible: Visible, sequence: int, event_id: str, follow: list[int] | None
) -> None:
    async with await open_pool(database_url, schema="planning") as pool:
        async with transaction(pool, WHOLE) as connection:
            events = [event("batch_a", number) for number in (1, 2, 3)]
            await append_all(connection, events, warehouse_id="wh_here")
        refused = pytest.raises(HistoryMismatch) if follow is None else nullcontext()
        with refused:
            found = await stream_after(pool, visible, "batch_a", sequence, event_id, is_visible=_seen)
            assert [each.sequence for each in found] == follow


async def test_a_stream_of_what_a_bound_caller_may_not_see_is_empty(database_url: str) -> None:
    async with await open_pool(database_url, schema="planning") as pool:
        async with transaction(pool, WHOLE) as connection:
            await append_all(connection, [event("batch_a", 1)], warehouse_id="wh_here")
        bound = Visible(ALICE, "wh_here")
        assert await stream_after(pool, bound, "batch_a", 0, "", is_visible=_unseen) == []


async def _seen(_: Connection) -> bool:
    return True


async def _unseen(_: Connection) -> bool:
    return False


def test_a_seal_holds_for_its_value_alone_and_under_each_token_that_counts() -> None:
    old, both, none = Seal(["old"]), Seal(["new", "old"]), Seal([])
    assert both.holds(b"value", old.of(b"value"))
    assert both.of(b"value") == Seal(["new"]).of(b"value")
    assert not both.holds(b"another", both.of(b"value"))
    assert not old.holds(b"value", both.of(b"value"))
    assert not none.holds(b"value", none.of(b"value"))
