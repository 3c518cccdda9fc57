"""A few connections go from one transaction to the next; none is used once it is lost, nor waited for."""

import asyncio

import asyncpg
import pytest

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.postgres import pool as pool_module
from entrygo.postgres import session_pool
from entrygo.postgres.pool import Pool, open_pool, transaction
from entrygo.postgres.session_pool import is_lost

ALICE = Visible.whole(Tenant("acc_alice", Mode.LIVE))
SESSION = "SELECT pg_backend_pid()"


async def session_of(pool: Pool) -> object:
    async with transaction(pool, ALICE) as connection:
        return await connection.fetchval(SESSION)


async def test_the_next_transaction_takes_the_connection_of_the_last_one(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        first = await session_of(pool)
        assert [await session_of(pool) for _ in range(3)] == [first] * 3
        assert pool.at_hand() == 1


@pytest.mark.parametrize(("warm", "kept"), [(1, 1), (4, 2)])
async def test_no_more_are_kept_than_stay_open_anyway_nor_than_half_of_the_pool(
    database_url: str, monkeypatch: pytest.MonkeyPatch, warm: int, kept: int
) -> None:
    monkeypatch.setattr(pool_module, "WARM_SESSIONS", warm)
    async with await open_pool(database_url, schema="sync", max_size=4) as pool:
        together = asyncio.Barrier(4)

        async def meet() -> None:
            async with transaction(pool, ALICE):
                await together.wait()

        await asyncio.gather(*(meet() for _ in range(4)))
        assert pool.at_hand() == kept


async def test_who_waits_for_a_connection_gets_the_next_that_is_free(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync", max_size=2) as pool, transaction(pool, ALICE):
        async with transaction(pool, ALICE) as connection:
            second = await connection.fetchval(SESSION)
            waiting = asyncio.create_task(session_of(pool))
            await asyncio.sleep(0)
        assert await waiting == second


async def test_a_connection_that_was_lost_while_it_was_free_is_not_used(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        lost = await session_of(pool)
        killer = await asyncpg.connect(database_url)
        await killer.execute("SELECT pg_terminate_backend($1)", lost)
        await killer.close()
        async with asyncio.timeout(10):
            while not is_lost(pool._at_hand[0]):  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert await session_of(pool) != lost


@pytest.mark.parametrize(("max_queries", "places"), [(1, [0, 3, 6]), (50_000, [0])])
async def test_a_free_connection_is_closed_after_as_many_queries_as_one_of_the_pool(
    database_url: str, monkeypatch: pytest.MonkeyPatch, max_queries: int, places: list[int]
) -> None:
    monkeypatch.setattr(session_pool, "MAX_QUERIES", max_queries)
    monkeypatch.setattr(session_pool, "USES", 3)
    async with await open_pool(database_url, schema="sync") as pool:
        sessions = [await session_of(pool) for _ in range(9)]
        assert [place for place, each in enumerate(sessions) if sessions.index(each) == place] == places
        assert not pool._uses  # Of those that are gone nothing is kept.


async def test_a_pool_closes_with_connections_that_are_free(database_url: str) -> None:
    pool = await open_pool(database_url, schema="sync")
    await session_of(pool)
    async with asyncio.timeout(10):
        await pool.close()
