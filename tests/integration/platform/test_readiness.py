"""A service is ready as long as its database answers, and says so by value whatever is wrong."""

import pytest

from entrygo.postgres import readiness
from entrygo.postgres.pool import open_pool
from entrygo.postgres.readiness import is_ready


async def test_pool_is_ready_until_it_is_closed(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        assert await is_ready(pool)
    assert not await is_ready(pool)


async def test_pool_is_not_ready_when_no_connection_comes_free_in_time(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "READY_SECONDS", 0.01)
    async with await open_pool(database_url, schema="sync", max_size=1) as pool, pool.acquire():
        assert not await is_ready(pool)
