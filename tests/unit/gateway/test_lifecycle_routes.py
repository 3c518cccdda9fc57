"""The documented routes: each field of each answer, idempotency, entity tags, documents."""

import base64
import hashlib
from typing import Any

import httpx
import pytest

from tests.fakes import ACCOUNT, MANIFEST, OTHER_KEY, FakeServices
from tests.unit.gateway.requests import (
    executed_export,
    order_body,
    plan_body,
    planned_export,
    synced_order_id,
)


async def test_order_sync_answers_the_documented_fields_and_no_other(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/orders/sync", json=order_body())
    [order] = answer.json()["data"]
    assert order.pop("id").startswith("ord_")
    assert order == {
        "accountId": "acc_123",
        "externalId": "wms-order-1001",
        "destinationCountry": "US",
        "destinationRegion": "CA",
        "destinationPostalCode": "94105",
        "totalValueUsd": 255,
        "items": [
            {"productId": "prod_hoodie_001", "quantity": 2, "unitValueUsd": 110},
            {"productId": "prod_cap_002", "quantity": 1, "unitValueUsd": 35},
        ],
    }


async def test_order_sync_shows_null_when_the_destination_is_only_a_country(
    client: httpx.AsyncClient,
) -> None:
    body = order_body()
    for name in ("destinationRegion", "destinationPostalCode", "metadata"):
        body["items"][0][name] = None
    [order] = (await client.post("/api/orders/sync", json=body)).json()["data"]
    assert order["destinationRegion"] is None
    assert order["destinationPostalCode"] is None
    stored = (await client.get(f"/api/orders/{order['id']}")).json()
    assert stored["metadata"] is None


async def test_importers_number_of_an_order_is_kept_and_absent_is_null(client: httpx.AsyncClient) -> None:
    body = order_body()
    body["items"].append({**body["items"][0], "externalId": "own", "importerNumber": "98-7654321"})
    orders = (await client.post("/api/orders/sync", json=body)).json()["data"]
    kept = [(await client.get(f"/api/orders/{order['id']}")).json()["importerNumber"] for order in orders]
    assert kept == [None, "98-7654321"]


async def test_metadata_is_kept_as_it_was_sent(client: httpx.AsyncClient) -> None:
    metadata = {
        "wave": "wave-17",
        "n": 1,
        "x": 0.25,
        "on": True,
        "none": None,
        "deep": [{"ü": "\n"}],
        "big": 2**53,
    }
    body = order_body()
    body["items"][0]["metadata"] = metadata
    [order] = (await client.post("/api/orders/sync", json=body)).json()["data"]
    assert (await client.get(f"/api/orders/{order['id']}")).json()["metadata"] == metadata


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


async def test_inspect_answers_the_documented_document_before_an_execution(client: httpx.AsyncClient) -> None:
    plan = await planned_export(client)
    found = (await client.get(f"/api/exports/{plan['exportId']}")).json()
    assert found["artifacts"] == found["notifications"] == []
    assert found["customsPackage"] is None
    assert found["brokerSubmission"] is None
    assert found["export"]["execution"] == {"customs_package_id": None, "executed_at": None}
    assert found["batch"]["raw_state"] == "batched"
    assert found["stale"] is False


async def test_inspect_answers_the_documented_document_after_an_execution(client: httpx.AsyncClient) -> None:
    execution = await executed_export(client)
    export_id = execution["exportId"]
    found = (await client.get(f"/api/exports/{export_id}")).json()
    assert found["status"] == found["state"] == found["export"]["lifecycle_state"] == "COMPLETED"
    assert found["planHash"] == found["snapshot"]["planHash"] == execution["planHash"]
    assert found["export"]["batch_id"] == found["batch"]["id"] == export_id
    assert found["export"]["inspection"] == {"artifact_count": 1, "notification_count": 2}
    assert found["export"]["execution"]["customs_package_id"] == execution["customs_package_id"]
    assert found["snapshot"]["included_order_ids"] == found["export"]["plan"]["included_order_ids"]
    batch = dict(found["batch"])
    assert batch == {
        "id": export_id,
        "state": "COMPLETED",
        "raw_state": "completed",
        "warehouse_id": "wh_123",
        "broker_id": "br_123",
        "destination_country": "US",
        "estimated_savings_usd": 18.5,
        "next_recommended_action": "review_flags_then_execute",
        "created_at": "2026-03-11T16:00:00.000Z",
        "executed_at": "2026-03-11T16:10:00.000Z",
    }
    assert found["customsPackage"] == {
        "id": execution["customs_package_id"],
        "packageNumber": "cp_ch100001",
        "state": "sent_to_broker",
    }
    assert [event["type"] for event in found["events"]] == ["export.planned", "export.executed"]
    assert found["events"][-1].keys() == {"id", "type", "created_at", "payload"}
    assert found["notifications"][0].keys() >= {"id", "channel", "status", "created_at"}


async def test_inspect_is_304_until_something_changed(client: httpx.AsyncClient) -> None:
    plan = await planned_export(client)
    path = f"/api/exports/{plan['exportId']}"
    etag = (await client.get(path)).headers["etag"]
    for condition in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        unchanged = await client.get(path, headers={"if-none-match": condition})
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", etag)
    await client.post(f"{path}/cancel")
    changed = await client.get(path, headers={"if-none-match": etag})
    assert (changed.status_code, changed.json()["state"]) == (200, "CANCELLED")


async def test_inspect_has_no_entity_tag_when_newer_facts_may_exist(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    plan = await planned_export(client)
    services.stale = True
    answer = await client.get(f"/api/exports/{plan['exportId']}", headers={"if-none-match": "*"})
    assert (answer.status_code, answer.json()["stale"]) == (200, True)
    assert "etag" not in answer.headers


@pytest.mark.parametrize("export_id", ["batch_none", "x" * 65, "%00", "a%0ab", "..", "%F0%9F%9A%9A"])
async def test_an_export_that_nobody_has_is_404(client: httpx.AsyncClient, export_id: str) -> None:
    answer = await client.get(f"http://gateway/api/exports/{export_id}")
    assert answer.status_code == 404
    if export_id != "..":
        assert answer.json() == {"errorCode": "NOT_FOUND", "message": "Export batch not found."}


async def test_the_export_of_another_account_is_answered_as_missing(client: httpx.AsyncClient) -> None:
    plan = await planned_export(client)
    headers = {"authorization": f"Bearer {OTHER_KEY}"}
    answer = await client.get(f"/api/exports/{plan['exportId']}", headers=headers)
    assert answer.json() == {"errorCode": "NOT_FOUND", "message": "Export batch not found."}


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


async def test_exports_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    plans = [await planned_export(client) for _ in range(3)]
    first = (await client.get("/api/exports", params={"limit": 2})).json()
    assert first["hasMore"] is True
    rest = (await client.get("/api/exports", params={"limit": 2, "cursor": first["nextCursor"]})).json()
    assert (rest["hasMore"], rest["nextCursor"]) == (False, None)
    listed = [one["exportId"] for one in first["data"] + rest["data"]]
    assert listed == [plan["exportId"] for plan in plans]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"state": "BATCHING"}, "state"),
        ({"readinessState": "ready"}, "readinessState"),
        ({"createdAfter": "yesterday"}, "createdAfter"),
        ({"createdBefore": "2026-03-11T00:00:00"}, "createdBefore"),
        ({"warehouseId": "\x00"}, "warehouseId"),
    ],
)
async def test_a_list_is_refused_when_a_filter_is_wrong(
    client: httpx.AsyncClient, query: dict[str, str], path: str
) -> None:
    answer = await client.get("/api/exports", params=query)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["field"] == path


