"""A lease is kept alive beside a block, which neither its renewals nor their end disturb."""

import asyncio
from datetime import timedelta

import pytest

from entrygo.execution.state.lease import RENEWALS_PER_LEASE, kept_alive

LEASE = timedelta(milliseconds=10 * RENEWALS_PER_LEASE)


async def test_who_is_cancelled_while_a_renewal_ends_does_not_go_on() -> None:
    renewing, ending, gone_on = asyncio.Event(), asyncio.Event(), False

    async def extend() -> bool:
        renewing.set()
        try:
            await asyncio.Event().wait()
        finally:
            ending.set()
            await asyncio.Event().wait()
        return True

    async def work() -> None:
        nonlocal gone_on
        async with kept_alive(extend, LEASE):
            await renewing.wait()
        gone_on = True

    working = asyncio.create_task(work())
    await ending.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert not gone_on


async def test_block_is_not_failed_by_a_renewal_that_is() -> None:
    asked: asyncio.Queue[None] = asyncio.Queue()

    async def extend() -> bool:
        asked.put_nowait(None)
        raise ZeroDivisionError

    async with kept_alive(extend, LEASE):
        for _ in range(2):
            await asked.get()
