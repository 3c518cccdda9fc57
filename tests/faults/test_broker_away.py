"""Without the broker every acknowledged write shows at once; with it back the read model has everything."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.contract.rest.documented import unique
from tests.faults.world import PATIENCE_SECONDS, POLL_SECONDS, World

EXECUTE = "/api/exports/execute"


@pytest_asyncio.fixture
async def broker_away(world: World) -> AsyncIterator[None]:
    world.broker.stop()
    yield
    world.broker.start()


async def executed(world: World) -> dict[str, Any]:
    batch_id = await world.planned()
    body = {"accountId": world.system.account_id, "batchId": batch_id}
    answer: dict[str, Any] = (await world.post(EXECUTE, body, unique("execute"))).json()
    return answer


async def listed(world: World) -> dict[str, dict[str, Any]]:
    """Row by export, as the list has it: nothing but the projection."""
    answer = await world.get("/api/exports?limit=200")
    return {row["exportId"]: row for row in answer["data"]}


async def executed_unseen(world: World) -> dict[str, Any]:
    """One that the read model knows nothing of.

    It may be about to read the owners still, for a broker that was back a moment ago; then it does not again.
    """
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (answer := await executed(world))["exportId"] in await listed(world):
            pass
    return answer


async def until_listed(world: World, export_id: str, state: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            row = (await listed(world)).get(export_id)
            if row is not None and row["state"] == state:
                return
            await asyncio.sleep(POLL_SECONDS)


@pytest.mark.usefixtures("broker_away")
async def test_inspect_and_package_show_each_acknowledged_write_while_the_broker_is_away(
    world: World,
) -> None:
    batch_id = await world.planned()
    found = await world.get(f"/api/exports/{batch_id}")
    assert (found["state"], found["stale"]) == ("BATCHED", False)
    body = {"accountId": world.system.account_id, "batchId": batch_id}
    answer = (await world.post(EXECUTE, body, unique("execute"))).json()
    # The package first: the read model has not heard of it yet.
    package = await world.get(f"/api/customs-packages/{answer['customs_package_id']}")
    assert package["state"] == "sent_to_broker"
    found = await world.get(f"/api/exports/{batch_id}")
    assert (found["state"], found["stale"]) == ("COMPLETED", False)
    assert found["brokerSubmission"]["status"] == "sent"
    assert [event["type"] for event in found["events"]][-1] == "export.executed"


async def test_read_model_catches_up_by_itself_when_the_broker_returns_with_an_empty_log(
    world: World,
) -> None:
    world.broker.stop()
    try:
        answer = await executed_unseen(world)
    finally:
        world.broker.start()  # a memory-only broker: its offsets begin again at 0
    await until_listed(world, answer["exportId"], "COMPLETED")
    later = await executed(world)
    await until_listed(world, later["exportId"], "COMPLETED")


async def test_read_model_catches_up_when_the_services_died_while_the_broker_was_away(world: World) -> None:
    await until_listed(world, (await executed(world))["exportId"], "COMPLETED")
    world.broker.stop()
    try:
        answer = await executed_unseen(world)
        # They may be one process.
        parts = {world.system.part(name).name for name in ("planning", "execution", "inspection")}
        killed = {part: world.system.kill(part) for part in parts}
        for part, process in killed.items():
            await world.system.restarted(part, after=process)
    finally:
        world.broker.start()
    # From the log, or from the owners, whom a read model asks when it starts.
    await until_listed(world, answer["exportId"], "COMPLETED")
    later = await executed(world)
    await until_listed(world, later["exportId"], "COMPLETED")


async def test_rebuild_gives_the_same_answers_byte_for_byte(world: World) -> None:
    open_batch, cancelled = await world.planned(), await world.planned()
    await world.rest.post(f"/api/exports/{cancelled}/cancel", {})
    completed = (await executed(world))["exportId"]
    exports = {open_batch: "BATCHED", cancelled: "CANCELLED", completed: "COMPLETED"}
    before = [await inspected(world, export_id) for export_id in exports]
    rows = await listed(world)
    assert {export_id: rows[export_id]["state"] for export_id in exports} == exports
    # What the rebuild has to mend: nothing of this is left of a read model that was made anew.
    await world.system.fetch("UPDATE inspection.exports SET state = 'FAILED', order_count = 0, detail = ''")
    await world.system.fetch("DELETE FROM inspection.timeline")
    assert [await inspected(world, export_id) for export_id in exports] != before
    await world.system.entrygo("projections", "rebuild")
    # The list asks no owner, so it comes first: it is the work of the rebuild alone.
    rebuilt = await listed(world)
    assert {export_id: rebuilt.get(export_id) for export_id in exports} == {
        export_id: rows[export_id] for export_id in exports
    }
    assert [await inspected(world, export_id) for export_id in exports] == before


async def inspected(world: World, export_id: str) -> tuple[bytes, str | None]:
    """The answer as bytes, and its entity tag."""
    answer = await world.rest.client.get(f"/api/exports/{export_id}")
    return answer.content, answer.headers.get("etag")
