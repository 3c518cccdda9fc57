"""All SQL of the mails that say that a webhook was disabled. In the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.messaging.doorbell import ring
from entrygo.postgres.pool import Connection, after_commit

# Longer than anybody asks for one again.
_KEPT_DAYS = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMail:
    """One mail; `attempts` are those before, which may have ended without a word."""

    id: str
    sender: str
    recipient: str
    content: bytes
    attempts: int
    created_at: datetime


class NoticeStore:
    """The notices of one account. Times are the database's."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))

    async def add(self, notice_id: str, *, sender: str, recipient: str, content: bytes) -> None:
        """Due at once; one that is there already stays as it is. Forgets what is long over."""
        await self._connection.execute(
            "INSERT INTO notice_mails (account_id, mode, id, sender, recipient, content, due_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, now()) ON CONFLICT DO NOTHING",
            *self._scope,
            notice_id,
            sender,
            recipient,
            content,
        )
        after_commit(self._connection, ring)
        await self._connection.execute(
            "DELETE FROM notice_mails WHERE account_id = $1 AND mode = $2 AND due_at IS NULL"
            " AND created_at < now() - make_interval(days => $3)",
            *self._scope,
            _KEPT_DAYS,
        )

    async def claim(self, notice_id: str, lease: timedelta) -> NoticeMail | None:
        """The mail, for this caller to send; another may after `lease`. None when it is not due."""
        row = await self._connection.fetchrow(
            "UPDATE notice_mails SET due_at = now() + $4"
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND due_at <= now()"
            " RETURNING id, sender, recipient, content, attempts, created_at",
            *self._scope,
            notice_id,
            lease,
        )
        return None if row is None else NoticeMail(**dict(row))

    async def begin(self, notice_id: str) -> None:
        """An attempt follows."""
        await self._connection.execute(
            "UPDATE notice_mails SET attempts = attempts + 1 WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            notice_id,
        )

    async def put_off(self, notice_id: str, pause: timedelta) -> None:
        """The attempt that was begun did not take place; another one is due after `pause`."""
        await self._connection.execute(
            "UPDATE notice_mails SET attempts = attempts - 1, due_at = now() + $4"
            " WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            notice_id,
            pause,
        )

    async def settle(self, notice_id: str, said: str, due_at: datetime | None) -> None:
        """What was said of it; it is due again then, None: never."""
        await self._connection.execute(
            "UPDATE notice_mails SET said = $4, due_at = $5 WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            notice_id,
            said,
            due_at,
        )


class NoticeBacklog:
    """Which notices are due, across accounts; read only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def due(self, limit: int) -> list[tuple[Tenant, str]]:
        """The account and the id of each, the longest waiting first."""
        rows = await self._connection.fetch(
            "SELECT account_id, mode, id FROM notice_mails WHERE due_at <= now() ORDER BY due_at LIMIT $1",
            limit,
        )
        return [(Tenant(row["account_id"], Mode(row["mode"])), row["id"]) for row in rows]
