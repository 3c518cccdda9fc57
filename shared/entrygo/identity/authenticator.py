"""Turns the `authorization` value of a call into a Principal, or refuses it."""

import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from entrygo.domain.errors import InvalidApiKey
from entrygo.domain.principal import Principal, Tenant
from entrygo.identity.keys import ApiKey, has_key_shape, hash_secret, is_session_secret
from entrygo.identity.on_behalf import read_principal
from entrygo.identity.sessions import end_session, open_session, secret_of
from entrygo.identity.store import IdentityStore
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.requests.known_keys import Memory, StrangersLine

# A revoked key works for at most this long in a running service.
CACHE_SECONDS = 3.0
# For so long before that is over one of those who use the key looks it up again: at the end of it all of them
# would ask the database at once.
RENEW_SECONDS = 1.0
CACHE_ENTRIES = 10_000
# Look-ups of keys that were never seen, at once and in line. Fewer than identity has connections, so that
# a key that was seen before is never kept waiting by them.
STRANGERS_AT_ONCE = 1
MAX_STRANGERS = 256

SERVICE_SCHEME = "Service "
BEARER_SCHEME = "Bearer "

_NO_METADATA: Mapping[str, str] = MappingProxyType({})


class Credential(NamedTuple):
    """The `authorization` value of a call: of the services, or a key's or a session's, known by its digest.

    Neither is_service nor a digest: it cannot be good.
    """

    authorization: str
    digest: bytes | None = None
    is_session: bool = False
    is_service: bool = False


class Authenticator:
    """Knows keys by the hash of their secret, for a few seconds each, refusals included."""

    def __init__(
        self,
        pool: Pool,
        *,
        service_tokens: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._service_tokens = tuple(token.encode() for token in service_tokens)
        # Apart, so that any number of bad keys pushes no good one out.
        self._good: Memory[tuple[float, ApiKey | None]] = Memory(CACHE_ENTRIES)
        self._bad: Memory[float] = Memory(CACHE_ENTRIES)
        self._in_renewal: set[bytes] = set()
        self._strangers = StrangersLine(at_once=STRANGERS_AT_ONCE, waiting=MAX_STRANGERS)

    def read(self, authorization: str) -> Credential:
        """What a caller shows, taken apart once for all that is asked about it."""
        if authorization.startswith(SERVICE_SCHEME):
            return Credential(authorization, is_service=self._is_service(authorization))
        secret = _secret_in(authorization)
        if secret is None:
            return Credential(authorization)
        return Credential(authorization, hash_secret(secret), is_session=is_session_secret(secret))

    async def authenticate(self, authorization: str, metadata: Mapping[str, str] = _NO_METADATA) -> Principal:
        """As `caller`, of the text that was sent."""
        return await self.caller(self.read(authorization), metadata)

    async def caller(self, shown: Credential, metadata: Mapping[str, str]) -> Principal:
        """The caller who shows this; `metadata` is where a service says whom it acts for.

        Raises InvalidApiKey for a missing, unknown, expired or revoked key: one answer for all of them.
        """
        if shown.is_service:
            return read_principal(metadata, shown.authorization)
        if shown.digest is None:
            raise InvalidApiKey
        key = await self._find(shown.digest, is_session=shown.is_session)
        if key is None:
            raise InvalidApiKey
        return Principal(
            tenant=Tenant(key.account_id, key.mode),
            key_id=key.key_id,
            scopes=key.scopes,
            authorization=shown.authorization,
            warehouse_id=key.warehouse_id,
        )

    def is_stranger(self, shown: Credential) -> bool:
        """Whether the credential was not good when it was last looked up, or never was."""
        return not shown.is_service and (shown.digest is None or shown.digest not in self._good)

    async def _find(self, hashed: bytes, *, is_session: bool) -> ApiKey | None:
        now = self._clock()
        until, good = self._good.get(hashed, (0.0, None))
        if now < until:
            if until - now > RENEW_SECONDS or hashed in self._in_renewal:
                return good
            return await self._renew(hashed, is_session)
        if now < self._bad.get(hashed, 0.0):
            return None
        if good is not None:
            return await self._look_up(hashed, is_session)
        async with self._strangers.place():
            return await self._look_up(hashed, is_session)

    async def _renew(self, hashed: bytes, is_session: bool) -> ApiKey | None:
        """Looks it up while others still use what is known."""
        self._in_renewal.add(hashed)
        try:
            return await self._look_up(hashed, is_session)
        finally:
            self._in_renewal.discard(hashed)

    async def _look_up(self, hashed: bytes, is_session: bool) -> ApiKey | None:
        now = self._clock()  # before the database says how long: the wait for its answer is part of that
        async with transaction(self._pool, EVERYONE) as connection:
            store = IdentityStore(connection)
            find = store.find_key_of_session if is_session else store.find_usable_key
            found = await find(hashed)
            if found is not None:
                await store.touch(found[0].account_id, found[0].key_id)
        if found is None:
            self._good.forget(hashed)
            self._bad.put(hashed, now + CACHE_SECONDS)
            return None
        key, seconds_left = found
        self._good.put(hashed, (now + min(CACHE_SECONDS, seconds_left), key))
        return key

    async def open_session(self, caller: Principal) -> tuple[str, datetime]:
        """As sessions.open_session, in the database of the keys."""
        return await open_session(self._pool, caller)

    async def end_session(self, caller: Principal) -> None:
        """As sessions.end_session; other processes know it within the cache time."""
        await end_session(self._pool, caller)
        self._good.forget(hash_secret(secret_of(caller)))

    def _is_service(self, authorization: str) -> bool:
        sent = authorization.removeprefix(SERVICE_SCHEME).encode()
        # Held against every token, so that the time it takes says nothing of them.
        return bool(sum(hmac.compare_digest(sent, token) for token in self._service_tokens))


def _secret_in(authorization: str) -> str | None:
    """The secret of a key or session; None for what cannot be one."""
    if authorization[: len(BEARER_SCHEME)].lower() != BEARER_SCHEME.lower():
        return None
    secret = authorization[len(BEARER_SCHEME) :].strip()
    return secret if has_key_shape(secret) else None
