"""SQL of the endpoints themselves, within the caller's transaction."""

from collections.abc import Sequence
from datetime import timedelta

from asyncpg import Record

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.inspection.webhooks.records import (
    Endpoint,
    EndpointStatus,
    OwedMail,
)
from entrygo.postgres.pool import Connection

ENDPOINT_COLUMNS = (
    "account_id, mode, endpoint_id, warehouse_id, url, events, description, notify_email, status,"
    " disabled_reason, secret_version, previous_secret_until, failing_since, created_at, updated_at"
)


class EndpointStore:
    """The endpoints that `visible` includes, within the caller's transaction."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, visible.tenant.mode, visible.warehouse_id)

    async def count(self) -> int:
        """How many endpoints the account has, where the transaction sees all; others that count wait."""
        tenant = self._scope[:2]
        await self._connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 0))", *tenant
        )
        found: int = await self._connection.fetchval(
            "SELECT count(*) FROM webhook_endpoints WHERE account_id = $1 AND mode = $2", *tenant
        )
        return found

    async def add(
        self, endpoint_id: str, *, url: str, events: Sequence[str], description: str, notify_email: str
    ) -> Endpoint:
        """Stores a new endpoint, enabled, bound to the caller's warehouse if any."""
        row = await self._connection.fetchrow(
            "INSERT INTO webhook_endpoints (account_id, mode, warehouse_id, endpoint_id, url, events,"  # noqa: S608
            " description, notify_email) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
            f" RETURNING {ENDPOINT_COLUMNS}",
            *self._scope,
            endpoint_id,
            url,
            list(events),
            description,
            notify_email,
        )
        assert row is not None
        return _endpoint_from_row(row)

    async def endpoints(self) -> list[Endpoint]:
        """The endpoints, oldest first."""
        rows = await self._connection.fetch(
            f"SELECT {ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE account_id = $1 AND mode = $2"  # noqa: S608
            " AND ($3::text IS NULL OR warehouse_id = $3) ORDER BY created_at, endpoint_id",
            *self._scope,
        )
        return [_endpoint_from_row(row) for row in rows]

    async def find(self, endpoint_id: str, *, locked: bool = False) -> Endpoint | None:
        """None if there is none that may be seen; `locked` keeps others from changing it meanwhile."""
        row = await self._connection.fetchrow(
            f"SELECT {ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE account_id = $1 AND mode = $2"  # noqa: S608
            " AND ($3::text IS NULL OR warehouse_id = $3) AND endpoint_id = $4"
            + (" FOR NO KEY UPDATE" if locked else ""),
            *self._scope,
            endpoint_id,
        )
        return _endpoint_from_row(row) if row else None

    async def save(self, endpoint: Endpoint) -> None:
        """Writes what may change of an endpoint. Of one that is enabled no mail is owed any more."""
        await self._connection.execute(
            "UPDATE webhook_endpoints SET url = $4, events = $5, description = $6, status = $7,"
            " disabled_reason = $8, secret_version = $9, previous_secret_until = $10, failing_since = $11,"
            " notify_email = $12, notice_due_at = CASE WHEN $7 = 'enabled' THEN NULL ELSE notice_due_at END,"
            " updated_at = now() WHERE account_id = $1 AND mode = $2 AND endpoint_id = $3",
            *self._scope[:2],
            endpoint.id,
            endpoint.url,
            list(endpoint.events),
            endpoint.description,
            endpoint.status,
            endpoint.disabled_reason,
            endpoint.secret_version,
            endpoint.previous_secret_until,
            endpoint.failing_since,
            endpoint.notify_email,
        )

    async def owe_mail(self, endpoint: Endpoint, notice_id: str) -> None:
        """A mail of this id is due."""
        await self._connection.execute(
            "UPDATE webhook_endpoints SET notice_id = $4, notice_due_at = now()"
            " WHERE account_id = $1 AND mode = $2 AND endpoint_id = $3",
            *self._scope[:2],
            endpoint.id,
            notice_id,
        )

    async def forget_mail(self, owed: OwedMail) -> None:
        """It was taken over; another one that is owed by now stays so."""
        await self._connection.execute(
            "UPDATE webhook_endpoints SET notice_due_at = NULL"
            " WHERE account_id = $1 AND mode = $2 AND endpoint_id = $3 AND notice_id = $4",
            *self._scope[:2],
            owed.endpoint.id,
            owed.notice_id,
        )

    async def remove(self, endpoint: Endpoint) -> None:
        """With everything that was queued for it."""
        await self._connection.execute(
            "DELETE FROM webhook_endpoints WHERE account_id = $1 AND mode = $2 AND endpoint_id = $3",
            *self._scope[:2],
            endpoint.id,
        )


class OwedMails:
    """Of all accounts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim(self, limit: int, *, again_in: timedelta) -> list[OwedMail]:
        """Those that are due, for this caller to hand over; others may after `again_in`."""
        rows = await self._connection.fetch(
            "UPDATE webhook_endpoints SET notice_due_at = now() + $2::interval"  # noqa: S608
            " WHERE ctid = ANY (ARRAY(SELECT ctid FROM webhook_endpoints"
            "  WHERE status = 'disabled' AND notify_email <> '' AND notice_due_at <= now()"
            "  ORDER BY notice_due_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED))"
            f" RETURNING notice_id, {ENDPOINT_COLUMNS}",
            limit,
            again_in,
        )
        return [OwedMail(row["notice_id"], _endpoint_from_row(row)) for row in rows]


def _endpoint_from_row(row: Record) -> Endpoint:
    return Endpoint(
        id=row["endpoint_id"],
        tenant=Tenant(row["account_id"], Mode(row["mode"])),
        warehouse_id=row["warehouse_id"],
        url=row["url"],
        events=tuple(row["events"]),
        description=row["description"],
        notify_email=row["notify_email"],
        status=EndpointStatus(row["status"]),
        disabled_reason=row["disabled_reason"],
        secret_version=row["secret_version"],
        previous_secret_until=row["previous_secret_until"],
        failing_since=row["failing_since"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
