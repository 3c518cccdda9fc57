"""The loops in the background: resume what a dead process left, send what is due, and fill in what earlier
releases did not keep."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from entrygo.domain.errors import EntryGoError, ServiceUnavailable
from entrygo.execution.broker.confirmations import Confirmations
from entrygo.execution.broker.delivery import BrokerDelivery
from entrygo.execution.broker.dispatch import Dispatcher
from entrygo.execution.broker.notices import WebhookNotices
from entrygo.execution.clients.planning import PlanningAccess
from entrygo.execution.closing.withdrawing import Withdrawals
from entrygo.execution.recovery.backlog_store import Backlog, due_in
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Execution, Step
from entrygo.execution.store import ExecutionBacklog, ExecutionStore
from entrygo.execution.use_cases import Executions
from entrygo.messaging.doorbell import Doorbell
from entrygo.postgres.pool import EVERYONE, Pool, transaction
from entrygo.process.ending import first_of, pause

Work = Callable[[], Awaitable[None]]
BATCH = 10
# Between two looks into the ledger, however many deliveries end.
PAUSE_SECONDS = 0.1
# So many times less often anything is looked for while nothing is due; and what only an upgrade leaves, once
# there is none of it.
RARELY = 5
HARDLY_EVER = 60
# How often a process that begins has held mail decided anew: a process with the settings from before may end
# after it has begun.
RELEASES = 2

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseFill:
    """Asks planning of which warehouse the executions of earlier releases were; until then keys of the whole
    account alone see them."""

    pool: Pool
    planning: PlanningAccess
    # Executions whose plan planning cannot give: not asked for again by this process.
    passed_over: set[str] = field(default_factory=set)

    async def fill(self, limit: int) -> bool:
        """Up to `limit` executions, each with its package; whether there were any. Raises an outage."""
        async with transaction(self.pool, EVERYONE) as connection:
            backlog = ExecutionBacklog(connection)
            found = await backlog.without_warehouse(limit, self.passed_over)
        for execution in found:
            try:
                await self._fill(execution)
            except ServiceUnavailable:
                raise
            except EntryGoError as error:
                self.passed_over.add(execution.id)
                log.warning("execution.warehouse_unknown", execution_id=execution.id, error=str(error))
        return bool(found)

    async def _fill(self, execution: Execution) -> None:
        assert execution.revision is not None
        planning = self.planning.in_background(execution.visible)
        warehouse_id = (await planning.snapshot(execution.export_id, execution.revision)).warehouse.id
        async with transaction(self.pool, execution.visible) as connection:
            await ExecutionStore(connection, execution.visible).set_warehouse(execution.id, warehouse_id)
            # A failed run's package is that of the run after it, perhaps of another warehouse's plan.
            if execution.step is Step.COMPLETED and execution.package_id is not None:
                packages = PackageStore(connection, execution.visible)
                await packages.set_warehouse(execution.package_id, warehouse_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Looks for work every `interval` while there is any; any number of replicas may do so at once."""

    pool: Pool
    executions: Executions
    delivery: BrokerDelivery
    dispatcher: Dispatcher
    confirmations: Confirmations
    notices: WebhookNotices
    warehouses: WarehouseFill
    withdrawals: Withdrawals
    interval: timedelta

    async def run(self, stop: asyncio.Event) -> None:
        """Every loop until `stop`; an outage delays a loop and ends none."""
        due, bell = {kind: asyncio.Event() for kind in Backlog}, Doorbell()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look_always(stop, due, bell))
            group.create_task(self._when(due[Backlog.EXECUTIONS], stop, self.recover_executions))
            group.create_task(self._when(due[Backlog.WITHDRAWALS], stop, self.recover_withdrawals))
            group.create_task(self._deliver(stop, due, bell))
            group.create_task(self._fill(stop))
            group.create_task(self._release(stop))

    async def recover_executions(self) -> None:
        """Resumes some executions whose lease is over."""
        await self.executions.recover(BATCH)

    async def recover_withdrawals(self) -> None:
        """Carries on with some withdrawals whose process died."""
        await self.withdrawals.recover(BATCH)

    async def fill_warehouses(self) -> bool:
        """Some executions of releases that did not keep the warehouse; whether there were any."""
        return await self.warehouses.fill(BATCH)

    async def deliver_due(self) -> None:
        """Settles attempts whose owner died, starts those that are due, asks recipients who are to be asked,
        sends notices, and lets simulated brokers answer."""
        await self.dispatcher.settle_abandoned()
        await self.dispatcher.take_due()
        await self.confirmations.start_due()
        await self.notices.start_due()
        for submission in await self.delivery.reacting(BATCH):
            with reported():
                await self.delivery.react(submission)

    async def _look_always(
        self, stop: asyncio.Event, due: Mapping[Backlog, asyncio.Event], bell: Doorbell
    ) -> None:
        """Every interval; later where nothing is due by then, until something happens in this process.

        What another process leaves when it dies is due when its lease is over, so this knows of it before.
        """
        with bell.answered(stop):
            while not stop.is_set():
                ahead = self.interval
                with reported():
                    ahead = await self._look(due)
                await pause(stop, self.interval.total_seconds())
                rest = min(ahead, RARELY * self.interval) - self.interval
                if rest > timedelta():
                    await bell.wait(rest.total_seconds())

    async def _look(self, due: Mapping[Backlog, asyncio.Event]) -> timedelta:
        """Wakes the loops for which something waits; says how long it is until there is something for one."""
        async with transaction(self.pool, EVERYONE) as connection:
            ahead = await due_in(connection)
        for kind, pause_before in ahead.items():
            if pause_before <= timedelta():
                due[kind].set()
        return min(ahead.values(), default=timedelta.max)

    async def _when(self, due: asyncio.Event, stop: asyncio.Event, work: Work) -> None:
        while await _is_set_before(stop, due):
            due.clear()
            with reported():
                await work()

    async def _deliver(
        self, stop: asyncio.Event, due: Mapping[Backlog, asyncio.Event], bell: Doorbell
    ) -> None:
        """When something is due, and when a look finds what waited for deliveries that have ended."""
        is_due, freed = due[Backlog.DELIVERIES], self.dispatcher.freed
        while await _is_set_before(stop, is_due, freed):
            freed.clear()
            with reported():
                if not is_due.is_set():
                    await self._look(due)
                if is_due.is_set():
                    is_due.clear()
                    await self.deliver_due()
            # What has ended may be due again before the next look.
            bell.rung()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _fill(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            had_some = True
            with reported():
                had_some = await self.fill_warehouses()
            await pause(stop, (RARELY if had_some else HARDLY_EVER) * self.interval.total_seconds())

    async def _release(self, stop: asyncio.Event) -> None:
        """Mail that other settings held back, of whom mail goes to and how much, need not wait longer."""
        for _ in range(RELEASES):
            if stop.is_set():
                return
            with reported():
                await self.confirmations.release_held()
            await pause(stop, HARDLY_EVER * self.interval.total_seconds())


@contextmanager
def reported() -> Iterator[None]:
    """Logs an outage, and what nobody foresaw, instead of raising it: one piece of work, of one account, ends
    neither the loop nor a process that serves all."""
    try:
        yield
    except EntryGoError as error:
        log.warning("recovery.interrupted", error=str(error))
    except Exception:
        log.exception("recovery.failed")


async def _is_set_before(stop: asyncio.Event, *events: asyncio.Event) -> bool:
    """Waits for one of `events`; False when `stop` comes, after which nothing new is begun."""
    await first_of(stop, *events)
    return not stop.is_set()
