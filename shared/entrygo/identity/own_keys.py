"""What an account does with its keys by itself: make, replace, revoke them, never beyond the asker's rights.

The caller's own key is read in the transaction that acts, so what was taken from it a moment ago counts.
A secret is in the answer that makes its key and nowhere else: a repeated request gets the key without it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from entrygo.domain.errors import (
    InsufficientScope,
    InvalidApiKey,
    KeyNotUsable,
    NotFound,
    OutsideWarehouse,
    ValidationFailed,
)
from entrygo.domain.ids import IdKind, is_valid_id
from entrygo.domain.principal import Principal, ScopeName
from entrygo.identity.keys import ApiKey, generate_secret, hash_secret, is_session_secret, visible_prefix
from entrygo.identity.own_key_store import OwnKeyStore
from entrygo.identity.sessions import secret_of
from entrygo.identity.store import IdentityStore
from entrygo.postgres.clock import current_time, transaction_time
from entrygo.postgres.idempotency import run_once
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Ids

# Of an account in one mode. A loop that makes keys ends here.
MAX_USABLE_KEYS = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """The idempotency of a write: its operation, the caller's key, and the hash of what was asked."""

    operation: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A key to be. No warehouse: that of the asker's key, if it has one; no time: as long as that key."""

    name: str
    scopes: frozenset[ScopeName]
    warehouse_id: str | None
    expires_in: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A key and, where this call made it, its secret."""

    key: ApiKey
    secret: str | None

    @property
    def replayed(self) -> bool:
        """Whether an earlier call made the key."""
        return self.secret is None


class OwnKeys:
    """The use cases, on the schema of identity."""

    def __init__(self, pool: Pool, ids: Ids) -> None:
        self._pool = pool
        self._ids = ids

    async def page(self, caller: Principal, *, before: str, limit: int) -> tuple[list[ApiKey], bool]:
        """The keys that the caller may see, newest first, and whether there are more."""
        async with transaction(self._pool, caller.visible) as connection:
            found = await OwnKeyStore(connection, caller.visible).page(before=before, limit=limit + 1)
        return list(found[:limit]), len(found) > limit

    async def create(self, caller: Principal, wanted: Wanted, once: Once) -> Made:
        """InsufficientScope or OutsideWarehouse where the key would have what the caller's has not."""

        async def make(connection: Connection) -> tuple[ApiKey, str]:
            asker = await _asker(connection, caller)
            bound = replace(wanted, warehouse_id=wanted.warehouse_id or asker.warehouse_id)
            _check_within(asker, bound.scopes, bound.warehouse_id)
            return await self._add(connection, caller, asker, bound)

        return await self._make_once(caller, once, make)

    async def rotate(self, caller: Principal, key_id: str, overlap: timedelta, once: Once) -> Made:
        """A key like `key_id`, for as long as that one was made for; the one before ends after `overlap`.

        NotFound, KeyNotUsable for one that has ended, and as `create`.
        """

        async def make(connection: Connection) -> tuple[ApiKey, str]:
            asker = await _asker(connection, caller)
            store = OwnKeyStore(connection, caller.visible)
            before = await _found(store, key_id, locked=True)
            _check_within(asker, before.scopes, before.warehouse_id)
            # The lock may have been waited for: who had it began later than this transaction, perhaps, and
            # ended the key then.
            if not before.is_usable(await current_time(connection)):
                raise KeyNotUsable
            wanted = Wanted(
                name=before.name,
                scopes=before.scopes,
                warehouse_id=before.warehouse_id,
                expires_in=await store.made_for(key_id),
            )
            made = await self._add(connection, caller, asker, wanted)
            await store.end_after(key_id, overlap)
            log.info("key.rotated", key_id=key_id, new_key_id=made[0].key_id, by=caller.key_id)
            return made

        return await self._make_once(caller, once, make)

    async def revoke(self, caller: Principal, key_id: str) -> ApiKey:
        """The key as it is afterwards; NotFound, and as `create` for one with rights beyond the caller's."""
        async with transaction(self._pool, caller.visible) as connection:
            asker = await _asker(connection, caller)
            store = OwnKeyStore(connection, caller.visible)
            key = await _found(store, key_id, locked=True)
            _check_within(asker, key.scopes, key.warehouse_id)
            await IdentityStore(connection).revoke_key(
                key.account_id, key_id, await transaction_time(connection)
            )
            revoked = await _found(store, key_id)
        log.info("key.revoked", key_id=key_id, by=caller.key_id)
        return revoked

    async def _add(
        self, connection: Connection, caller: Principal, asker: ApiKey, wanted: Wanted
    ) -> tuple[ApiKey, str]:
        if await OwnKeyStore(connection, caller.visible).count_usable() >= MAX_USABLE_KEYS:
            message = f"There are {MAX_USABLE_KEYS} keys that work, which is the most: revoke some"
            raise ValidationFailed.of([("name", message, "too_big")])
        secret = generate_secret(asker.mode)
        key = ApiKey(
            key_id=self._ids.new(IdKind.API_KEY),
            account_id=asker.account_id,
            mode=asker.mode,
            prefix=visible_prefix(secret),
            scopes=wanted.scopes,
            warehouse_id=wanted.warehouse_id,
            created_at=await transaction_time(connection),
            expires_at=None,
            revoked_at=None,
            last_used_at=None,
            name=wanted.name,
            created_by=asker.key_id,
        )
        stored = await IdentityStore(connection).add_key(
            key, hash_secret(secret), wanted.expires_in, at_the_latest=asker.expires_at
        )
        scopes = sorted(map(str, stored.scopes))
        log.info("key.created", key_id=stored.key_id, by=asker.key_id, scopes=scopes, mode=stored.mode)
        return stored, secret

    async def _make_once(
        self,
        caller: Principal,
        once: Once,
        make: Callable[[Connection], Awaitable[tuple[ApiKey, str]]],
    ) -> Made:
        if caller.is_service or is_session_secret(secret_of(caller)):
            raise InsufficientScope("A key is made with an API key, not with a session.")
        secrets: dict[str, str] = {}

        async def work(connection: Connection) -> bytes:
            key, secret = await make(connection)
            secrets[key.key_id] = secret
            return key.key_id.encode()

        reply = await run_once(
            self._pool,
            caller.visible,
            operation=once.operation,
            key=once.key,
            fingerprint=once.fingerprint,
            work=work,
        )
        key_id = reply.body.decode()
        async with transaction(self._pool, caller.visible) as connection:
            key = await _found(OwnKeyStore(connection, caller.visible), key_id)
        return Made(key=key, secret=None if reply.replayed else secrets.get(key_id))


async def _asker(connection: Connection, caller: Principal) -> ApiKey:
    """The caller's key as it is now; InvalidApiKey once it has ended, or for what is no key."""
    store = OwnKeyStore(connection, caller.visible)
    asker = await store.find(caller.key_id)
    if asker is None or not asker.is_usable(await transaction_time(connection)):
        raise InvalidApiKey
    return asker


async def _found(store: OwnKeyStore, key_id: str, *, locked: bool = False) -> ApiKey:
    key = await store.find(key_id, locked=locked) if is_valid_id(key_id) else None
    if key is None:
        raise NotFound("Key not found.")
    return key


def _check_within(asker: ApiKey, scopes: frozenset[ScopeName], warehouse_id: str | None) -> None:
    beyond = sorted(map(str, scopes - asker.scopes))
    if beyond:
        raise InsufficientScope(
            f"Your key lacks {', '.join(beyond)}: it makes, replaces and revokes no key that has it.",
            details={"requiredScope": " and ".join(beyond), "scopes": sorted(map(str, asker.scopes))},
        )
    if asker.warehouse_id not in (None, warehouse_id):
        raise OutsideWarehouse
