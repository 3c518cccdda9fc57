"""Transactions see one tenant's rows, commit in one place, and say so when a commit's outcome is unknown."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from entrygo.domain.errors import ServiceUnavailable
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.postgres.migrate import SHARED, MigrationChanged, PostgresTooOld, migrate
from entrygo.postgres.pool import (
    EVERYONE,
    CommitUnknown,
    LockTimeout,
    after_commit,
    open_pool,
    single_statement,
    transaction,
)

ALICE = Tenant("acc_alice", Mode.LIVE)
BOB = Tenant("acc_bob", Mode.LIVE)
ALICE_TEST = Tenant("acc_alice", Mode.TEST)

INSERT = "INSERT INTO event_log (account_id, mode, stream_id, sequence, payload) VALUES ($1, $2, 's', 1, '')"
COUNT = "SELECT count(*) FROM event_log"


async def test_transaction_sees_only_the_rows_of_its_account_and_mode(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        for tenant in (ALICE, BOB, ALICE_TEST):
            async with transaction(pool, Visible.whole(tenant)) as connection:
                await connection.execute(INSERT, tenant.account_id, tenant.mode)
        for tenant in (ALICE, BOB, ALICE_TEST):
            async with transaction(pool, Visible.whole(tenant)) as connection:
                assert await connection.fetchval(COUNT) == 1
        async with transaction(pool, EVERYONE) as connection:
            assert await connection.fetchval(COUNT) == 3


async def test_transaction_cannot_write_a_row_of_another_account(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(pool, Visible.whole(ALICE)) as connection:
                await connection.execute(INSERT, BOB.account_id, BOB.mode)


EVENT = (
    "INSERT INTO event_log (account_id, mode, stream_id, sequence, payload) VALUES ('acc_a', {}, 's', {}, '')"
)
KEY = (
    "INSERT INTO idempotency_keys (account_id, mode, operation, key, fingerprint)"
    " VALUES ('acc_a', {}, 'o', 'k', '')"
)
ORDER = (
    "INSERT INTO orders (account_id, mode, id, external_id, destination_country, items, total_value_usd,"
    " created_at, updated_at) VALUES ('acc_a', {}, 'ord_1', 'SO-1', {}, '[]', 1, now(), now())"
)


@pytest.mark.parametrize(
    ("statement", "right", "wrong"),
    [
        (EVENT, ("'live'", "1"), ("'alive'", "1")),
        (EVENT, ("'live'", "1"), ("'live'", "0")),
        (KEY, ("'test'",), ("'tested'",)),
        (ORDER, ("'live'", "'US'"), ("'alive'", "'US'")),
        (ORDER, ("'live'", "'US'"), ("'live'", "'usa'")),
    ],
)
async def test_row_that_cannot_be_is_refused_to_background_work_as_well(
    database_url: str, statement: str, right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(pool, EVERYONE) as connection:
                await connection.execute(statement.format(*wrong))
        async with transaction(pool, EVERYONE) as connection:
            await connection.execute(statement.format(*right))


async def test_session_outside_a_transaction_sees_nothing(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        async with transaction(pool, Visible.whole(ALICE)) as connection:
            await connection.execute(INSERT, ALICE.account_id, ALICE.mode)
        async with pool.acquire() as connection:
            assert await connection.fetchval(COUNT) == 0


async def test_who_is_cancelled_while_a_transaction_begins_leaves_none_open(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with await open_pool(database_url, schema="sync", max_size=1) as pool:

        async def wait_for_ever() -> None:
            async with transaction(pool, Visible.whole(ALICE)):
                await asyncio.Event().wait()

        begun = asyncio.create_task(wait_for_ever())
        # A free connection is taken at once, so that the first thing it waits for is BEGIN.
        await asyncio.sleep(0)
        begun.cancel()
        await asyncio.wait({begun})
        async with pool.acquire() as connection:
            assert not connection.is_in_transaction()
    assert "active transaction" not in caplog.text


async def test_transaction_rolls_back_when_its_block_raises(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        with pytest.raises(LookupError):
            async with transaction(pool, Visible.whole(ALICE)) as connection:
                await connection.execute(INSERT, ALICE.account_id, ALICE.mode)
                raise LookupError
        async with transaction(pool, Visible.whole(ALICE)) as connection:
            assert await connection.fetchval(COUNT) == 0


async def test_what_follows_a_commit_is_called_once_after_it_and_never_without_it(database_url: str) -> None:
    called: list[str] = []

    def call() -> None:
        called.append("called")

    async with await open_pool(database_url, schema="sync") as pool:
        for opened in (transaction, single_statement):
            with pytest.raises(KeyError):
                async with opened(pool, Visible.whole(ALICE)) as connection:
                    after_commit(connection, call)
                    raise KeyError
            assert called == []
            async with opened(pool, Visible.whole(ALICE)) as connection:
                after_commit(connection, call)
                after_commit(connection, call)
                assert called == []
            assert called == ["called"]
            called.clear()


async def test_transaction_that_had_failed_inside_is_not_reported_as_committed(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        with pytest.raises(ServiceUnavailable, match="nothing was written"):
            async with transaction(pool, Visible.whole(ALICE)) as connection:
                await connection.execute(INSERT, ALICE.account_id, ALICE.mode)
                with pytest.raises(asyncpg.UndefinedTableError):
                    await connection.execute("SELECT * FROM nowhere")


async def test_commit_is_unknown_when_the_server_ends_the_session_before_it_answers(
    database_url: str,
) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        with pytest.raises(CommitUnknown):
            async with transaction(pool, Visible.whole(ALICE)) as connection:
                await end_session(database_url, await connection.fetchval("SELECT pg_backend_pid()"))
        async with transaction(pool, Visible.whole(ALICE)) as connection:  # the pool has recovered
            assert await connection.fetchval(COUNT) == 0


async def test_server_that_takes_no_writes_any_more_is_an_outage_and_its_session_is_not_kept(
    database_url: str,
) -> None:
    async with await open_pool(database_url, schema="sync", max_size=1) as pool:
        async with transaction(pool, Visible.whole(ALICE)) as connection:
            await connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        with pytest.raises(ServiceUnavailable) as refused:
            async with transaction(pool, Visible.whole(ALICE)) as connection:
                await connection.execute(INSERT, ALICE.account_id, ALICE.mode)
        assert not isinstance(refused.value, CommitUnknown)
        async with transaction(pool, Visible.whole(ALICE)) as connection:
            await connection.execute(INSERT, ALICE.account_id, ALICE.mode)


async def test_lost_session_is_an_outage_also_for_a_block_that_went_on(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        with pytest.raises(ServiceUnavailable):
            async with transaction(pool, Visible.whole(ALICE)) as connection:
                await end_session(database_url, await connection.fetchval("SELECT pg_backend_pid()"))
                with pytest.raises(asyncpg.PostgresError):
                    await connection.execute("SELECT 1")
                await connection.execute("SELECT 1")
        async with transaction(pool, Visible.whole(ALICE)) as connection:
            assert await connection.fetchval("SELECT 1") == 1


async def test_of_two_transactions_that_wait_for_each_other_one_goes_on_and_the_other_may_be_repeated(
    database_url: str,
) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        both = asyncio.Barrier(2)

        async def lock(*numbers: int) -> None:
            async with transaction(pool, Visible.whole(ALICE)) as connection:
                await connection.execute("SELECT pg_advisory_xact_lock($1)", numbers[0])
                await both.wait()
                await connection.execute("SELECT pg_advisory_xact_lock($1)", numbers[1])

        ends = await asyncio.gather(lock(1, 2), lock(2, 1), return_exceptions=True)
        assert [type(end) for end in ends if end is not None] == [LockTimeout]


async def end_session(database_url: str, pid: int) -> None:
    killer = await asyncpg.connect(database_url)
    await killer.execute("SELECT pg_terminate_backend($1)", pid)
    await killer.close()


async def test_migration_is_applied_once_and_an_edited_one_is_refused(
    database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "0001_create_things.sql").write_text("CREATE TABLE things (id int)")
    assert await migrate(database_url, schema="fresh", migrations=tmp_path) == [
        *(path.name for path in SHARED),
        "0001_create_things.sql",
    ]
    assert await migrate(database_url, schema="fresh", migrations=tmp_path) == []
    (tmp_path / "0001_create_things.sql").write_text("CREATE TABLE things (id bigint)")
    with pytest.raises(MigrationChanged, match=r"0001_create_things\.sql"):
        await migrate(database_url, schema="fresh", migrations=tmp_path)


async def test_a_server_that_does_not_read_the_migrations_is_refused_before_anything_is_made(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = await asyncpg.connect(database_url)
    is_there = "SELECT to_regnamespace('fresh_again') IS NOT NULL"
    try:
        major = connection.get_server_version().major
        monkeypatch.setattr("entrygo.postgres.migrate.OLDEST_POSTGRES", major + 1)
        with pytest.raises(PostgresTooOld, match=rf"{major + 1} or newer is needed; the server is {major}"):
            await migrate(database_url, schema="fresh_again", migrations=tmp_path)
        assert not await connection.fetchval(is_there)
    finally:
        await connection.close()


async def test_account_without_its_warehouse_is_no_scope_of_a_transaction(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync", max_size=1) as pool:
        with pytest.raises(TypeError):
            async with transaction(pool, ALICE):  # type: ignore[arg-type]
                pass
        # The connection went back unharmed.
        async with transaction(pool, Visible.whole(ALICE)) as connection:
            assert await connection.fetchval(COUNT) == 0
