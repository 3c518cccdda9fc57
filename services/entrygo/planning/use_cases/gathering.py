"""Gathers what one plan depends on: facts, what other exports did with the orders, policy, reference data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from entrygo.domain.errors import ReferenceOutsideAccount, ValidationFailed
from entrygo.domain.facts import Broker, Warehouse
from entrygo.domain.lifecycle import State, advance
from entrygo.domain.principal import Visible
from entrygo.domain.time import default_entry_date
from entrygo.planning.account_orders_store import AccountOrders, Elsewhere
from entrygo.planning.amendments import filed_orders, not_filed
from entrygo.planning.bonds import continuous_numbers
from entrygo.planning.duty.bond import Paid
from entrygo.planning.duty.book import DutyBook
from entrygo.planning.importer_costs_store import ImporterCosts
from entrygo.planning.inputs import PlanFacts, PlanRequest
from entrygo.planning.named_orders import named_orders
from entrygo.planning.policy.policy import Policy, raised
from entrygo.planning.policy.store import PolicyStore
from entrygo.planning.reference.in_force import NoReferenceData, ReferenceData
from entrygo.planning.requests import PlanCommand
from entrygo.planning.rules.base import Rule
from entrygo.planning.store import PlanningStore
from entrygo.planning.sync_client import FactSource, Gathered
from entrygo.planning.use_cases.predecessors import Predecessor
from entrygo.planning.use_cases.recording import found_export
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Everything that one plan is decided on."""

    request: PlanRequest
    facts: PlanFacts
    rules: Sequence[Rule]
    reference: ReferenceData
    duty_book: DutyBook | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Where a plan's grounds come from."""

    pool: Pool
    facts: FactSource
    rules: Sequence[Rule]
    reference_on: Callable[[date], ReferenceData]
    clock: Clock
    # None: nothing is said of duty.
    duty_on: Callable[[ReferenceData, date], DutyBook] | None = None

    async def run(self, visible: Visible, command: PlanCommand, *, follows: Predecessor | None) -> Grounds:
        """Facts from sync, what other exports did with the orders, the policy, and what holds on the day.

        Orders that have left with the export that it follows count as here; its filed entries stay together.
        Raises InvalidOrderReference, ReferenceOutsideAccount, ExportNotFound and InvalidExportState for a
        batch that cannot be planned again, ValidationFailed for an entry date before all reference data.
        """
        left_with = None if follows is None else follows.amendment.supersedes
        found = await self.facts.gather(
            list(command.order_ids),
            list(command.external_order_ids),
            command.warehouse_id,
            command.broker_id,
        )
        warehouse, broker = _parties(command, found)
        order_ids = named_orders(command, found.orders)
        entry_date = command.entry_date or default_entry_date(self.clock(), warehouse.transit_days)
        numbers = continuous_numbers(warehouse, found.importers)
        policy, paid, elsewhere = await self._stored(
            visible, command, order_ids, numbers=numbers, day=entry_date, left_with=left_with
        )
        reference = self._reference_data(entry_date)
        return Grounds(
            request=PlanRequest(
                order_ids=order_ids,
                destination_country=command.destination_country,
                entry_date=entry_date,
                is_dry_run=command.is_dry_run,
                on_blocked=command.on_blocked,
                entry_type=command.entry_type,
                savings_basis=policy.savings_basis,
                filed=filed_orders(follows.amendment, follows.snapshot) if follows else (),
                not_filed=not_filed(follows.amendment, follows.snapshot) if follows else frozenset(),
            ),
            facts=PlanFacts(
                orders=found.orders,
                products=found.products,
                warehouse=warehouse,
                broker=broker,
                importers=found.importers,
                exported=elsewhere.exported,
                open_exports=elsewhere.open_exports,
                paid=paid,
            ),
            rules=raised(self.rules, policy),
            reference=reference,
            duty_book=self.duty_on(reference, entry_date) if self.duty_on is not None else None,
        )

    async def _stored(
        self,
        visible: Visible,
        command: PlanCommand,
        order_ids: Sequence[str],
        *,
        numbers: Sequence[str],
        day: date,
        left_with: str | None,
    ) -> tuple[Policy, Mapping[str, Sequence[Paid]], Elsewhere]:
        """What planning's own stores know: in one transaction, but for a key bound to a warehouse."""
        whole, elsewhere = Visible.whole(visible.tenant), None
        async with transaction(self.pool, visible) as connection:
            policy, paid = await _policy_and_costs(
                connection, visible, command, numbers=numbers, day=day, left_with=left_with
            )
            if visible == whole:
                elsewhere = await _orders_elsewhere(connection, whole, command, order_ids)
        if elsewhere is None:
            async with transaction(self.pool, whole) as connection:
                elsewhere = await _orders_elsewhere(connection, whole, command, order_ids)
        return policy, paid, elsewhere.without(left_with)

    def _reference_data(self, entry_date: date) -> ReferenceData:
        try:
            return self.reference_on(entry_date)
        except NoReferenceData as error:
            message = f"No fees and lists are known for days before {error.first_day}"
            raise ValidationFailed.of([("entryDate", message, "too_small")]) from error


async def _check_open_to_plans(store: PlanningStore, batch_id: str) -> None:
    """ExportNotFound or InvalidExportState for a batch that cannot be planned again; none is a new one."""
    if batch_id:
        export = await found_export(store, batch_id)
        advance(export.state, State.BATCHED)


def _parties(command: PlanCommand, found: Gathered) -> tuple[Warehouse, Broker]:
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
    costs = ImporterCosts(connection, visible)
    paid = await costs.of_year(numbers, day, but=left_with) if numbers else {}
    return policy, paid


async def _orders_elsewhere(
    connection: Connection, whole: Visible, command: PlanCommand, order_ids: Sequence[str]
) -> Elsewhere:
    """Looks beyond the caller's warehouse, as nothing else here does.

    An order that may be shipped from two warehouses still leaves once.
    """
    orders = AccountOrders(connection, whole, command.warehouse_id)
    return await orders.elsewhere(order_ids, but=command.batch_id)
