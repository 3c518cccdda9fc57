"""All SQL of the recipients of an account's mail, and of the mails of a day. In the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import asyncpg

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.execution.broker.recipients import WHOLE_ACCOUNT, Recipient, RecipientState
from entrygo.messaging.doorbell import ring
from entrygo.postgres.conditions import when_given
from entrygo.postgres.pool import Connection, after_commit

_RECIPIENT = "id, address, state, asks, ask_due_at, asked_at, changed_at"
# Of counts of mails.
KEPT_DAYS = 7


def counted(names: str) -> str:
    """Parts of a statement: counts one more mail of this day (UTC) for each of `names`, a FROM of a `name`;
    `counted` gives their counts by address. The account's first mail of a day removes what is old.

    $1 and $2 are account and mode.
    """
    return (
        "counted AS (INSERT INTO mail_counts (account_id, mode, day, address, mails)"  # noqa: S608
        f"  SELECT $1, $2, (now() AT TIME ZONE 'UTC')::date, name, 1 FROM {names}"
        "  ON CONFLICT (account_id, mode, day, address) DO UPDATE SET mails = mail_counts.mails + 1"
        "  RETURNING address, mails),"
        " forgotten AS (DELETE FROM mail_counts WHERE account_id = $1 AND mode = $2"
        f"  AND day < (now() AT TIME ZONE 'UTC')::date - {KEPT_DAYS}"
        f"  AND EXISTS (SELECT FROM counted WHERE address = '{WHOLE_ACCOUNT}' AND mails = 1))"
    )


_COUNT = f"WITH {counted('unnest($3::text[]) AS name')} SELECT address, mails FROM counted"  # noqa: S608


class RecipientStore:
    """The recipients of one account. Times are the database's."""

    def __init__(self, connection: Connection, visible: Visible) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, str(visible.tenant.mode))

    async def find(self, address: str) -> Recipient | None:
        """The recipient of this address."""
        return await self._one("address = $3", address)

    async def get(self, recipient_id: str) -> Recipient | None:
        """The recipient of this id, locked until the transaction ends."""
        return await self._one("id = $3 FOR UPDATE", recipient_id)

    async def _one(self, condition: str, value: str) -> Recipient | None:
        row = await self._connection.fetchrow(
            f"SELECT {_RECIPIENT} FROM mail_recipients"  # noqa: S608
            f" WHERE account_id = $1 AND mode = $2 AND {condition}",
            *self._scope,
            value,
        )
        return None if row is None else _from_row(row)

    async def list(self, addresses: Sequence[str] | None = None) -> Sequence[Recipient]:
        """All of them, or those of these addresses, by address."""
        named = when_given("address = ANY($3)", "$3::text[]", addresses)
        rows = await self._connection.fetch(
            f"SELECT {_RECIPIENT} FROM mail_recipients"  # noqa: S608
            f" WHERE account_id = $1 AND mode = $2 AND {named}"
            " ORDER BY address",
            *self._scope,
            addresses,
        )
        return [_from_row(row) for row in rows]

    async def want_asked(self, new_id: str, address: str) -> None:
        """A mail that asks the address is due; one that is not known yet is unconfirmed."""
        await self._connection.execute(
            "INSERT INTO mail_recipients (account_id, mode, id, address, state, ask_due_at, changed_at)"
            " VALUES ($1, $2, $3, $4, 'unconfirmed', now(), now())"
            " ON CONFLICT (account_id, mode, address)"
            " DO UPDATE SET ask_due_at = coalesce(mail_recipients.ask_due_at, now())",
            *self._scope,
            new_id,
            address,
        )
        after_commit(self._connection, ring)

    async def set_state(self, new_id: str, address: str, state: RecipientState) -> None:
        """Writes somebody's decision; nothing more is asked."""
        await self._connection.execute(
            "INSERT INTO mail_recipients (account_id, mode, id, address, state, changed_at)"
            " VALUES ($1, $2, $3, $4, $5, now())"
            " ON CONFLICT (account_id, mode, address)"
            " DO UPDATE SET state = excluded.state, ask_due_at = NULL, changed_at = now()",
            *self._scope,
            new_id,
            address,
            state,
        )

    async def claim_ask(self, recipient_id: str, lease: timedelta) -> Recipient | None:
        """The recipient, for this caller to ask; another may after `lease`. None when it is not due."""
        row = await self._connection.fetchrow(
            "UPDATE mail_recipients SET ask_due_at = now() + $4"  # noqa: S608
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND ask_due_at <= now()"
            f" AND state = 'unconfirmed' RETURNING {_RECIPIENT}",
            *self._scope,
            recipient_id,
            lease,
        )
        return None if row is None else _from_row(row)

    async def asked(self, recipient_id: str) -> None:
        await self._connection.execute(
            "UPDATE mail_recipients SET asks = asks + 1, asked_at = now(), ask_due_at = NULL"
            " WHERE account_id = $1 AND mode = $2 AND id = $3",
            *self._scope,
            recipient_id,
        )

    async def put_off(self, recipient_id: str, until: datetime) -> None:
        """The mail that asks leaves later; one that is answered by then does not."""
        await self._connection.execute(
            "UPDATE mail_recipients SET ask_due_at = $4"
            " WHERE account_id = $1 AND mode = $2 AND id = $3 AND ask_due_at IS NOT NULL",
            *self._scope,
            recipient_id,
            until,
        )

    async def release_held(self) -> None:
        """What was held back is due at once; whether it may leave is decided anew.

        What was not tried yet, too: one that is being held at this moment is waited for.
        """
        await self._connection.execute(
            "UPDATE broker_submissions SET next_attempt_at = now()"
            " WHERE account_id = $1 AND mode = $2 AND status = 'prepared' AND attempts = 0",
            *self._scope,
        )
        await self._connection.execute(
            "UPDATE notice_mails SET due_at = now()"
            " WHERE account_id = $1 AND mode = $2 AND due_at IS NOT NULL AND attempts = 0",
            *self._scope,
        )
        after_commit(self._connection, ring)

    async def count(self, *names: str) -> Mapping[str, int]:
        """How many mails of this day there are with this one, by name."""
        rows = await self._connection.fetch(_COUNT, *self._scope, names)
        return {row["address"]: row["mails"] for row in rows}

    async def uncount(self, *names: str) -> None:
        """Takes a mail back out of this day's counts: it did not leave."""
        await self._connection.execute(
            "UPDATE mail_counts SET mails = mails - 1 WHERE account_id = $1 AND mode = $2"
            " AND day = (now() AT TIME ZONE 'UTC')::date AND address = ANY($3::text[])",
            *self._scope,
            names,
        )

    async def tomorrow(self) -> datetime:
        """The first moment of the next day (UTC)."""
        found = await self._connection.fetchval(
            "SELECT (date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day') AT TIME ZONE 'UTC'"
        )
        assert isinstance(found, datetime)
        return found


