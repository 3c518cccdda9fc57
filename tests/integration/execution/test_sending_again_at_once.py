"""Two clerks send one package again at the same moment: it goes once."""

import asyncio

import pytest

from entrygo.domain.errors import InvalidExportState
from entrygo.execution.state.records import Submission
from entrygo.postgres.pool import transaction
from tests.harness.postgres import SESSIONS_THAT_WAIT
from tests.integration.execution.channels import AGAIN
from tests.integration.execution.world import LIVE, World


async def test_whoever_waits_for_another_that_sends_again_finds_that_one_under_way(world: World) -> None:
    process = await world.process()
    await process.execute()
    package = await process.resubmission._package(AGAIN)
    first, second = [await process.resubmission._prepared(AGAIN, package) for _ in range(2)]

    async def add(submission: Submission) -> None:
        async with transaction(process.pool, LIVE) as connection:
            await process.resubmission._add(connection, submission)

    async with transaction(process.pool, LIVE) as connection, process.pool.acquire() as watching:
        await process.resubmission._add(connection, first)
        waiting = asyncio.create_task(add(second))
        async with asyncio.timeout(60):
            while not (waiting.done() or await watching.fetchval(SESSIONS_THAT_WAIT)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    with pytest.raises(InvalidExportState, match="still under way"):
        await waiting
    assert await process.count("broker_submissions") == 2
