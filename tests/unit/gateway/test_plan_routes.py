"""Plans over REST: the documented document, what to fix, options, refusals."""

from typing import Any

import httpx
import pytest

from tests.fakes import FakeServices
from tests.unit.gateway.requests import (
    order_body,
    plan_body,
    planned_export,
    synced_order_id,
)


async def test_plan_answers_the_documented_document(client: httpx.AsyncClient) -> None:
    order_id = await synced_order_id(client)
    plan = (await client.post("/api/exports/plan", json=plan_body([order_id]))).json()
    message = {
        "code": "METALS_REVIEW_RECOMMENDED",
        "message": "Product JKT-001 should receive metals review before execution.",
        "severity": "warning",
        "field": "orders[0].items[0].product.section_232",
        "product_id": "prod_hoodie_001",
        "order_id": order_id,
    }
    export_id, plan_hash = plan["exportId"], plan["planHash"]
    assert plan == {
        "exportId": export_id,
        "state": "BATCHED",
        "batch_id": export_id,
        "planHash": plan_hash,
        "status": "BATCHED",
        "readinessState": "REVIEW_REQUIRED",
        "complianceScore": 74,
        "validationMessages": [message],
        "included_order_ids": [order_id],
        "excluded_order_ids": [],
        "flags": ["human_review_recommended"],
        "missing_data": [],
        "recommended_strategy": "Group U.S.-bound orders by operational readiness and generate an export "
        "batch before broker-facing review.",
        "estimated_import_savings_usd": 18.5,
        "next_recommended_action": "review_flags_then_execute",
        "validation": {
            "readiness_state": "REVIEW_REQUIRED",
            "compliance_score": 74,
            "validation_messages": [message],
        },
    }


ISSUES = {
    "issue_totals": {"products_blocking": 0, "orders_blocked_by_products": 0, "orders_blocked": 1},
    "issues_by_product": [
        {
            "code": "METALS_REVIEW_RECOMMENDED",
            "message": "Product JKT-001 should receive metals review before execution.",
            "severity": "warning",
            "product_id": "prod_hoodie_001",
            "sku": "JKT-001",
            "orders_blocked": 0,
            "orders_affected": 1,
            "lines_affected": 1,
            "fix": {"method": "PATCH", "path": "/api/products/prod_hoodie_001", "field": "section232"},
            "accepted": "A status",
            "suggestion": None,
            "remedy": None,
        }
    ],
}


async def test_what_to_fix_is_shown_when_it_is_asked_for(client: httpx.AsyncClient) -> None:
    order_id = await synced_order_id(client)
    body = plan_body([order_id], dryRun=True)
    without = (await client.post("/api/exports/plan", json=body)).json()
    plan = (await client.post("/api/exports/plan", json={**body, "include": ["issuesByProduct"]})).json()
    by_order = plan.pop("issues_by_order")
    assert plan == {**without, **ISSUES}
    assert by_order == [
        {
            "code": "ORDER_POSTAL_CODE_MISSING",
            "message": "No ZIP.",
            "severity": "error",
            "orders_blocked": 1,
            "orders_affected": 1,
            "lines_affected": 0,
            "example": {
                "field": "orders[0].destination_postal_code",
                "order_id": order_id,
                "external_id": "wms-order-1001",
            },
            "suggestions": [
                {
                    "order_id": order_id,
                    "external_id": "wms-order-1001",
                    "field": "destinationPostalCode",
                    "suggestion": "02139",
                }
            ],
        }
    ]


async def test_what_to_fix_in_a_stored_plan_can_be_read_again(client: httpx.AsyncClient) -> None:
    plan = await planned_export(client)
    found = (await client.get(f"/api/exports/{plan['exportId']}/issues")).json()
    assert (found["exportId"], found["planHash"]) == (plan["exportId"], plan["planHash"])
    assert (found["revision"], found["stale"]) == (1, False)
    assert {name: found[name] for name in ISSUES} == ISSUES
    for missing in ("batch_missing", "no id"):
        answer = await client.get(f"/api/exports/{missing}/issues")
        assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND")


async def test_entries_are_shown_when_they_are_asked_for_and_in_inspect(client: httpx.AsyncClient) -> None:
    plan = await planned_export(client, include=["entries"])
    expected = [{"number": 1, "orders": 1, "lines": 2, "value_usd": 290}]
    assert plan["entries"] == expected
    assert "issues_by_product" not in plan
    found = (await client.get(f"/api/exports/{plan['exportId']}")).json()
    assert found["export"]["plan"]["entries"] == expected


async def test_asking_for_what_to_fix_is_no_other_request(client: httpx.AsyncClient) -> None:
    body = plan_body([await synced_order_id(client)], idempotencyKey="once")
    await client.post("/api/exports/plan", json=body)
    again = await client.post("/api/exports/plan", json={**body, "include": ["issuesByProduct"]})
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["issue_totals"] == ISSUES["issue_totals"]


