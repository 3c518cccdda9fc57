"""Writes that happen once and have work before their transaction, which is to be short."""

from collections.abc import Awaitable, Callable

from entrygo.domain.errors import EntryGoError
from entrygo.domain.principal import Visible
from entrygo.postgres.idempotency import Reply, Work, find_reply, run_once
from entrygo.postgres.pool import Pool


async def run_prepared_once(
    pool: Pool,
    scope: Visible,
    *,
    operation: str,
    key: str,
    fingerprint: bytes,
    prepare: Callable[[], Awaitable[Work]],
    keeps_answer: bool = False,
) -> Reply:
    """As `run_once`, with work before the transaction: `prepare` does it and returns the rest.

    Nothing is prepared for a call that was answered already. Who may not see what the answer is about must
    have been refused before.
    """

    async def answered() -> bytes | None:
        return await find_reply(pool, scope, operation=operation, key=key, fingerprint=fingerprint)

    earlier = await answered()
    if earlier is not None:
        return Reply(earlier, replayed=True)
    try:
        work = await prepare()
    except EntryGoError:
        # What stands against it may be what a call with this key has done meanwhile.
        earlier = await answered()
        if earlier is None:
            raise
        return Reply(earlier, replayed=True)
    return await run_once(
        pool,
        scope,
        operation=operation,
        key=key,
        fingerprint=fingerprint,
        work=work,
        keeps_answer=keeps_answer,
    )