async def test_every_filter_of_a_list_reaches_the_service(
    client: httpx.AsyncClient, services: FakeServices
) -> None:
    query = {
        "state": "COMPLETED",
        "readinessState": "READY",
        "warehouseId": "wh_1",
        "brokerId": "br_1",
        "createdAfter": "2026-03-01T00:00:00Z",
        "createdBefore": "2026-04-01T00:00:00+02:00",
        "unknown": "ignored",
    }
    assert (await client.get("/api/exports", params=query)).status_code == 200
    request: Any = services.requests[-1]
    assert (request.state, request.readiness_state) == ("COMPLETED", "READY")
    assert (request.warehouse_id, request.broker_id) == ("wh_1", "br_1")
    assert (request.created_after, request.created_before) == (query["createdAfter"], query["createdBefore"])


async def test_a_customs_package_answers_the_documented_fields(client: httpx.AsyncClient) -> None:
    execution = await executed_export(client)
    package_id = execution["customs_package_id"]
    found = (await client.get(f"/api/customs-packages/{package_id}")).json()
    assert found == {
        "id": package_id,
        "exportBatchId": execution["exportId"],
        "packageNumber": "cp_ch100001",
        "state": "sent_to_broker",
        "createdAt": "2026-03-11T16:10:00.000Z",
        "artifacts": execution["artifacts"],
    }
    missing = await client.get("/api/customs-packages/cp_none")
    assert missing.json() == {"errorCode": "NOT_FOUND", "message": "Customs package not found."}


async def test_a_document_comes_with_type_length_name_and_digest(client: httpx.AsyncClient) -> None:
    execution = await executed_export(client)
    path = f"/api/customs-packages/{execution['customs_package_id']}/artifacts/manifest.json"
    answer = await client.get(path)
    digest = hashlib.sha256(MANIFEST)
    assert answer.content == MANIFEST
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-length"] == str(len(MANIFEST))
    assert answer.headers["content-disposition"] == 'attachment; filename="manifest.json"'
    assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert answer.headers["etag"] == f'"{digest.hexdigest()}"'
    unchanged = await client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    head = await client.head(path)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(MANIFEST)))


@pytest.mark.parametrize("filename", ["none.json", "%00", "%2e%2e", "a" * 256])
async def test_a_document_that_does_not_exist_is_404(client: httpx.AsyncClient, filename: str) -> None:
    execution = await executed_export(client)
    path = f"/api/customs-packages/{execution['customs_package_id']}/artifacts/{filename}"
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND")


async def test_health_answers_with_its_parts(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/system/health")).json() == {
        "status": "ok",
        "components": [{"name": "planning", "status": "ok", "detail": ""}],
    }


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
