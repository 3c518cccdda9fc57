"""Sessions stand for a key: no right more, no moment longer."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from entrygo.domain.errors import InsufficientScope, InvalidApiKey
from entrygo.domain.principal import Mode, ScopeName, Tenant
from entrygo.identity.authenticator import Authenticator
from entrygo.identity.sessions import LASTS
from entrygo.identity.use_cases import create_account, create_key, revoke_key
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, transaction
from entrygo.process.clock import Ids, utc_now

SERVICE_TOKEN = "service-token"


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with await open_pool(database_url, schema="identity") as pool:
        await create_account(pool, Ids(), name="Alice", account_id="acc_alice")
        yield pool


def fresh(pool: Pool) -> Authenticator:
    """One that has nothing in its memory, as another process."""
    return Authenticator(pool, service_tokens=(SERVICE_TOKEN,))


async def session_of(pool: Pool, secret: str) -> str:
    authenticator = fresh(pool)
    caller = await authenticator.authenticate(f"Bearer {secret}")
    session, expires_at = await authenticator.open_session(caller)
    async with transaction(pool, EVERYONE) as connection:
        assert expires_at <= await connection.fetchval("SELECT now()") + LASTS
    return f"Bearer {session}"


async def test_session_is_its_key_in_everything_but_the_secret(pool: Pool) -> None:
    key, secret = await create_key(
        pool,
        Ids(),
        utc_now,
        account_id="acc_alice",
        mode=Mode.TEST,
        scopes=frozenset({ScopeName.READ}),
        warehouse_id="wh_1",
    )
    session = await session_of(pool, secret)
    assert secret not in session
    caller = await fresh(pool).authenticate(session)
    assert (caller.tenant, caller.key_id) == (Tenant("acc_alice", Mode.TEST), key.key_id)
    assert (caller.scopes, caller.warehouse_id) == (frozenset({ScopeName.READ}), "wh_1")


async def test_session_ends_with_its_key(pool: Pool) -> None:
    key, secret = await create_key(pool, Ids(), utc_now, account_id="acc_alice")
    session = await session_of(pool, secret)
    await revoke_key(pool, utc_now, account_id="acc_alice", key_id=key.key_id)
    with pytest.raises(InvalidApiKey):
        await fresh(pool).authenticate(session)


async def test_session_of_a_key_that_expires_first_expires_with_it(pool: Pool) -> None:
    _, secret = await create_key(
        pool, Ids(), utc_now, account_id="acc_alice", expires_in=timedelta(seconds=0.5)
    )
    session = await session_of(pool, secret)
    authenticator = fresh(pool)
    await authenticator.authenticate(session)
    async with transaction(pool, EVERYONE) as connection:
        await connection.execute("SELECT pg_sleep_until((SELECT max(expires_at) FROM api_keys))")
    with pytest.raises(InvalidApiKey):
        await authenticator.authenticate(session)


async def test_session_that_was_ended_is_nobody(pool: Pool) -> None:
    _, secret = await create_key(pool, Ids(), utc_now, account_id="acc_alice")
    session, authenticator = await session_of(pool, secret), fresh(pool)
    await authenticator.end_session(await authenticator.authenticate(session))
    with pytest.raises(InvalidApiKey):
        await authenticator.authenticate(session)
    await authenticator.authenticate(f"Bearer {secret}")


async def test_session_that_is_over_is_removed_when_the_next_one_is_opened(pool: Pool) -> None:
    _, secret = await create_key(pool, Ids(), utc_now, account_id="acc_alice")
    session = await session_of(pool, secret)
    async with transaction(pool, EVERYONE) as connection:
        await connection.execute("UPDATE sessions SET expires_at = now() - interval '1 second'")
    with pytest.raises(InvalidApiKey):
        await fresh(pool).authenticate(session)
    await session_of(pool, secret)
    async with transaction(pool, EVERYONE) as connection:
        assert await connection.fetchval("SELECT count(*) FROM sessions") == 1


async def test_session_opens_no_other_and_neither_does_a_service(pool: Pool) -> None:
    _, secret = await create_key(pool, Ids(), utc_now, account_id="acc_alice")
    authenticator = fresh(pool)
    for authorization in (await session_of(pool, secret), f"Service {SERVICE_TOKEN}"):
        caller = await authenticator.authenticate(authorization)
        with pytest.raises(InsufficientScope):
            await authenticator.open_session(caller)
