"""The databases that an export lies in, all of them at hand: no service has this view."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from entrygo.cli.connection import database_url
from entrygo.postgres.pool import Pool, open_pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """One connection each; of planning's two, one holds the archive meanwhile."""

    sync: Pool
    planning: Pool
    execution: Pool
    inspection: Pool


@asynccontextmanager
async def open_databases() -> AsyncIterator[Databases]:
    """Those of the settings, or of this home."""
    async with AsyncExitStack() as stack:

        async def pool_of(schema: str, max_size: int = 1) -> Pool:
            pool = await open_pool(database_url(schema), schema=schema, max_size=max_size)
            return await stack.enter_async_context(pool)

        yield Databases(
            sync=await pool_of("sync"),
            planning=await pool_of("planning", max_size=2),
            execution=await pool_of("execution"),
            inspection=await pool_of("inspection"),
        )
