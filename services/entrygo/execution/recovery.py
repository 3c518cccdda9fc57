"""The two loops in the background: resume what a dead process left, and send what is due."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from entrygo.domain.errors import EntryGoError
from entrygo.execution.ledger.delivery import AttemptLost, BrokerDelivery
from entrygo.execution.records import Submission
from entrygo.execution.use_cases import Executions

BATCH = 10

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Looks for work every `interval`; any number of replicas may do so at once."""

    executions: Executions
    delivery: BrokerDelivery
    interval: timedelta

    async def run(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every_interval(stop, self.recover_executions))
            group.create_task(self._every_interval(stop, self.deliver_due))

    async def recover_executions(self) -> None:
        await self.executions.recover(BATCH)

    async def deliver_due(self) -> None:
        """Settles attempts whose owner died, makes those that are due, and lets simulated brokers answer."""
        for submission in await self.delivery.abandoned(BATCH):
            await self._guarded(submission, self.delivery.settle_abandoned(submission))
        for submission in await self.delivery.due(BATCH):
            await self._guarded(submission, self.delivery.deliver(submission))
        for submission in await self.delivery.reacting(BATCH):
            await self._guarded(submission, self.delivery.react(submission))

    async def _guarded(self, submission: Submission, work: Awaitable[None]) -> None:
        """One submission's trouble holds up no other."""
        try:
            await work
        except AttemptLost:
            log.info("delivery.taken_by_another", submission_id=submission.id)
        except EntryGoError as error:
            log.warning("delivery.interrupted", submission_id=submission.id, error=str(error))

    async def _every_interval(self, stop: asyncio.Event, work: Callable[[], Awaitable[None]]) -> None:
        while not stop.is_set():
            try:
                await work()
            except EntryGoError as error:
                log.warning("recovery.interrupted", error=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self.interval.total_seconds())
