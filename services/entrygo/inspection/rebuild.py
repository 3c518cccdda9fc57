"""Deletes the read model and rebuilds it from the owners' logs. Safe while the service runs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from entrygo.inspection.announcing import Announcer
from entrygo.inspection.changes import Changes
from entrygo.inspection.owners import Owner, execution_owner, planning_owner
from entrygo.inspection.read_model import ReadModel
from entrygo.inspection.reconciler import Reconciler
from entrygo.inspection.settings import Settings
from entrygo.inspection.settling import Settler
from entrygo.inspection.store import ReadModelStore
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, transaction
from entrygo.rpc.calls import service_metadata
from entrygo.rpc.channel import open_channel

ASK_SECONDS = 5.0


async def rebuild(pool: Pool, owners: Sequence[Owner], *, service_token: str | None, keep: timedelta) -> int:
    """Returns how many events were read. Meanwhile inspect answers as ever; lists fill up again.

    Events older than `keep` are not announced, as the service announces none of them.
    Raises what an owner that does not answer raises, or one that refuses us, before anything is deleted.
    """
    for owner in owners:
        await owner.history(service_metadata(service_token or "", None), ASK_SECONDS)
    read_model = ReadModel(pool, Changes(), Announcer(keep))
    settler = Settler(read_model, {owner.source: owner for owner in owners}, service_token=service_token)
    reconciler = Reconciler(pool, read_model, owners, settler, service_token=service_token, every_seconds=1)
    async with transaction(pool, EVERYONE) as connection:
        await ReadModelStore(connection).forget_everything()
    counts = [await reconciler.replay(owner) for owner in owners]
    await reconciler.heal()
    return sum(counts)


async def rebuild_with(settings: Settings) -> int:
    """The same for the installation that `settings` describe."""
    async with parts_of(settings) as (pool, owners):
        return await rebuild(pool, owners, service_token=settings.identity.token, keep=settings.webhooks.keep)


@asynccontextmanager
async def parts_of(settings: Settings) -> AsyncIterator[tuple[Pool, Sequence[Owner]]]:
    """The read model's database and its owners, for work beside the running service."""
    pool = await open_pool(settings.database_url.get_secret_value(), schema="inspection", max_size=4)
    planning = open_channel(settings.planning_target, settings.rpc.peers)
    execution = open_channel(settings.execution_target, settings.rpc.peers)
    try:
        yield pool, (planning_owner(planning), execution_owner(execution))
    finally:
        await asyncio.gather(planning.close(), execution.close(), pool.close())
