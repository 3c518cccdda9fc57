"""Sending an executed package again: the same documents, to where the broker takes packages by now.

What is slow (the broker's record, the documents, a new mail) is gathered before the transaction.
"""

from dataclasses import dataclass, replace

from entrygo.domain.errors import InvalidExportState, NotFound
from entrygo.domain.ids import IdKind
from entrygo.domain.lifecycle import State
from entrygo.domain.principal import Tenant
from entrygo.execution.broker_mail import BrokerMail
from entrygo.execution.destinations import Destination, destination_again, destination_of
from entrygo.execution.events import submission_changed, submission_message
from entrygo.execution.execution_steps import ExecutionSteps
from entrygo.execution.ledger.store import SubmissionStore
from entrygo.execution.preparation import package_facts
from entrygo.execution.records import Artifact, Package, PackageState, Submission, SubmissionStatus
from entrygo.execution.store import PackageStore
from entrygo.execution.sync_client import Brokers
from entrygo.postgres.idempotency import Reply, find_reply, run_once
from entrygo.postgres.pool import Connection, transaction
from entrygo.proto.execution.v1 import execution_pb2

RESUBMIT_OPERATION = "execution.resubmit"
REPLACED = "Not delivered so far; the package was sent again instead."


@dataclass(frozen=True, slots=True, kw_only=True)
class ResubmitCommand:
    tenant: Tenant
    export_id: str
    reason: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """What was sent, and how it went so far."""

    package: Package
    latest: Submission
    artifacts: list[Artifact]


async def resubmit(steps: ExecutionSteps, brokers: Brokers, command: ResubmitCommand) -> Reply:
    """A new row of the ledger, with the reason; the delivery loop sends it.

    Raises NotFound, an outage, and InvalidExportState while an earlier submission is being sent.
    """
    identity = {"operation": RESUBMIT_OPERATION, "key": command.key}
    earlier = await find_reply(steps.pool, command.tenant, fingerprint=command.fingerprint, **identity)
    if earlier is not None:
        return Reply(earlier, replayed=True)
    submission = await _prepared(steps, brokers, command)

    async def work(connection: Connection) -> bytes:
        return await _add(steps, connection, submission)

    return await run_once(
        steps.pool,
        command.tenant,
        operation=RESUBMIT_OPERATION,
        key=command.key,
        fingerprint=command.fingerprint,
        work=work,
    )


async def _prepared(steps: ExecutionSteps, brokers: Brokers, command: ResubmitCommand) -> Submission:
    """The new submission, its bytes stored; nothing names it yet."""
    tenant, now = command.tenant, steps.clock()
    earlier = await _earlier(steps, command)
    to = await _destination(brokers, earlier.latest)
    mail = BrokerMail(
        submission_id=steps.ids.new(IdKind.BROKER_SUBMISSION),
        tenant=tenant,
        export_id=earlier.package.export_id,
        package=package_facts(earlier.package),
        sender=earlier.latest.sender,
        recipient=to.recipient,
        written_at=now,
        reason=command.reason,
    )
    artifacts = await steps.preparation.load(tenant, earlier.artifacts)
    freezer = steps.preparation.freezer
    return await freezer.freeze(mail, to, artifacts, earlier.latest.notification_id, now)


async def _earlier(steps: ExecutionSteps, command: ResubmitCommand) -> _Earlier:
    async with transaction(steps.pool, command.tenant) as connection:
        packages = PackageStore(connection, command.tenant)
        package = await packages.find_by_export(command.export_id)
        if package is None or package.state is PackageState.RESERVED:
            raise NotFound("No executed export with this id.")
        latest = await SubmissionStore(connection, command.tenant).latest(package.id)
        assert latest is not None
        _check_not_under_way(latest)
        return _Earlier(package=package, latest=latest, artifacts=await packages.list_artifacts(package.id))


async def _destination(brokers: Brokers, latest: Submission) -> Destination:
    """By the broker's record of now: after a bounce it is corrected first. Old rows do not name it."""
    if not latest.broker_id:
        return destination_again(latest)
    return destination_of(await brokers.get(latest.tenant, latest.broker_id))


async def _add(steps: ExecutionSteps, connection: Connection, submission: Submission) -> bytes:
    tenant, now = submission.tenant, submission.created_at
    ledger = SubmissionStore(connection, tenant)
    latest = await ledger.latest(submission.package_id)
    assert latest is not None
    _check_not_under_way(latest)
    facts = []
    if latest.status is SubmissionStatus.PREPARED:
        replaced = replace(
            latest, status=SubmissionStatus.FAILED, next_attempt_at=None, error_message=REPLACED
        )
        await ledger.give_up(replaced)
        facts.append(submission_changed("failed", replaced))
    await ledger.add(submission)
    facts.append(submission_changed("prepared", submission))
    await steps.recorder.record(connection, tenant, submission.export_id, facts, now)
    response = execution_pb2.ResubmitToBrokerResponse(broker_submission=submission_message(submission))
    return response.SerializeToString()


def _check_not_under_way(latest: Submission) -> None:
    """One that waits after a failed attempt surely did not arrive, so it can be replaced."""
    is_first = latest.status is SubmissionStatus.PREPARED and latest.attempts == 0
    if is_first or latest.status is SubmissionStatus.SENDING:
        raise InvalidExportState(
            "The broker submission is still under way.",
            details={"currentState": str(State.COMPLETED), "brokerSubmissionStatus": str(latest.status)},
        )
