"""The victim and the keys, once for all attempts."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.harness.system import System
from tests.isolation.callers import Keys, keys_of
from tests.isolation.victim import Victim, make_victim


@pytest_asyncio.fixture(scope="package")
async def victim(system: System) -> Victim:
    return await make_victim(system)


@pytest_asyncio.fixture(scope="package")
async def keys(system: System) -> AsyncIterator[Keys]:
    async with keys_of(system) as made:
        yield made
