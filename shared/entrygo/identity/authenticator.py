"""Turns the `authorization` value of a call into a Principal, or refuses it."""

import hmac
import time
from collections import OrderedDict

from entrygo.domain.errors import InvalidApiKey
from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import ALL_SCOPES, Mode, Principal, Tenant
from entrygo.identity.keys import ApiKey, has_key_shape, hash_secret
from entrygo.identity.store import IdentityStore
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.clock import Clock

# A revoked key works for at most this long in a running service.
CACHE_SECONDS = 3.0
CACHE_ENTRIES = 10_000

SERVICE_SCHEME = "Service "
BEARER_SCHEME = "Bearer "


class Authenticator:
    """Knows keys by the hash of their secret, for a few seconds each, refusals included."""

    def __init__(self, pool: Pool, clock: Clock, *, service_token: str | None) -> None:
        self._pool = pool
        self._clock = clock
        self._service_token = service_token
        self._cache: OrderedDict[bytes, tuple[float, ApiKey | None]] = OrderedDict()

    async def authenticate(self, authorization: str, tenant: str = "") -> Principal:
        """The caller behind `authorization`; `tenant` (`acc_1/live`) is what background work acts for.

        Raises InvalidApiKey for a missing, unknown, expired or revoked key: one answer for all of them.
        """
        if authorization.startswith(SERVICE_SCHEME):
            return self._service(authorization, tenant)
        if authorization[: len(BEARER_SCHEME)].lower() != BEARER_SCHEME.lower():
            raise InvalidApiKey
        secret = authorization[len(BEARER_SCHEME) :].strip()
        if not has_key_shape(secret):
            raise InvalidApiKey
        key = await self._find(hash_secret(secret))
        if key is None or not key.is_usable(self._clock()):
            raise InvalidApiKey
        return Principal(
            tenant=Tenant(key.account_id, key.mode),
            key_id=key.key_id,
            scopes=key.scopes,
            authorization=authorization,
            warehouse_id=key.warehouse_id,
        )

    async def _find(self, hashed: bytes) -> ApiKey | None:
        now = time.monotonic()
        cached = self._cache.get(hashed)
        if cached is not None and now < cached[0]:
            return cached[1]
        async with transaction(self._pool, EVERYONE) as connection:
            store = IdentityStore(connection)
            key = await store.find_key(hashed)
            if key is not None and key.is_usable(self._clock()):
                await store.touch(key.account_id, key.key_id, self._clock())
        self._cache[hashed] = (now + CACHE_SECONDS, key)
        self._cache.move_to_end(hashed)
        while len(self._cache) > CACHE_ENTRIES:
            self._cache.popitem(last=False)
        return key

    def _service(self, authorization: str, tenant: str) -> Principal:
        token = authorization.removeprefix(SERVICE_SCHEME)
        if self._service_token is None or not hmac.compare_digest(
            token.encode(), self._service_token.encode()
        ):
            raise InvalidApiKey
        account_id, _, mode = tenant.partition("/")
        if not is_valid_id(account_id) or mode not in tuple(Mode):
            account_id, mode = "system", Mode.LIVE
        return Principal(
            tenant=Tenant(account_id, Mode(mode)),
            key_id="service",
            scopes=ALL_SCOPES,
            authorization=authorization,
            is_service=True,
        )
