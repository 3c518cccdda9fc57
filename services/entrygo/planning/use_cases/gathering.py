"""Gathers what one plan depends on: facts, what other exports did with the orders, policy, reference data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from entrygo.domain.errors import ReferenceOutsideAccount, ValidationFailed
from entrygo.domain.facts import Broker, Warehouse
from entrygo.domain.ids import is_valid_id
from entrygo.domain.lifecycle import State, advance
from entrygo.domain.principal import Visible
from entrygo.domain.time import customs_day, default_entry_date
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
from entrygo.planning.use_cases.at_once import beside
from entrygo.planning.use_cases.predecessors import Predecessor
from entrygo.planning.use_cases.recording import found_export
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.process.clock import Clock

# Beyond it a year was mistyped: its tariff, fees and lists are nobody's to know.
FARTHEST = timedelta(days=730)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Everything that one plan is decided on."""

    request: PlanRequest
    facts: PlanFacts
    rules: Sequence[Rule]
    reference: ReferenceData
    duty_book: DutyBook | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What sync knows of a request, and what the request comes to with it."""

    found: Gathered
    warehouse: Warehouse
    broker: Broker
    order_ids: tuple[str, ...]
    entry_date: date
    asked_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What planning's own stores know."""

    policy: Policy
    paid: Mapping[str, Sequence[Paid]]
    elsewhere: Elsewhere


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

    async def ask(self, command: PlanCommand) -> Asked:
        """What sync knows. Raises InvalidOrderReference, ReferenceOutsideAccount, ValidationFailed."""
        found = await self.facts.gather(
            list(command.order_ids),
            list(command.external_order_ids),
            command.warehouse_id,
            command.broker_id,
        )
        warehouse, broker = _parties(command, found)
        now = self.clock()
        today = customs_day(now)
        entry_date = command.entry_date or default_entry_date(now, warehouse.transit_days)
        if entry_date - today > FARTHEST:
            message = f"No truck is planned more than {FARTHEST.days} days ahead: today is {today}"
            raise ValidationFailed.of([("entryDate", message, "too_big")])
        return Asked(
            found=found,
            warehouse=warehouse,
            broker=broker,
            order_ids=named_orders(command, found.orders),
            entry_date=entry_date,
            asked_on=today,
        )

    async def run(self, visible: Visible, command: PlanCommand, *, follows: Predecessor | None) -> Grounds:
        """Facts from sync, what other exports did with the orders, the policy, and what holds on the day.

        Orders that have left with the export that it follows count as here; its filed entries stay together.
        Raises InvalidOrderReference, ReferenceOutsideAccount, ExportNotFound and InvalidExportState for a
        batch that cannot be planned again, ValidationFailed for an entry date before all reference data.
        """
        command = replace(command, entry_date=command.entry_date or _day_of_entry(follows))
        asked, elsewhere = await self._ask_beside(Visible.whole(visible.tenant), command)
        left_with = None if follows is None else follows.amendment.supersedes
        async with transaction(self.pool, visible) as connection:
            await _check_open_to_plans(PlanningStore(connection, visible), command.batch_id)
            stored = Stored(
                policy=await PolicyStore(connection, visible).find_policy(),
                paid=await _paid(connection, visible, asked, left_with=left_with),
                elsewhere=elsewhere.without(left_with),
            )
        return self.grounds(command, asked, stored, follows)

    async def _ask_beside(self, whole: Visible, command: PlanCommand) -> tuple[Asked, Elsewhere]:
        """What sync knows, and what became of the orders elsewhere: at once, where their ids are given."""
        # What cannot be an id is for sync to say, and may be no text of a database.
        if not command.external_order_ids and is_valid_id(command.warehouse_id):
            order_ids = [order_id for order_id in command.order_ids if is_valid_id(order_id)]
            return await beside(self.ask(command), self._elsewhere(whole, command, order_ids))
        asked = await self.ask(command)
        return asked, await self._elsewhere(whole, command, asked.order_ids)

    async def _elsewhere(self, whole: Visible, command: PlanCommand, order_ids: Sequence[str]) -> Elsewhere:
        async with transaction(self.pool, whole) as connection:
            return await _orders_elsewhere(connection, whole, command, order_ids)

    def grounds(
        self, command: PlanCommand, asked: Asked, stored: Stored, follows: Predecessor | None
    ) -> Grounds:
        """All of it together; raises ValidationFailed for an entry date before all reference data."""
        found, entry_date = asked.found, asked.entry_date
        reference = self._reference_data(entry_date)
        return Grounds(
            request=PlanRequest(
                order_ids=asked.order_ids,
                destination_country=command.destination_country,
                entry_date=entry_date,
                # That the day of an entry is over when it is corrected is no slip of the pen.
                asked_on=entry_date if entry_date == _day_of_entry(follows) else asked.asked_on,
                is_dry_run=command.is_dry_run,
                on_blocked=command.on_blocked,
                entry_type=command.entry_type,
                savings_basis=stored.policy.savings_basis,
                filed=filed_orders(follows.amendment, follows.snapshot) if follows else (),
                not_filed=not_filed(follows.amendment, follows.snapshot) if follows else frozenset(),
            ),
            facts=PlanFacts(
                orders=found.orders,
                products=found.products,
                warehouse=asked.warehouse,
                broker=asked.broker,
                importers=found.importers,
                exported=stored.elsewhere.exported,
                open_exports=stored.elsewhere.open_exports,
                paid=stored.paid,
            ),
            rules=raised(self.rules, stored.policy),
            reference=reference,
            duty_book=self.duty_on(reference, entry_date) if self.duty_on is not None else None,
        )

    def _reference_data(self, entry_date: date) -> ReferenceData:
        try:
            return self.reference_on(entry_date)
        except NoReferenceData as error:
            message = f"No fees and lists are known for days before {error.first_day}"
            raise ValidationFailed.of([("entryDate", message, "too_small")]) from error


