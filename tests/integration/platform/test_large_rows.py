"""What is large in the log of events and beside a key is stored compressed, and read as it was written."""

import random
import zlib

import pytest

from entrygo.domain.principal import Visible
from entrygo.messaging import event_log
from entrygo.messaging.outbox import append, append_all
from entrygo.postgres.idempotency import Reply, run_once
from entrygo.postgres.large_bytes import LARGE_BYTES, Deflated, packed, unpacked
from entrygo.postgres.pool import EVERYONE, Connection, Pool, open_pool, single_read, transaction
from entrygo.proto.events.v1 import events_pb2
from tests.unit.inspection.events import ALICE, Life

WHOLE = Visible.whole(ALICE)
MANY = [f"ord_{number:026}" for number in range(40_000)]


def large_event() -> tuple[events_pb2.Event, events_pb2.Event, bytes]:
    """An event, and the same without its data and those as bytes."""
    whole = Life().planned(included_order_ids=MANY)
    head, data = events_pb2.Event(), events_pb2.Event(export_planned=whole.export_planned)
    head.CopyFrom(whole)
    head.ClearField("data")
    return whole, head, data.SerializeToString()


async def stored_bytes(pool: Pool, column: str, table: str) -> int:
    async with transaction(pool, WHOLE) as connection:
        return int(await connection.fetchval(f"SELECT length({column}) FROM {table}"))


async def read_back(pool: Pool, stream_id: str) -> list[events_pb2.Event]:
    """By each way that leads to an event."""
    async with transaction(pool, WHOLE) as connection:
        found = await event_log.events_after(connection, WHOLE, stream_id, 0)
    async with single_read(pool) as connection:
        found += await event_log.events_following(connection, WHOLE, stream_id, 0, "")
    return found + [event async for event in event_log.replay(pool, None)]


@pytest.mark.parametrize("is_apart", [True, False], ids=["its data apart", "in one message"])
async def test_a_large_event_is_stored_compressed_and_read_whole(database_url: str, is_apart: bool) -> None:
    async with await open_pool(database_url, schema="planning") as pool:
        whole, head, data = large_event()
        async with transaction(pool, WHOLE) as connection:
            if is_apart:
                await append(connection, head, warehouse_id="wh_123", data=(data[:9], data[9:]))
                whole.epoch, whole.previous_id = head.epoch, head.previous_id
            else:
                await append_all(connection, [whole], warehouse_id="wh_123")
        assert await stored_bytes(pool, "payload", "event_log") < whole.ByteSize() / 3
        assert await read_back(pool, whole.stream_id) == [whole] * 3


async def test_a_large_event_of_an_earlier_release_is_read_as_it_was_stored(database_url: str) -> None:
    async with await open_pool(database_url, schema="planning") as pool:
        whole, _, _ = large_event()
        async with transaction(pool, WHOLE) as connection:
            await append_all(connection, [whole], warehouse_id="wh_123")
            await connection.execute("UPDATE event_log SET payload = $1", whole.SerializeToString())
        assert await read_back(pool, whole.stream_id) == [whole] * 3


async def test_a_large_answer_is_stored_compressed_and_repeated_to_the_byte(database_url: str) -> None:
    answer = large_event()[2]

    async def work(connection: Connection) -> bytes:
        return answer

    async def ask() -> Reply:
        return await run_once(pool, WHOLE, operation="op", key="key", fingerprint=b"one", work=work)

    async with await open_pool(database_url, schema="planning") as pool:
        assert [await ask(), await ask()] == [Reply(answer, replayed=False), Reply(answer, replayed=True)]
        assert await stored_bytes(pool, "response", "idempotency_keys") < len(answer) / 3
        async with transaction(pool, EVERYONE) as connection:
            # As an earlier release stored it.
            await connection.execute("UPDATE idempotency_keys SET response = $1", answer)
        assert await ask() == Reply(answer, replayed=True)


@pytest.mark.parametrize("size", [0, 1, LARGE_BYTES, LARGE_BYTES + 1])
def test_what_was_packed_is_what_it_was_and_what_is_small_stays_as_it_is(size: int) -> None:
    content = b"\x0a" * size
    assert unpacked(packed(content)) == content
    assert (packed(content) == content) == (size <= LARGE_BYTES)


@pytest.mark.parametrize("before", [b"", b"head", b"\x0a" * 9_000])
@pytest.mark.parametrize("after", [b"", b"tail", random.Random(1).randbytes(70_000)])
@pytest.mark.parametrize("common", [b"\x0a" * 40_000, random.Random(2).randbytes(LARGE_BYTES + 1)])
def test_rows_with_a_part_in_common_are_read_whole_and_have_it_compressed_once(
    before: bytes, common: bytes, after: bytes
) -> None:
    part = Deflated.of(common)
    whole = before + common + after
    stored = packed(before, part, after)
    assert unpacked(stored) == whole
    assert (part.blocks in stored) == (len(whole) > LARGE_BYTES)
    assert (stored == whole) == (len(whole) <= LARGE_BYTES)


def test_what_is_compressed_but_is_not_what_it_was_is_not_taken_for_it() -> None:
    stored = bytearray(packed(b"\x0a" * (LARGE_BYTES + 1)))
    stored[-1] ^= 1
    with pytest.raises(zlib.error):
        unpacked(bytes(stored))
