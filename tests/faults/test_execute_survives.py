"""The execution process dies between any two steps of an execute: the export is completed all the same."""

import asyncio
from typing import Any

import pytest

from entrygo.execution.state.failpoints import AFTER_RESERVE, AMBIGUOUS_FAILPOINTS, FAILPOINTS
from entrygo.execution.steps.step_store import FIRST_PACKAGE_NUMBER
from tests.contract.rest.documented import unique
from tests.faults.world import PATIENCE_SECONDS, POLL_SECONDS, World

EXECUTE = "/api/exports/execute"
SETTLED = {"sent", "failed", "unknown"}


@pytest.mark.parametrize("point", FAILPOINTS)
async def test_retried_execute_completes_the_export_once_when_its_process_died(
    world: World, point: str
) -> None:
    batch_id, key = await world.planned(), unique("execute")
    body = {"accountId": world.system.account_id, "batchId": batch_id}
    await die_during_execute(world, point, body, key)
    answered = await world.post(EXECUTE, body, key)
    found = await settled(world, batch_id)
    assert answered.json()["customs_package_id"] == found["customsPackage"]["id"]
    await check_executed_once(world, found, is_ambiguous=point in AMBIGUOUS_FAILPOINTS)
    again = await world.post(EXECUTE, body, key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == answered.json()


async def test_export_is_completed_once_when_its_process_died_and_nobody_retries(world: World) -> None:
    batch_id, key = await world.planned(), unique("execute")
    body = {"accountId": world.system.account_id, "batchId": batch_id}
    await die_during_execute(world, AFTER_RESERVE, body, key)
    found = await settled(world, batch_id)
    await check_executed_once(world, found, is_ambiguous=False)
    late = await world.post(EXECUTE, body, key)
    assert late.headers["idempotency-replayed"] == "true"
    assert late.json()["customs_package_id"] == found["customsPackage"]["id"]


async def die_during_execute(world: World, point: str, body: dict[str, str], key: str) -> None:
    """Executes on a process that dies at `point`: the caller learns no more than that it may try again."""
    world.arm(point)
    first = await world.attempt(EXECUTE, body, key)
    assert first is None or (first.status_code, first.json()["errorCode"]) == (503, "SERVICE_UNAVAILABLE")
    assert not world.is_armed(), "the execution never came to this point"


async def settled(world: World, batch_id: str) -> dict[str, Any]:
    """The inspection once the export is COMPLETED and its broker submission will not change by itself."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = await world.look(f"/api/exports/{batch_id}")
            if answer is not None and answer.status_code == 200:
                found: dict[str, Any] = answer.json()
                # While execution is away, planning alone may know that the export is completed.
                is_known = found["state"] == "COMPLETED" and not found["stale"]
                if is_known and found["brokerSubmission"]["status"] in SETTLED:
                    return found
            await asyncio.sleep(POLL_SECONDS)


async def check_executed_once(world: World, found: dict[str, Any], *, is_ambiguous: bool) -> None:
    await check_one_package(world, found)
    mails = world.system.mails_of(found["exportId"])
    assert len(found["brokerSubmissions"]) == 1
    submission = found["brokerSubmission"]
    # Nothing is left that would send it again.
    assert submission["next_attempt_at"] is None
    if is_ambiguous:
        assert (submission["status"], submission["attempts"]) == ("unknown", 1)
        assert len(mails) <= 1
    else:
        assert submission["status"] == "sent"
        assert len(mails) == 1
    await check_events(world, found)


async def check_one_package(world: World, found: dict[str, Any]) -> None:
    packages = await world.system.fetch("SELECT id, export_id, number FROM execution.customs_packages")
    mine = [dict(row) for row in packages if row["export_id"] == found["exportId"]]
    package = found["customsPackage"]
    assert mine == [{"id": package["id"], "export_id": found["exportId"], "number": package["packageNumber"]}]
    # No number is given twice, and a death costs none.
    numbers = sorted(row["number"] for row in packages)
    assert numbers == [f"cp_ch{FIRST_PACKAGE_NUMBER + index}" for index in range(len(packages))]
    assert {file["filename"] for file in found["artifacts"]} >= {"manifest.json"}


async def check_events(world: World, found: dict[str, Any]) -> None:
    """Each owner numbers its events 1, 2, 3 … and the timeline holds every one of them."""
    logged = 0
    for owner in ("planning", "execution"):
        rows = await world.system.fetch(
            f"SELECT sequence FROM {owner}.event_log WHERE stream_id = $1 ORDER BY sequence",
            found["exportId"],
        )
        assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
        logged += len(rows)
    reported = [event["type"] for event in found["events"]]
    assert len(reported) == logged
    once = ["export.planned", "export.execution_started", "customs_package.generated"]
    once += ["broker_submission.prepared", "export.executed"]
    assert {name: reported.count(name) for name in once} == dict.fromkeys(once, 1)
