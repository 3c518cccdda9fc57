"""What the logs of a lifecycle say about it, and what they keep to themselves."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest_asyncio

from entrygo.cli.up.demo_account import read_demo_account
from entrygo.cli.up.home import Home
from tests.contract.rest.documented import Rest, key_header, planned, unique
from tests.harness.system import System

PATIENCE_SECONDS = 60.0


@pytest_asyncio.fixture(scope="module")
async def rest(system: System) -> AsyncIterator[Rest]:
    async with system.client() as client:
        yield Rest(client, system)


def logs(system: System) -> Mapping[str, str]:
    """Everything that the parts of the system have logged, by file."""
    return {file.name: file.read_text(encoding="utf-8") for file in (system.home / "logs").glob("*.log*")}


def lines(text: str) -> Sequence[Mapping[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


async def of_request(
    system: System, part: str, request_id: str, are_there: Callable[[list[Mapping[str, Any]]], bool] = bool
) -> list[Mapping[str, Any]]:
    """The lines of a part about one request, once they are there: the answer may arrive before its line."""
    file = system.part(part).name
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            # A log that has grown large goes on in a new file.
            written = [text for name, text in logs(system).items() if name.startswith(f"{file}.log")]
            every = (line for text in written for line in lines(text) if line.get("request_id") == request_id)
            found = [line for line in every if line["process"] == part]
            if are_there(found):
                return found
            await asyncio.sleep(0.05)


def answered(*methods: str) -> Callable[[list[Mapping[str, Any]]], bool]:
    """Whether a process has said that it answered these; what it says on the way comes before."""
    return lambda found: set(methods) <= {line.get("method", "").rpartition("/")[2] for line in found}


async def execute(rest: Rest, request_id: str) -> str:
    """Takes an order its whole way, executed under a request id of its own; gives the export's id."""
    export_id = await planned(rest)
    answer = await rest.client.post(
        "/api/exports/execute",
        json={"accountId": rest.system.account_id, "batchId": export_id},
        headers={**key_header(unique("logged")), "x-request-id": request_id},
    )
    assert answer.status_code == 200, answer.text
    return export_id


async def test_request_has_one_line_on_each_process_with_its_id_account_route_status_and_time(
    rest: Rest, system: System
) -> None:
    request_id = unique("req")
    await execute(rest, request_id)
    [at_gateway] = [
        line
        for line in await of_request(system, "gateway", request_id, answered("POST"))
        if line["event"] == "http.request"
    ]
    assert at_gateway["account"] == system.account_id
    assert (at_gateway["method"], at_gateway["route"]) == ("POST", "/api/exports/execute")
    assert at_gateway["status"] == 200
    assert at_gateway["milliseconds"] > 0
    at_execution = [
        line
        for line in await of_request(system, "execution", request_id, answered("ExecuteExport"))
        if line["event"] == "rpc.request"
    ]
    [executed] = [line for line in at_execution if line["method"].endswith("/ExecuteExport")]
    assert (executed["account"], executed["status"]) == (system.account_id, "OK")
    assert 0 < executed["milliseconds"] <= at_gateway["milliseconds"]
    # And on, with the same id, to the service that execution asks.
    await of_request(system, "planning", request_id, answered("ClaimExport", "ReleaseExport"))


async def test_refused_request_is_logged_with_its_status_and_account(rest: Rest, system: System) -> None:
    request_id = unique("req")
    answer = await rest.client.get("/api/exports/batch_unknown", headers={"x-request-id": request_id})
    assert answer.status_code == 404
    [line] = await of_request(system, "gateway", request_id)
    assert (line["status"], line["route"], line["account"]) == (
        404,
        "/api/exports/{id}",
        system.account_id,
    )
    [rpc] = await of_request(system, "inspection", request_id)
    assert (rpc["status"], rpc["account"]) == ("NOT_FOUND", system.account_id)


async def test_request_without_a_good_key_is_logged_without_the_account_of_another(system: System) -> None:
    request_id = unique("req")
    headers = {"authorization": "Bearer shpbndl_live_wrong", "x-request-id": request_id}
    async with system.stranger() as stranger:
        assert (await stranger.get("/api/exports/batch_1", headers=headers)).status_code == 401
    [line] = await of_request(system, "gateway", request_id)
    assert line["status"] == 401
    assert "account" not in line
    assert "shpbndl_live_wrong" not in "".join(logs(system).values())


async def test_logs_of_a_lifecycle_hold_no_key_importer_number_or_mail(rest: Rest, system: System) -> None:
    export_id = await execute(rest, unique("req"))
    # A body that is refused must not be quoted either.
    refused = await rest.client.post("/api/orders/sync", json={"importerNumber": importer_number()})
    assert refused.status_code == 400
    await mail_has_come(system, export_id)
    state = Home(system.home).load_state()
    secrets = {
        "live key": system.api_key,
        "test key": system.test_key,
        "service token": state.service_token,
        "link secret": state.link_secret,
        "database password": state.postgres_password,
        "importer number": importer_number(),
        "order's metadata": "wave-17",
        "product": "hooded jacket",
        **mailed(system.mails_of(export_id)),
    }
    for name, text in logs(system).items():
        assert {what for what, secret in secrets.items() if secret in text} == set(), name


async def mail_has_come(system: System, export_id: str) -> None:
    """It comes in its own time, from another process."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not system.mails_of(export_id):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def importer_number() -> str:
    warehouse = read_demo_account()["warehouses"][0]
    return str(warehouse["importer_of_record"]["number"])


def mailed(files: Sequence[Path]) -> Mapping[str, str]:
    """The lines of the mail's text that are long enough to be its own."""
    mail = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    own = [line.strip() for line in body.get_content().splitlines() if len(line.strip()) > 24]
    assert own
    return {f"mail line {number}": line for number, line in enumerate(own)}
