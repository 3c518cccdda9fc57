"""SQL of the keys that one caller may see: of its account and mode, and of its warehouse if it has one."""

from collections.abc import Sequence
from datetime import timedelta

from entrygo.domain.principal import Visible
from entrygo.identity.keys import ApiKey
from entrygo.identity.store import KEY_COLUMNS, key_from_row
from entrygo.postgres.pool import Connection

_SEEN = "account_id = $1 AND mode = $2 AND ($3::text IS NULL OR warehouse_id = $3)"


class OwnKeyStore:
    """Keys as the account's own people see them, within the caller's transaction."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, visible.tenant.mode, visible.warehouse_id)

    async def page(self, *, before: str, limit: int) -> Sequence[ApiKey]:
        """The newest first, those made before the key `before` where that is not empty; revoked ones, too."""
        rows = await self._connection.fetch(
            f"SELECT {KEY_COLUMNS} FROM api_keys WHERE {_SEEN}"  # noqa: S608
            " AND ($4 = '' OR key_id < $4) ORDER BY key_id DESC LIMIT $5",
            *self._scope,
            before,
            limit,
        )
        return [key_from_row(row) for row in rows]

    async def find(self, key_id: str, *, locked: bool = False) -> ApiKey | None:
        """One key; `locked`: which nobody else changes until the transaction ends."""
        lock = " FOR UPDATE" if locked else ""
        row = await self._connection.fetchrow(
            f"SELECT {KEY_COLUMNS} FROM api_keys WHERE {_SEEN} AND key_id = $4{lock}",  # noqa: S608
            *self._scope,
            key_id,
        )
        return key_from_row(row) if row else None

    async def count_usable(self) -> int:
        """How many keys of the account work, whoever may see them; others that count wait."""
        tenant = self._scope[:2]
        await self._connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('keys/' || $1 || '/' || $2, 0))", *tenant
        )
        counted: int = await self._connection.fetchval(
            "SELECT count(*) FROM api_keys WHERE account_id = $1 AND mode = $2 AND revoked_at IS NULL"
            " AND (expires_at IS NULL OR now() < expires_at)",
            *tenant,
        )
        return counted

    async def made_for(self, key_id: str) -> timedelta | None:
        """How long the key was made to work, whatever a rotation left of it; None: without an end."""
        lifetime: timedelta | None = await self._connection.fetchval(
            "SELECT nullif(coalesce(made_until, expires_at), 'infinity') - created_at"  # noqa: S608
            f" FROM api_keys WHERE {_SEEN} AND key_id = $4",
            *self._scope,
            key_id,
        )
        return lifetime

    async def end_after(self, key_id: str, overlap: timedelta) -> None:
        """The key works for `overlap` from now on, or for as long as it would have, where that is less."""
        await self._connection.execute(
            "UPDATE api_keys SET expires_at = least(expires_at, now() + $5::interval),"  # noqa: S608
            " made_until = coalesce(made_until, expires_at, 'infinity')"
            f" WHERE {_SEEN} AND key_id = $4",
            *self._scope,
            key_id,
            overlap,
        )
