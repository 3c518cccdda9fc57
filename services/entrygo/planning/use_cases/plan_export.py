"""Plans an export: gathers what the plan depends on, decides, records the plan with its event."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

import orjson

from entrygo.domain.errors import ReferenceOutsideAccount, ValidationFailed
from entrygo.domain.facts import Broker, Warehouse
from entrygo.domain.ids import IdKind
from entrygo.domain.lifecycle import State, advance
from entrygo.domain.money import plain
from entrygo.domain.principal import Visible
from entrygo.domain.time import default_entry_date
from entrygo.planning.account_orders_store import AccountOrders
from entrygo.planning.bonds import continuous_numbers, costs_by_importer
from entrygo.planning.decide import Decision, decide
from entrygo.planning.duty.bond import Paid
from entrygo.planning.duty.book import DutyBook
from entrygo.planning.inputs import PlanFacts, PlanRequest
from entrygo.planning.named_orders import named_orders
from entrygo.planning.plan_to_proto import plan_to_proto
from entrygo.planning.policy.policy import Policy, raised
from entrygo.planning.policy.store import PolicyStore
from entrygo.planning.reference.in_force import NoReferenceData, ReferenceData
from entrygo.planning.requests import PLAN_OPERATION, PlanCommand
from entrygo.planning.rules.base import Rule
from entrygo.planning.store import Export, PlanningStore
from entrygo.planning.sync_client import FactSource, Gathered
from entrygo.planning.use_cases.plan_snapshots import (
    ORDERS_IN_LOOP,
    packed_snapshot,
    plan_snapshot,
    say_what_follows,
)
from entrygo.planning.use_cases.predecessors import Predecessor, find_predecessor
from entrygo.planning.use_cases.recording import Recorder, found_export, locked_export
from entrygo.postgres.idempotency import Reply, Work, run_prepared_once
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Clock, Ids
from entrygo.proto.events.v1 import events_pb2
from entrygo.proto.planning.v1 import planning_pb2

DRY_RUN = "DRY_RUN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Everything that one plan is decided on."""

    request: PlanRequest
    facts: PlanFacts
    rules: Sequence[Rule]
    reference: ReferenceData
    duty_book: DutyBook | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanExport:
    """Plans a new export, plans one again, or only says what a plan would be (dry run)."""

    pool: Pool
    facts: FactSource
    rules: Sequence[Rule]
    reference_on: Callable[[date], ReferenceData]
    clock: Clock
    ids: Ids
    # None: nothing is said of duty.
    duty_on: Callable[[ReferenceData, date], DutyBook] | None = None

    async def run(self, visible: Visible, command: PlanCommand) -> Reply:
        """The reply is a PlanExportResponse.

        Raises InvalidOrderReference (with both lists), ReferenceOutsideAccount, NotFound and
        InvalidExportState for a batch_id, ValidationFailed for an entry date before all reference data.
        """
        # Before the key is looked up: the stored answer of another warehouse is none of this caller's.
        if not visible.includes(command.warehouse_id):
            raise ReferenceOutsideAccount("The API key is bound to another warehouse.", field="warehouseId")
        if command.is_dry_run:
            return Reply(await self._dry_run(visible, command), replayed=False)
        return await run_prepared_once(
            self.pool,
            visible,
            operation=PLAN_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            prepare=partial(self.prepare, visible, command),
        )

    async def prepare(self, visible: Visible, command: PlanCommand) -> Work:
        """Gathers and decides, outside of a transaction; the work left writes what was decided."""
        decision, follows = await self._decide(visible, command)
        return partial(self._record, visible, command, decision, follows)

    async def _dry_run(self, visible: Visible, command: PlanCommand) -> bytes:
        """The answer of a plan that is not stored: what it would follow, and how it differs, included."""
        decision, follows = await self._decide(visible, command)
        response = _response(command.batch_id, DRY_RUN, 0, decision, self.clock())
        if follows is not None:
            export = self._fresh(command, decision, follows)
            snapshot = await plan_snapshot(decision, visible, export, self.clock(), follows)
            say_what_follows(response, snapshot)
        return response.SerializeToString()

    async def _decide(self, visible: Visible, command: PlanCommand) -> tuple[Decision, Predecessor | None]:
        follows = await self._predecessor(visible, command)
        grounds = await self._gather(visible, command, follows)
        arguments = (grounds.request, grounds.facts, grounds.rules, grounds.reference)
        if len(grounds.request.order_ids) <= ORDERS_IN_LOOP:
            return decide(*arguments, duty_book=grounds.duty_book), follows
        return await asyncio.to_thread(decide, *arguments, duty_book=grounds.duty_book), follows

    async def _predecessor(self, visible: Visible, command: PlanCommand) -> Predecessor | None:
        """The export whose place this one takes: of its first plan, or of the plan that it had before.

        Raises ValidationFailed for another broker or warehouse: who has the package gets what replaces it.
        """
        if command.amendment is None and not command.batch_id:
            return None
        async with transaction(self.pool, visible) as connection:
            found = await find_predecessor(PlanningStore(connection, visible), command)
        if found is None:
            return None
        if command.warehouse_id != found.snapshot.warehouse.id:
            message = "An amendment stays with the warehouse of the export that it follows"
            raise ValidationFailed.of([("warehouseId", message, "custom")])
        if command.broker_id != found.snapshot.broker.id:
            message = "An amendment stays with the broker of the export that it follows"
            raise ValidationFailed.of([("brokerId", message, "custom")])
        return found

    async def _gather(self, visible: Visible, command: PlanCommand, follows: Predecessor | None) -> Grounds:
        """Facts from sync, what other exports did with the orders, the policy, and what holds on the day."""
        found = await self.facts.gather(
            list(command.order_ids),
            list(command.external_order_ids),
            command.warehouse_id,
            command.broker_id,
        )
        warehouse, broker = _references(command, found)
        order_ids = named_orders(command, found.orders)
        entry_date = command.entry_date or default_entry_date(self.clock(), warehouse.transit_days)
        left_with = None if follows is None else follows.amendment.supersedes
        numbers = continuous_numbers(warehouse, found.importers)
        whole, elsewhere = Visible.whole(visible.tenant), None
        async with transaction(self.pool, visible) as connection:
            policy, paid = await _policy_and_costs(
                connection, visible, command, numbers=numbers, day=entry_date, left_with=left_with
            )
            if visible == whole:
                elsewhere = await _orders_elsewhere(connection, whole, command, order_ids)
        if elsewhere is None:
            async with transaction(self.pool, whole) as connection:
                elsewhere = await _orders_elsewhere(connection, whole, command, order_ids)
        exported, open_exports = elsewhere
        if left_with is not None:
            exported = {order: export for order, export in exported.items() if export != left_with}
        reference = self._reference(entry_date)
        return Grounds(
            request=PlanRequest(
                order_ids=order_ids,
                destination_country=command.destination_country,
                entry_date=entry_date,
                is_dry_run=command.is_dry_run,
                on_blocked=command.on_blocked,
                entry_type=command.entry_type,
                savings_basis=policy.savings_basis,
            ),
            facts=PlanFacts(
                orders=found.orders,
                products=found.products,
                warehouse=warehouse,
                broker=broker,
                importers=found.importers,
                exported=exported,
                open_exports=open_exports,
                paid=paid,
            ),
            rules=raised(self.rules, policy),
            reference=reference,
            duty_book=self.duty_on(reference, entry_date) if self.duty_on is not None else None,
        )

    def _reference(self, entry_date: date) -> ReferenceData:
        try:
            return self.reference_on(entry_date)
        except NoReferenceData as error:
            message = f"No fees and lists are known for days before {error.first_day}"
            raise ValidationFailed.of([("entryDate", message, "too_small")]) from error

    async def _record(
        self,
        visible: Visible,
        command: PlanCommand,
        decision: Decision,
        follows: Predecessor | None,
        connection: Connection,
    ) -> bytes:
        """Writes export, plan, orders and event within the caller's transaction."""
        now = self.clock()
        store = PlanningStore(connection, visible)
        export = await self._export_to_plan(store, command, decision, follows)
        response = _response(export.export_id, State.BATCHED, export.revision, decision, now)
        data = events_pb2.ExportPlanned(
            batch_id=export.export_id,
            revision=export.revision,
            plan=response.plan,
            supersedes=export.supersedes or "",
        )
        recorder = Recorder(self.clock, self.ids)
        await recorder.save(connection, visible, export, "export.planned", data)
        snapshot = await plan_snapshot(decision, visible, export, now, follows)
        say_what_follows(response, snapshot)
        packed = await packed_snapshot(decision, snapshot)
        await store.add_plan(export, packed, now, _importer_costs(decision))
        await store.add_orders(export, [order.id for order in decision.included])
        return response.SerializeToString()

    def _fresh(self, command: PlanCommand, decision: Decision, follows: Predecessor | None) -> Export:
        return Export(
            export_id=command.batch_id or self.ids.new(IdKind.EXPORT),
            warehouse_id=decision.warehouse.id,
            state=State.BATCHED,
            revision=1,
            plan_hash=decision.plan_hash,
            readiness_state=decision.readiness,
            supersedes=None if follows is None else follows.amendment.supersedes,
        )

    async def _export_to_plan(
        self, store: PlanningStore, command: PlanCommand, decision: Decision, follows: Predecessor | None
    ) -> Export:
        """A new export, or the given one under its lock, moved back to BATCHED with the next revision."""
        fresh = self._fresh(command, decision, follows)
        if not command.batch_id:
            return fresh
        current = await locked_export(store, command.batch_id)
        await store.remove_orders(current.export_id)
        return replace(
            fresh,
            state=advance(current.state, State.BATCHED),
            revision=current.revision + 1,
            event_sequence=current.event_sequence,
        )


