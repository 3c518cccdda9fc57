"""Processes that hang for longer than any lease: another one goes on, and the one that wakes does no harm."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import grpc
import httpx
import psutil
import pytest
import pytest_asyncio

from entrygo.proto.execution.v1 import execution_pb2, execution_pb2_grpc
from tests.campaign.client import Client
from tests.campaign.cluster import Cluster
from tests.campaign.history import Outcome
from tests.campaign.load import Caller
from tests.campaign.nodes import Node
from tests.campaign.single import (
    PATIENCE_SECONDS,
    POLL_SECONDS,
    mails_of,
    planned,
    submission_of,
    until,
    until_submission_is,
)
from tests.contract.smtp_faults import Fault
from tests.harness.processes import frozen

# The first of them starts the system.
pytestmark = pytest.mark.timeout(300)
LOOKS = 8


@pytest_asyncio.fixture(autouse=True)
async def mail_server_is_well(cluster: Cluster) -> AsyncIterator[None]:
    """As the next test expects it, however this one ended."""
    yield
    cluster.mail.fault = Fault.NONE
    cluster.mail.go_on()


def process_of(node: Node) -> psutil.Process:
    assert node.process is not None
    return node.process


async def execute_at(node: Node, client: Client, export: str, key: str) -> grpc.StatusCode:
    """Asks this replica and no other; how that ended."""
    request = execution_pb2.ExecuteExportRequest(
        account_id=client.account.id, batch_id=export, idempotency_key=key
    )
    async with grpc.aio.insecure_channel(node.address) as channel:
        try:
            await execution_pb2_grpc.ExecutionStub(channel).ExecuteExport(
                request,
                metadata=(("authorization", f"Bearer {client.account.key}"),),
                timeout=PATIENCE_SECONDS,
            )
        except grpc.aio.AioRpcError as error:
            return error.code()
    return grpc.StatusCode.OK


async def until_executed(cluster: Cluster, export: str) -> None:
    async def is_executed() -> bool:
        rows = await cluster.fetch(
            "SELECT FROM execution.executions WHERE export_id = $1 AND step = 'completed'", export
        )
        return bool(rows)

    await until(is_executed)


async def traces_of(cluster: Cluster, export: str) -> tuple[object, ...]:
    """What an execution leaves in its owner's tables: its attempt, package, submissions and events."""
    [row] = await cluster.fetch(
        "SELECT attempt, step, response, package_id, (SELECT count(*) FROM execution.customs_packages"
        "  WHERE export_id = $1) AS packages, (SELECT count(*) FROM execution.broker_submissions"
        "  WHERE export_id = $1) AS submissions, (SELECT array_agg(event_id ORDER BY sequence)"
        "  FROM execution.event_log WHERE stream_id = $1) AS events"
        " FROM execution.executions WHERE export_id = $1",
        export,
    )
    return tuple(row)


async def test_an_execution_whose_process_hangs_is_completed_by_another_and_not_by_the_one_that_wakes(
    cluster: Cluster, caller: Caller
) -> None:
    export, key = await planned(caller), f"hang-{random.getrandbits(48):x}"
    holder = cluster.of("execution")[0]
    with contextlib.ExitStack() as planning_hangs:
        for node in cluster.of("planning"):
            planning_hangs.enter_context(frozen(process_of(node)))
        executing = asyncio.create_task(execute_at(holder, caller.client, export, key))
        await until_held(cluster, export)
        with frozen(process_of(holder)):
            planning_hangs.close()
            await until_executed(cluster, export)
            await until_submission_is(cluster, export, "sent")
            before = await traces_of(cluster, export)
        assert await executing is grpc.StatusCode.UNAVAILABLE
    assert await traces_of(cluster, export) == before
    assert mails_of(cluster, export) == 1
    # Whoever asks again gets what the other one did.
    assert await execute_at(holder, caller.client, export, key) is grpc.StatusCode.OK
    assert await traces_of(cluster, export) == before


async def until_held(cluster: Cluster, export: str) -> None:
    """Returns once an execution has begun, and has not got its claim."""

    async def is_held() -> bool:
        rows = await cluster.fetch(
            "SELECT step FROM execution.executions WHERE export_id = $1 AND lease_until > now()", export
        )
        return [row["step"] for row in rows] == ["started"]

    await until(is_held)


