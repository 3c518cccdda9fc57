"""Without the broker every acknowledged write shows at once; with it back the read model has everything."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.contract.rest.documented import planned, unique
from tests.faults.world import PATIENCE_SECONDS, POLL_SECONDS, World

EXECUTE = "/api/exports/execute"


@pytest_asyncio.fixture
async def broker_away(world: World) -> AsyncIterator[None]:
    world.broker.stop()
    yield
    world.broker.start()


async def executed(world: World) -> dict[str, Any]:
    batch_id = await planned(world.rest)
    body = {"accountId": world.system.account_id, "batchId": batch_id}
    return await world.rest.post(EXECUTE, body, unique("execute"))


async def listed(world: World) -> dict[str, str]:
    """State by export, as the list has it: nothing but the projection."""
    answer = await world.rest.get("/api/exports?limit=200")
    return {row["exportId"]: row["state"] for row in answer["data"]}


async def until_listed(world: World, export_id: str, state: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if (await listed(world)).get(export_id) == state:
                return
            await asyncio.sleep(POLL_SECONDS)


@pytest.mark.usefixtures("broker_away")
async def test_inspect_and_package_show_each_acknowledged_write_while_the_broker_is_away(
    world: World,
) -> None:
    batch_id = await planned(world.rest)
    found = await world.rest.get(f"/api/exports/{batch_id}")
    assert (found["state"], found["stale"]) == ("BATCHED", False)
    body = {"accountId": world.system.account_id, "batchId": batch_id}
    answer = await world.rest.post(EXECUTE, body, unique("execute"))
    # The package first: nothing has told the read model of it yet.
    package = await world.rest.get(f"/api/customs-packages/{answer['customs_package_id']}")
    assert package["state"] == "sent_to_broker"
    found = await world.rest.get(f"/api/exports/{batch_id}")
    assert (found["state"], found["stale"]) == ("COMPLETED", False)
    assert found["brokerSubmission"]["status"] == "sent"
    assert [event["type"] for event in found["events"]][-1] == "export.executed"


async def test_read_model_catches_up_by_itself_when_the_broker_returns_with_an_empty_log(
    world: World,
) -> None:
    world.broker.stop()
    try:
        answer = await executed(world)
        assert answer["exportId"] not in await listed(world)
    finally:
        world.broker.start()  # a memory-only broker: its offsets begin again at 0
    await until_listed(world, answer["exportId"], "COMPLETED")
    later = await executed(world)
    await until_listed(world, later["exportId"], "COMPLETED")


async def test_rebuild_gives_the_same_answers(world: World) -> None:
    exports = [(await executed(world))["exportId"] for _ in range(3)]
    before = [await world.rest.client.get(f"/api/exports/{export_id}") for export_id in exports]
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "entrygo.cli.main", "projections", "rebuild"],
        env=dict(world.system.env),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    after = [await world.rest.client.get(f"/api/exports/{export_id}") for export_id in exports]
    assert [answer.content for answer in after] == [answer.content for answer in before]