async def _check_open_to_plans(store: PlanningStore, batch_id: str) -> None:
    """ExportNotFound or InvalidExportState for a batch that cannot be planned again; none is a new one."""
    if batch_id:
        export = await found_export(store, batch_id)
        advance(export.state, State.BATCHED)


def _importer_costs(decision: Decision) -> str | None:
    """As the plan's row keeps them; None where nothing could be estimated."""
    costs = costs_by_importer(decision.duties.entries) if decision.duties else {}
    if not costs:
        return None
    texts = {number: plain(amount) for number, amount in costs.items()}
    return orjson.dumps({"entryDate": decision.entry_date.isoformat(), "costs": texts}).decode()


def _references(command: PlanCommand, found: Gathered) -> tuple[Warehouse, Broker]:
    """Both as sync knows them; ReferenceOutsideAccount for one that it does not."""
    if found.warehouse is None:
        raise _outside("Warehouse", "warehouseId", command.warehouse_id)
    if found.broker is None:
        raise _outside("Broker", "brokerId", command.broker_id)
    return found.warehouse, found.broker


def _outside(name: str, field: str, id_: str) -> ReferenceOutsideAccount:
    return ReferenceOutsideAccount(
        f"{name} is outside the current account scope.", field=field, details={field: id_}
    )


