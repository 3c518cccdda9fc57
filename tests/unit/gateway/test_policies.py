"""The account's policy and approvals over REST: what is sent to planning, and what is shown."""

from typing import Any

import httpx
import pytest

from entrygo.proto.planning.v1 import planning_pb2
from tests.fakes import ACCOUNT, FakeServices
from tests.unit.gateway.requests import planned_export

POLICY = {
    "severities": {"PRODUCT_DESCRIPTION_VAGUE": "error", "PRODUCT_MID_MISSING": "error"},
    "approvalRequired": True,
    "codesWithoutApproval": ["METALS_REVIEW_RECOMMENDED"],
    "agentsMayAct": True,
    "savingsBasis": "per_importer_daily_entry",
}


async def test_policy_is_that_of_nobody_until_one_is_set(client: httpx.AsyncClient) -> None:
    none = {"severities": {}, "approvalRequired": False, "codesWithoutApproval": [], "updatedAt": None}
    none |= {"agentsMayAct": False, "savingsBasis": "per_order_entry"}
    assert (await client.get("/api/policy")).json() == none
    answer = await client.put("/api/policy", json={"accountId": ACCOUNT, **POLICY})
    assert answer.status_code == 200
    assert answer.json() == (await client.get("/api/policy")).json()
    assert answer.json() | {"updatedAt": None} == POLICY | {"updatedAt": None}


async def test_policy_is_taken_as_it_was_answered(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        shown = (await client.get("/api/policy")).json()
        answer = await client.put("/api/policy", json={"accountId": ACCOUNT, **shown})
        assert (answer.status_code, answer.json() | {"updatedAt": None}) == (200, shown | {"updatedAt": None})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"severities": {"PRODUCT_MID_MISSING": "info"}}, "severities.PRODUCT_MID_MISSING"),
        ({"approvalRequired": "yes"}, "approvalRequired"),
        ({"agentsMayAct": "yes"}, "agentsMayAct"),
        ({"savingsBasis": "per_truck"}, "savingsBasis"),
        ({"codesWithoutApproval": [1]}, "codesWithoutApproval.0"),
        ({"accountId": None}, "accountId"),
    ],
)
async def test_wrong_policy_is_refused(client: httpx.AsyncClient, change: dict[str, Any], field: str) -> None:
    answer = await client.put("/api/policy", json={"accountId": ACCOUNT, **change})
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_approval_is_sent_with_its_plan_and_person(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    plan = await planned_export(client)
    path, body = f"/api/exports/{plan['exportId']}/approve", {"planHash": plan["planHash"]}
    key = {"idempotency-key": "approve-1"}
    answer = await client.post(path, json=body | {"approvedBy": "Dana", "note": "seen"}, headers=key)
    assert answer.status_code == 200
    assert answer.json().items() >= {"exportId": plan["exportId"], "approvedBy": "Dana", **body}.items()
    sent = services.requests[-1]
    assert isinstance(sent, planning_pb2.ApproveExportRequest)
    assert (sent.approved_by, sent.note, sent.idempotency_key) == ("Dana", "seen", "approve-1")
    again = await client.post(path, json=body | {"approvedBy": "Dana", "note": "seen"}, headers=key)
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("lacking", ["planHash", "approvedBy"])
async def test_approval_without_plan_or_person_is_refused(client: httpx.AsyncClient, lacking: str) -> None:
    plan = await planned_export(client)
    body = {"planHash": plan["planHash"], "approvedBy": "Dana"}
    del body[lacking]
    answer = await client.post(f"/api/exports/{plan['exportId']}/approve", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, lacking)


async def test_approval_of_another_plan_is_a_conflict(client: httpx.AsyncClient) -> None:
    plan = await planned_export(client)
    body = {"planHash": "planhash_other", "approvedBy": "Dana"}
    answer = await client.post(f"/api/exports/{plan['exportId']}/approve", json=body)
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "PLAN_HASH_MISMATCH")
