"""What a process knows of a key that is in use: for three seconds, and renewed by one of its users."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from entrygo.domain.errors import InvalidApiKey
from entrygo.identity.authenticator import CACHE_SECONDS, RENEW_SECONDS, Authenticator
from entrygo.identity.store import IdentityStore
from entrygo.identity.use_cases import create_account, create_key, revoke_key
from entrygo.postgres.pool import Pool, open_pool
from entrygo.process.clock import Ids, utc_now

# Who waits for a look-up that nobody begins waits for ever.
pytestmark = pytest.mark.timeout(60)

ALICE = "acc_alice"
FRESH = CACHE_SECONDS - RENEW_SECONDS - 0.1
OLD = CACHE_SECONDS - 0.1
OVER = CACHE_SECONDS


class LookUps:
    """Counts how often the database was asked for a key, and holds answers back while it is shut."""

    def __init__(self) -> None:
        self.count = 0
        self.begun = asyncio.Semaphore(0)
        self.open = asyncio.Event()
        self.open.set()
        self._find: Any = IdentityStore.find_usable_key

    async def find(self, store: IdentityStore, secret_sha256: bytes) -> Any:
        self.count += 1
        self.begun.release()
        await self.open.wait()
        return await self._find(store, secret_sha256)


class Asking:
    """Somebody who shows one key to a process whose clock stands where it is put."""

    def __init__(self, pool: Pool, secret: str) -> None:
        self.now = 1000.0
        self._authorization = f"Bearer {secret}"
        self._authenticator = Authenticator(pool, service_tokens=(), clock=lambda: self.now)

    async def key_id(self) -> str:
        return (await self._authenticator.authenticate(self._authorization)).key_id


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with await open_pool(database_url, schema="identity") as pool:
        await create_account(pool, Ids(), name=ALICE, account_id=ALICE)
        yield pool


@pytest_asyncio.fixture
async def asking(pool: Pool) -> Asking:
    _, secret = await create_key(pool, Ids(), utc_now, account_id=ALICE)
    return Asking(pool, secret)


@pytest.fixture
def look_ups(monkeypatch: pytest.MonkeyPatch) -> LookUps:
    look_ups = LookUps()

    async def find(store: IdentityStore, secret_sha256: bytes) -> Any:
        return await look_ups.find(store, secret_sha256)

    monkeypatch.setattr(IdentityStore, "find_usable_key", find)
    return look_ups


async def slow_renewal(asking: Asking, look_ups: LookUps) -> tuple[str, "asyncio.Task[str]"]:
    """The id of the key, and who looks it up again and has no answer yet."""
    first = await asking.key_id()
    await look_ups.begun.acquire()
    asking.now += OLD
    look_ups.open.clear()
    renewal = asyncio.create_task(asking.key_id())
    await look_ups.begun.acquire()
    return first, renewal


async def test_key_in_use_is_looked_up_by_one_of_many_at_once(asking: Asking, look_ups: LookUps) -> None:
    first = await asking.key_id()
    asking.now += FRESH
    assert await asking.key_id() == first
    assert look_ups.count == 1
    asking.now += OLD - FRESH
    assert await asyncio.gather(*(asking.key_id() for _ in range(16))) == [first] * 16
    assert look_ups.count == 2
    asking.now += FRESH
    assert await asking.key_id() == first
    assert look_ups.count == 2


async def test_nobody_waits_for_a_renewal_before_what_is_known_is_too_old(
    asking: Asking, look_ups: LookUps
) -> None:
    first, renewal = await slow_renewal(asking, look_ups)
    assert await asking.key_id() == first
    asking.now += OVER - OLD
    beside = asyncio.create_task(asking.key_id())
    await look_ups.begun.acquire()
    assert not beside.done()
    look_ups.open.set()
    assert (await renewal, await beside) == (first, first)


async def test_renewal_that_was_given_up_is_begun_by_the_next(asking: Asking, look_ups: LookUps) -> None:
    first, renewal = await slow_renewal(asking, look_ups)
    renewal.cancel()
    await asyncio.gather(renewal, return_exceptions=True)
    look_ups.open.set()
    assert await asking.key_id() == first
    assert look_ups.count == 3


async def test_key_that_was_revoked_is_refused_by_its_renewal_and_from_then_on(
    pool: Pool, asking: Asking, look_ups: LookUps
) -> None:
    key_id = await asking.key_id()
    await revoke_key(pool, utc_now, account_id=ALICE, key_id=key_id)
    assert await asking.key_id() == key_id
    asking.now += OLD
    for _ in range(2):
        with pytest.raises(InvalidApiKey):
            await asking.key_id()
    assert look_ups.count == 2
