"""The answer of an execution in its current state."""

from collections.abc import Sequence

from entrygo.domain.lifecycle import State
from entrygo.domain.time import rfc3339
from entrygo.execution.broker.events import submission_message
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.making.package_maker import Prepared
from entrygo.execution.state.events import artifact_message
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Artifact, Execution, Submission
from entrygo.postgres.pool import Connection
from entrygo.proto.execution.v1 import execution_pb2


async def execution_answer(
    connection: Connection,
    execution: Execution,
    prepared: Prepared | None = None,
    delivered: Sequence[Submission] | None = None,
) -> bytes:
    """The serialized ExecuteExportResponse of an execution that has its package and submission.

    `prepared` and `delivered` are what this process has written of it, which need not be read again.
    """
    assert execution.package_id is not None
    assert execution.submission_id is not None
    assert execution.executed_at is not None
    if prepared is None:
        packages = PackageStore(connection, execution.visible)
        artifacts: Sequence[Artifact] = await packages.list_artifacts(execution.package_id)
        notification_ids = await packages.list_notification_ids(execution.package_id)
    else:
        artifacts = prepared.artifacts
        notification_ids = [each.id for each in prepared.notifications]
    ledger = SubmissionStore(connection, execution.visible)
    submissions = delivered or await ledger.prepared_with(execution.submission_id)
    response = execution_pb2.ExecuteExportResponse(
        export_id=execution.export_id,
        status=State.COMPLETED,
        customs_package_id=execution.package_id,
        plan_hash=execution.plan_hash or "",
        artifacts=[artifact_message(each) for each in artifacts],
        notification_ids=notification_ids,
        execution_timestamp=rfc3339(execution.executed_at),
        broker_submission=submission_message(submissions[0]),
        broker_submissions=[submission_message(each) for each in submissions],
    )
    return response.SerializeToString()
