"""What is too old is deleted in batches, hour by hour, and the end of the process is not held up."""

import asyncio

from entrygo.domain.errors import ServiceUnavailable
from entrygo.postgres.pool import Connection, open_pool
from entrygo.postgres.sweeping import SWEEP_ROWS, keep_swept


class Rows:
    """So many rows that are due; says when the last was deleted."""

    def __init__(self, due: int, *, outages: int = 0) -> None:
        self.due = due
        self.outages = outages
        self.looks = 0
        self.are_gone = asyncio.Event()

    async def sweep(self, connection: Connection, rows: int) -> int:
        self.looks += 1
        if self.looks <= self.outages:
            raise ServiceUnavailable
        swept = min(rows, self.due)
        self.due -= swept
        if swept < rows:
            self.are_gone.set()
        return swept


async def test_whole_batches_are_followed_at_once_and_then_an_hour_is_waited(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        many, few, stop = Rows(2 * SWEEP_ROWS + 1), Rows(1), asyncio.Event()
        async with asyncio.timeout(30):
            sweeping = asyncio.create_task(keep_swept(pool, (many.sweep, few.sweep), stop))
            await many.are_gone.wait()
            stop.set()
            await sweeping
        assert (many.due, many.looks, few.looks) == (0, 3, 3)


async def test_a_database_that_is_away_does_not_end_the_sweeping(database_url: str) -> None:
    async with await open_pool(database_url, schema="sync") as pool:
        rows, stop = Rows(1, outages=1), asyncio.Event()
        async with asyncio.timeout(30):
            sweeping = asyncio.create_task(keep_swept(pool, (rows.sweep,), stop, every_seconds=0.01))
            await rows.are_gone.wait()
            stop.set()
            await sweeping
        assert rows.due == 0
