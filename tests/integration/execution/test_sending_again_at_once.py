"""Two clerks send one package again at the same moment: it goes once, and each of its entries once."""

import asyncio
from dataclasses import replace

import pytest

from entrygo.domain.errors import InvalidExportState
from entrygo.execution.broker import resubmission
from entrygo.execution.broker.following import follow
from entrygo.execution.state.records import PackageState, Submission
from entrygo.postgres.pool import Connection, transaction
from tests.harness.postgres import SESSIONS_THAT_WAIT
from tests.integration.execution.channels import AGAIN
from tests.integration.execution.test_entry_submissions import two_entries
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


async def test_two_entries_are_sent_again_at_once_and_neither_waits_in_vain(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.planning.snapshots["batch_123"] = two_entries()
    process = await world.process()
    await process.execute()
    await process.deliver_due()
    added: list[Submission] = []

    async def follow_the_other(connection: Connection, submission: Submission) -> PackageState | None:
        added.append(submission)
        async with asyncio.timeout(60), process.pool.acquire() as watching:
            while not (len(added) == 2 or await watching.fetchval(SESSIONS_THAT_WAIT)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return await follow(connection, submission)

    monkeypatch.setattr(resubmission, "follow", follow_the_other)
    await asyncio.gather(*(process.resubmit(replace(AGAIN, entry=entry)) for entry in (1, 2)))
    assert await process.count("broker_submissions") == 4
