"""An account makes, replaces and revokes keys by itself: never with more than the asker's own rights."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
import structlog

from entrygo.domain.errors import (
    IdempotencyConflict,
    InsufficientScope,
    InvalidApiKey,
    KeyNotUsable,
    NotFound,
    OutsideWarehouse,
    ValidationFailed,
)
from entrygo.domain.principal import ALL_SCOPES, Mode, Principal, ScopeName
from entrygo.identity import own_keys
from entrygo.identity.authenticator import Authenticator
from entrygo.identity.own_key_store import OwnKeyStore
from entrygo.identity.own_keys import Made, Once, OwnKeys, Wanted
from entrygo.identity.use_cases import create_account, create_key, revoke_key
from entrygo.postgres.idempotency import KeyStore
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, transaction
from entrygo.process.clock import Ids, utc_now
from tests.harness.postgres import SESSIONS_THAT_WAIT

ALICE, BOB = "acc_alice", "acc_bob"
READING = frozenset({ScopeName.READ})
KEEPING = frozenset({ScopeName.READ, ScopeName.SETUP})
DAY = timedelta(days=1)


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with await open_pool(database_url, schema="identity") as pool:
        for account_id in (ALICE, BOB):
            await create_account(pool, Ids(), name=account_id, account_id=account_id)
        yield pool


@pytest.fixture
def keys(pool: Pool) -> OwnKeys:
    return OwnKeys(pool, Ids())


async def caller(pool: Pool, account_id: str = ALICE, **known: Any) -> Principal:
    """Somebody with a key that an operator made."""
    _, secret = await create_key(pool, Ids(), utc_now, account_id=account_id, **known)
    return await known_by(pool, secret)


async def known_by(pool: Pool, secret: str) -> Principal:
    """Who a secret is, to a process that has nothing in its memory."""
    return await Authenticator(pool, service_tokens=()).authenticate(f"Bearer {secret}")


def wanted(**changed: Any) -> Wanted:
    return Wanted(**{"name": "WMS", "scopes": READING, "warehouse_id": None, "expires_in": None, **changed})


def once(key: str = "", print_: bytes = b"asked", operation: str = "keys.create") -> Once:
    return Once(operation=operation, key=key, fingerprint=print_)


async def created(keys: OwnKeys, asker: Principal, **changed: Any) -> Made:
    return await keys.create(asker, wanted(**changed), once())


async def test_key_that_was_made_works_with_what_was_asked_for(pool: Pool, keys: OwnKeys) -> None:
    asker = await caller(pool, mode=Mode.TEST)
    made = await created(keys, asker, warehouse_id="wh_1", expires_in=DAY)
    assert made.secret is not None
    assert made.secret.startswith(made.key.prefix)
    assert (made.key.name, made.key.created_by) == ("WMS", asker.key_id)
    assert made.key.expires_at == made.key.created_at + DAY
    who = await known_by(pool, made.secret)
    assert (who.tenant, who.scopes, who.warehouse_id) == (asker.tenant, READING, "wh_1")


async def test_key_has_no_scope_that_its_maker_lacks(pool: Pool, keys: OwnKeys) -> None:
    asker = await caller(pool, scopes=KEEPING)
    with pytest.raises(InsufficientScope, match="exports:execute") as refused:
        await created(keys, asker, scopes=frozenset({ScopeName.READ, ScopeName.EXPORTS_EXECUTE}))
    assert refused.value.details == {"requiredScope": "exports:execute", "scopes": ["read", "setup"]}
    assert (await keys.page(asker, before="", limit=9))[0][0].key_id == asker.key_id


async def test_key_that_is_bound_makes_keys_of_its_warehouse_alone(pool: Pool, keys: OwnKeys) -> None:
    asker = await caller(pool, warehouse_id="wh_1")
    assert (await created(keys, asker)).key.warehouse_id == "wh_1"
    with pytest.raises(OutsideWarehouse):
        await created(keys, asker, warehouse_id="wh_2")


async def test_key_ends_no_later_than_its_maker(pool: Pool, keys: OwnKeys) -> None:
    asker = await caller(pool, expires_in=DAY)
    [own], _ = await keys.page(asker, before="", limit=9)
    for lasts in (None, 2 * DAY):
        assert (await created(keys, asker, expires_in=lasts)).key.expires_at == own.expires_at
    sooner = (await created(keys, asker, expires_in=DAY / 2)).key
    assert sooner.expires_at is not None
    assert own.expires_at is not None
    assert sooner.expires_at < own.expires_at


async def test_repeated_request_is_answered_by_the_same_key_without_its_secret(
    pool: Pool, keys: OwnKeys
) -> None:
    asker = await caller(pool)
    first = await keys.create(asker, wanted(), once("k-1"))
    again = await keys.create(asker, wanted(), once("k-1"))
    assert (again.key.key_id, again.secret, again.replayed) == (first.key.key_id, None, True)
    with pytest.raises(IdempotencyConflict):
        await keys.create(asker, wanted(), once("k-1", b"something else"))
    assert len((await keys.page(asker, before="", limit=9))[0]) == 2
    assert first.secret is not None
    async with transaction(pool, EVERYONE) as connection:
        stored = await connection.fetchval("SELECT string_agg(t::text, ' ') FROM idempotency_keys t")
    assert first.secret not in stored


async def test_session_and_service_make_no_key(pool: Pool, keys: OwnKeys) -> None:
    authenticator = Authenticator(pool, service_tokens=("service-token",))
    key = await caller(pool)
    session, _ = await authenticator.open_session(key)
    for authorization in (f"Bearer {session}", "Service service-token"):
        asker = await authenticator.authenticate(authorization)
        with pytest.raises(InsufficientScope):
            await created(keys, asker)
        with pytest.raises(InsufficientScope):
            await keys.rotate(asker, key.key_id, DAY, once(operation="keys.rotate"))


async def test_key_that_was_revoked_a_moment_ago_makes_none(pool: Pool, keys: OwnKeys) -> None:
    asker = await caller(pool)
    await revoke_key(pool, utc_now, account_id=ALICE, key_id=asker.key_id)
    with pytest.raises(InvalidApiKey):
        await created(keys, asker)


async def test_rotated_key_has_the_rights_of_the_one_before_which_ends_after_the_overlap(
    pool: Pool, keys: OwnKeys
) -> None:
    asker = await caller(pool)
    before = await created(keys, asker, warehouse_id="wh_1", expires_in=10 * DAY)
    made = await keys.rotate(asker, before.key.key_id, DAY, once(operation="keys.rotate"))
    assert made.secret not in (None, before.secret)
    new = made.key
    assert (new.scopes, new.warehouse_id, new.name) == (READING, "wh_1", "WMS")
    assert new.expires_at == new.created_at + 10 * DAY
    [_, old, _], _ = await keys.page(asker, before="", limit=9)
    assert old.key_id == before.key.key_id
    assert old.expires_at is not None
    assert timedelta() < old.expires_at - new.created_at <= DAY


async def test_rotation_gives_no_key_more_time_than_it_had(pool: Pool, keys: OwnKeys) -> None:
    asker = await caller(pool)
    before = await created(keys, asker, expires_in=DAY)
    await keys.rotate(asker, before.key.key_id, 2 * DAY, once(operation="keys.rotate"))
    [_, old, _], _ = await keys.page(asker, before="", limit=9)
    assert (old.key_id, old.expires_at) == (before.key.key_id, before.key.expires_at)


@pytest.mark.parametrize("lifetime", [None, 10 * DAY], ids=str)
async def test_key_that_is_rotated_again_is_replaced_for_as_long_as_it_was_made(
    pool: Pool, keys: OwnKeys, lifetime: timedelta | None
) -> None:
    asker = await caller(pool)
    before = await created(keys, asker, expires_in=lifetime)
    for _ in range(3):
        made = await keys.rotate(asker, before.key.key_id, DAY, once(operation="keys.rotate"))
        assert made.key.expires_at == (lifetime and made.key.created_at + lifetime)


async def test_rotation_without_overlap_ends_the_key_before_at_once(pool: Pool, keys: OwnKeys) -> None:
    asker = await caller(pool)
    before = await created(keys, asker)
    await keys.rotate(asker, before.key.key_id, timedelta(), once(operation="keys.rotate"))
    assert before.secret is not None
    with pytest.raises(InvalidApiKey):
        await known_by(pool, before.secret)
    with pytest.raises(KeyNotUsable):
        await keys.rotate(asker, before.key.key_id, timedelta(), once(operation="keys.rotate"))


async def test_key_that_ended_while_its_rotation_waited_is_not_rotated(pool: Pool, keys: OwnKeys) -> None:
    asker = await caller(pool)
    before = (await created(keys, asker)).key.key_id
    async with transaction(pool, asker.visible) as holding, pool.acquire() as watching:
        held = KeyStore(holding, asker.visible, "keys.rotate")
        await held.claim("k-1", b"asked")
        waiting = asyncio.create_task(
            keys.rotate(asker, before, timedelta(), once("k-1", operation="keys.rotate"))
        )
        async with asyncio.timeout(60):
            while not (waiting.done() or await watching.fetchval(SESSIONS_THAT_WAIT)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await keys.rotate(asker, before, timedelta(), once(operation="keys.rotate"))
        await held.release("k-1")
    with pytest.raises(KeyNotUsable):
        await waiting
    assert len((await keys.page(asker, before="", limit=9))[0]) == 3


async def test_revoked_key_is_refused_and_stays_as_it_was_revoked(pool: Pool, keys: OwnKeys) -> None:
    asker = await caller(pool)
    made = await created(keys, asker)
    revoked = await keys.revoke(asker, made.key.key_id)
    assert revoked.revoked_at is not None
    assert await keys.revoke(asker, made.key.key_id) == revoked
    assert made.secret is not None
    with pytest.raises(InvalidApiKey):
        await known_by(pool, made.secret)


@pytest.mark.parametrize(
    "rights", [{"scopes": KEEPING}, {"warehouse_id": "wh_1"}], ids=["scopes", "warehouse"]
)
async def test_lesser_key_neither_replaces_nor_revokes_a_greater_one(
    pool: Pool, keys: OwnKeys, rights: dict[str, Any]
) -> None:
    lesser, greater = await caller(pool, **rights), await caller(pool)
    with pytest.raises((InsufficientScope, NotFound)):
        await keys.rotate(lesser, greater.key_id, DAY, once(operation="keys.rotate"))
    with pytest.raises((InsufficientScope, NotFound)):
        await keys.revoke(lesser, greater.key_id)
    await known_by(pool, greater.authorization.removeprefix("Bearer "))


@pytest.mark.parametrize(
    "other",
    [{"account_id": BOB}, {"mode": Mode.TEST}, {"warehouse_id": "wh_2"}],
    ids=["account", "mode", "warehouse"],
)
async def test_keys_of_others_are_neither_seen_nor_touched(
    pool: Pool, keys: OwnKeys, other: dict[str, Any]
) -> None:
    theirs, mine = await caller(pool, **other), await caller(pool, warehouse_id="wh_1")
    assert [key.key_id for key in (await keys.page(mine, before="", limit=9))[0]] == [mine.key_id]
    for touch in (
        keys.revoke(mine, theirs.key_id),
        keys.rotate(mine, theirs.key_id, DAY, once(operation="keys.rotate")),
    ):
        with pytest.raises(NotFound):
            await touch


async def test_pages_hold_each_key_once_newest_first(pool: Pool) -> None:
    asker = await caller(pool)
    # Ids of one millisecond come in no order.
    seconds = count(1)
    keys = OwnKeys(pool, Ids(lambda: utc_now() + timedelta(seconds=next(seconds))))
    made = [(await created(keys, asker)).key.key_id for _ in range(3)]
    first, has_more = await keys.page(asker, before="", limit=2)
    rest, is_last = await keys.page(asker, before=first[-1].key_id, limit=2)
    assert [key.key_id for key in (*first, *rest)] == [*reversed(made), asker.key_id]
    assert (has_more, is_last) == (True, False)


async def test_number_of_keys_that_work_has_an_end(
    pool: Pool, keys: OwnKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_keys, "MAX_USABLE_KEYS", 2)
    asker = await caller(pool)
    made = await created(keys, asker)
    with pytest.raises(ValidationFailed):
        await created(keys, asker)
    await keys.revoke(asker, made.key.key_id)
    await created(keys, asker)


async def test_number_of_keys_is_the_accounts_also_for_one_that_is_bound(
    pool: Pool, keys: OwnKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_keys, "MAX_USABLE_KEYS", 2)
    bound = await caller(pool, warehouse_id="wh_1")
    await caller(pool, warehouse_id="wh_2")
    with pytest.raises(ValidationFailed):
        await created(keys, bound)


async def test_idempotency_key_of_another_warehouse_shows_nothing_of_its_key(
    pool: Pool, keys: OwnKeys
) -> None:
    first = await caller(pool, warehouse_id="wh_1")
    await keys.create(first, wanted(), once("key-1"))
    other = await caller(pool, warehouse_id="wh_2")
    with pytest.raises(NotFound):
        await keys.create(other, wanted(), once("key-1"))


async def test_keys_that_are_made_at_once_are_no_more_than_the_most(
    pool: Pool, keys: OwnKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_keys, "MAX_USABLE_KEYS", 2)
    asker = await caller(pool)
    async with transaction(pool, asker.visible) as making, pool.acquire() as watching:
        known = await OwnKeyStore(making, asker.visible).find(asker.key_id)
        assert known is not None
        await keys._add(making, asker, known, wanted())
        other = asyncio.create_task(created(keys, asker))
        async with asyncio.timeout(60):
            while not (other.done() or await watching.fetchval(SESSIONS_THAT_WAIT)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    with pytest.raises(ValidationFailed):
        await other


async def test_log_names_the_key_and_never_its_secret(pool: Pool, keys: OwnKeys) -> None:
    asker = await caller(pool, scopes=ALL_SCOPES)
    with structlog.testing.capture_logs() as lines:
        made = await created(keys, asker)
        replaced = await keys.rotate(asker, made.key.key_id, DAY, once(operation="keys.rotate"))
        await keys.revoke(asker, replaced.key.key_id)
    events = [line["event"] for line in lines]
    assert events == ["key.created", "key.created", "key.rotated", "key.revoked"]
    assert {line["by"] for line in lines} == {asker.key_id}
    for secret in (made.secret, replaced.secret):
        assert secret is not None
        assert secret not in str(lines)
