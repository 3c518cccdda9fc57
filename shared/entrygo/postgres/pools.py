"""The pools of one process, which end together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from entrygo.postgres.pool import Pool, open_pool

CLOSE_SECONDS = 0.5


class Pools:
    """Opens pools and keeps them; none outlives the others, and no silent server keeps one of them open."""

    def __init__(self) -> None:
        self._open: list[Pool] = []

    async def open(self, url: str, *, schema: str, max_size: int, name: str = "") -> Pool:
        """A pool as `open_pool` opens it."""
        pool = await open_pool(url, schema=schema, max_size=max_size, name=name)
        self._open.append(pool)
        return pool

    def terminate(self) -> None:
        """Cuts every connection: whoever uses one, or gives it back, fails now instead of waiting."""
        for pool in self._open:
            pool.terminate()

    async def close(self) -> None:
        """Closes every connection properly; does not wait for a server that is silent."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.gather(*(pool.close() for pool in self._open))
        except TimeoutError:
            self.terminate()


@asynccontextmanager
async def open_pools() -> AsyncIterator[Pools]:
    """Holds no pool at first; closes all that were opened when the context ends."""
    pools = Pools()
    try:
        yield pools
    finally:
        await pools.close()
