"""Fills the read model of a restored system from its owners' logs, so that lists are whole when it starts."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

from entrygo.identity.on_behalf import read_principal
from entrygo.inspection.feed.store import pass_lost_places
from entrygo.inspection.folding import SOURCES
from entrygo.inspection.rebuild import rebuild
from entrygo.inspection.settings import WebhookSettings
from entrygo.messaging import event_log
from entrygo.postgres.pool import EVERYONE, Pool, open_pool, transaction
from entrygo.proto.events.v1 import events_pb2
from entrygo.rpc.calls import Metadata

# The owners' databases are read themselves: nobody asks who we are.
NO_CREDENTIAL = ""
# For itself and the exports that are settled at once.
CONNECTIONS = 4


async def fill_read_model(inspection_url: str, owner_urls: dict[str, str]) -> int:
    """Makes it anew; `owner_urls` by source. Returns how many events it was made of."""
    async with AsyncExitStack() as stack:
        pool = await _open(stack, inspection_url, "inspection")
        async with transaction(pool, EVERYONE) as connection:
            await pass_lost_places(connection)
        owners = [
            StoredOwner(source=source, pool=await _open(stack, owner_urls[source], source))
            for source in SOURCES
        ]
        keep = WebhookSettings().keep
        return await rebuild(pool, owners, service_token=NO_CREDENTIAL, keep=keep)


async def _open(stack: AsyncExitStack, url: str, schema: str) -> Pool:
    return await stack.enter_async_context(await open_pool(url, schema=schema, max_size=CONNECTIONS))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOwner:
    """An Owner whose service does not run: its database answers."""

    source: str
    pool: Pool

    async def events_after(
        self, request: events_pb2.EventsAfterRequest, metadata: Metadata, seconds: float
    ) -> AsyncIterator[events_pb2.Event]:
        """The events of a stream after one that the reader has; HistoryMismatch when it is not ours."""
        visible = read_principal(dict(metadata), NO_CREDENTIAL).visible
        stream_id, after = request.stream_id, request.after_sequence
        await event_log.check_held(self.pool, visible.tenant, stream_id, after, request.after_event_id)
        async with transaction(self.pool, visible) as connection:
            events = await event_log.events_after(connection, visible, stream_id, after)
        for event in events:
            yield event

    async def replay_events(
        self, request: events_pb2.ReplayEventsRequest, metadata: Metadata
    ) -> AsyncIterator[events_pb2.Event]:
        """All events, or those recorded since; oldest first."""
        async for event in event_log.replay(self.pool, event_log.recorded_since(request)):
            yield event

    async def history(self, metadata: Metadata, seconds: float) -> events_pb2.History:
        """Which life of the database this is, and how far it has come."""
        return await event_log.history(self.pool)
