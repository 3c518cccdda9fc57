"""Sessions: what a browser holds instead of a key.

A session has no rights of its own. It names a key, and ends with it: at the latest after `LASTS`, or when
the key expires or is revoked. So a cookie that is lost is worth hours, and the key itself was in the browser
only while it was typed.
"""

from datetime import datetime, timedelta

from entrygo.domain.errors import InsufficientScope
from entrygo.domain.principal import Principal
from entrygo.identity.keys import generate_session_secret, hash_secret, is_session_secret
from entrygo.identity.store import IdentityStore
from entrygo.postgres.pool import Pool, transaction

# A working day: who signs in before a shift is not signed out in it.
LASTS = timedelta(hours=12)


async def open_session(pool: Pool, caller: Principal) -> tuple[str, datetime]:
    """The secret of a new session of the caller's key, shown this once, and when it expires.

    InsufficientScope for a caller that is a session itself, which would never end, or one of our services.
    """
    if caller.is_service or is_session_secret(secret_of(caller)):
        raise InsufficientScope("A session is opened with an API key.")
    secret = generate_session_secret()
    async with transaction(pool, caller.visible) as connection:
        store = IdentityStore(connection)
        account_id = caller.tenant.account_id
        return secret, await store.add_session(account_id, caller.key_id, hash_secret(secret), LASTS)


async def end_session(pool: Pool, caller: Principal) -> None:
    """Ends the session that the caller is; for another caller nothing happens."""
    async with transaction(pool, caller.visible) as connection:
        hashed = hash_secret(secret_of(caller))
        await IdentityStore(connection).remove_session(caller.tenant.account_id, hashed)


def secret_of(caller: Principal) -> str:
    """The secret in what the caller sent."""
    return caller.authorization.partition(" ")[2].strip()
