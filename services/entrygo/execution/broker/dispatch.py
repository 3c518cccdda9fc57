"""Deliveries as tasks of their own: each waits for its slot, and nobody waits long for it."""

import asyncio
from datetime import timedelta

import structlog

from entrygo.domain.errors import EntryGoError
from entrygo.execution.broker.bulkhead import Bulkhead, DestinationSilent, Slot
from entrygo.execution.broker.delivery import BrokerDelivery
from entrygo.execution.broker.routes import Route, destination_name, route_to
from entrygo.execution.broker.settling import AttemptLost
from entrygo.execution.state.records import Submission

# Submissions that are taken from the ledger at once.
BATCH = 50
# Until an abandoned attempt that could not be settled is tried again: others wait behind it.
UNSETTLED = timedelta(minutes=5)

# A delivery under way; it gives what became of the submission if that is known.
Delivering = asyncio.Task[Submission | None]

log = structlog.get_logger(__name__)


class Dispatcher:
    """The deliveries of this process. Any number of processes may take from one ledger."""

    def __init__(self, delivery: BrokerDelivery, bulkhead: Bulkhead) -> None:
        self._delivery = delivery
        self._bulkhead = bulkhead
        self._tasks: dict[str, Delivering] = {}
        self._with_slot: set[str] = set()
        # Whether something that is due may wait in the ledger for the end of another delivery.
        self._has_left = False
        # Set when a delivery has ended and something may wait for that; whoever waits for it clears it.
        self.freed = asyncio.Event()

    def slot_at_once(self, submission: Submission) -> Slot | None:
        """A slot for this delivery, where one is free now; it is used by `deliver` or given back."""
        return self._bulkhead.slot_at_once(submission.tenant.account_id, self._route_of(submission))

    def give_back(self, slot: Slot) -> None:
        """The delivery does not take place now."""
        self._bulkhead.give_back(slot)

    async def deliver(
        self, *submissions: Submission, wait_seconds: float, slot: Slot | None = None
    ) -> list[Submission] | None:
        """Starts the deliveries and waits for their end, but no longer.

        What became of them, where an attempt at each has ended here; else None, and the ledger says it. One
        that has no slot by then is left to `take_due`. `slot` is of the one submission, whose attempt was
        begun with it.
        """
        tasks = {each.id: self._start(each, slot) for each in submissions}
        await asyncio.wait(tasks.values(), timeout=wait_seconds)
        delivered: list[Submission] = []
        for submission_id, task in tasks.items():
            if task.done() and not task.cancelled():
                settled = task.result()
                delivered += [] if settled is None else [settled]
            elif submission_id not in self._with_slot:
                task.cancel()
        return delivered if len(delivered) == len(tasks) else None

    async def take_due(self) -> None:
        """Starts what the ledger says is due, account by account, where a slot may come free."""
        unwanted = self._bulkhead.unwanted()
        due = await self._delivery.due(BATCH, without=unwanted, except_for=list(self._tasks))
        self._has_left = self._has_left or len(due) == BATCH or unwanted.is_anything
        for submission in due:
            # The ledger names no destination in rows of a release from before.
            if not unwanted.has(submission.tenant.account_id, self._route_of(submission).destination):
                self._start(submission)

    async def settle_abandoned(self) -> None:
        """Settles attempts of processes that died.

        Those of this process are left alone: it may have been paused for longer than their lease. One that
        cannot be settled holds up no other, nor what is due, and is tried again later. Raises an outage.
        """
        for submission in await self._delivery.abandoned(BATCH, except_for=list(self._tasks)):
            try:
                await self._delivery.settle_abandoned(submission)
            except AttemptLost:
                log.info("delivery.taken_by_another", submission_id=submission.id)
            except EntryGoError:
                raise
            except Exception:
                log.exception("delivery.failed", submission_id=submission.id)
                await self._delivery.put_off_abandoned(submission, UNSETTLED)

    async def idle(self) -> None:
        """Until every delivery under way has ended."""
        while self._tasks:
            await asyncio.wait(set(self._tasks.values()))
            await asyncio.sleep(0)

    async def drain(self, seconds: float) -> None:
        """At the end of the process: what is under way may end; what waits for a slot waits in the ledger."""
        for submission_id, task in self._tasks.items():
            if submission_id not in self._with_slot:
                task.cancel()
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks.values()), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _start(self, submission: Submission, slot: Slot | None = None) -> Delivering:
        running = self._tasks.get(submission.id)
        if running is not None:
            return running
        task = asyncio.create_task(self._run(submission, slot))
        self._tasks[submission.id] = task
        if slot is not None:
            self._with_slot.add(submission.id)
        task.add_done_callback(lambda done: self._ended(submission.id, done))
        return task

    def _ended(self, submission_id: str, task: Delivering) -> None:
        del self._tasks[submission_id]
        self._with_slot.discard(submission_id)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("delivery.failed", submission_id=submission_id, error=repr(error))
        # One that was put off, or was not due yet, may have waited for another one itself.
        if self._has_left or task.cancelled() or error is not None or task.result() is None:
            self._has_left = False
            self.freed.set()

    async def _run(self, submission: Submission, slot: Slot | None) -> Submission | None:
        """What became of one submission; whatever goes wrong is logged and affects no other submission."""
        try:
            if slot is None:
                return await self._run_in_turn(submission)
            with self._bulkhead.held(slot):
                return await self._delivery.deliver_begun(submission, slot.ended)
        except DestinationSilent:
            log.info("delivery.put_off", submission_id=submission.id)
        except AttemptLost:
            log.info("delivery.taken_by_another", submission_id=submission.id)
        except EntryGoError as error:
            log.warning("delivery.interrupted", submission_id=submission.id, error=str(error))
        return None

    async def _run_in_turn(self, submission: Submission) -> Submission | None:
        ready = await self._delivery.ready(submission)
        async with self._bulkhead.slot(submission.tenant.account_id, self._route_of(submission)) as slot:
            self._with_slot.add(submission.id)
            return await self._delivery.deliver(ready, slot.ended)

    def _route_of(self, submission: Submission) -> Route:
        return route_to(destination_name(submission.tenant, submission))
