"""Brings an export to what its owners say of it, whatever the read model held.

Only what an owner answers gets in this way. Where the owner no longer has the event that was applied last, as
after its database was put back from a backup, all of the export is folded anew from the owners.
"""

import asyncio
from collections.abc import Iterable, Mapping

import structlog

from entrygo.domain.errors import EntryGoError, HistoryMismatch, ServiceUnavailable
from entrygo.domain.principal import Visible
from entrygo.inspection.folding import ExportKey, Known, nothing_known
from entrygo.inspection.owners import Owner, pull
from entrygo.inspection.read_model import ReadModel
from entrygo.proto.events.v1 import events_pb2
from entrygo.rpc.calls import Metadata, service_metadata
from entrygo.rpc.errors import unavailable

PULL_SECONDS = 5.0
PARALLEL_EXPORTS = 8
# A writer may be faster than the answers of the owners, but not always.
ATTEMPTS = 5

log = structlog.get_logger(__name__)


class Settler:
    """Asks with the services' own credential; without one it can settle nothing."""

    def __init__(
        self, read_model: ReadModel, owners: Mapping[str, Owner], *, service_token: str | None
    ) -> None:
        self._read_model = read_model
        self._owners = owners
        self._token = service_token
        self._slots = asyncio.Semaphore(PARALLEL_EXPORTS)

    async def settle_all(self, keys: Iterable[ExportKey]) -> None:
        """As `settle`, for many; the first failure is raised once all have been tried."""
        results = await asyncio.gather(*map(self.settle, sorted(set(keys))), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def settle(self, key: ExportKey) -> None:
        """Applies what the owners have beyond what is held, or folds anew what is held against them.

        Raises ServiceUnavailable when an owner could not be asked to the end.
        """
        async with self._slots:
            known = await self._read_model.known(key) or nothing_known(key)
            try:
                events = await self._ask(known)
            except HistoryMismatch:
                log.warning("read_model.history_mismatch", export_id=key.export_id)
                await self._refold(key)
                return
            has_gap = bool(known.gaps)
            if events:
                has_gap = await self._read_model.apply(Visible.whole(key.tenant), events)
            if has_gap:
                # The owner lacks an event that arrived here: its database was restored from a backup since.
                await self._refold(key)

    async def read_anew(self, key: ExportKey) -> None:
        """Folds an export anew from its owners' first events on. Raises as `settle` does."""
        async with self._slots:
            await self._refold(key)

    async def _refold(self, key: ExportKey) -> None:
        for _ in range(ATTEMPTS):
            held = await self._read_model.known(key) or nothing_known(key)
            events = await self._ask(nothing_known(key))
            if await self._read_model.refold(held, events):
                return
        raise ServiceUnavailable("The export changes too fast to be read anew; retry shortly.")

    async def _ask(self, known: Known) -> list[events_pb2.Event]:
        """What each owner has after what is known, all of it."""
        if self._token is None:
            raise ServiceUnavailable("Without a service token no owner can be asked.")
        metadata = service_metadata(self._token, Visible.whole(known.key.tenant))
        pulled = await asyncio.gather(
            *(self._pull(owner, known, metadata) for owner in self._owners.values())
        )
        return [event for answered in pulled for event in answered]

    async def _pull(self, owner: Owner, known: Known, metadata: Metadata) -> list[events_pb2.Event]:
        request = known.request_after(owner.source)
        try:
            events, is_whole = await pull(owner, known.key.tenant, request, metadata, PULL_SECONDS)
        except HistoryMismatch:
            raise
        except EntryGoError as error:
            # As a refused credential: nothing that a record on the topic could be at fault for.
            raise unavailable(owner.source) from error
        if not is_whole:
            raise unavailable(owner.source)
        return events