async def test_a_line_may_name_a_sku_and_is_answered_with_its_product(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    body = order_body()
    body["items"][0]["items"] = [{"sku": "prod_cap_002", "quantity": 1, "unitValueUsd": 35}]
    answer = await client.post("/api/orders/sync", json=body)
    request: Any = services.requests[-1]
    [line] = request.items[0].items
    assert (line.sku, line.product_id) == ("prod_cap_002", "")
    assert answer.json()["data"][0]["items"] == [
        {"productId": "prod_cap_002", "quantity": 1, "unitValueUsd": 35}
    ]


async def test_a_plan_may_name_orders_by_their_external_ids(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    order_id = await synced_order_id(client)
    body = plan_body([], externalOrderIds=["wms-order-1001"])
    for sent in (body, {name: value for name, value in body.items() if name != "orderIds"}):
        plan = (await client.post("/api/exports/plan", json=sent)).json()
        assert plan["included_order_ids"] == [order_id]
        request: Any = services.requests[-1]
        assert (list(request.order_ids), list(request.external_order_ids)) == ([], ["wms-order-1001"])


async def test_what_changed_between_two_plans_is_told_with_both_values(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    plan = await planned_export(client)
    path = f"/api/exports/{plan['exportId']}/plan-diff"
    found = (await client.get(path, params={"from": "planhash_before", "limit": "7"})).json()
    request: Any = services.requests[-1]
    assert (request.export_id, request.to_plan_hash, request.limit) == (plan["exportId"], "", 7)
    assert found["from"] == {
        "revision": 1,
        "planHash": "planhash_before",
        "planned_at": "2026-03-11T16:00:00.000Z",
    }
    assert (found["to"]["planHash"], found["is_same"]) == (plan["planHash"], False)
    assert found["products"]["changed"] == [
        {
            "id": "prod_cap_002",
            "name": "CAP-002",
            "changes": {
                "count": 1,
                "first": [{"field": "country_of_origin", "before": None, "after": "CN"}],
            },
        }
    ]
    assert found["messages"]["disappeared"] == plan["validationMessages"]


async def test_a_plan_that_the_export_never_had_is_404(client: httpx.AsyncClient) -> None:
    path = f"/api/exports/{(await planned_export(client))['exportId']}/plan-diff"
    for unknown in (path, "/api/exports/batch_none/plan-diff"):
        answer = await client.get(unknown, params={"from": "planhash_0"})
        assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND")
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["field"]) == (400, "from")


async def test_a_dry_run_has_no_export_and_no_state(client: httpx.AsyncClient) -> None:
    plan = await planned_export(client, dryRun=True)
    assert (plan["exportId"], plan["batch_id"], plan["state"], plan["status"]) == (
        None,
        None,
        None,
        "DRY_RUN",
    )


async def test_every_option_of_a_plan_reaches_the_service(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    await planned_export(
        client,
        destinationCountry="US",
        batchId="batch_9",
        dryRun=True,
        entryDate="2026-03-11",
        onBlocked="exclude",
        idempotencyKey="in-the-body",
    )
    request: Any = services.requests[-1]
    assert (request.batch_id, request.dry_run, request.entry_date) == ("batch_9", True, "2026-03-11")
    assert (request.on_blocked, request.idempotency_key) == ("exclude", "in-the-body")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"entryDate": "2026-02-30"}, "entryDate"),
        ({"entryDate": "11.03.2026"}, "entryDate"),
        ({"onBlocked": "maybe"}, "onBlocked"),
        ({"include": ["everything"]}, "include.0"),
        ({"dryRun": "false"}, "dryRun"),
        ({"destinationCountry": "USA"}, "destinationCountry"),
        ({"orderIds": []}, "orderIds"),
        ({"orderIds": [], "externalOrderIds": []}, "orderIds"),
        ({"orderIds": None}, "orderIds"),
        ({"orderIds": [], "externalOrderIds": [""]}, "externalOrderIds.0"),
        ({"externalOrderIds": "wms-1"}, "externalOrderIds"),
        ({"orderIds": [1]}, "orderIds.0"),
        ({"warehouseId": None}, "warehouseId"),
    ],
)
async def test_a_plan_is_refused_when_a_field_is_wrong(
    client: httpx.AsyncClient, change: dict[str, Any], path: str
) -> None:
    answer = await client.post("/api/exports/plan", json=plan_body(["ord_1"], **change))
    assert (answer.status_code, answer.json()["field"]) == (400, path)


async def test_unknown_orders_are_answered_with_both_lists(client: httpx.AsyncClient) -> None:
    order_id = await synced_order_id(client)
    answer = await client.post("/api/exports/plan", json=plan_body([order_id, "ord_missing"]))
    assert answer.status_code == 400
    assert answer.json() == {
        "errorCode": "INVALID_ORDER_REFERENCE",
        "message": "One or more orders could not be resolved.",
        "details": {"requestedOrderIds": [order_id, "ord_missing"], "foundOrderIds": [order_id]},
    }


async def test_a_foreign_warehouse_is_400_and_a_foreign_account_403(client: httpx.AsyncClient) -> None:
    order_id = await synced_order_id(client)
    for change, status in (({"warehouseId": "wh_foreign"}, 400), ({"accountId": "acc_999"}, 403)):
        answer = await client.post("/api/exports/plan", json=plan_body([order_id], **change))
        assert (answer.status_code, answer.json()["errorCode"]) == (status, "INVALID_ACCOUNT_SCOPE")
