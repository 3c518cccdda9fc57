"""Questions about exports, answered from the read model after asking the owners for what it lacks."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from entrygo.domain.errors import NotFound, ServiceUnavailable, ValidationFailed
from entrygo.domain.ids import is_valid_id
from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Tenant
from entrygo.domain.snapshot import Readiness
from entrygo.domain.time import parse_rfc3339
from entrygo.inspection.changes import Changes
from entrygo.inspection.folding import ExportKey, Known, nothing_known
from entrygo.inspection.owners import Owner, pull
from entrygo.inspection.read_model import ReadModel
from entrygo.inspection.store import ExportFilter, ReadModelStore
from entrygo.messaging.events import EXECUTION, PLANNING
from entrygo.postgres.pool import Pool, transaction
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.rpc.calls import Metadata

DEFAULT_PAGE = 50
MAX_PAGE = 200

Issue = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: the rows it may see, the credential that goes on to the owners, how long it waits."""

    tenant: Tenant
    metadata: Metadata
    seconds: float
    # A key bound to one warehouse sees that warehouse's exports alone.
    warehouse_id: str | None = None


class Inspector:
    """The use cases of this service."""

    def __init__(
        self,
        pool: Pool,
        read_model: ReadModel,
        changes: Changes,
        owners: Mapping[str, Owner],
        *,
        poll_seconds: float,
        stop: asyncio.Event,
    ) -> None:
        self._pool = pool
        self._read_model = read_model
        self._changes = changes
        self._owners = owners
        self._poll_seconds = poll_seconds
        self._stop = stop

    async def inspect_export(self, caller: Caller, export_id: str) -> inspection_pb2.Export:
        """The export as the owners know it now; `stale` when one of them could not be asked.

        Both are asked every time: a settled export can be submitted again.
        """
        key = _key(caller.tenant, export_id, "Export batch not found.")
        known = await self._find(key) or nothing_known(key)
        pulled = await asyncio.gather(
            *(self._pull(caller, source, key, known.applied[source]) for source in self._owners)
        )
        events = [event for answered, _ in pulled for event in answered]
        if events:
            await self._read_model.apply(caller.tenant, events)
            known = await self._find(key) or known
        complete = {source: whole for source, (_, whole) in zip(self._owners, pulled, strict=True)}
        return _answer(caller, known, complete)

    async def get_customs_package(self, caller: Caller, customs_package_id: str) -> events_pb2.CustomsPackage:
        """The package with its artifacts, also when no event of it has arrived here yet."""
        missing = "Customs package not found."
        package_key = _key(caller.tenant, customs_package_id, missing)
        async with transaction(self._pool, caller.tenant) as connection:
            export_id = await ReadModelStore(connection).find_export_of_package(
                caller.tenant, package_key.export_id
            )
        export_id = export_id or await self._ask_for_package(caller, customs_package_id)
        if export_id is None:
            raise NotFound(missing)
        export = await self._inspect_behind(caller, export_id, missing)
        if export.customs_package.id != customs_package_id:
            raise NotFound(missing)
        return export.customs_package

    async def list_exports(
        self, caller: Caller, request: inspection_pb2.ListExportsRequest
    ) -> inspection_pb2.ListExportsResponse:
        """One page of the read model, newest first. It is what has arrived: only inspect asks the owners."""
        limit, wanted = read_list_request(request)
        if caller.warehouse_id is not None:
            if wanted.warehouse_id not in (None, caller.warehouse_id):
                return inspection_pb2.ListExportsResponse()
            wanted = _with_warehouse(wanted, caller.warehouse_id)
        async with transaction(self._pool, caller.tenant) as connection:
            found = await ReadModelStore(connection).list_exports(caller.tenant, wanted, limit + 1)
        page, has_more = found[:limit], len(found) > limit
        return inspection_pb2.ListExportsResponse(
            data=page, has_more=has_more, next_cursor=write_cursor(page[-1]) if has_more else ""
        )

    async def watch_export(self, caller: Caller, export_id: str) -> AsyncIterator[inspection_pb2.Export]:
        """The export now, then again after each change, until the caller leaves or the process stops."""
        key = _key(caller.tenant, export_id, "Export batch not found.")
        shown: tuple[int, bool] | None = None
        with self._changes.watch(key) as changed:
            while not self._stop.is_set():
                changed.clear()
                export = await self.inspect_export(caller, export_id)
                if (export.version, export.stale) != shown:
                    shown = (export.version, export.stale)
                    yield export
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), self._poll_seconds)

    async def _find(self, key: ExportKey) -> Known | None:
        async with transaction(self._pool, key.tenant) as connection:
            return await ReadModelStore(connection).find(key)

    async def _pull(
        self, caller: Caller, source: str, key: ExportKey, after: int
    ) -> tuple[list[events_pb2.Event], bool]:
        request = events_pb2.EventsAfterRequest(stream_id=key.export_id, after_sequence=after)
        return await pull(self._owners[source], caller.tenant, request, caller.metadata, caller.seconds)

    async def _ask_for_package(self, caller: Caller, customs_package_id: str) -> str | None:
        """The export of a package that only execution knows of yet."""
        request = events_pb2.EventsAfterRequest(customs_package_id=customs_package_id)
        events, complete = await pull(
            self._owners[EXECUTION], caller.tenant, request, caller.metadata, caller.seconds
        )
        if events:
            await self._read_model.apply(caller.tenant, events)
            return events[0].stream_id
        if not complete:
            raise ServiceUnavailable("The execution service is not available right now; retry shortly.")
        return None

    async def _inspect_behind(self, caller: Caller, export_id: str, missing: str) -> inspection_pb2.Export:
        try:
            return await self.inspect_export(caller, export_id)
        except NotFound as error:
            raise NotFound(missing) from error


