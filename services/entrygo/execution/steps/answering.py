"""The answer of an execution, as it stands at that moment."""

from entrygo.domain.lifecycle import State
from entrygo.domain.time import rfc3339
from entrygo.execution.broker.events import submission_message
from entrygo.execution.broker.store import SubmissionStore
from entrygo.execution.state.events import artifact_message
from entrygo.execution.state.package_store import PackageStore
from entrygo.execution.state.records import Execution
from entrygo.postgres.pool import Connection
from entrygo.proto.execution.v1 import execution_pb2


async def execution_answer(connection: Connection, execution: Execution) -> bytes:
    """The serialized ExecuteExportResponse of an execution that has its package and submission."""
    assert execution.package_id is not None
    assert execution.submission_id is not None
    assert execution.executed_at is not None
    packages = PackageStore(connection, execution.visible)
    artifacts = await packages.list_artifacts(execution.package_id)
    submission = await SubmissionStore(connection, execution.visible).get(execution.submission_id)
    response = execution_pb2.ExecuteExportResponse(
        export_id=execution.export_id,
        status=State.COMPLETED,
        customs_package_id=execution.package_id,
        plan_hash=execution.plan_hash or "",
        artifacts=[artifact_message(each) for each in artifacts],
        notification_ids=await packages.list_notification_ids(execution.package_id),
        execution_timestamp=rfc3339(execution.executed_at),
        broker_submission=submission_message(submission),
    )
    return response.SerializeToString()
