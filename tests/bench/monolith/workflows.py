"""The execute as a DBOS workflow of four steps, which a restart takes up where it stood."""

import os
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID

from tests.bench.monolith import execution
from tests.bench.monolith.settings import POOL_SIZE, WORKFLOWS_URL


@DBOS.step()
async def claim(export_id: str) -> str:
    return await execution.claim(export_id)


@DBOS.step()
async def prepare(export_id: str, package_id: str) -> None:
    await execution.prepare(export_id, package_id)


@DBOS.step()
async def mail(export_id: str, package_id: str) -> None:
    await execution.mail(export_id, package_id)


@DBOS.step()
async def complete(export_id: str, package_id: str) -> dict[str, Any]:
    return await execution.complete(export_id, package_id)


@DBOS.workflow()
async def execute_workflow(export_id: str) -> dict[str, Any]:
    package_id = await claim(export_id)
    await prepare(export_id, package_id)
    await mail(export_id, package_id)
    return await complete(export_id, package_id)


async def execute(export_id: str) -> dict[str, Any]:
    """The export's id is the workflow's, so that a repeated execute joins the first."""
    with SetWorkflowID(export_id):
        return await execute_workflow(export_id)


def launch() -> None:
    config = DBOSConfig(
        name="monolith",
        system_database_url=WORKFLOWS_URL,
        dbos_system_schema="dbos",
        sys_db_pool_size=POOL_SIZE,
        application_version="bench",
        executor_id=f"worker-{os.getpid()}",
        log_level="WARNING",
    )
    DBOS(config=config)
    DBOS.launch()
