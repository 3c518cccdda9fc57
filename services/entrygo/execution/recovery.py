"""The two loops in the background: resume what a dead process left, and send what is due."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from entrygo.domain.errors import EntryGoError
from entrygo.execution.broker.delivery import AttemptLost, BrokerDelivery
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
        await self._each(self.delivery.settle_abandoned, await self.delivery.abandoned(BATCH))
        await self._each(self.delivery.deliver, await self.delivery.due(BATCH))
        await self._each(self.delivery.react, await self.delivery.reacting(BATCH))

    async def _each(
        self, work: Callable[[Submission], Awaitable[None]], submissions: Sequence[Submission]
    ) -> None:
        """At once: a broker's server may be silent for minutes, and others wait behind it."""
        await asyncio.gather(*(self._guarded(each, work(each)) for each in submissions))

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
