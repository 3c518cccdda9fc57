"""The use case of planning: gather facts, decide, store the plan with its event, in one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from entrygo.domain.errors import (
    NotFound,
    ReferenceOutsideAccount,
    ValidationFailed,
)
from entrygo.domain.ids import IdKind, is_valid_id
from entrygo.domain.lifecycle import State, advance
from entrygo.domain.principal import Principal, Tenant
from entrygo.domain.time import default_entry_date
from entrygo.planning.decide import Decision, decide
from entrygo.planning.inputs import PlanFacts, PlanRequest
from entrygo.planning.named_orders import named_orders
from entrygo.planning.plan_to_proto import plan_to_proto
from entrygo.planning.policy.policy import Policy, raised
from entrygo.planning.policy.store import PolicyStore
from entrygo.planning.recording import Recorder, locked_export
from entrygo.planning.reference.in_force import NoReferenceData, Reference
from entrygo.planning.requests import PLAN_OPERATION, PlanCommand
from entrygo.planning.rules.base import Rule
from entrygo.planning.snapshots import pack, snapshot_of
from entrygo.planning.store import Export, PlanningStore
from entrygo.planning.sync_client import FactSource, Gathered
from entrygo.postgres.idempotency import Reply, find_reply, run_once
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Clock, Ids
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2

DRY_RUN = "DRY_RUN"

# Above this a decision takes long enough to be noticed by other requests: it goes to a thread.
ORDERS_IN_LOOP = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanExport:
    """Plans a new export, plans one again, or only tells what a plan would be (dry run)."""

    pool: Pool
    facts: FactSource
    rules: Sequence[Rule]
    reference_on: Callable[[date], Reference]
    clock: Clock
    ids: Ids

    async def run(self, caller: Principal, command: PlanCommand) -> Reply:
        """The reply is a PlanExportResponse.

        Raises InvalidOrderReference (with both lists), ReferenceOutsideAccount, NotFound and
        InvalidExportState for a batch_id, ValidationFailed for an entry date before all reference data.
        """
        earlier = await find_reply(
            self.pool,
            caller.tenant,
            operation=PLAN_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
        )
        if earlier is not None:
            return Reply(earlier, replayed=True)
        gathered = await self._gather(caller, command)
        command = replace(command, order_ids=named_orders(command, gathered.orders))
        decision = await self._decide(caller, command, gathered)
        if command.is_dry_run:
            response = _response(command.batch_id, DRY_RUN, 0, decision, self.clock())
            return Reply(response.SerializeToString(), replayed=False)

        async def work(connection: Connection) -> bytes:
            return await self._store(connection, caller, command, decision)

        return await run_once(
            self.pool,
            caller.tenant,
            operation=PLAN_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            work=work,
        )

    async def _gather(self, caller: Principal, command: PlanCommand) -> Gathered:
        if caller.warehouse_id not in (None, command.warehouse_id):
            raise ReferenceOutsideAccount("The API key is bound to another warehouse.", field="warehouseId")
        gathered = await self.facts.gather(
            list(command.order_ids),
            list(command.external_order_ids),
            command.warehouse_id,
            command.broker_id,
        )
        _check_references(command, gathered)
        return gathered

    async def _decide(self, caller: Principal, command: PlanCommand, gathered: Gathered) -> Decision:
        assert gathered.warehouse is not None
        assert gathered.broker is not None
        entry_date = command.entry_date
        if entry_date is None:
            entry_date = default_entry_date(self.clock(), gathered.warehouse.transit_days)
        request = PlanRequest(
            order_ids=command.order_ids,
            destination_country=command.destination_country,
            entry_date=entry_date,
            is_dry_run=command.is_dry_run,
            on_blocked=command.on_blocked,
            entry_type=command.entry_type,
        )
        exported, open_exports, policy = await self._circumstances(caller, command)
        facts = PlanFacts(
            orders=gathered.orders,
            products=gathered.products,
            warehouse=gathered.warehouse,
            broker=gathered.broker,
            exported=exported,
            open_exports=open_exports,
        )
        reference, rules = self._reference(entry_date), raised(self.rules, policy)
        if len(command.order_ids) <= ORDERS_IN_LOOP:
            return decide(request, facts, rules, reference)
        return await asyncio.to_thread(decide, request, facts, rules, reference)

    async def _circumstances(
        self, caller: Principal, command: PlanCommand
    ) -> tuple[dict[str, str], dict[str, str], Policy]:
        """Which orders have left, which sit in other open batches, and the account's policy.

        A given batch must be open to plans.
        """
        async with transaction(self.pool, caller.tenant) as connection:
            store = PlanningStore(connection, caller.tenant)
            if command.batch_id:
                export = await store.find_export(command.batch_id) if is_valid_id(command.batch_id) else None
                if export is None or caller.warehouse_id not in (None, export.warehouse_id):
                    raise NotFound("Export batch not found.")
                advance(export.state, State.BATCHED)
            return (
                await store.exported_orders(command.order_ids),
                await store.orders_in_open_batches(command.order_ids, but=command.batch_id),
                await PolicyStore(connection, caller.tenant).find_policy(),
            )

    def _reference(self, entry_date: date) -> Reference:
        try:
            return self.reference_on(entry_date)
        except NoReferenceData as error:
            message = f"No fees and lists are known for days before {error.first_day}"
            raise ValidationFailed.of([("entryDate", message, "too_small")]) from error

    async def _store(
        self, connection: Connection, caller: Principal, command: PlanCommand, decision: Decision
    ) -> bytes:
        now = self.clock()
        store = PlanningStore(connection, caller.tenant)
        export = await self._export_to_plan(store, caller, command, decision)
        response = _response(export.export_id, State.BATCHED, export.revision, decision, now)
        data = events_pb2.ExportPlanned(
            batch_id=export.export_id, revision=export.revision, plan=response.plan
        )
        recorder = Recorder(self.clock, self.ids)
        await recorder.save(connection, caller.tenant, export, "export.planned", data)
        await store.add_plan(
            export.export_id,
            revision=export.revision,
            plan_hash=decision.plan_hash,
            snapshot=await _packed(decision, caller.tenant, export, now),
            at=now,
        )
        await store.add_orders(export.export_id, [order.id for order in decision.included])
        return response.SerializeToString()

    async def _export_to_plan(
        self, store: PlanningStore, caller: Principal, command: PlanCommand, decision: Decision
    ) -> Export:
        """A new export, or the given one under its lock, moved back to BATCHED with the next revision."""
        fresh = Export(
            export_id=command.batch_id or self.ids.new(IdKind.EXPORT),
            warehouse_id=decision.warehouse.id,
            state=State.BATCHED,
            revision=1,
            plan_hash=decision.plan_hash,
            readiness_state=decision.readiness,
        )
        if not command.batch_id:
            return fresh
        current = await locked_export(store, command.batch_id, caller)
        await store.remove_orders(current.export_id)
        return replace(
            fresh,
            state=advance(current.state, State.BATCHED),
            revision=current.revision + 1,
            event_sequence=current.event_sequence,
        )


def _check_references(command: PlanCommand, gathered: Gathered) -> None:
    for name, field, id_, fact in (
        ("Warehouse", "warehouseId", command.warehouse_id, gathered.warehouse),
        ("Broker", "brokerId", command.broker_id, gathered.broker),
    ):
        if fact is None:
            raise ReferenceOutsideAccount(
                f"{name} is outside the current account scope.", field=field, details={field: id_}
            )


def _response(
    export_id: str, status: str, revision: int, decision: Decision, planned_at: datetime
) -> planning_pb2.PlanExportResponse:
    return planning_pb2.PlanExportResponse(
        export_id=export_id, status=status, revision=revision, plan=plan_to_proto(decision, planned_at)
    )


async def _packed(decision: Decision, tenant: Tenant, export: Export, planned_at: datetime) -> bytes:
    """Thousands of orders are megabytes of JSON: not work for the event loop."""

    def packed() -> bytes:
        return pack(
            snapshot_of(
                decision,
                tenant=tenant,
                export_id=export.export_id,
                revision=export.revision,
                planned_at=planned_at,
            ),
            decision.packed_rows,
        )

    return packed() if len(decision.included) <= ORDERS_IN_LOOP else await asyncio.to_thread(packed)
