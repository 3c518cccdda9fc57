"""Making accounts, and making, listing and revoking their keys: what the CLI offers an operator."""

from collections.abc import Sequence
from datetime import timedelta

from entrygo.domain.errors import NotFound, ValidationFailed
from entrygo.domain.ids import IdKind, is_valid_id
from entrygo.domain.principal import ALL_SCOPES, Mode, ScopeName, Tenant, Visible
from entrygo.identity.keys import ApiKey, generate_secret, hash_secret, visible_prefix
from entrygo.identity.store import IdentityStore
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.clock import Clock, Ids


async def create_account(
    pool: Pool, ids: Ids, *, name: str, account_id: str | None = None
) -> tuple[str, bool]:
    """The account's id, and whether it is new; `account_id` names one to take or to keep."""
    if account_id is not None and not is_valid_id(account_id):
        raise ValidationFailed.of([("id", "Use 1 to 64 letters, digits, - and _", "invalid_string")])
    chosen = account_id or ids.new(IdKind.ACCOUNT)
    async with transaction(pool, EVERYONE) as connection:
        return chosen, await IdentityStore(connection).add_account(chosen, name)


async def create_key(
    pool: Pool,
    ids: Ids,
    clock: Clock,
    *,
    account_id: str,
    mode: Mode = Mode.LIVE,
    scopes: frozenset[ScopeName] = ALL_SCOPES,
    expires_in: timedelta | None = None,
    warehouse_id: str | None = None,
    name: str = "",
) -> tuple[ApiKey, str]:
    """The new key and its secret, which is shown this once and stored as a hash only."""
    secret = generate_secret(mode)
    key = ApiKey(
        key_id=ids.new(IdKind.API_KEY),
        account_id=account_id,
        mode=mode,
        prefix=visible_prefix(secret),
        scopes=scopes,
        warehouse_id=warehouse_id,
        created_at=clock(),
        expires_at=None,
        revoked_at=None,
        last_used_at=None,
        name=name,
    )
    async with transaction(pool, Visible.whole(Tenant(account_id, mode))) as connection:
        store = IdentityStore(connection)
        if not await store.has_account(account_id):
            raise NotFound(f"Account {account_id} does not exist.")
        return await store.add_key(key, hash_secret(secret), expires_in), secret


async def list_keys(pool: Pool, account_id: str) -> Sequence[ApiKey]:
    """The account's keys of both modes, oldest first."""
    async with transaction(pool, Visible.whole(Tenant(account_id, Mode.LIVE))) as connection:
        store = IdentityStore(connection)
        if not await store.has_account(account_id):
            raise NotFound(f"Account {account_id} does not exist.")
        return await store.list_keys(account_id)


async def revoke_key(pool: Pool, clock: Clock, *, account_id: str, key_id: str) -> None:
    """Revokes a key for good; running services refuse it within the authenticator's cache time."""
    async with transaction(pool, Visible.whole(Tenant(account_id, Mode.LIVE))) as connection:
        if not await IdentityStore(connection).revoke_key(account_id, key_id, clock()):
            raise NotFound(f"Account {account_id} has no key {key_id}.")
