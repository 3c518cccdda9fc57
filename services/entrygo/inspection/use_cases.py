"""Questions about exports, answered from the read model after asking the owners for what it lacks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial

from entrygo.domain.errors import ExportNotFound, HistoryMismatch, NotFound, ServiceUnavailable
from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import Tenant, Visible
from entrygo.inspection.changes import Changes
from entrygo.inspection.export_store import ExportFilter, ExportStore
from entrygo.inspection.folding import ExportKey, Known
from entrygo.inspection.owners import Owner, pull
from entrygo.inspection.read_model import ReadModel
from entrygo.inspection.requests import write_cursor
from entrygo.inspection.settling import Settler
from entrygo.inspection.shared_looks import SharedLooks
from entrygo.inspection.whole import Whole, nothing_held
from entrygo.messaging.events import EXECUTION, PLANNING
from entrygo.postgres.pool import Pool, transaction
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.rpc.calls import AUTHORIZATION, Metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: the rows it may see, the credential that goes on to the owners, how long each may take."""

    visible: Visible
    metadata: Metadata
    seconds: float

    @property
    def tenant(self) -> Tenant:
        return self.visible.tenant

    @property
    def credential(self) -> str | bytes:
        """What the owners know it by."""
        return dict(self.metadata).get(AUTHORIZATION, "")


class Inspector:
    """The use cases of this service."""

    def __init__(
        self,
        pool: Pool,
        read_model: ReadModel,
        changes: Changes,
        owners: Mapping[str, Owner],
        settler: Settler,
        *,
        poll_seconds: float,
        stop: asyncio.Event,
    ) -> None:
        self._pool = pool
        self._read_model = read_model
        self._changes = changes
        self._owners = owners
        self._settler = settler
        self._poll_seconds = poll_seconds
        self._stop = stop
        self._looks = SharedLooks()

    async def inspect_export(self, caller: Caller, export_id: str) -> inspection_pb2.Export:
        """The export as the owners know it now; `stale` when one of them could not be asked.

        Both are asked every time: a settled export can be submitted again.
        """
        key = _key(caller.tenant, export_id)
        try:
            return await self._ask_owners(caller, key)
        except HistoryMismatch:
            # An owner's database was put back from a backup: what is held here is not its history.
            return await self._settled(caller, key)

    async def _ask_owners(self, caller: Caller, key: ExportKey) -> inspection_pb2.Export:
        held = await self._read_model.find(caller.visible, key.export_id) or nothing_held(key)
        pulled = await asyncio.gather(*(self._pull(caller, source, held.known) for source in self._owners))
        events = [event for answered, _ in pulled for event in answered]
        if events:
            held = await self._read_model.apply_and_find(caller.visible, held, events) or held
        complete = {source: whole for source, (_, whole) in zip(self._owners, pulled, strict=True)}
        return _answer(held, complete)

    async def _settled(self, caller: Caller, key: ExportKey) -> inspection_pb2.Export:
        complete = dict.fromkeys(self._owners, True)
        try:
            await self._settler.settle(key)
        except ServiceUnavailable:
            complete = dict.fromkeys(self._owners, False)
        held = await self._read_model.find(caller.visible, key.export_id)
        return _answer(held or nothing_held(key), complete)

    async def get_customs_package(self, caller: Caller, customs_package_id: str) -> events_pb2.CustomsPackage:
        """The package with its artifacts, also when no event of it has arrived here yet."""
        missing = "Customs package not found."
        if not is_valid_id(customs_package_id):
            raise NotFound(missing)
        async with transaction(self._pool, caller.visible) as connection:
            export_id = await ExportStore(connection, caller.visible).find_of_package(customs_package_id)
        export_id = export_id or await self._ask_for_package(caller, customs_package_id)
        if export_id is None:
            raise NotFound(missing)
        export = await self._inspect_behind(caller, export_id, missing)
        if export.customs_package.id != customs_package_id:
            raise NotFound(missing)
        return export.customs_package

    async def list_exports(
        self, caller: Caller, wanted: ExportFilter, limit: int
    ) -> inspection_pb2.ListExportsResponse:
        """One page of the read model, newest first. It is what has arrived: only inspect asks the owners."""
        async with transaction(self._pool, caller.visible) as connection:
            found = await ExportStore(connection, caller.visible).list_exports(wanted, limit + 1)
        page, has_more = found[:limit], len(found) > limit
        return inspection_pb2.ListExportsResponse(
            data=page, has_more=has_more, next_cursor=write_cursor(page[-1]) if has_more else ""
        )

    async def watch_export(self, caller: Caller, export_id: str) -> AsyncIterator[inspection_pb2.Export]:
        """The export now, then again after each change, until the caller leaves.

        A hundred with one credential look as often as one. ServiceUnavailable when the process stops:
        another one can be asked.
        """
        key = _key(caller.tenant, export_id)
        shown: tuple[int, bool] | None = None
        watched = (caller.visible, caller.credential, export_id)
        with self._changes.watch(key) as changed:
            while not self._stop.is_set():
                changed.clear()
                export = await self._looks.look(watched, partial(self.inspect_export, caller, export_id))
                if (export.version, export.stale) != shown:
                    shown = (export.version, export.stale)
                    yield export
                # It has megabytes, and many wait.
                del export
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), self._poll_seconds)
        raise ServiceUnavailable("The service is stopping; watch the export again.")

    async def _pull(self, caller: Caller, source: str, known: Known) -> tuple[list[events_pb2.Event], bool]:
        request = known.request_after(source)
        return await pull(self._owners[source], caller.tenant, request, caller.metadata, caller.seconds)

    async def _ask_for_package(self, caller: Caller, customs_package_id: str) -> str | None:
        """The export of a package that only execution knows of yet."""
        request = events_pb2.EventsAfterRequest(customs_package_id=customs_package_id)
        events, complete = await pull(
            self._owners[EXECUTION], caller.tenant, request, caller.metadata, caller.seconds
        )
        if events:
            await self._read_model.apply(Visible.whole(caller.tenant), events)
            return events[0].stream_id
        if not complete:
            raise ServiceUnavailable("The execution service is not available right now; retry shortly.")
        return None

    async def _inspect_behind(self, caller: Caller, export_id: str, missing: str) -> inspection_pb2.Export:
        try:
            return await self.inspect_export(caller, export_id)
        except NotFound as error:
            raise NotFound(missing) from error


def _key(tenant: Tenant, identifier: str) -> ExportKey:
    if not is_valid_id(identifier):
        raise ExportNotFound
    return ExportKey(tenant.account_id, str(tenant.mode), identifier)


def _answer(held: Whole, complete: Mapping[str, bool]) -> inspection_pb2.Export:
    export = held.export()
    if not export.created_at:
        if not complete[PLANNING]:
            raise ServiceUnavailable("The planning service is not available right now; retry shortly.")
        raise ExportNotFound
    export.stale = not all(complete.values())
    return export