def _day_of_entry(follows: Predecessor | None) -> date | None:
    """The day of entries that are corrected, which nothing moves; None where any is still to be filed."""
    if follows is None or not follows.amendment.after_entry:
        return None
    if follows.amendment.filed and not_filed(follows.amendment, follows.snapshot):
        return None
    return follows.snapshot.entry_date


async def _check_open_to_plans(store: PlanningStore, batch_id: str) -> None:
    """ExportNotFound or InvalidExportState for a batch that cannot be planned again; none is a new one."""
    if batch_id:
        export = await found_export(store, batch_id)
        advance(export.state, State.BATCHED)


def _parties(command: PlanCommand, found: Gathered) -> tuple[Warehouse, Broker]:
    """Both as sync knows them; ReferenceOutsideAccount for one that it does not."""
    if found.warehouse is None:
        raise ReferenceOutsideAccount.of("Warehouse", "warehouseId", command.warehouse_id)
    if found.broker is None:
        raise ReferenceOutsideAccount.of("Broker", "brokerId", command.broker_id)
    return found.warehouse, found.broker


async def stored_beside(
    connection: Connection, whole: Visible, command: PlanCommand, asked: Asked, policy: Policy
) -> Stored:
    """What planning's own stores know for a new export of an account that the caller sees all of."""
    paid = await _paid(connection, whole, asked, left_with=None)
    elsewhere = await _orders_elsewhere(connection, whole, command, asked.order_ids)
    return Stored(policy=policy, paid=paid, elsewhere=elsewhere)


async def _paid(
    connection: Connection, visible: Visible, asked: Asked, *, left_with: str | None
) -> Mapping[str, Sequence[Paid]]:
    """The year of the importers whose bond goes by one."""
    numbers = continuous_numbers(asked.warehouse, asked.found.importers)
    costs = ImporterCosts(connection, visible)
    return await costs.of_year(numbers, asked.entry_date, but=left_with) if numbers else {}


async def _orders_elsewhere(
    connection: Connection, whole: Visible, command: PlanCommand, order_ids: Sequence[str]
) -> Elsewhere:
    """Looks beyond the caller's warehouse, as nothing else here does.

    An order that may be shipped from two warehouses still leaves once.
    """
    orders = AccountOrders(connection, whole, command.warehouse_id)
    return await orders.elsewhere(order_ids, but=command.batch_id)
