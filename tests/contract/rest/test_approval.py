"""An account whose plans need a named approval, on the running system; and a product changed in place."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.contract.rest.documented import Rest, error_of, golden_orders, plan_request, unique


@pytest_asyncio.fixture
async def approving(rest: Rest) -> AsyncIterator[Rest]:
    """The demo account, while its policy asks for approvals."""
    path, account = "/api/policy", {"accountId": rest.system.account_id}
    answer = await rest.client.put(path, json={**account, "approvalRequired": True})
    assert answer.status_code == 200, answer.text
    yield rest
    assert (await rest.client.put(path, json=account)).status_code == 200


async def test_plan_leaves_after_its_approval_and_the_timeline_names_who_gave_it(approving: Rest) -> None:
    plan = await approving.post("/api/exports/plan", plan_request(approving, await golden_orders(approving)))
    execute = {"accountId": approving.system.account_id, "batchId": plan["exportId"]}
    refused = await approving.refused(
        "/api/exports/execute", execute, status=409, code="INVALID_EXPORT_STATE"
    )
    assert refused["details"] == {
        "currentState": "BATCHED",
        "readinessState": "REVIEW_REQUIRED",
        "approvalRequired": True,
        "planHash": plan["planHash"],
        "codes": ["ENTRY_DATE_PAST", "METALS_REVIEW_RECOMMENDED"],
    }
    path = f"/api/exports/{plan['exportId']}/approve"
    await approving.refused(
        path, {"planHash": "planhash_0", "approvedBy": "Dana"}, status=409, code="PLAN_HASH_MISMATCH"
    )
    approval = await approving.post(path, {"planHash": plan["planHash"], "approvedBy": "Dana Whitfield"})
    assert approval["approvedBy"] == "Dana Whitfield"
    await approving.post("/api/exports/execute", execute)
    export = await approving.get(f"/api/exports/{plan['exportId']}")
    assert export["status"] == "COMPLETED"
    (approved,) = [event for event in export["events"] if event["type"] == "export.approved"]
    assert approved["payload"] == {
        "batchId": plan["exportId"],
        "planHash": plan["planHash"],
        "approvedBy": "Dana Whitfield",
        "note": None,
    }


async def test_product_is_changed_and_cleared_field_by_field(rest: Rest) -> None:
    item = {
        "externalId": unique("CAP"),
        "name": "Cap",
        "usmca": {"criterion": "A", "certification": "C-1"},
        "htsCodes": {"CA": "6505000090"},
        "pga": {"fda": {"productCode": "53CA6"}},
    }
    answer = await rest.post("/api/products/sync", {"accountId": rest.system.account_id, "items": [item]})
    path = f"/api/products/{answer['data'][0]['id']}"
    change = {"name": None, "netWeightKg": 0.09, "usmca": {"certification": None}, "htsCodes": {"GB": "6505"}}
    changed = (await rest.client.patch(path, json=change)).json()
    assert changed == await rest.get(path)
    assert (changed["name"], changed["netWeightKg"]) == (None, 0.09)
    assert (changed["usmca"]["criterion"], changed["usmca"]["certification"]) == ("A", None)
    assert changed["htsCodes"] == {"CA": "6505000090", "GB": "6505"}
    assert changed["pga"]["fda"]["productCode"] == "53CA6"
    error_of(await rest.client.patch("/api/products/none", json=change), status=404, code="NOT_FOUND")