def _key(tenant: Tenant, identifier: str, missing: str) -> ExportKey:
    if not is_valid_id(identifier):
        raise NotFound(missing)
    return ExportKey(tenant.account_id, str(tenant.mode), identifier)


def _answer(caller: Caller, known: Known, complete: Mapping[str, bool]) -> inspection_pb2.Export:
    export = known.export
    if not export.created_at:
        if not complete[PLANNING]:
            raise ServiceUnavailable("The planning service is not available right now; retry shortly.")
        raise NotFound("Export batch not found.")
    if caller.warehouse_id not in (None, export.plan.warehouse_id):
        raise NotFound("Export batch not found.")
    export.stale = not all(complete.values())
    return export


def _with_warehouse(wanted: ExportFilter, warehouse_id: str) -> ExportFilter:
    return ExportFilter(
        state=wanted.state,
        readiness_state=wanted.readiness_state,
        warehouse_id=warehouse_id,
        broker_id=wanted.broker_id,
        created_after=wanted.created_after,
        created_before=wanted.created_before,
        after=wanted.after,
    )


def read_list_request(request: inspection_pb2.ListExportsRequest) -> tuple[int, ExportFilter]:
    """The page size and the filter; ValidationFailed names everything that is wrong at once."""
    issues: list[Issue] = []
    if not 0 <= request.limit <= MAX_PAGE:
        issues.append(("limit", f"Must be between 1 and {MAX_PAGE}", "out_of_range"))
    wanted = ExportFilter(
        state=_one_of("state", request.state, tuple(State), issues),
        readiness_state=_one_of("readinessState", request.readiness_state, tuple(Readiness), issues),
        warehouse_id=_identifier("warehouseId", request.warehouse_id, issues),
        broker_id=_identifier("brokerId", request.broker_id, issues),
        created_after=_instant("createdAfter", request.created_after, issues),
        created_before=_instant("createdBefore", request.created_before, issues),
        after=_cursor(request.cursor, issues),
    )
    if issues:
        raise ValidationFailed.of(issues)
    return request.limit or DEFAULT_PAGE, wanted


def _one_of(path: str, value: str, allowed: Sequence[str], issues: list[Issue]) -> str | None:
    if value and value not in allowed:
        issues.append((path, "Expected one of " + ", ".join(map(str, allowed)), "invalid_enum_value"))
    return value or None


def _identifier(path: str, value: str, issues: list[Issue]) -> str | None:
    if value and not is_valid_id(value):
        issues.append((path, "Expected an id", "invalid_string"))
    return value or None


def _instant(path: str, value: str, issues: list[Issue]) -> datetime | None:
    try:
        return parse_rfc3339(value) if value else None
    except (ValueError, OverflowError):
        issues.append((path, "Expected an RFC 3339 instant with an offset", "invalid_string"))
        return None


def write_cursor(last: inspection_pb2.ExportSummary) -> str:
    """Where the next page begins; opaque to callers."""
    return base64.urlsafe_b64encode(orjson.dumps([last.created_at, last.export_id])).decode().rstrip("=")


def _cursor(value: str, issues: list[Issue]) -> tuple[datetime, str] | None:
    if not value:
        return None
    try:
        created_at, export_id = orjson.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
        if not is_valid_id(export_id):
            raise ValueError("not an id")
        return parse_rfc3339(created_at), export_id
    except (ValueError, TypeError, OverflowError):
        issues.append(("cursor", "Expected the nextCursor of an earlier page", "invalid_string"))
        return None
