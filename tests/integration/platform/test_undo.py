"""A statement that is undone by an error of our own, which no error of PostgreSQL's is taken for."""

import asyncpg
import pytest

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.postgres.pool import Pool, open_pool, scope_of, set_scope, single_statement
from entrygo.postgres.undo import NothingWritten

ALICE = Visible.whole(Tenant("acc_alice", Mode.LIVE))
WRITE = (
    f"WITH scope AS MATERIALIZED (SELECT {set_scope()}),"
    " written AS (INSERT INTO idempotency_keys (account_id, mode, operation, key, fingerprint)"
    "  SELECT account_id, mode, 'sync', 'key-1', '' FROM scope RETURNING true)"
    " SELECT {} FROM written"
)


async def write(pool: Pool, condition: str) -> object:
    async with single_statement(pool, ALICE) as connection:
        return await connection.fetchval(WRITE.format(condition), *scope_of(ALICE))


async def keys(pool: Pool) -> object:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL entrygo.account_id = '*'")
        return await connection.fetchval("SELECT count(*) FROM idempotency_keys")


async def test_a_statement_writes_where_its_condition_holds_and_nothing_where_it_does_not(
    database_url: str,
) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        for condition in ("false", "NULL"):
            with pytest.raises(NothingWritten):
                await write(pool, f"entrygo_or_nothing({condition})")
        assert await keys(pool) == 0
        assert await write(pool, "entrygo_or_nothing(true)") is True
        assert await keys(pool) == 1


async def test_an_error_of_the_statement_itself_is_what_it_is(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await write(pool, "1 / 0")
        assert await keys(pool) == 0