async def test_a_mail_whose_process_hangs_before_it_left_is_sent_by_another_and_not_by_the_one_that_wakes(
    cluster: Cluster, caller: Caller
) -> None:
    export, key = await planned(caller), f"hang-{random.getrandbits(48):x}"
    holder = cluster.of("execution")[0]
    cluster.mail.fault = Fault.RCPT_HANG
    executing = asyncio.create_task(execute_at(holder, caller.client, export, key))
    await until_submission_is(cluster, export, "sending")
    with frozen(process_of(holder)):
        cluster.mail.fault = Fault.NONE
        await until_submission_is(cluster, export, "sent")
        # The session of the one that hangs is answered: it may go on when it wakes.
        cluster.mail.go_on()
        said_before = len(holder.log.read_bytes())

    async def has_noticed() -> bool:
        return b"delivery.taken_by_another" in holder.log.read_bytes()[said_before:]

    await until(has_noticed)
    await executing
    assert (await submission_of(cluster, export))[0] == "sent"
    assert mails_of(cluster, export) == 1


async def test_a_mail_whose_process_hangs_after_it_left_is_unknown_until_the_one_that_wakes_hears_of_it(
    cluster: Cluster, caller: Caller
) -> None:
    export, key = await planned(caller), f"hang-{random.getrandbits(48):x}"
    holder = cluster.of("execution")[0]
    cluster.mail.fault = Fault.DOT_TAKEN_HANG
    executing = asyncio.create_task(execute_at(holder, caller.client, export, key))
    await until_submission_is(cluster, export, "sending", "data")

    async def was_taken() -> bool:
        return mails_of(cluster, export) == 1

    await until(was_taken)
    with frozen(process_of(holder)):
        cluster.mail.fault = Fault.NONE
        await until_submission_is(cluster, export, "unknown")
        cluster.mail.go_on()
    await executing
    await until_submission_is(cluster, export, "sent")
    assert mails_of(cluster, export) == 1


async def test_inspect_goes_on_when_one_of_its_two_processes_hangs(cluster: Cluster, caller: Caller) -> None:
    export = await planned(caller)
    with frozen(process_of(cluster.of("inspection")[0])):
        async with asyncio.timeout(PATIENCE_SECONDS):
            well = 0
            # As many in a row as would meet the one that hangs, were it still asked.
            while well < LOOKS:
                found = await caller.inspect(export)
                assert found.outcome is Outcome.OK or found.code == "SERVICE_UNAVAILABLE", found
                is_well = found.outcome is Outcome.OK and not found.facts["stale"]
                well = well + 1 if is_well else 0
        assert found.facts["state"] == "BATCHED"

        async def is_healthy() -> bool:
            return (await health(caller))[0] == 200

        await until(is_healthy)


async def test_readiness_names_inspection_and_inspect_is_503_when_all_its_processes_hang(
    cluster: Cluster, caller: Caller
) -> None:
    export = await planned(caller)

    async def is_named() -> bool:
        answers = [await caller.client.http.get(f"{gateway}/readyz") for gateway in cluster.gateways]
        return all(
            (answer.status_code, answer.json()["services"]["inspection"]) == (503, "unavailable")
            for answer in answers
        )

    with contextlib.ExitStack() as hanging:
        for node in cluster.of("inspection"):
            hanging.enter_context(frozen(process_of(node)))
        await until(is_named)
        found = await caller.inspect(export)
        assert (found.status, found.code) == (503, "SERVICE_UNAVAILABLE")
        assert (await health(caller)) == (503, "retry-after")

    async def is_back() -> bool:
        return (await caller.inspect(export)).outcome is Outcome.OK

    await until(is_back)


async def health(caller: Caller) -> tuple[int, str]:
    """Its status, and whether it says when to come back."""
    return _answer(
        await caller.client.http.get(
            f"{caller.client.gateways[0]}/api/system/health",
            headers={"authorization": f"Bearer {caller.client.account.key}"},
        )
    )


async def test_the_restart_of_an_only_replica_is_only_ever_503_and_says_when_to_come_back(
    cluster: Cluster, caller: Caller
) -> None:
    [sync] = cluster.of("sync")
    answers = set()
    sync.is_wanted = False
    process_of(sync).terminate()
    try:
        while sync.is_running:
            answers.add(await ask_sync(caller))
            await asyncio.sleep(POLL_SECONDS)
        answers.add(await ask_sync(caller))
    finally:
        # Whoever keeps the processes starts it again.
        sync.is_wanted = True

    async def is_back() -> bool:
        answers.add(answer := await ask_sync(caller))
        return answer[0] == 200

    await until(is_back)
    assert answers == {(200, ""), (503, "retry-after")}


async def ask_sync(caller: Caller) -> tuple[int, str]:
    """One write that nobody repeats."""
    client = caller.client
    body = caller.sync_body(1)
    answer = await client.http.post(
        f"{client.gateways[0]}/api/orders/sync",
        json=body,
        headers={"authorization": f"Bearer {client.account.key}"},
    )
    return _answer(answer)


def _answer(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, "retry-after" if "retry-after" in answer.headers else ""