async def _policy_and_costs(
    connection: Connection,
    visible: Visible,
    command: PlanCommand,
    *,
    numbers: Sequence[str],
    day: date,
    left_with: str | None,
) -> tuple[Policy, Mapping[str, Sequence[Paid]]]:
    """The policy, once it is clear that the batch may be planned again, and the importers' year."""
    store = PlanningStore(connection, visible)
    await _check_open_to_plans(store, command.batch_id)
    policy = await PolicyStore(connection, visible).find_policy()
    paid = await store.costs_of_year(numbers, day, but=left_with) if numbers else {}
    return policy, paid


async def _orders_elsewhere(
    connection: Connection, whole: Visible, command: PlanCommand, order_ids: Sequence[str]
) -> tuple[Mapping[str, str | None], Mapping[str, str | None]]:
    """Which orders have left, and which sit in other open batches: order id to export id.

    Looks beyond the caller's warehouse, as nothing else here does: an order that may be shipped from
    two warehouses still leaves once.
    """
    orders = AccountOrders(connection, whole, command.warehouse_id)
    return await orders.exported(order_ids), await orders.in_open_batches(order_ids, but=command.batch_id)


def _response(
    export_id: str, status: str, revision: int, decision: Decision, planned_at: datetime
) -> planning_pb2.PlanExportResponse:
    return planning_pb2.PlanExportResponse(
        export_id=export_id, status=status, revision=revision, plan=plan_to_proto(decision, planned_at)
    )
