"""The use case of planning: gather facts, decide, store the plan with its event, in one transaction."""

import asyncio
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from entrygo.domain.errors import (
    InvalidOrderReference,
    NotFound,
    ReferenceOutsideAccount,
    ValidationFailed,
)
from entrygo.domain.ids import IdKind
from entrygo.domain.lifecycle import State, advance
from entrygo.domain.principal import Principal, Tenant
from entrygo.domain.snapshot import Snapshot
from entrygo.domain.time import default_entry_date
from entrygo.planning.decide import Decision, decide
from entrygo.planning.inputs import OnBlocked, PlanFacts, PlanRequest
from entrygo.planning.plan_record import plan_to_proto, snapshot_of
from entrygo.planning.reference.in_force import NoReferenceData, Reference, reference_on
from entrygo.planning.rules.base import Rule
from entrygo.planning.store import Export, PlanningStore
from entrygo.planning.sync_client import FactSource, Gathered
from entrygo.planning.transitions import Recorder, locked_export
from entrygo.postgres.idempotency import Reply, find_reply, fingerprint, run_once
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Clock, Ids
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2

PLAN = "exports.plan"
DRY_RUN = "DRY_RUN"

# Above this a decision takes long enough to be noticed by other requests: it goes to a thread.
ORDERS_IN_LOOP = 200

_COUNTRY = re.compile(r"[A-Za-z]{2}")

Issues = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanExport:
    """Plans a new export, plans one again, or only tells what a plan would be (dry run)."""

    pool: Pool
    facts: FactSource
    rules: Sequence[Rule]
    clock: Clock
    ids: Ids
    max_orders: int

    async def run(self, caller: Principal, request: planning_pb2.PlanExportRequest) -> Reply:
        """The reply is a PlanExportResponse.

        Raises ValidationFailed, InvalidOrderReference (with both lists), ReferenceOutsideAccount,
        NotFound and InvalidExportState for a batch_id, IdempotencyConflict. A dry run stores nothing,
        not even its key.
        """
        entry_date = self._validate(request)
        print_ = fingerprint(PLAN, request)
        key = "" if request.dry_run else request.idempotency_key
        earlier = await find_reply(self.pool, caller.tenant, operation=PLAN, key=key, fingerprint=print_)
        if earlier is not None:
            return Reply(earlier, replayed=True)
        gathered = await self._gather(caller, request)
        wanted = self._request_of(request, gathered, entry_date)
        decision = await self._decide(caller.tenant, request.batch_id, wanted, gathered)
        if request.dry_run:
            response = _response(
                request.batch_id,
                status=DRY_RUN,
                revision=0,
                wanted=wanted,
                decision=decision,
                planned_at=self.clock(),
            )
            return Reply(response.SerializeToString(), replayed=False)

        async def work(connection: Connection) -> bytes:
            return await self._store(connection, caller.tenant, request.batch_id, wanted, decision)

        return await run_once(
            self.pool, caller.tenant, operation=PLAN, key=key, fingerprint=print_, work=work
        )

    def _validate(self, request: planning_pb2.PlanExportRequest) -> date | None:
        """Checks what a direct gRPC caller may have got wrong; the entry date, when one was given."""
        issues: Issues = [
            (name, "Required", "invalid_type")
            for name, value in (
                ("warehouseId", request.warehouse_id),
                ("brokerId", request.broker_id),
                ("orderIds", request.order_ids),
            )
            if not value
        ]
        if request.destination_country and not _COUNTRY.fullmatch(request.destination_country):
            issues.append(("destinationCountry", "Must be a two-letter country code", "invalid_string"))
        if request.on_blocked not in ("", "block", "exclude"):
            issues.append(("onBlocked", "Must be block or exclude", "invalid_enum_value"))
        if len(request.order_ids) > self.max_orders:
            issues.append(("orderIds", f"At most {self.max_orders} orders", "too_big"))
        issues += _order_id_issues(request.order_ids)
        entry_date = _parse_entry_date(request.entry_date, issues)
        if issues:
            raise ValidationFailed.of(issues)
        return entry_date

    async def _gather(self, caller: Principal, request: planning_pb2.PlanExportRequest) -> Gathered:
        if caller.warehouse_id not in (None, request.warehouse_id):
            raise ReferenceOutsideAccount("The API key is bound to another warehouse.", field="warehouseId")
        wanted = list(request.order_ids)
        gathered = await self.facts.gather(wanted, request.warehouse_id, request.broker_id)
        if gathered.warehouse is None:
            raise ReferenceOutsideAccount(
                "Warehouse is outside the current account scope.",
                field="warehouseId",
                details={"warehouseId": request.warehouse_id},
            )
        if gathered.broker is None:
            raise ReferenceOutsideAccount(
                "Broker is outside the current account scope.",
                field="brokerId",
                details={"brokerId": request.broker_id},
            )
        found = [order_id for order_id in wanted if order_id in gathered.orders]
        if len(found) < len(wanted):
            raise InvalidOrderReference(details={"requestedOrderIds": wanted, "foundOrderIds": found})
        return gathered

    def _request_of(
        self, request: planning_pb2.PlanExportRequest, gathered: Gathered, entry_date: date | None
    ) -> PlanRequest:
        assert gathered.warehouse is not None
        return PlanRequest(
            order_ids=tuple(request.order_ids),
            destination_country=(request.destination_country or "US").upper(),
            entry_date=entry_date or default_entry_date(self.clock(), gathered.warehouse.transit_days),
            is_dry_run=request.dry_run,
            on_blocked=OnBlocked(request.on_blocked or OnBlocked.BLOCK),
        )

    async def _decide(
        self, tenant: Tenant, batch_id: str, wanted: PlanRequest, gathered: Gathered
    ) -> Decision:
        assert gathered.warehouse is not None
        assert gathered.broker is not None
        async with transaction(self.pool, tenant) as connection:
            store = PlanningStore(connection, tenant)
            if batch_id:
                await _check_replannable(store, batch_id)
            exported = await store.exported_orders(wanted.order_ids, but=batch_id)
            open_exports = await store.orders_in_open_batches(wanted.order_ids, but=batch_id)
        facts = PlanFacts(
            orders=gathered.orders,
            products=gathered.products,
            warehouse=gathered.warehouse,
            broker=gathered.broker,
            exported=exported,
            open_exports=open_exports,
        )
        reference = _reference_of(wanted.entry_date)
        if len(wanted.order_ids) <= ORDERS_IN_LOOP:
            return decide(wanted, facts, self.rules, reference)
        return await asyncio.to_thread(decide, wanted, facts, self.rules, reference)

    async def _store(
        self,
        connection: Connection,
        tenant: Tenant,
        batch_id: str,
        wanted: PlanRequest,
        decision: Decision,
    ) -> bytes:
        now = self.clock()
        store = PlanningStore(connection, tenant)
        export = await self._export_to_plan(store, batch_id, decision, now)
        snapshot = snapshot_of(
            wanted,
            decision,
            tenant=tenant,
            export_id=export.export_id,
            revision=export.revision,
            planned_at=now,
        )
        await store.add_plan(
            export.export_id,
            revision=export.revision,
            plan_hash=decision.plan_hash,
            snapshot=await _compressed(snapshot),
            at=now,
        )
        await store.replace_orders(export.export_id, [order.id for order in decision.included])
        response = _response(
            export.export_id,
            status=State.BATCHED,
            revision=export.revision,
            wanted=wanted,
            decision=decision,
            planned_at=now,
        )
        data = events_pb2.ExportPlanned(
            batch_id=export.export_id, revision=export.revision, plan=response.plan
        )
        await Recorder(self.clock, self.ids).save(connection, tenant, export, "export.planned", data)
        return response.SerializeToString()

    async def _export_to_plan(
        self, store: PlanningStore, batch_id: str, decision: Decision, now: datetime
    ) -> Export:
        """A new export, or the given one under its lock, moved back to BATCHED with the next revision."""
        if batch_id:
            export = await locked_export(store, batch_id)
            return replace(
                export,
                state=advance(export.state, State.BATCHED),
                revision=export.revision + 1,
                plan_hash=decision.plan_hash,
                readiness_state=decision.readiness,
                execution_id=None,
            )
        export = Export(
            export_id=self.ids.new(IdKind.EXPORT),
            state=State.BATCHED,
            revision=1,
            plan_hash=decision.plan_hash,
            readiness_state=decision.readiness,
            execution_id=None,
            event_sequence=0,
        )
        await store.add_export(export, now)
        return export


