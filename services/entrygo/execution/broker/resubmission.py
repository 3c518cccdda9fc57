"""Sending an executed package again: the same documents, to where the broker takes packages by now.

What is slow (the broker's record, the documents, a new mail) is gathered before the transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from entrygo.domain.errors import InvalidExportState, NotFound
from entrygo.domain.facts import Broker
from entrygo.domain.ids import IdKind
from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Tenant, Visible
from entrygo.domain.time import rfc3339
from entrygo.execution.broker.addressing import addressed
from entrygo.execution.broker.answers import check_open
from entrygo.execution.broker.destinations import destination_again, destination_of
from entrygo.execution.broker.events import submission_changed, submission_message
from entrygo.execution.broker.following import follow
from entrygo.execution.broker.freezing import Freezer
from entrygo.execution.broker.mail import BrokerMail
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.objects.by_digest import ObjectStore
from entrygo.execution.package.artifacts import RenderedArtifact, of_submission
from entrygo.execution.package.summary import summary_of
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Artifact, Package, PackageState, Submission, SubmissionStatus
from entrygo.execution.state.standing_store import StandingStore
from entrygo.postgres.idempotency import Reply, Work
from entrygo.postgres.pool import Connection, Pool, transaction
from entrygo.postgres.prepared_once import run_prepared_once
from entrygo.process.clock import Clock, Ids
from entrygo.proto.execution.v1 import execution_pb2

RESUBMIT_OPERATION = "execution.resubmit"
REPLACED = "Not delivered so far; the package was sent again instead."
NOT_EXECUTED = "No executed export with this id."


class Brokers(Protocol):
    """The brokers' records as they are."""

    async def get(self, tenant: Tenant, broker_id: str) -> Broker:
        """The broker as sync knows it now. Raises NotFound, or an outage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResubmitCommand:
    """A validated request; `fingerprint` says whether a key is used for the same request again."""

    visible: Visible
    export_id: str
    reason: str
    key: str
    fingerprint: bytes
    # Which of them, where each entry went in a submission of its own.
    entry: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """What was sent, and how it went so far."""

    package: Package
    replaces: Package | None
    latest: Submission
    artifacts: list[Artifact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resubmission:
    """Sends a package again: the stored documents in a new mail, with a new link."""

    pool: Pool
    clock: Clock
    ids: Ids
    objects: ObjectStore
    freezer: Freezer
    recorder: EventRecorder
    brokers: Brokers

    async def resubmit(self, command: ResubmitCommand) -> Reply:
        """A new row of the ledger, with the reason; the delivery loop sends it.

        Raises NotFound, an outage, and InvalidExportState while an earlier submission is being sent.
        """
        # First: keys are the account's, and an answer is about one warehouse's package.
        package = await self._package(command)

        async def prepare() -> Work:
            submission = await self._prepared(command, package)
            return lambda connection: self._add(connection, submission)

        return await run_prepared_once(
            self.pool,
            command.visible,
            operation=RESUBMIT_OPERATION,
            key=command.key,
            fingerprint=command.fingerprint,
            prepare=prepare,
        )

    async def _prepared(self, command: ResubmitCommand, package: Package) -> Submission:
        """The new submission, its bytes stored; nothing names it yet."""
        tenant, now = command.visible.tenant, self.clock()
        earlier = await self._earlier(command, package)
        broker = await self._broker(earlier.latest)
        to = destination_again(earlier.latest) if broker is None else destination_of(broker)
        mail = BrokerMail(
            submission_id=self.ids.new(IdKind.BROKER_SUBMISSION),
            tenant=tenant,
            export_id=earlier.package.export_id,
            package=earlier.package.facts(replaces=earlier.replaces),
            sender=earlier.latest.sender,
            recipient=to.recipient,
            written_at=now,
            reason=command.reason,
            attach="each" if broker is None else broker.attach,
            summary=summary_of(earlier.package.summary, earlier.latest.entry),
            entry=earlier.latest.entry,
        )
        artifacts = await self._stored(tenant, earlier.artifacts)
        return await self.freezer.freeze(mail, to, artifacts, earlier.latest.notification_id)

    async def _package(self, command: ResubmitCommand) -> Package:
        """Raises NotFound, also for a package that the caller may not see."""
        async with transaction(self.pool, command.visible) as connection:
            package = await PackageStore(connection, command.visible).find_by_export(command.export_id)
        if package is None or package.state is PackageState.RESERVED:
            raise NotFound(NOT_EXECUTED)
        return package

    async def _earlier(self, command: ResubmitCommand, package: Package) -> _Earlier:
        async with transaction(self.pool, command.visible) as connection:
            latest = await addressed(connection, command.visible, package.id, command.entry)
            await check_open(PackageStore(connection, command.visible), package.id)
            _check_not_under_way(latest)
            packages = PackageStore(connection, command.visible)
            artifacts = await packages.list_artifacts(package.id)
            if latest.entry is not None:
                artifacts = of_submission(artifacts, latest.entry)
            replaces = None if package.replaces is None else await packages.find(package.replaces)
        return _Earlier(package=package, replaces=replaces, latest=latest, artifacts=artifacts)

    async def _broker(self, latest: Submission) -> Broker | None:
        """Its record of now: after a bounce it is corrected first. Old rows do not name it."""
        return await self.brokers.get(latest.tenant, latest.broker_id) if latest.broker_id else None

    async def _stored(self, tenant: Tenant, artifacts: Sequence[Artifact]) -> list[RenderedArtifact]:
        """The artifacts with their bytes. Raises BytesMissing or StoreUnavailable."""
        return [
            RenderedArtifact(
                artifact_type=each.artifact_type,
                filename=each.filename,
                media_type=each.media_type,
                generated_at=rfc3339(each.generated_at),
                content=await self.objects.get(tenant, each.sha256),
                sha256=each.sha256,
            )
            for each in artifacts
        ]

    async def _add(self, connection: Connection, submission: Submission) -> bytes:
        visible, now = submission.visible, submission.created_at
        ledger = SubmissionStore(connection, visible)
        latest = await ledger.latest(submission.package_id, submission.entry)
        if latest is None:  # it was moved into the archive since
            raise NotFound(NOT_EXECUTED)
        await check_open(PackageStore(connection, visible), submission.package_id)
        _check_not_under_way(latest)
        replaced = None
        if latest.status is SubmissionStatus.PREPARED:
            replaced = replace(
                latest, status=SubmissionStatus.FAILED, next_attempt_at=None, error_message=REPLACED
            )
            await ledger.give_up(replaced)
        if submission.entry is not None:
            # To add one shares the package; two that share it would wait for each other in `follow`.
            await StandingStore(connection, visible).lock(submission.package_id)
        submission = await ledger.add(submission, send_in=timedelta(0))
        stands = None if submission.entry is None else await follow(connection, submission)
        facts = [] if replaced is None else [submission_changed("failed", replaced, stands)]
        facts.append(submission_changed("prepared", submission, stands))
        await self.recorder.record(connection, visible, submission.export_id, facts, now)
        response = execution_pb2.ResubmitToBrokerResponse(broker_submission=submission_message(submission))
        return response.SerializeToString()


def _check_not_under_way(latest: Submission) -> None:
    """One that waits after a failed attempt, or was held back, surely did not arrive: it can be replaced."""
    is_untried = latest.attempts == 0 and latest.held_at is None
    is_first = latest.status is SubmissionStatus.PREPARED and is_untried
    if is_first or latest.status is SubmissionStatus.SENDING:
        raise InvalidExportState(
            "The broker submission is still under way.",
            details={"currentState": str(State.COMPLETED), "brokerSubmissionStatus": str(latest.status)},
        )
