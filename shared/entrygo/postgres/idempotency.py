"""Writes that happen once: the key row, the state and the events commit together, or not at all.

Scope of a key: account, mode, operation. Only successes are kept; an error releases the key.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

import asyncpg
from google.protobuf.message import Message

from entrygo.domain.errors import IdempotencyConflict, IdempotencyInProgress, ServiceUnavailable
from entrygo.domain.principal import Visible
from entrygo.postgres.large_bytes import packed_beside, unpacked_beside
from entrygo.postgres.pool import CommitUnknown, Connection, Pool, transaction

M = TypeVar("M", bound=Message)
R = TypeVar("R", bound="Reply | None")

REREAD_ATTEMPTS = 10
REREAD_PAUSE = 0.5  # seconds
# A key that is released between two looks is asked for again.
CLAIM_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """The serialized response of a write, and whether it is that of an earlier call."""

    body: bytes
    replayed: bool


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key in use: `response` is None while the write that owns it still runs."""

    fingerprint: bytes
    resource_id: str | None
    response: bytes | None


def fingerprint(operation: str, request: Message) -> bytes:
    """SHA-256 of what the caller asked for, without the key; equal over REST and gRPC.

    Deterministic protobuf bytes: a field added later and not set leaves old fingerprints as they are.
    """
    bare = type(request)()
    bare.CopyFrom(request)
    bare.ClearField("idempotency_key")
    return hashlib.sha256(operation.encode() + b"\0" + bare.SerializeToString(deterministic=True)).digest()


class KeyStore:
    """The key rows, within the caller's transaction."""

    def __init__(self, connection: Connection, visible: Visible, operation: str) -> None:
        self._connection = connection
        self._scope = (visible.tenant.account_id, visible.tenant.mode, operation)

    async def claim(self, key: str, print_: bytes, *, resource_id: str | None = None) -> KeyRow | None:
        """Takes the key (None), or gives the row of the call that has it.

        Waits while another transaction holds the key uncommitted. Raises IdempotencyConflict for another
        payload, IdempotencyInProgress when the wait exceeds the lock timeout.
        """
        return await self.claim_by(partial(self._take, key, print_, resource_id), key, print_)

    async def claim_reading(
        self, key: str, print_: bytes, read: str, *values: object
    ) -> "asyncpg.Record | KeyRow":
        """As `claim`, in one statement with `read`, which gives a row of what the write needs, or the row of
        the call that has the key. An empty key is none.

        `read` is a SELECT with account and mode in $1 and $2, and `values` from $6 on.
        """
        try:
            row = await self._connection.fetchrow(
                "WITH taken AS ("  # noqa: S608
                " INSERT INTO idempotency_keys (account_id, mode, operation, key, fingerprint)"
                " SELECT $1, $2, $3, $4, $5::bytea WHERE $4 <> '' ON CONFLICT DO NOTHING RETURNING true)"
                f" SELECT EXISTS (SELECT FROM taken) AS is_taken, found.* FROM ({read}) AS found",
                *self._scope,
                key,
                print_,
                *values,
            )
        except asyncpg.exceptions.LockNotAvailableError as error:
            raise IdempotencyInProgress from error
        assert row is not None
        earlier = await self.claim(key, print_) if key and not row["is_taken"] else None
        return row if earlier is None else earlier

    async def claim_by(self, take: Callable[[], Awaitable[bool]], key: str, print_: bytes) -> KeyRow | None:
        """As `claim`, where `take` takes the key with what else it writes, or gives False."""
        for _ in range(CLAIM_ATTEMPTS):
            try:
                if await take():
                    return None
            except asyncpg.exceptions.LockNotAvailableError as error:
                raise IdempotencyInProgress from error
            # A new statement, so that it sees what the other transaction has committed meanwhile.
            earlier = await self.find(key, print_)
            if earlier is not None:
                return earlier
        raise IdempotencyInProgress

    async def _take(self, key: str, print_: bytes, resource_id: str | None) -> bool:
        taken = await self._connection.fetchval(
            "INSERT INTO idempotency_keys (account_id, mode, operation, key, fingerprint, resource_id)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING true",
            *self._scope,
            key,
            print_,
            resource_id,
        )
        return bool(taken)

    async def find(self, key: str, print_: bytes) -> KeyRow | None:
        """The row of a key, if any; IdempotencyConflict when it was used for another payload."""
        row = await self._connection.fetchrow(
            "SELECT fingerprint, resource_id, response FROM idempotency_keys"
            " WHERE account_id = $1 AND mode = $2 AND operation = $3 AND key = $4",
            *self._scope,
            key,
        )
        if row is None:
            return None
        if row["fingerprint"] != print_:
            raise IdempotencyConflict
        response = row["response"] and await unpacked_beside(row["response"])
        return KeyRow(row["fingerprint"], row["resource_id"], response)

    async def complete(self, key: str, *response: bytes) -> None:
        """Stores the answer that later calls with this key get: what its parts are one after the other."""
        await self._connection.execute(
            "UPDATE idempotency_keys SET response = $5"
            " WHERE account_id = $1 AND mode = $2 AND operation = $3 AND key = $4",
            *self._scope,
            key,
            await packed_beside(*response),
        )

    async def release(self, key: str) -> None:
        """Forgets a key whose write failed, so that the same call may succeed once its cause is gone."""
        await self._connection.execute(
            "DELETE FROM idempotency_keys"
            " WHERE account_id = $1 AND mode = $2 AND operation = $3 AND key = $4 AND response IS NULL",
            *self._scope,
            key,
        )