class RecipientBacklog:
    """Which recipients are to be asked, and what waits for any, across accounts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def due(self, limit: int) -> list[tuple[Tenant, str]]:
        """The account and the id of each, the longest waiting first."""
        rows = await self._connection.fetch(
            "SELECT account_id, mode, id FROM mail_recipients"
            " WHERE ask_due_at <= now() ORDER BY ask_due_at LIMIT $1",
            limit,
        )
        return [(Tenant(row["account_id"], Mode(row["mode"])), row["id"]) for row in rows]

    async def release_held(self) -> None:
        """As `RecipientStore.release_held`; what somebody else has in hand is decided by them."""
        released = [
            await self._connection.execute(
                "UPDATE broker_submissions SET next_attempt_at = now()"
                " WHERE ctid = ANY (ARRAY(SELECT ctid FROM broker_submissions WHERE status = 'prepared'"
                "  AND attempts = 0 AND held_at IS NOT NULL AND next_attempt_at > now()"
                "  FOR UPDATE SKIP LOCKED))"
            ),
            await self._connection.execute(
                "UPDATE notice_mails SET due_at = now() WHERE ctid = ANY (ARRAY(SELECT ctid FROM notice_mails"
                "  WHERE attempts = 0 AND due_at > now() FOR UPDATE SKIP LOCKED))"
            ),
        ]
        if released != ["UPDATE 0"] * 2:
            after_commit(self._connection, ring)


def _from_row(row: asyncpg.Record) -> Recipient:
    return Recipient(**{**dict(row), "state": RecipientState(row["state"])})
