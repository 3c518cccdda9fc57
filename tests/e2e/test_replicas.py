"""Services of several processes: replaced one after the other, and when one of them hangs."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import suppress
from typing import Any

import httpx
import pytest
import pytest_asyncio

from entrygo.cli.up.home import Home
from entrygo.cli.up.replicas import SERVICES
from tests.contract.rest.documented import Rest, error_of, golden_orders, plan_request, planned, sync_request
from tests.harness import processes
from tests.harness.system import System, running_system

CALLERS = 3
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.05
# A channel pings every 2 s and waits 3 s for the answer; the rest is for a machine under load.
LEFT_WITHIN_SECONDS = 15.0
Answers = Counter[tuple[int, str]]


class Refused(Exception):
    """The lifecycle ends here."""


@pytest_asyncio.fixture(scope="module")
async def pairs() -> AsyncIterator[System]:
    """Two processes of each service, with time to finish what they have begun."""
    settings = {
        "ENTRYGO_REPLICAS": "2",
        "ENTRYGO_DRAIN_SECONDS": "1",
        "ENTRYGO_STOP_GRACE_SECONDS": "20",
    }
    async with running_system(settings) as started:
        yield started


@pytest.mark.timeout(240)
async def test_a_rolling_restart_fails_no_request_of_callers_that_never_repeat_one(pairs: System) -> None:
    before = {name: pairs.process(name).pid for name in SERVICES}
    answers = await answers_during(pairs, pairs.entrygo("restart", *SERVICES))
    assert {status for status, _ in answers} == {200}, answers
    assert all(pairs.process(name).pid != pid for name, pid in before.items())


@pytest.mark.timeout(240)
async def test_a_restart_without_another_replica_is_only_ever_503_and_says_when_to_come_back(
    system: System,
) -> None:
    answers = await answers_during(system, system.entrygo("restart", "planning"))
    assert set(answers) <= {(200, ""), (503, "retry-after")}, answers
    assert answers[200, ""]


@pytest.mark.timeout(240)
async def test_a_leader_that_hangs_is_left_by_its_callers_and_by_the_outbox(pairs: System) -> None:
    leader, other = await leading(pairs)
    async with pairs.client() as client:
        rest = Rest(client, pairs)
        order_ids = await golden_orders(rest)
        with processes.frozen(pairs.process(leader)):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await until_all_go_on(rest, order_ids)
            export_id = await planned(rest)
            await until_leading(pairs, other)
            await until_published(pairs)
            assert (await rest.get(f"/api/exports/{export_id}"))["state"] == "BATCHED"
        await until_leading(pairs, leader, leads=False)
        assert await is_leading(pairs, other)


async def answers_during(system: System, work: Coroutine[None, None, str]) -> Answers:
    """How often callers got which answer until `work` ends: its status, and if it says when to return."""
    answers: Answers = Counter()
    callers = [asyncio.create_task(keep_calling(system, answers)) for _ in range(CALLERS)]
    await work
    for caller in callers:
        caller.cancel()
    for result in await asyncio.gather(*callers, return_exceptions=True):
        assert isinstance(result, asyncio.CancelledError), result
    return answers


async def keep_calling(system: System, answers: Answers) -> None:
    """Lifecycles, each request sent once: what fails ends its lifecycle."""
    async with system.client() as client:
        rest = Rest(client, system)
        while True:
            with suppress(Refused):
                await lifecycle(rest, answers)


async def lifecycle(rest: Rest, answers: Answers) -> None:
    synced = await once(rest, answers, "/api/orders/sync", sync_request(rest))
    plan = await once(rest, answers, "/api/exports/plan", plan_request(rest, [synced["data"][0]["id"]]))
    body = {"accountId": rest.system.account_id, "batchId": plan["exportId"]}
    await once(rest, answers, "/api/exports/execute", body)
    await once(rest, answers, f"/api/exports/{plan['exportId']}")


async def once(rest: Rest, answers: Answers, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await (rest.client.get(path) if body is None else rest.client.post(path, json=body))
    answers[answer.status_code, "retry-after" if "retry-after" in answer.headers else ""] += 1
    if answer.status_code != 200:
        raise Refused
    return dict(answer.json())


async def until_all_go_on(rest: Rest, order_ids: Sequence[str]) -> None:
    """Plans until as many in a row went well as would meet every process; what fails before is 503."""
    well = 0
    while well < 2 * CALLERS:
        body = plan_request(rest, order_ids, dryRun=True)
        async with asyncio.timeout(LEFT_WITHIN_SECONDS):
            answer = await rest.client.post("/api/exports/plan", json=body)
        well = well + 1 if answer.status_code == 200 else 0
        if answer.status_code != 200:
            error_of(answer, status=503, code="SERVICE_UNAVAILABLE")


async def leading(system: System) -> tuple[str, str]:
    """The process of planning that publishes its events, and the other one."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            for leader, other in (("planning", "planning-2"), ("planning-2", "planning")):
                if await is_leading(system, leader) and not await is_leading(system, other):
                    return leader, other
            await asyncio.sleep(POLL_SECONDS)


async def is_leading(system: System, name: str) -> bool:
    port = Home(system.home).load_state().metrics_ports[name]
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"http://{processes.LOOPBACK}:{port}/metrics")).text
    return 'entrygo_relay_leading{schema="planning"} 1.0' in text


async def until_leading(system: System, name: str, *, leads: bool = True) -> None:
    """Leadership changes hands in other processes; there is no event to await."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await is_leading(system, name) is not leads:  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)


async def until_published(system: System) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await system.fetch("SELECT count(*) FROM planning.outbox"))[0][0]:  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)