# What is done in the transaction of a key; it gives the bytes of the answer.
Work = Callable[[Connection], Awaitable[bytes]]


async def run_once(
    pool: Pool,
    scope: Visible,
    *,
    operation: str,
    key: str,
    fingerprint: bytes,
    work: Work,
    guard: Callable[[Connection], Awaitable[object]] | None = None,
    keeps_answer: bool = False,
) -> Reply:
    """Runs `work` in one transaction with its key row and gives its bytes, or those of the first call.

    `keeps_answer` says that work completes the key itself. `guard` runs before the key is looked at: keys are
    the account's, so it keeps a stored answer from a caller who may not see what the answer is about.
    An empty key means none. Raises IdempotencyConflict, IdempotencyInProgress, ServiceUnavailable, and what
    `guard` or `work` raises (then nothing is written and the key is free).
    """

    async def run(connection: Connection) -> Reply:
        if guard is not None:
            await guard(connection)
        if not key:
            return Reply(await work(connection), replayed=False)
        keys = KeyStore(connection, scope, operation)
        earlier = await keys.claim(key, fingerprint)
        if earlier is not None:
            return replay(earlier)
        body = await work(connection)
        if not keeps_answer:
            await keys.complete(key, body)
        return Reply(body, replayed=False)

    return await committed(pool, scope, operation=operation, key=key, fingerprint=fingerprint, run=run)


async def committed(
    pool: Pool,
    scope: Visible,
    *,
    operation: str,
    key: str,
    fingerprint: bytes,
    run: Callable[[Connection], Awaitable[R]],
    opened: Callable[[Pool, Visible], AbstractAsyncContextManager[Connection]] = transaction,
) -> R | Reply:
    """What `run` gives, in one transaction; once the outcome of its COMMIT is unknown, what the key says.

    `run` may say with None that it did nothing.
    """
    reply: R | None = None
    try:
        async with opened(pool, scope) as connection:
            reply = await run(connection)
    except CommitUnknown:
        if reply is not None and reply.replayed:
            return reply  # it wrote nothing, and what it read had been committed before
        if not key:
            raise
        body_in_force = await _reread(pool, scope, operation, key, fingerprint)
        if body_in_force is None:
            raise
        return Reply(body_in_force, replayed=False)
    return reply


def replay(row: KeyRow) -> Reply:
    """The answer of the call that has the key; IdempotencyInProgress while it has none."""
    if row.response is None:
        raise IdempotencyInProgress
    return Reply(row.response, replayed=True)


async def find_reply(
    pool: Pool, scope: Visible, *, operation: str, key: str, fingerprint: bytes
) -> bytes | None:
    """The stored answer of an earlier call, before any work is done for this one."""
    if not key:
        return None
    async with transaction(pool, scope) as connection:
        row = await KeyStore(connection, scope, operation).find(key, fingerprint)
        return row.response if row is not None else None


async def _reread(pool: Pool, scope: Visible, operation: str, key: str, print_: bytes) -> bytes | None:
    """After a COMMIT of unknown outcome: reads the key's row as soon as the database answers again."""
    for attempt in range(REREAD_ATTEMPTS):
        try:
            return await find_reply(pool, scope, operation=operation, key=key, fingerprint=print_)
        except ServiceUnavailable:
            if attempt == REREAD_ATTEMPTS - 1:
                raise
            await asyncio.sleep(REREAD_PAUSE)
    return None


async def purge(connection: Connection, rows: int, *, older_than: timedelta) -> int:
    """Deletes at most so many keys of that age (their write is over); returns how many."""
    status = await connection.execute(
        "DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency_keys"
        "  WHERE created_at < now() - $1::interval AND response IS NOT NULL"
        "  ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
        older_than,
        rows,
    )
    return int(status.rpartition(" ")[2])
