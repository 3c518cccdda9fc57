"""A system whose services and gateway share one process, as `entrygo up --together` runs it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import psutil
import pytest
import pytest_asyncio

from entrygo.cli.up.home import Home
from entrygo.cli.up.replicas import SERVICES, TOGETHER
from entrygo.process.settings import RpcClientSettings
from entrygo.proto.identity.v1 import identity_pb2, identity_pb2_grpc
from entrygo.rpc.channel import open_channel
from tests.contract.rest.documented import Rest, key_header, planned, unique
from tests.harness.processes import free_port
from tests.harness.system import System

PATIENCE_SECONDS = 120.0
EXECUTE = "/api/exports/execute"


pytestmark = pytest.mark.together


@pytest_asyncio.fixture
async def rest(system: System) -> AsyncIterator[Rest]:
    async with system.client() as client:
        yield Rest(client, system)


async def executed(rest: Rest, **headers: str) -> str:
    """An export that was carried out."""
    export_id = await planned(rest)
    body = {"accountId": rest.system.account_id, "batchId": export_id}
    answer = await rest.client.post(EXECUTE, json=body, headers={**key_header(unique("together")), **headers})
    assert answer.status_code == 200, answer.text
    return export_id


async def test_one_process_holds_what_is_ours_and_each_service_answers_on_its_own_port(
    system: System,
) -> None:
    report = Home(system.home).load_run()
    assert report is not None
    assert [part.name for part in report.parts] == ["postgres", "broker", "smtp", TOGETHER]
    metadata = (("authorization", f"Bearer {system.api_key}"),)
    for target in system.targets.values():
        async with open_channel(target, RpcClientSettings()) as channel:
            identity = identity_pb2_grpc.IdentityStub(channel)
            answer = await identity.WhoAmI(
                identity_pb2.WhoAmIRequest(), metadata=metadata, timeout=PATIENCE_SECONDS
            )
            assert answer.account_id == system.account_id


async def test_an_export_is_carried_out_without_a_connection_between_the_services(rest: Rest) -> None:
    export_id = await executed(rest)
    inspected = (await rest.client.get(f"/api/exports/{export_id}")).json()
    assert (inspected["state"], inspected["brokerSubmission"]["status"]) == ("COMPLETED", "sent")
    assert len(rest.system.mails_of(export_id)) == 1
    ports = {int(target.rpartition(":")[2]) for target in rest.system.targets.values()}
    process = rest.system.process(TOGETHER)
    between = [each for each in connections_of(process) if each.raddr and each.raddr.port in ports]
    assert between == []


def connections_of(process: psutil.Process) -> list[Any]:
    return list(process.net_connections("tcp"))


async def test_each_line_of_the_log_names_the_service_that_wrote_it(rest: Rest) -> None:
    request_id = unique("together")
    await executed(rest, **{"x-request-id": request_id})
    log = rest.system.home / "logs" / f"{TOGETHER}.log"
    async with asyncio.timeout(PATIENCE_SECONDS):
        # The answer may arrive before its line.
        while True:
            text = await asyncio.to_thread(log.read_text, encoding="utf-8")
            lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
            names = {line["process"] for line in lines if line.get("request_id") == request_id}
            if names >= {"gateway", "execution", "planning"}:
                break
            await asyncio.sleep(0.05)
    children = {"gateway worker", "execution worker"}
    assert {line["process"] for line in lines} <= {TOGETHER, "gateway", *SERVICES, *children}


async def test_an_export_whose_process_dies_goes_on_in_the_next_and_is_mailed_at_most_once(
    rest: Rest,
) -> None:
    system, export_id = rest.system, await planned(rest)
    body = {"accountId": system.account_id, "batchId": export_id}
    key = key_header(unique("killed"))
    first = asyncio.create_task(rest.client.post(EXECUTE, json=body, headers=key))
    async with asyncio.timeout(PATIENCE_SECONDS):
        # What is waited for happens in other processes; there is no event to await.
        while not await system.fetch("SELECT 1 FROM execution.executions WHERE export_id = $1", export_id):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    gone = system.kill(TOGETHER)
    await asyncio.gather(first, return_exceptions=True)
    await system.restarted(TOGETHER, after=gone)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await rest.client.post(EXECUTE, json=body, headers=key)).status_code != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        while True:
            inspected = (await rest.client.get(f"/api/exports/{export_id}")).json()
            if (inspected["brokerSubmission"] or {}).get("status") in ("sent", "unknown"):
                break
            await asyncio.sleep(0.1)
    assert inspected["state"] == "COMPLETED"
    mails = len(system.mails_of(export_id))
    assert mails == 1 if inspected["brokerSubmission"]["status"] == "sent" else mails <= 1


async def test_the_process_ends_in_order_when_asked_and_is_replaced_by_restart(rest: Rest) -> None:
    system = rest.system
    export_id = await executed(rest)
    before = system.process(TOGETHER).pid
    log = system.home / "logs" / f"{TOGETHER}.log"
    beginning = log.stat().st_size
    await system.entrygo("restart")
    assert system.process(TOGETHER).pid != before
    said = log.read_bytes()[beginning:].decode()
    assert "process.stopped" in said
    assert [line for line in said.splitlines() if "process.cut_short" in line or '"error"' in line] == []
    assert (await rest.client.get(f"/api/exports/{export_id}")).status_code == 200


async def begun(system: System, **changed: str) -> asyncio.subprocess.Process:
    """A second process of all services beside the first, on other ports; `changed` are settings of it."""
    environment = await asyncio.to_thread(system.process(TOGETHER).environ)
    ports = {name: str(free_port()) for name in environment if name.endswith("_PORT")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "entrygo.together", env={**environment, **ports, **changed},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


@pytest.mark.parametrize("part", ["gateway", "planning"])
async def test_a_process_in_which_a_part_cannot_listen_ends_in_order_and_begins_no_other(
    system: System, part: str
) -> None:
    taken = {"gateway": system.base_url, **system.targets}[part].rpartition(":")[2]
    process = await begun(system, **{f"ENTRYGO_{part.upper()}_PORT": taken})
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    assert process.returncode == 1
    assert taken in said.decode().splitlines()[-1]
    assert [
        word
        for word in ("never retrieved", "process.cut_short", "gateway.listening")
        if word in said.decode()
    ] == []


async def test_a_process_that_is_to_end_while_it_starts_begins_nothing_more(system: System) -> None:
    process = await begun(system)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        while b"rpc.listening" not in await process.stdout.readline():
            pass
        process.terminate()
        said = (await process.stdout.read()).decode()
        assert await process.wait() == 0
    assert "process.stopped" in said
    assert [word for word in ("gateway.listening", "process.cut_short") if word in said] == []
