"""Withdrawing an executed export: planning frees its orders, the package is closed and its broker notified.

started → planning moves the export → one transaction: the package closed, the notices in the ledger, the
answer with its key. Planning knows a withdrawal by its id and the transaction finds what another has done, so
that anybody may carry on one that was left, at any time and more than once.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from entrygo.domain.errors import EntryGoError, ExportNotFound, IdempotencyInProgress, ServiceUnavailable
from entrygo.domain.ids import IdKind
from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Visible
from entrygo.domain.time import rfc3339
from entrygo.execution.broker.entry_numbers import covered_entries
from entrygo.execution.broker.events import submission_changed, submission_message
from entrygo.execution.broker.freezing import Freezer
from entrygo.execution.broker.mail import BrokerMail
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.broker.withdrawal_notice import WithdrawalNotice
from entrygo.execution.clients.planning import REFUSALS, Planning, PlanningAccess
from entrygo.execution.closing.filed_entries import entry_numbers_of
from entrygo.execution.closing.notices import Notices, Place, by_place
from entrygo.execution.closing.packages import SentAgainMeanwhile, close_package
from entrygo.execution.closing.withdrawal_store import WithdrawalBacklog, WithdrawalStore
from entrygo.execution.package.summary import summary_of
from entrygo.execution.state import failpoints
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.state.other_warehouses import refuse_another_warehouses
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Moved, Package, PackageState, Submission, Withdrawal
from entrygo.postgres.idempotency import KeyStore, Reply
from entrygo.postgres.pool import EVERYONE, Connection, Pool, transaction
from entrygo.process.clock import Clock, Ids
from entrygo.process.failpoints import Reach
from entrygo.proto.execution.v1 import execution_pb2

WITHDRAW_OPERATION = "execution.withdraw"
DRY_RUN = "DRY_RUN"
# The package may be sent somewhere else while its notices are written; a key may be free in a moment.
ATTEMPTS = 5
POLL_SECONDS = 0.1

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCommand:
    """A validated request; `fingerprint` says whether a key is used for the same request again."""

    visible: Visible
    export_id: str
    reason: str
    is_dry_run: bool
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawals:
    """Withdraws executed exports."""

    pool: Pool
    clock: Clock
    ids: Ids
    # After so much time others carry on what was left.
    lease: timedelta
    planning: PlanningAccess
    freezer: Freezer
    recorder: EventRecorder
    reach: Reach

    async def withdraw(self, command: WithdrawCommand) -> Reply:
        """The reply is a WithdrawExportResponse.

        Raises planning's refusal (NotFound, InvalidExportState), IdempotencyConflict, or an outage.
        """
        planning = self.planning.for_caller()
        if command.is_dry_run:
            return await self._dry_run(command, planning)
        withdrawal = await self._begin(command)
        if withdrawal.response is not None:
            return Reply(withdrawal.response, replayed=True)
        return Reply(await self._carry_on(withdrawal, planning), replayed=False)

    async def recover(self, limit: int) -> None:
        """Resumes unfinished withdrawals; one that cannot be carried on holds up no other."""
        async with transaction(self.pool, EVERYONE) as connection:
            due = await WithdrawalBacklog(connection).take_due(limit, again_in=self.lease)
        for withdrawal in due:
            log.info("withdrawal.resumed", withdrawal_id=withdrawal.id)
            try:
                await self._carry_on(withdrawal, self.planning.in_background(withdrawal.visible))
            except ServiceUnavailable as error:
                log.warning("withdrawal.put_off", withdrawal_id=withdrawal.id, error=str(error))
            except EntryGoError as error:
                log.warning("withdrawal.refused", withdrawal_id=withdrawal.id, error=str(error))

    async def _dry_run(self, command: WithdrawCommand, planning: Planning) -> Reply:
        moved = await planning.could_withdraw(command.export_id, command.reason)
        async with transaction(self.pool, command.visible) as connection:
            package = await PackageStore(connection, command.visible).find_by_export(command.export_id)
            if package is None:
                raise ExportNotFound
            submissions = await SubmissionStore(connection, command.visible).of_package(package.id)
        response = execution_pb2.WithdrawExportResponse(
            export_id=command.export_id,
            status=DRY_RUN,
            customs_package_id=package.id,
            reason=command.reason,
            orders=moved.orders,
            broker_told=any(each.may_have_arrived for each in submissions),
        )
        return Reply(response.SerializeToString(), replayed=False)

    async def _begin(self, command: WithdrawCommand) -> Withdrawal:
        """A new withdrawal, or the one that the key was used for.

        IdempotencyInProgress for a bound key while nobody knows yet of which warehouse that one is.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(POLL_SECONDS)
            withdrawal = await self._begin_or_join(command)
            if withdrawal is not None:
                return withdrawal
        raise IdempotencyInProgress

    async def _begin_or_join(self, command: WithdrawCommand) -> Withdrawal | None:
        """None where there is something to wait for."""
        visible = command.visible
        withdrawal = Withdrawal(
            tenant=visible.tenant,
            id=self.ids.new(IdKind.WITHDRAWAL),
            export_id=command.export_id,
            reason=command.reason,
            idempotency_key=command.key,
            created_at=self.clock(),
            warehouse_id=visible.warehouse_id,
        )
        async with transaction(self.pool, visible) as connection:
            store, earlier = WithdrawalStore(connection, visible), None
            if command.key:
                keys = KeyStore(connection, visible, WITHDRAW_OPERATION)
                earlier = await keys.claim(command.key, command.fingerprint, resource_id=withdrawal.id)
            if earlier is None:
                await store.add(withdrawal, due_in=self.lease)
                return withdrawal
            found = await store.find(earlier.resource_id or "")
        if found is None:
            withdrawal_id = earlier.resource_id or ""
            await refuse_another_warehouses(self.pool, visible, WithdrawalStore, withdrawal_id)
        return found

    async def _carry_on(self, withdrawal: Withdrawal, planning: Planning) -> bytes:
        self.reach(failpoints.WITHDRAWAL_AFTER_BEGIN)
        try:
            moved = await planning.withdraw(withdrawal.export_id, withdrawal.id, withdrawal.reason)
        except EntryGoError as error:
            if error.error_kind in REFUSALS:
                await self._abandon(withdrawal)
            raise
        self.reach(failpoints.WITHDRAWAL_AFTER_MOVE)
        for _ in range(ATTEMPTS):
            package = await self._package(withdrawal)
            notices = await self._freeze(withdrawal, package)
            self.reach(failpoints.WITHDRAWAL_AFTER_FREEZE)
            try:
                body = await self._complete(withdrawal, package, moved, notices)
            except SentAgainMeanwhile:
                continue
            self.reach(failpoints.WITHDRAWAL_AFTER_COMPLETE)
            log.info("withdrawal.completed", withdrawal_id=withdrawal.id, export_id=withdrawal.export_id)
            return body
        raise SentAgainMeanwhile

    async def _abandon(self, withdrawal: Withdrawal) -> None:
        """Planning refused: nothing has happened, so the withdrawal and its key are forgotten."""
        async with transaction(self.pool, withdrawal.visible) as connection:
            await WithdrawalStore(connection, withdrawal.visible).remove(withdrawal.id)
            if withdrawal.idempotency_key:
                keys = KeyStore(connection, withdrawal.visible, WITHDRAW_OPERATION)
                await keys.release(withdrawal.idempotency_key)

    async def _package(self, withdrawal: Withdrawal) -> Package:
        async with transaction(self.pool, withdrawal.visible) as connection:
            package = await PackageStore(connection, withdrawal.visible).find_by_export(withdrawal.export_id)
        if package is None:
            raise ServiceUnavailable("The package of this export is not there.")
        return package

    async def _freeze(self, withdrawal: Withdrawal, package: Package) -> Notices:
        """A notice for each place that the package may be at, its bytes stored; nothing names it yet."""
        async with transaction(self.pool, withdrawal.visible) as connection:
            submissions = await SubmissionStore(connection, withdrawal.visible).of_package(package.id)
            given = await entry_numbers_of(connection, withdrawal.visible, package)
        numbers = {**covered_entries(package, None).filed_as, **given}
        reached = by_place([each for each in submissions if each.may_have_arrived])
        notices = {
            place: await self._notice(withdrawal, package, place, latest, numbers)
            for place, latest in reached.items()
        }
        return Notices(notices, given)

    async def _notice(
        self,
        withdrawal: Withdrawal,
        package: Package,
        place: Place,
        latest: Submission,
        numbers: Mapping[int, str],
    ) -> Submission:
        to, entry = place
        summary = summary_of(package.summary)
        notice = WithdrawalNotice(
            package_number=package.number,
            export_id=package.export_id,
            reason=withdrawal.reason,
            withdrawn_at=rfc3339(withdrawal.created_at),
            entry_numbers={each: number for each, number in numbers.items() if entry in (None, each)},
            entry=entry,
            entries=len(summary.entries) if summary else 1,
        )
        mail = BrokerMail(
            submission_id=self.ids.new(IdKind.BROKER_SUBMISSION),
            tenant=withdrawal.tenant,
            export_id=package.export_id,
            package=package.facts(),
            sender=latest.sender,
            recipient=to.recipient,
            written_at=withdrawal.created_at,
            reason=withdrawal.reason,
            withdrawal=notice,
            linked_submission_id=latest.id,
            entry=entry,
            summary=summary_of(package.summary, entry),
        )
        return await self.freezer.freeze(mail, to, notice.artifacts(), latest.notification_id)

    async def _complete(
        self, withdrawal: Withdrawal, package: Package, moved: Moved, notices: Notices
    ) -> bytes:
        """Closes the package and writes the notices, once. Raises SentAgainMeanwhile."""
        visible = withdrawal.visible
        async with transaction(self.pool, visible) as connection:
            store = WithdrawalStore(connection, visible)
            held = await store.lock(withdrawal.id)
            if held is None:
                raise ServiceUnavailable("This withdrawal is no more; retry.")
            if held.response is not None:
                return held.response
            sent = await self._close(connection, withdrawal, package, notices)
            body = execution_pb2.WithdrawExportResponse(
                export_id=withdrawal.export_id,
                status=State.WITHDRAWN,
                customs_package_id=package.id,
                reason=withdrawal.reason,
                withdrawn_at=rfc3339(withdrawal.created_at),
                orders=moved.orders,
                broker_notices=[submission_message(each) for each in sent],
                broker_told=bool(sent),
            ).SerializeToString()
            await store.complete(withdrawal.id, moved.warehouse_id, body)
            if withdrawal.idempotency_key:
                keys = KeyStore(connection, visible, WITHDRAW_OPERATION)
                await keys.complete(withdrawal.idempotency_key, body)
        return body

    async def _close(
        self, connection: Connection, withdrawal: Withdrawal, package: Package, notices: Notices
    ) -> list[Submission]:
        visible = withdrawal.visible
        closed = replace(
            package,
            state=PackageState.WITHDRAWN,
            closed_at=withdrawal.created_at,
            closed_reason=withdrawal.reason,
        )
        given = await entry_numbers_of(connection, visible, package)
        closing = await close_package(connection, visible, closed)
        needed = by_place(closing.reached)
        # A number that came meanwhile is to be in the notice.
        if not needed.keys() <= notices.by_place.keys() or given != notices.entry_numbers:
            raise SentAgainMeanwhile
        ledger = SubmissionStore(connection, visible)
        sent = [await ledger.add(notices.by_place[each], send_in=timedelta(0)) for each in needed]
        facts = [*closing.facts, *(submission_changed("prepared", each) for each in sent)]
        await self.recorder.record(connection, visible, withdrawal.export_id, facts, self.clock())
        return sent
