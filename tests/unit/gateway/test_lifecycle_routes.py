"""The documented routes: each field of each answer, idempotency, entity tags, documents."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from entrygo.domain.errors import ServiceUnavailable
from entrygo.gateway.routes import system
from entrygo.gateway.services import Call
from entrygo.proto.inspection.v1 import inspection_pb2
from tests.fakes import ACCOUNT, FakeServices
from tests.unit.gateway.requests import (
    executed_export,
    order_body,
    planned_export,
)


async def test_execute_answers_the_documented_fields(client: httpx.AsyncClient) -> None:
    execution = await executed_export(client)
    assert execution["exportId"] == execution["batch_id"]
    assert execution["state"] == execution["status"] == "COMPLETED"
    assert execution["customs_package_id"].startswith("cp_")
    assert execution["notification_ids"] == execution["notifications"]
    assert len(execution["notifications"]) == 2
    assert execution["execution_timestamp"] == "2026-03-11T16:10:00.000Z"
    [artifact] = execution["artifacts"]
    assert (
        artifact.items()
        >= {
            "artifact_type": "manifest",
            "filename": "manifest.json",
            "generated_at": "2026-03-11T16:10:00.000Z",
        }.items()
    )
    submission = execution["brokerSubmission"]
    assert submission.keys() >= {"id", "submission_type", "status", "recipient_email", "subject", "sent_at"}
    assert (submission["status"], submission["error_message"]) == ("sent", None)


async def test_executing_twice_without_a_key_is_409_with_the_current_state(client: httpx.AsyncClient) -> None:
    execution = await executed_export(client)
    body = {"accountId": ACCOUNT, "batchId": execution["exportId"]}
    answer = await client.post("/api/exports/execute", json=body)
    assert answer.status_code == 409
    assert answer.json() == {
        "errorCode": "INVALID_EXPORT_STATE",
        "message": "Export batch cannot be executed from current state.",
        "details": {"currentState": "COMPLETED"},
    }


async def test_a_repeated_write_answers_as_the_first_and_says_so(client: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "orders-sync-001"}
    first = await client.post("/api/orders/sync", json=order_body(), headers=headers)
    second = await client.post("/api/orders/sync", json=order_body(), headers=headers)
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert second.content == first.content
    body = order_body()
    body["items"][0]["externalId"] = "another"
    conflict = await client.post("/api/orders/sync", json=body, headers=headers)
    assert (conflict.status_code, conflict.json()["errorCode"]) == (409, "IDEMPOTENCY_CONFLICT")


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("from-the-header", "from-the-header"),
        ('"quoted"', "quoted"),
        (r'"a\"b\\c"', r'a"b\c'),
        ("k" * 255, "k" * 255),
    ],
)
async def test_the_key_of_the_header_wins_over_that_of_the_body(
    client: httpx.AsyncClient, services: FakeServices, header: str, key: str
) -> None:
    body = order_body(idempotencyKey="from-the-body")
    answer = await client.post("/api/orders/sync", json=body, headers={"idempotency-key": header})
    assert answer.status_code == 200
    request: Any = services.requests[-1]
    assert request.idempotency_key == key


@pytest.mark.parametrize(
    "lines", [[""], ["k" * 256], ["a b"], ["a\tb"], ["é"], ['""'], ["one", "two"], ["same", "same"]]
)
async def test_an_idempotency_key_is_refused_when_it_is_none(
    client: httpx.AsyncClient, services: FakeServices, lines: list[str]
) -> None:
    headers = [(b"idempotency-key", line.encode()) for line in lines]
    answer = await client.post("/api/orders/sync", json=order_body(), headers=headers)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["field"] == "idempotencyKey"
    assert not services.requests


async def test_a_cancelled_export_answers_with_its_state(client: httpx.AsyncClient) -> None:
    plan = await planned_export(client)
    path = f"/api/exports/{plan['exportId']}/cancel"
    assert (await client.post(path, json={"reason": "merged"})).json() == {
        "exportId": plan["exportId"],
        "state": "CANCELLED",
        "batch_id": plan["exportId"],
        "status": "CANCELLED",
        "cancelledAt": "2026-03-11T16:10:00.000Z",
    }
    assert (await client.post(path)).status_code == 409


async def test_a_package_is_sent_again_only_with_a_reason(client: httpx.AsyncClient) -> None:
    execution = await executed_export(client)
    path = f"/api/exports/{execution['exportId']}/broker-submissions"
    assert (await client.post(path, json={})).json()["field"] == "reason"
    answer = await client.post(path, json={"reason": "mailbox was full"})
    assert answer.json()["brokerSubmission"]["reason"] == "mailbox was full"
    found = (await client.get(f"/api/exports/{execution['exportId']}")).json()
    assert [one["reason"] for one in found["brokerSubmissions"]] == [None, "mailbox was full"]


async def test_health_answers_with_its_parts(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/system/health")).json() == {
        "status": "ok",
        "components": [{"name": "planning", "status": "ok", "detail": ""}],
    }


async def never_answered(request: inspection_pb2.SystemHealthRequest, call: Call) -> Any:
    await asyncio.Event().wait()


async def not_reached(request: inspection_pb2.SystemHealthRequest, call: Call) -> Any:
    raise ServiceUnavailable("The inspection service is not available right now; retry shortly.")


@pytest.mark.parametrize("inspection", [never_answered, not_reached])
async def test_health_says_that_the_database_is_away_instead_of_what_inspection_does(
    client: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch, inspection: object
) -> None:
    monkeypatch.setattr(system, "LATE_SECONDS", 0)
    monkeypatch.setattr(services, "SystemHealth", inspection)
    services.down = {"sync", "planning", "execution", "inspection"}
    async with asyncio.timeout(30):
        answer = await client.get("/api/system/health")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "the database does not answer" in answer.json()["message"]


async def test_health_says_that_inspection_is_away_while_another_service_takes_requests(
    client: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SystemHealth", not_reached)
    services.down = {"inspection"}
    answer = await client.get("/api/system/health")
    assert (answer.status_code, "The inspection service" in answer.json()["message"]) == (503, True)


async def test_health_waits_for_inspection_while_any_service_takes_requests(
    client: httpx.AsyncClient, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "LATE_SECONDS", 0)
    asked, answer_now = Serving(services.serving), services.SystemHealth

    async def late(request: inspection_pb2.SystemHealthRequest, call: Call) -> Any:
        await asked.twice.wait()
        return await answer_now(request, call)

    monkeypatch.setattr(services, "SystemHealth", late)
    monkeypatch.setattr(services, "serving", asked)
    services.down = {"sync", "planning", "execution"}
    assert (await client.get("/api/system/health")).status_code == 200


class Serving:
    """Answers as the services do; says when it was asked twice."""

    def __init__(self, answer: Callable[[], Awaitable[dict[str, bool]]]) -> None:
        self._answer = answer
        self._times = 0
        self.twice = asyncio.Event()

    async def __call__(self) -> dict[str, bool]:
        self._times += 1
        if self._times == 2:
            self.twice.set()
        return await self._answer()


async def test_withdrawing_answers_the_new_state_and_inspect_shows_it(client: httpx.AsyncClient) -> None:
    export_id = (await executed_export(client))["exportId"]
    path, headers = f"/api/exports/{export_id}/withdraw", {"idempotency-key": "withdraw-1"}
    dry = (await client.post(path, json={"reason": "no truck", "dryRun": True})).json()
    assert (dry["status"], dry["state"], dry["withdrawnAt"], dry["brokerTold"]) == (
        "DRY_RUN",
        None,
        None,
        True,
    )
    answer = await client.post(path, json={"reason": "no truck"}, headers=headers)
    assert answer.status_code == 200
    withdrawn = answer.json()
    assert (withdrawn["state"], withdrawn["status"]) == ("WITHDRAWN", "WITHDRAWN")
    [notice] = withdrawn["brokerNotices"]
    assert (notice["kind"], notice["reason"]) == ("withdrawal", "no truck")
    found = (await client.get(f"/api/exports/{export_id}")).json()
    assert found["state"] == "WITHDRAWN"
    assert found["batch"]["raw_state"] == "withdrawn"
    assert found["withdrawal"] == {"withdrawnAt": withdrawn["withdrawnAt"], "reason": "no truck"}
    assert found["brokerSubmission"]["kind"] == "package", "the notice is no submission of the package"
    assert [each["kind"] for each in found["brokerSubmissions"]] == ["package", "withdrawal"]
    listed = (await client.get("/api/exports", params={"state": "WITHDRAWN"})).json()
    assert [each["exportId"] for each in listed["data"]] == [export_id]
    again = await client.post(path, json={"reason": "no truck"}, headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == withdrawn


async def test_withdrawing_needs_a_reason(client: httpx.AsyncClient) -> None:
    export_id = (await executed_export(client))["exportId"]
    answer = await client.post(f"/api/exports/{export_id}/withdraw", json={"reason": ""})
    assert answer.status_code == 400
    assert answer.json()["field"] == "reason"


async def test_amending_answers_the_successor_as_plan_does(client: httpx.AsyncClient) -> None:
    export = await executed_export(client)
    order_id = (await client.get(f"/api/exports/{export['exportId']}")).json()["snapshot"][
        "included_order_ids"
    ][0]
    path = f"/api/exports/{export['exportId']}/amend"
    body = {
        "reason": "taken off",
        "leaveOutOrderIds": [order_id],
        "leaveOutExternalOrderIds": ["SO-1"],
        "addOrderIds": ["ord_more"],
        "addExternalOrderIds": ["SO-2"],
    }
    answer = await client.post(path, json=body, headers={"idempotency-key": "amend-1"})
    assert answer.status_code == 200
    amended = answer.json()
    assert (amended["supersedes"], amended["state"]) == (export["exportId"], "BATCHED")
    assert amended["exportId"] not in (None, export["exportId"])
    assert amended["included_order_ids"] == ["ord_more", "SO-2"]
    assert amended["changes"] == [f"Order {order_id}: left out.", "Order SO-1: left out."]
    again = await client.post(path, json=body, headers={"idempotency-key": "amend-1"})
    assert again.headers["idempotency-replayed"] == "true"
    dry = (await client.post(path, json={"reason": "taken off", "dryRun": True})).json()
    assert (dry["status"], dry["exportId"], dry["state"]) == ("DRY_RUN", None, None)
    assert "entries" not in dry
    besides = {"reason": "taken off", "dryRun": True, "include": ["entries", "issuesByProduct"]}
    asked = (await client.post(path, json=besides)).json()
    assert {"entries", "issues_by_product"} <= asked.keys()
