"""Everybody who must not get what the victim has."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from entrygo.domain.principal import ALL_SCOPES, Mode, ScopeName
from entrygo.identity.use_cases import create_key, revoke_key
from entrygo.postgres.pool import Pool, open_pool
from entrygo.process.clock import Ids, utc_now
from tests.harness.system import System

ELSEWHERE = "wh_elsewhere"


class Caller(StrEnum):
    """In which way a caller is the wrong one."""

    OTHER_ACCOUNT = "other account"
    OTHER_MODE = "other mode"
    OTHER_WAREHOUSE = "other warehouse"
    NARROWER_SCOPE = "narrower scope"
    EXPIRED = "expired key"
    REVOKED = "revoked key"
    NO_KEY = "no key"


# Whose key is no key: refused before anything else is looked at.
UNKNOWN = frozenset({Caller.EXPIRED, Caller.REVOKED, Caller.NO_KEY})


@dataclass
class Keys:
    """Makes the key of each caller, once."""

    system: System
    pool: Pool
    _made: dict[tuple[Caller, frozenset[ScopeName]], str] = field(default_factory=dict)

    async def of(self, caller: Caller, enough: frozenset[ScopeName]) -> str | None:
        """The key of a caller; that of the narrower scope has all but those of which one is `enough`."""
        if caller is Caller.NO_KEY:
            return None
        scopes = ALL_SCOPES - enough if caller is Caller.NARROWER_SCOPE else ALL_SCOPES
        if (caller, scopes) not in self._made:
            self._made[caller, scopes] = await self._make(caller, scopes)
        return self._made[caller, scopes]

    async def _make(self, caller: Caller, scopes: frozenset[ScopeName]) -> str:
        key, secret = await create_key(
            self.pool,
            Ids(),
            utc_now,
            account_id=self._account(caller),
            mode=Mode.TEST if caller is Caller.OTHER_MODE else Mode.LIVE,
            scopes=scopes,
            expires_in=timedelta(seconds=-1) if caller is Caller.EXPIRED else None,
            warehouse_id=ELSEWHERE if caller is Caller.OTHER_WAREHOUSE else None,
        )
        if caller is Caller.REVOKED:
            await revoke_key(self.pool, utc_now, account_id=key.account_id, key_id=key.key_id)
        return secret

    def _account(self, caller: Caller) -> str:
        is_other = caller is Caller.OTHER_ACCOUNT
        return self.system.other_account_id if is_other else self.system.account_id


@asynccontextmanager
async def keys_of(system: System) -> AsyncIterator[Keys]:
    pool = await open_pool(system.database_url, schema="identity", max_size=1)
    try:
        yield Keys(system, pool)
    finally:
        await pool.close()
