"""A write with a key happens once, however often and however concurrently it is asked for."""

import asyncio
from datetime import timedelta

import pytest

from entrygo.domain.errors import (
    IdempotencyConflict,
    IdempotencyInProgress,
    InvalidExportState,
    NotFound,
)
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.postgres.idempotency import (
    KeyRow,
    KeyStore,
    Reply,
    Work,
    fingerprint,
    purge,
    run_once,
)
from entrygo.postgres.pool import EVERYONE, Connection, Pool, open_pool, transaction
from entrygo.postgres.prepared_once import run_prepared_once
from entrygo.proto.planning.v1 import planning_pb2

ALICE = Tenant("acc_alice", Mode.LIVE)
WHOLE = Visible.whole(ALICE)
BOB = Tenant("acc_bob", Mode.LIVE)

EFFECT = "INSERT INTO event_log (account_id, mode, stream_id, sequence, payload) VALUES ($1, $2, $3, 1, '')"


class Writer:
    """A write with an effect that can be counted, and an answer that differs each time it runs."""

    def __init__(self, pool: Pool, tenant: Tenant = ALICE) -> None:
        self.pool = pool
        self.tenant = tenant
        self.runs = 0

    async def write(self, key: str, payload: bytes = b"payload") -> Reply:
        return await run_once(
            self.pool,
            Visible.whole(self.tenant),
            operation="op",
            key=key,
            fingerprint=payload,
            work=self._work,
        )

    async def _work(self, connection: Connection) -> bytes:
        self.runs += 1
        stream = f"s{self.tenant.account_id}{self.runs}"
        await connection.execute(EFFECT, self.tenant.account_id, self.tenant.mode, stream)
        return stream.encode()

    async def effects(self) -> int:
        async with transaction(self.pool, Visible.whole(self.tenant)) as connection:
            return int(await connection.fetchval("SELECT count(*) FROM event_log"))


async def test_fifty_concurrent_calls_with_one_key_have_one_effect_and_one_answer(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        writer = Writer(pool)
        replies = await asyncio.gather(*(writer.write("key") for _ in range(50)))
        assert {reply.body for reply in replies} == {b"sacc_alice1"}
        assert sum(not reply.replayed for reply in replies) == 1
        assert await writer.effects() == 1


async def test_key_of_another_payload_is_a_conflict_and_writes_nothing(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        writer = Writer(pool)
        await writer.write("key")
        with pytest.raises(IdempotencyConflict):
            await writer.write("key", b"other")
        assert await writer.effects() == 1


async def test_guard_keeps_a_stored_answer_from_a_caller_it_refuses(database_url: str) -> None:
    async def refuse(connection: Connection) -> None:
        raise NotFound

    async with await open_pool(database_url, schema="sync") as pool:
        writer = Writer(pool)
        await writer.write("key")
        with pytest.raises(NotFound):
            await run_once(
                pool,
                Visible(ALICE, "wh_other"),
                operation="op",
                key="key",
                fingerprint=b"payload",
                work=writer._work,
                guard=refuse,
            )
        assert writer.runs == 1
        assert (await writer.write("key")).replayed


async def test_key_is_free_again_when_the_write_failed(database_url: str) -> None:
    async def fail(connection: Connection) -> bytes:
        await connection.execute(EFFECT, ALICE.account_id, ALICE.mode, "half done")
        raise LookupError

    async with await open_pool(database_url, schema="sync") as pool:
        writer = Writer(pool)
        with pytest.raises(LookupError):
            await run_once(pool, WHOLE, operation="op", key="key", fingerprint=b"payload", work=fail)
        assert await writer.effects() == 0
        assert not (await writer.write("key")).replayed


async def test_call_that_the_first_one_with_its_key_overtakes_gets_its_answer_and_no_refusal(
    database_url: str,
) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        writer = Writer(pool)

        async def prepared(key: str) -> Reply:
            async def prepare() -> Work:
                # The first call commits between the look at the key and the look at what there is.
                await writer.write("key")
                raise InvalidExportState("It was sent a moment ago.")

            return await run_prepared_once(
                pool, WHOLE, operation="op", key=key, fingerprint=b"payload", prepare=prepare
            )

        assert await prepared("key") == Reply(b"sacc_alice1", replayed=True)
        with pytest.raises(InvalidExportState):
            await prepared("another")
        assert await writer.effects() == 1


async def test_key_of_a_write_that_is_over_is_not_released(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        writer = Writer(pool)
        await writer.write("key")
        async with transaction(pool, WHOLE) as connection:
            await KeyStore(connection, WHOLE, "op").release("key")
        assert (await writer.write("key")).replayed


async def test_key_of_one_account_means_nothing_to_another(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        await Writer(pool, ALICE).write("key")
        reply = await Writer(pool, BOB).write("key", b"other payload")
        assert not reply.replayed


async def test_calls_without_a_key_each_have_their_effect(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        writer = Writer(pool)
        await writer.write("")
        await writer.write("")
        assert await writer.effects() == 2


async def test_key_that_is_released_while_it_is_looked_at_is_taken_and_not_only_believed_to_be(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        async with transaction(pool, WHOLE) as connection:
            await KeyStore(connection, WHOLE, "op").claim("key", b"payload")
        looked = KeyStore.find

        async def released_before_the_look(store: KeyStore, key: str, print_: bytes) -> KeyRow | None:
            async with transaction(pool, WHOLE) as connection:
                await KeyStore(connection, WHOLE, "op").release(key)
            return await looked(store, key, print_)

        monkeypatch.setattr(KeyStore, "find", released_before_the_look)
        assert not (await Writer(pool).write("key")).replayed
        monkeypatch.undo()
        assert (await Writer(pool).write("key")).replayed


async def test_purge_forgets_old_finished_keys_only(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        writer = Writer(pool)
        await writer.write("old")
        await writer.write("new")
        async with transaction(pool, WHOLE) as connection:
            await connection.execute(
                "UPDATE idempotency_keys SET created_at = now() - interval '31 days' WHERE key = 'old'"
            )
        async with transaction(pool, EVERYONE) as connection:
            assert await purge(connection, 10, older_than=timedelta(days=30)) == 1
        assert not (await writer.write("old")).replayed
        assert (await writer.write("new")).replayed


async def test_purge_leaves_the_key_of_a_write_that_still_runs(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        async with transaction(pool, WHOLE) as connection:
            await KeyStore(connection, WHOLE, "op").claim("of several steps", b"payload")
        async with transaction(pool, EVERYONE) as connection:
            assert await purge(connection, 10, older_than=timedelta(days=-1)) == 0
        with pytest.raises(IdempotencyInProgress):
            await Writer(pool).write("of several steps")


def test_fingerprint_ignores_the_key_and_nothing_else() -> None:
    request = planning_pb2.PlanExportRequest(account_id="acc_1", order_ids=["ord_1"], idempotency_key="a")
    same = planning_pb2.PlanExportRequest(account_id="acc_1", order_ids=["ord_1"], idempotency_key="b")
    other = planning_pb2.PlanExportRequest(account_id="acc_1", order_ids=["ord_2"], idempotency_key="a")
    assert fingerprint("plan", request) == fingerprint("plan", same)
    assert fingerprint("plan", request) != fingerprint("plan", other)
    assert fingerprint("plan", request) != fingerprint("execute", request)
    # A golden vector: a new release must recognise the keys of the one before.
    golden = "1f390772256f997e406cf4648bcbd842917c5a8f4d651b83a989bed963ff65ef"
    assert fingerprint("plan", request).hex() == golden
