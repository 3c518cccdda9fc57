"""SIGTERM ends a process within its limit, whatever it waits for; nothing that was promised is lost by it."""

import asyncio
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.contract.rest.documented import golden_orders, key_header, plan_request, unique
from tests.faults.world import PATIENCE_SECONDS, POLL_SECONDS, World
from tests.harness.processes import frozen

EXECUTE = "/api/exports/execute"
SERVICES = ("sync", "planning", "execution", "inspection")
# Far above the limits of `entrygo up`: who exceeds them says so.
END_SECONDS = 60.0


async def ended(process: psutil.Process, log: Path) -> str:
    """What a process logged from SIGTERM to its end, which the supervisor notes."""
    beginning = len(log.read_bytes())  # noqa: ASYNC240
    process.terminate()
    async with asyncio.timeout(END_SECONDS):
        # It is no child of ours: there is nothing to await.
        while "supervisor:" not in (said := log.read_bytes()[beginning:].decode()):  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(POLL_SECONDS)
    return said


def log_of(world: World, name: str) -> Path:
    return world.system.home / "logs" / f"{world.system.part(name).name}.log"


async def settled(world: World, export_id: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = await world.look(f"/api/exports/{export_id}")
            if answer is not None and answer.status_code == 200:
                found: dict[str, Any] = answer.json()
                submission = found["brokerSubmission"] or {}
                if found["state"] == "COMPLETED" and submission.get("status") in ("sent", "unknown"):
                    return found
            await asyncio.sleep(POLL_SECONDS)


@pytest.mark.parametrize("hung", ["broker", "postgres"])
async def test_every_service_ends_when_asked_while_what_it_depends_on_hangs(world: World, hung: str) -> None:
    await world.planned()  # events are under way
    ending = {world.system.part(name).name: world.system.process(name) for name in SERVICES}
    with frozen(world.broker.process if hung == "broker" else world.system.process(hung)):
        said = await asyncio.gather(*(ended(ending[name], log_of(world, name)) for name in ending))
    assert [line for each in said for line in each.splitlines() if "process.hung" in line] == []
    for name, process in ending.items():
        await world.system.restarted(name, after=process.pid)


@pytest.mark.apart
@pytest.mark.parametrize(
    ("hung", "waiting"), [("sync", ("planning",)), ("planning", ("execution", "inspection"))]
)
async def test_service_ends_when_asked_while_the_service_that_it_asks_hangs(
    world: World, hung: str, waiting: tuple[str, ...]
) -> None:
    """Sync asks no other service; what the gateway waits for is below."""
    system = world.system
    batch_id, order_ids = await world.planned(), await golden_orders(world.rest)
    asked = {
        "planning": ("/api/exports/plan", plan_request(world.rest, order_ids)),
        "execution": (EXECUTE, {"accountId": system.account_id, "batchId": batch_id}),
    }
    ending = {name: system.process(name) for name in waiting}
    with frozen(system.process(hung)):
        calls = [
            asyncio.create_task(world.attempt(*asked[name], unique("ending")))
            for name in waiting
            if name in asked
        ]
        calls.append(asyncio.create_task(world.rest.client.get(f"/api/exports/{batch_id}")))
        await world.has_taken(calls)
        said = await asyncio.gather(*(ended(ending[name], log_of(world, name)) for name in waiting))
        answers = await asyncio.gather(*calls)
    assert [line for each in said for line in each.splitlines() if "process.hung" in line] == []
    # A read is answered from what is known already where its service is still there.
    assert {answer.status_code for answer in answers if answer is not None} <= {200, 503}
    for name, process in ending.items():
        await system.restarted(name, after=process.pid)


async def test_execution_ends_when_asked_while_the_mail_server_hangs_and_the_mail_leaves_once(
    world: World,
) -> None:
    batch_id, key = await world.planned(), unique("execute")
    body = {"accountId": world.system.account_id, "batchId": batch_id}
    execution = world.system.process("execution")
    with frozen(world.system.process("smtp")):
        executing = asyncio.create_task(world.attempt(EXECUTE, body, key))
        await submission_is(world, batch_id, "sending")
        said = await ended(execution, log_of(world, "execution"))
        assert "process.hung" not in said, said
        answer = await executing
    assert answer is not None
    assert (answer.status_code, answer.json()["errorCode"]) == (503, "SERVICE_UNAVAILABLE")
    assert "retry-after" in answer.headers
    await world.system.restarted("execution", after=execution.pid)
    found = await settled(world, batch_id)
    assert found["brokerSubmission"]["status"] == "sent"
    assert len(world.system.mails_of(batch_id)) == 1
    await world.post(EXECUTE, body, key)


async def submission_is(world: World, export_id: str, status: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            rows = await world.system.fetch(
                "SELECT s.status FROM execution.broker_submissions s"
                " JOIN execution.customs_packages p ON p.id = s.package_id WHERE p.export_id = $1",
                export_id,
            )
            if [row["status"] for row in rows] == [status]:
                return
            await asyncio.sleep(POLL_SECONDS)


@pytest.mark.apart
async def test_gateway_answers_what_is_under_way_in_the_error_shape_when_it_ends(world: World) -> None:
    gateway = world.system.process("gateway")
    batch_id = await world.planned()
    body = {"accountId": world.system.account_id, "batchId": batch_id}
    with frozen(world.system.process("planning")):
        async with world.system.client() as client:
            executing = asyncio.create_task(client.post(EXECUTE, json=body, headers=key_header(unique("x"))))
            await world.has_taken([executing])
            said = await ended(gateway, log_of(world, "gateway"))
            answer = await executing
    assert "process.hung" not in said, said
    assert (answer.status_code, answer.json()["errorCode"]) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/json"
    await world.system.restarted("gateway", after=gateway.pid)
