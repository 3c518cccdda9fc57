"""The victim and the keys, once for all attempts."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
import pytest_asyncio

from tests.harness.system import System
from tests.isolation.callers import Keys, keys_of
from tests.isolation.victim import Stored, Victim, make_victim


@pytest_asyncio.fixture(scope="package")
async def victim(system: System) -> AsyncIterator[Victim]:
    connection = await asyncpg.connect(system.database_url)
    try:
        yield await make_victim(system, connection)
    finally:
        await connection.close()


@pytest.fixture(scope="package")
def stored(victim: Victim) -> Stored:
    return Stored(victim)


@pytest_asyncio.fixture(scope="package")
async def rest_client(system: System) -> AsyncIterator[httpx.AsyncClient]:
    """Without a key: each attempt brings its own, or none."""
    async with httpx.AsyncClient(base_url=system.base_url, timeout=60, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(scope="package")
async def keys(system: System) -> AsyncIterator[Keys]:
    async with keys_of(system) as made:
        yield made
