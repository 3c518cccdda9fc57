"""Services of several processes, replaced one after the other."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio

from entrygo.cli.up.replicas import SERVICES
from tests.contract.rest.documented import Rest, plan_request, sync_request
from tests.harness.folders import short_lived_folder
from tests.harness.system import PATIENT, System, running_system

CALLERS = 3
# Between two lifecycles of a caller: each replacement still meets dozens of requests.
PAUSE_SECONDS = 0.5
Answers = Counter[tuple[int, str]]


class Refused(Exception):
    """The lifecycle ends here."""


@pytest_asyncio.fixture(scope="module")
async def pairs() -> AsyncIterator[System]:
    """Two processes of each service, as `entrygo up --replicas 2` runs them."""
    settings = {**PATIENT, "ENTRYGO_REPLICAS": "2"}
    async with running_system(settings, short_lived_folder("entrygo-pairs-")) as started:
        yield started


@pytest.mark.timeout(600)
async def test_a_rolling_restart_fails_no_request_of_callers_that_never_repeat_one(pairs: System) -> None:
    before = {name: pairs.process(name).pid for name in SERVICES}
    answers = await answers_during(pairs, pairs.entrygo("restart", *SERVICES))
    assert {status for status, _ in answers} == {200}, answers
    assert all(pairs.process(name).pid != pid for name, pid in before.items())


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
            await asyncio.sleep(PAUSE_SECONDS)


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
