"""SQL of accounts and API keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from entrygo.domain.principal import Mode, ScopeName
from entrygo.identity.keys import ApiKey
from entrygo.postgres.pool import Connection

KEY_COLUMNS = (
    "key_id, account_id, mode, prefix, scopes, warehouse_id, created_at, expires_at, revoked_at,"
    " last_used_at, name, created_by"
)
_COLUMNS_OF_K = ", ".join(f"k.{column}" for column in KEY_COLUMNS.split(", "))


class IdentityStore:
    """Accounts and keys, within the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add_account(self, account_id: str, name: str) -> bool:
        """Whether the account is new; False leaves one that exists as it is."""
        return bool(
            await self._connection.fetchval(
                "INSERT INTO accounts (account_id, name) VALUES ($1, $2)"
                " ON CONFLICT DO NOTHING RETURNING true",
                account_id,
                name,
            )
        )

    async def has_account(self, account_id: str) -> bool:
        """Whether there is such an account."""
        return bool(
            await self._connection.fetchval(
                "SELECT EXISTS (SELECT FROM accounts WHERE account_id = $1)", account_id
            )
        )

    async def add_key(
        self,
        key: ApiKey,
        secret_sha256: bytes,
        expires_in: timedelta | None,
        *,
        at_the_latest: datetime | None = None,
    ) -> ApiKey:
        """The key as stored: it expires after `expires_in` by the database's clock, or `at_the_latest`."""
        row = await self._connection.fetchrow(
            "INSERT INTO api_keys (key_id, account_id, mode, prefix, scopes, warehouse_id, created_at,"  # noqa: S608
            " expires_at, secret_sha256, name, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7,"
            " least(now() + $8::interval, $10::timestamptz), $9, $11, $12)"
            f" RETURNING {KEY_COLUMNS}",
            key.key_id,
            key.account_id,
            key.mode,
            key.prefix,
            sorted(key.scopes),
            key.warehouse_id,
            key.created_at,
            expires_in,
            secret_sha256,
            at_the_latest,
            key.name,
            key.created_by,
        )
        assert row is not None
        return key_from_row(row)

    async def find_usable_key(self, secret_sha256: bytes) -> tuple[ApiKey, float] | None:
        """A usable key and the seconds until it expires."""
        row = await self._connection.fetchrow(
            f"SELECT {KEY_COLUMNS}, coalesce("  # noqa: S608
            " extract(epoch FROM expires_at - clock_timestamp()), 'Infinity')::float8 AS seconds_left"
            " FROM api_keys WHERE secret_sha256 = $1 AND revoked_at IS NULL"
            " AND (expires_at IS NULL OR clock_timestamp() < expires_at)",
            secret_sha256,
        )
        return (key_from_row(row), row["seconds_left"]) if row else None

    async def add_session(
        self, account_id: str, key_id: str, secret_sha256: bytes, lasts: timedelta
    ) -> datetime:
        """When it expires. Those of the account that are over are removed at the same time."""
        await self._connection.execute(
            "DELETE FROM sessions WHERE account_id = $1 AND expires_at < now()", account_id
        )
        expires_at: datetime = await self._connection.fetchval(
            "INSERT INTO sessions (account_id, secret_sha256, key_id, expires_at)"
            " VALUES ($1, $2, $3, now() + $4::interval) RETURNING expires_at",
            account_id,
            secret_sha256,
            key_id,
            lasts,
        )
        return expires_at

    async def find_key_of_session(self, secret_sha256: bytes) -> tuple[ApiKey, float] | None:
        """The usable key that a session stands for, and for how many more seconds both hold."""
        row = await self._connection.fetchrow(
            f"SELECT {_COLUMNS_OF_K}, extract(epoch FROM"  # noqa: S608
            " least(k.expires_at, s.expires_at) - clock_timestamp())::float8 AS seconds_left"
            " FROM sessions s JOIN api_keys k ON k.account_id = s.account_id AND k.key_id = s.key_id"
            " WHERE s.secret_sha256 = $1 AND k.revoked_at IS NULL"
            " AND clock_timestamp() < least(k.expires_at, s.expires_at)",
            secret_sha256,
        )
        return (key_from_row(row), row["seconds_left"]) if row else None

    async def remove_session(self, account_id: str, secret_sha256: bytes) -> None:
        """Ends a session; one that is gone already is no error."""
        await self._connection.execute(
            "DELETE FROM sessions WHERE account_id = $1 AND secret_sha256 = $2", account_id, secret_sha256
        )

    async def list_keys(self, account_id: str) -> Sequence[ApiKey]:
        """Every key of the account, revoked ones too, oldest first."""
        rows = await self._connection.fetch(
            f"SELECT {KEY_COLUMNS} FROM api_keys WHERE account_id = $1 ORDER BY created_at, key_id",  # noqa: S608
            account_id,
        )
        return [key_from_row(row) for row in rows]

    async def revoke_key(self, account_id: str, key_id: str, at: datetime) -> bool:
        """False when the account has no such key."""
        return bool(
            await self._connection.fetchval(
                "UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3)"
                " WHERE account_id = $1 AND key_id = $2 RETURNING true",
                account_id,
                key_id,
                at,
            )
        )

    async def touch(self, account_id: str, key_id: str) -> None:
        """Notes that a key was used; coarse, so that reads do not become writes."""
        await self._connection.execute(
            "UPDATE api_keys SET last_used_at = now() WHERE account_id = $1 AND key_id = $2"
            " AND (last_used_at IS NULL OR last_used_at < now() - interval '5 minutes')",
            account_id,
            key_id,
        )


def key_from_row(row: asyncpg.Record) -> ApiKey:
    """A key of a row of KEY_COLUMNS."""
    return ApiKey(
        key_id=row["key_id"],
        account_id=row["account_id"],
        mode=Mode(row["mode"]),
        prefix=row["prefix"],
        scopes=frozenset(ScopeName(name) for name in row["scopes"]),
        warehouse_id=row["warehouse_id"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
        name=row["name"],
        created_by=row["created_by"],
    )
