"""The step *prepared*: what a package consists of, its submissions and their events, in one transaction or
one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from entrygo.execution.broker.bulkhead import Slot
from entrygo.execution.broker.delivery import BrokerDelivery
from entrygo.execution.broker.dispatch import Dispatcher
from entrygo.execution.broker.events import submission_changed
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.closing.packages import Taken, replace_package
from entrygo.execution.making.package_maker import Prepared
from entrygo.execution.state.events import EventRecorder, Fact, notification_recorded, package_generated
from entrygo.execution.state.records import Execution, Package, Step, Submission, SubmissionStatus
from entrygo.execution.steps.leases import ExecutionLeases, LeaseLost
from entrygo.execution.steps.prepared_store import PreparedStore, preparing
from entrygo.postgres.pool import Connection, Pool, single_statement, transaction
from entrygo.process.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A package with its submissions as they were written.

    With a slot the attempt of the one submission was begun, and its delivery must follow.
    """

    prepared: Prepared
    slot: Slot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Writes made packages. A submission for which there is a slot is written as `sending`.

    That saves the transaction that would begin its attempt, and gives up nothing. Whether a byte may have
    left, the attempt's phase says alone, and `data` stays a transaction of its own before the first one. Who
    dies between this one and that leaves an attempt in the phase `envelope`, as who dies after `sending`
    always did: once its lease is over any process settles it as not sent, and makes it again at once. Its
    lease begins with that of the execution, so a mail that no attempt was begun for would leave no sooner.
    """

    pool: Pool
    clock: Clock
    leases: ExecutionLeases
    recorder: EventRecorder
    dispatcher: Dispatcher
    delivery: BrokerDelivery

    async def write(
        self, execution: Execution, package: Package, prepared: Prepared, taken: Taken | None
    ) -> tuple[Execution, Written]:
        """Raises LeaseLost, or what closing the package that is replaced raises."""
        now, slot = self.clock(), self._slot(prepared.submissions)
        is_begun = False
        try:
            added: Sequence[Submission] | None = None
            if slot is not None and taken is None:
                added = await self._at_once(execution, package, prepared, now)
            if added is None:
                can_begin = slot is not None
                added = await self._whatever(execution, package, prepared, taken, now, can_begin=can_begin)
            is_begun = added[0].status is SubmissionStatus.SENDING
        finally:
            # Also where nobody knows whether it was committed: then it is found like that of a dead process.
            if slot is not None and not is_begun:
                self.dispatcher.give_back(slot)
        first = prepared.submissions[0]
        prepared = replace(prepared, submissions=tuple(added))
        execution = replace(execution, step=Step.PREPARED, submission_id=first.id, executed_at=now)
        return execution, Written(prepared=prepared, slot=slot if is_begun else None)

    def _slot(self, submissions: Sequence[Submission]) -> Slot | None:
        """Entries that go one by one follow each other's state, and are begun one by one."""
        if len(submissions) > 1 or submissions[0].entry is not None:
            return None
        return self.dispatcher.slot_at_once(submissions[0])

    async def _at_once(
        self, execution: Execution, package: Package, prepared: Prepared, now: datetime
    ) -> Sequence[Submission] | None:
        """The usual way in one statement: nothing is replaced, and the one submission is begun. None, and
        nothing is written, where the statement does not find what it expects: its mail is held back, the
        lease is lost, or the stream of events stands elsewhere."""
        attempt, passage = self.delivery.at_once(prepared.submissions[0])
        step = preparing(execution, prepared, attempt, passage, now=now, lease=self.leases.lease)
        async with single_statement(self.pool, execution.visible) as connection:
            prepared_at = await self.recorder.record_beside(
                connection,
                execution.visible,
                execution.export_id,
                _facts(package, prepared, [attempt]),
                now,
                beside=step,
                are_first=True,
            )
        return [replace(attempt, prepared_at=prepared_at)] if isinstance(prepared_at, datetime) else None

    async def _whatever(
        self,
        execution: Execution,
        package: Package,
        prepared: Prepared,
        taken: Taken | None,
        now: datetime,
        *,
        can_begin: bool,
    ) -> Sequence[Submission]:
        first = prepared.submissions[0]
        async with transaction(self.pool, execution.visible) as connection:
            # Before anything else: the lock on the execution's row keeps a new owner out until the end.
            steps = PreparedStore(connection, execution.visible)
            if not await steps.prepared(execution, prepared, now=now, lease=self.leases.lease):
                raise LeaseLost
            closed = await self._replace(connection, execution, package, taken, now)
            begun = await self.delivery.begun_at_once(connection, first) if can_begin else None
            # This process sends it, and should it die another may once the lease is over; without a slot it
            # is whoever has one first.
            is_alone = len(prepared.submissions) == 1 and first.entry is None
            send_in = timedelta() if is_alone and not can_begin else self.leases.lease
            submissions = (begun,) if begun else prepared.submissions
            added = await self._add(connection, execution, submissions, send_in)
            facts = _facts(package, prepared, added)
            await self.recorder.record(
                connection, execution.visible, execution.export_id, facts, now, are_first=True
            )
            if taken is not None:
                old_id = taken.replaced.export_id
                await self.recorder.record(connection, execution.visible, old_id, closed, now)
        return added

    async def _replace(
        self,
        connection: Connection,
        execution: Execution,
        package: Package,
        taken: Taken | None,
        now: datetime,
    ) -> Sequence[Fact]:
        if taken is None:
            return ()
        return (await replace_package(connection, execution, package, taken, now)).facts

    async def _add(
        self,
        connection: Connection,
        execution: Execution,
        submissions: Sequence[Submission],
        send_in: timedelta,
    ) -> list[Submission]:
        ledger = SubmissionStore(connection, execution.visible)
        return [await ledger.add(each, send_in=send_in) for each in submissions]


def _facts(package: Package, prepared: Prepared, added: Sequence[Submission]) -> list[Fact]:
    """What happened, in this order; an attempt that is begun at once was a prepared submission before."""
    begun = [each for each in added if each.status is SubmissionStatus.SENDING]
    return [
        package_generated(package, prepared.artifacts),
        *(notification_recorded(each) for each in prepared.notifications),
        *(submission_changed("prepared", each) for each in (prepared.submissions if begun else added)),
        *(submission_changed("sending", each) for each in begun),
    ]