def _order_id_issues(order_ids: Sequence[str]) -> Issues:
    repeated = {order_id for order_id, count in Counter(order_ids).items() if count > 1}
    issues: Issues = []
    seen: set[str] = set()
    for index, order_id in enumerate(order_ids):
        if not order_id:
            issues.append((f"orderIds.{index}", "Required", "invalid_type"))
        elif order_id in repeated and order_id in seen:
            issues.append((f"orderIds.{index}", f"Order {order_id} is listed twice", "duplicate"))
        seen.add(order_id)
    return issues


def _parse_entry_date(text: str, issues: Issues) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        issues.append(("entryDate", "Must be a date as YYYY-MM-DD", "invalid_string"))
        return None


async def _check_replannable(store: PlanningStore, batch_id: str) -> None:
    """Before the work is done; the move itself is checked again under the row's lock."""
    export = await store.find_export(batch_id)
    if export is None:
        raise NotFound("Export batch not found.")
    advance(export.state, State.BATCHED)


def _reference_of(entry_date: date) -> Reference:
    try:
        return reference_on(entry_date)
    except NoReferenceData as error:
        message = f"The earliest entry date that can be planned is {error.first_day}"
        raise ValidationFailed.of([("entryDate", message, "too_small")]) from error


def _response(
    export_id: str,
    *,
    status: str,
    revision: int,
    wanted: PlanRequest,
    decision: Decision,
    planned_at: datetime,
) -> planning_pb2.PlanExportResponse:
    return planning_pb2.PlanExportResponse(
        export_id=export_id,
        status=status,
        revision=revision,
        plan=plan_to_proto(wanted, decision, planned_at),
    )


async def _compressed(snapshot: Snapshot) -> bytes:
    """Thousands of orders are megabytes of JSON: not work for the event loop."""
    if len(snapshot.orders) <= ORDERS_IN_LOOP:
        return _compress(snapshot)
    return await asyncio.to_thread(_compress, snapshot)


def _compress(snapshot: Snapshot) -> bytes:
    return zlib.compress(snapshot.model_dump_json().encode(), level=3)
