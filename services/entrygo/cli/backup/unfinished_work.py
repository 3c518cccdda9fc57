"""What a restored system must not go on with by itself: after the backup it may have been done."""

from functools import partial

from entrygo.domain.errors import InvalidExportState, NotFound
from entrygo.execution.recovery.restored import RESTORED, RESTORED_CODE, RestoredWork
from entrygo.execution.state.events import EventRecorder
from entrygo.execution.state.records import Execution
from entrygo.planning.use_cases.handover import Handover
from entrygo.postgres.pool import open_pool
from entrygo.process.clock import Ids, utc_now
from entrygo.proto.planning.v1 import planning_pb2


async def hold_unfinished_work(planning_url: str, execution_url: str) -> None:
    """Submissions that had not ended become `unknown`, executions that had none yet fail."""
    planning = await open_pool(planning_url, schema="planning", max_size=1)
    execution = await open_pool(execution_url, schema="execution", max_size=1)
    async with planning, execution:
        fail = partial(_fail_export, Handover(planning, utc_now, Ids()))
        work = RestoredWork(pool=execution, clock=utc_now, recorder=EventRecorder(Ids()), fail_export=fail)
        await work.hold()


async def _fail_export(handover: Handover, execution: Execution) -> None:
    failed = planning_pb2.ReleaseExportRequest.Failed(error_code=RESTORED_CODE, message=RESTORED)
    request = planning_pb2.ReleaseExportRequest(
        export_id=execution.export_id, execution_id=execution.id, failed=failed
    )
    try:
        await handover.release(execution.visible, request)
    except (InvalidExportState, NotFound):
        # It had not claimed the export yet, which can be executed as it is.
        return
