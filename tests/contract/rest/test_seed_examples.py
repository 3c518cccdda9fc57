"""The published documentation, line by line, against the running system."""

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from tests.architecture.sources import ROOT
from tests.contract.rest.conftest import Walk
from tests.contract.rest.documented import (
    CAP,
    ENTRY_DATE,
    HOODIE,
    Rest,
    error_of,
    golden_orders,
    order,
    plan_request,
    planned,
    sync_request,
    unique,
)

SYNC, PLAN, EXECUTE = "/api/orders/sync", "/api/exports/plan", "/api/exports/execute"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
SHOWN_ERROR = re.compile(r'```json\n(\{"errorCode": "PLAN_HASH_MISMATCH".*?)\n```', re.DOTALL)
STRATEGY = (
    "Group U.S.-bound orders by operational readiness and generate an export batch "
    "before broker-facing review."
)


# The day of the documented example is over, and its plan says so besides.
DAY_IS_OVER = {
    "code": "ENTRY_DATE_PAST",
    "message": f"Entry date {ENTRY_DATE} was over when this was planned; rules, rates and lists are those"
    " of that day.",
    "severity": "warning",
    "field": "entry_date",
    "product_id": None,
    "order_id": None,
}


def metals_message(order_id: str) -> dict[str, str]:
    return {
        "code": "METALS_REVIEW_RECOMMENDED",
        "message": "Product JKT-001 should receive metals review before execution.",
        "severity": "warning",
        "field": "orders[0].items[0].product.section_232",
        "product_id": "prod_hoodie_001",
        "order_id": order_id,
    }


# First export, step 2


async def test_health_verifies_the_key(rest: Rest) -> None:
    assert (await rest.get("/api/system/health"))["status"] in ("ok", "degraded")
    for authorization in ("", "Bearer shpbndl_live_wrong", "Basic abc"):
        answer = await rest.client.get("/api/system/health", headers={"authorization": authorization})
        error_of(answer, status=401, code="INVALID_API_KEY")
        assert answer.headers["www-authenticate"] == "Bearer"


# Orders


async def test_order_sync_answers_the_documented_example(rest: Rest) -> None:
    sent = order()
    answer = await rest.post(SYNC, sync_request(rest, sent), key=unique("orders-sync"))
    [found] = answer["data"]
    assert found.pop("id").startswith("ord_")
    assert found == {
        "accountId": rest.system.account_id,
        "externalId": sent["externalId"],
        "destinationCountry": "US",
        "destinationRegion": "CA",
        "destinationPostalCode": "94105",
        "totalValueUsd": 255,
        "items": [HOODIE, CAP],
    }


async def test_order_sync_of_the_guide_answers_its_example(rest: Rest) -> None:
    line = {"productId": "prod_123", "quantity": 1, "unitValueUsd": 110}
    sent = order(line, metadata={"source": "first-export-guide"})
    [found] = (await rest.post(SYNC, sync_request(rest, sent)))["data"]
    assert (found["externalId"], found["totalValueUsd"]) == (sent["externalId"], 110)


async def test_order_sync_is_an_upsert_that_replaces_the_lines(rest: Rest) -> None:
    sent = order()
    [first] = (await rest.post(SYNC, sync_request(rest, sent)))["data"]
    changed = {**sent, "items": [{**CAP, "quantity": 3}], "destinationRegion": None}
    [second] = (await rest.post(SYNC, sync_request(rest, changed)))["data"]
    assert second["id"] == first["id"]
    assert second["items"] == [{**CAP, "quantity": 3}]
    assert (second["totalValueUsd"], second["destinationRegion"]) == (105, None)
    stored = await rest.get(f"/api/orders/{first['id']}")
    assert stored["items"] == second["items"]
    assert stored["metadata"] == {"source": "warehouse-wms", "wave": "wave-17"}


async def test_order_sync_names_the_missing_field_as_documented(rest: Rest) -> None:
    sent = order({"quantity": 2, "unitValueUsd": 110})
    path = "items.0.items.0.productId"
    error = await rest.refused(SYNC, sync_request(rest, sent), status=400, code="VALIDATION_ERROR")
    assert error == {
        "errorCode": "VALIDATION_ERROR",
        "message": "Request validation failed.",
        "field": path,
        "details": {"issues": [{"path": path, "message": "Required", "code": "invalid_type"}]},
    }


async def test_another_account_in_the_body_is_403_as_documented(rest: Rest) -> None:
    for path, body in (
        (SYNC, sync_request(rest)),
        (PLAN, plan_request(rest, ["ord_123"])),
        (EXECUTE, {"accountId": "", "batchId": "batch_123"}),
    ):
        sent = {**body, "accountId": "acc_999"}
        error = await rest.refused(path, sent, status=403, code="INVALID_ACCOUNT_SCOPE")
        assert error == {
            "errorCode": "INVALID_ACCOUNT_SCOPE",
            "message": "Payload accountId does not match API key scope.",
            "details": {"apiKeyAccountId": rest.system.account_id, "payloadAccountId": "acc_999"},
        }


@pytest.mark.parametrize("path", [SYNC, PLAN, EXECUTE])
async def test_every_write_answers_400_to_what_is_no_json(rest: Rest, path: str) -> None:
    headers = {"content-type": "application/json"}
    answer = await rest.client.post(path, content=b'{"accountId": ', headers=headers)
    error_of(answer, status=400, code="INVALID_REQUEST")


@pytest.mark.parametrize("path", [SYNC, PLAN, EXECUTE])
async def test_every_write_answers_400_to_another_shape(rest: Rest, path: str) -> None:
    error = await rest.refused(path, {"accountId": 1}, status=400, code="VALIDATION_ERROR")
    assert error["field"] == error["details"]["issues"][0]["path"]


@pytest.mark.parametrize("path", [SYNC, PLAN, EXECUTE])
async def test_every_write_answers_401_without_a_key(rest: Rest, path: str) -> None:
    for authorization in ("", "Bearer shpbndl_live_wrong"):
        answer = await rest.client.post(path, json={}, headers={"authorization": authorization})
        error_of(answer, status=401, code="INVALID_API_KEY")


# Plan


async def test_plan_answers_the_documented_document_exactly(rest: Rest) -> None:
    first, second = await golden_orders(rest)
    plan = await rest.post(PLAN, plan_request(rest, [first, second]), key=unique("plan"))
    assert re.fullmatch(r"planhash_[0-9a-f]{64}", plan["planHash"])
    assert plan["exportId"].startswith("batch_")
    assert plan == {
        "exportId": plan["exportId"],
        "state": "BATCHED",
        "batch_id": plan["exportId"],
        "planHash": plan["planHash"],
        "status": "BATCHED",
        "readinessState": "REVIEW_REQUIRED",
        "complianceScore": 74,
        "validationMessages": [DAY_IS_OVER, metals_message(first)],
        "included_order_ids": [first, second],
        "excluded_order_ids": [],
        "flags": ["human_review_recommended"],
        "missing_data": [],
        "recommended_strategy": STRATEGY,
        "estimated_import_savings_usd": 18.5,
        "next_recommended_action": "review_flags_then_execute",
        "validation": {
            "readiness_state": "REVIEW_REQUIRED",
            "compliance_score": 74,
            "validation_messages": [DAY_IS_OVER, metals_message(first)],
        },
    }


async def test_a_dry_run_stores_nothing_and_hashes_like_the_real_plan(rest: Rest) -> None:
    order_ids = await golden_orders(rest)
    dry = await rest.post(PLAN, plan_request(rest, order_ids, dryRun=True))
    assert (dry["exportId"], dry["batch_id"], dry["status"]) == (None, None, "DRY_RUN")
    real = await rest.post(PLAN, plan_request(rest, order_ids[::-1]))
    assert real["planHash"] == dry["planHash"]


async def test_planning_again_under_the_same_batch_keeps_its_id(rest: Rest) -> None:
    order_ids = await golden_orders(rest)
    first = await rest.post(PLAN, plan_request(rest, order_ids))
    second = await rest.post(PLAN, plan_request(rest, order_ids[:1], batchId=first["exportId"]))
    assert second["exportId"] == first["exportId"]
    assert second["included_order_ids"] == [order_ids[0]]
    assert second["planHash"] != first["planHash"]


async def test_unknown_orders_are_400_with_both_lists_as_documented(rest: Rest) -> None:
    known, _ = await golden_orders(rest)
    body = plan_request(rest, [known, "ord_missing"])
    assert await rest.refused(PLAN, body, status=400, code="INVALID_ORDER_REFERENCE") == {
        "errorCode": "INVALID_ORDER_REFERENCE",
        "message": "One or more orders could not be resolved.",
        "details": {"requestedOrderIds": [known, "ord_missing"], "foundOrderIds": [known]},
    }


@pytest.mark.parametrize("field", ["warehouseId", "brokerId"])
async def test_a_warehouse_or_broker_outside_the_account_is_400(rest: Rest, other: Rest, field: str) -> None:
    order_ids = await golden_orders(rest)
    kind = field.removesuffix("Id") + "s"
    body = {
        "accountId": rest.system.other_account_id,
        "items": [{"externalId": unique(kind), "name": "Theirs"}],
    }
    [foreign] = (await other.post(f"/api/{kind}/sync", body))["data"]
    for missing in (foreign["id"], "none_123"):
        sent = plan_request(rest, order_ids, **{field: missing})
        await rest.refused(PLAN, sent, status=400, code="INVALID_ACCOUNT_SCOPE")


# Execute


def test_execute_answers_the_documented_fields(walk: Walk) -> None:
    execution = walk.execution
    assert execution["exportId"] == execution["batch_id"] == walk.plan["exportId"]
    assert execution["state"] == execution["status"] == "COMPLETED"
    assert execution["customs_package_id"].startswith("cp_")
    assert execution["planHash"] == walk.plan["planHash"]
    assert execution["notification_ids"] == execution["notifications"]
    assert len(execution["notification_ids"]) == 2
    assert TIMESTAMP.fullmatch(execution["execution_timestamp"])
    listed = {(found["artifact_type"], found["filename"]) for found in execution["artifacts"]}
    assert listed >= {
        ("cci_human_readable", "commercial_customs_invoice.html"),
        ("cci_csv", "commercial_customs_invoice.csv"),
        ("manifest", "manifest.json"),
    }
    assert all(TIMESTAMP.fullmatch(found["generated_at"]) for found in execution["artifacts"])


def test_execute_tells_what_became_of_the_brokers_mail(walk: Walk) -> None:
    submission = walk.execution["brokerSubmission"]
    assert submission["id"].startswith("bes_")
    assert submission["submission_type"] == "EMAIL"
    assert submission["status"] == "sent"
    assert submission["recipient_email"] == "broker@example.com"
    package_number = walk.inspection["customsPackage"]["packageNumber"]
    assert submission["subject"] == f"EntryGo broker submission {package_number}"
    assert re.fullmatch(r"cp_ch\d+", package_number)
    assert TIMESTAMP.fullmatch(submission["sent_at"])
    assert submission["error_message"] is None


async def test_executing_what_is_completed_is_409_as_documented(rest: Rest, walk: Walk) -> None:
    body = {"accountId": rest.system.account_id, "batchId": walk.plan["exportId"]}
    error = await rest.refused(EXECUTE, body, status=409, code="INVALID_EXPORT_STATE", key=unique("again"))
    assert error["message"] == "Export batch cannot be executed from current state."
    assert error["details"]["currentState"] == "COMPLETED"


async def test_executing_or_replanning_what_nobody_has_is_404(rest: Rest) -> None:
    order_ids = await golden_orders(rest)
    body = {"accountId": rest.system.account_id, "batchId": "batch_missing"}
    await rest.refused(EXECUTE, body, status=404, code="NOT_FOUND")
    body = plan_request(rest, order_ids, batchId="batch_missing")
    await rest.refused(PLAN, body, status=404, code="NOT_FOUND")


async def test_another_plan_than_the_expected_one_is_not_executed(rest: Rest) -> None:
    batch_id = await planned(rest)
    body = {"accountId": rest.system.account_id, "batchId": batch_id, "expectedPlanHash": "planhash_0"}
    await rest.refused(EXECUTE, body, status=409, code="PLAN_HASH_MISMATCH")
    assert (await rest.get(f"/api/exports/{batch_id}"))["state"] == "BATCHED"


@pytest.mark.parametrize("page", ["errors.md", "cli.md"])
async def test_the_error_that_a_page_shows_is_the_one_that_is_answered(rest: Rest, page: str) -> None:
    (example,) = SHOWN_ERROR.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    shown = json.loads(example)
    body = {
        "accountId": rest.system.account_id,
        "batchId": await planned(rest),
        "expectedPlanHash": "planhash_0",
    }
    error = await rest.refused(EXECUTE, body, status=409, code=shown["errorCode"])
    assert error.keys() == shown.keys()
    assert error["details"].keys() == shown["details"].keys()
    assert error["message"] == shown["message"]


# Idempotency


async def test_a_repeated_sync_or_plan_is_answered_as_the_first(rest: Rest) -> None:
    order_ids = await golden_orders(rest)
    for path, body in ((SYNC, sync_request(rest)), (PLAN, plan_request(rest, order_ids))):
        headers = {"idempotency-key": unique("retry")}
        first = await rest.client.post(path, json=body, headers=headers)
        second = await rest.client.post(path, json=body, headers=headers)
        assert (first.status_code, second.status_code) == (200, 200)
        assert second.content == first.content
        assert "idempotency-replayed" not in first.headers
        assert second.headers["idempotency-replayed"] == "true"


async def test_a_repeated_execute_has_one_effect(rest: Rest) -> None:
    body = {"accountId": rest.system.account_id, "batchId": await planned(rest)}
    headers = {"idempotency-key": unique("execute")}
    first = await rest.client.post(EXECUTE, json=body, headers=headers)
    second = await rest.client.post(EXECUTE, json=body, headers=headers)
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"


async def test_a_key_used_for_another_payload_is_409(rest: Rest) -> None:
    order_ids = await golden_orders(rest)
    one, two = await planned(rest), await planned(rest)
    account = rest.system.account_id
    for path, first, second in (
        (SYNC, sync_request(rest), sync_request(rest)),
        (PLAN, plan_request(rest, order_ids), plan_request(rest, order_ids[:1])),
        (EXECUTE, {"accountId": account, "batchId": one}, {"accountId": account, "batchId": two}),
    ):
        key = unique("conflict")
        await rest.post(path, first, key=key)
        await rest.refused(path, second, status=409, code="IDEMPOTENCY_CONFLICT", key=key)


async def test_the_key_in_the_header_wins_over_that_in_the_body(rest: Rest) -> None:
    key, body = unique("header"), {**sync_request(rest), "idempotencyKey": unique("body")}
    await rest.post(SYNC, body, key=key)
    other_order = {**sync_request(rest), "idempotencyKey": body["idempotencyKey"]}
    await rest.refused(SYNC, other_order, status=409, code="IDEMPOTENCY_CONFLICT", key=key)
    await rest.post(SYNC, other_order, key=unique("fresh"))


# Inspect


def test_inspect_answers_the_documented_document(walk: Walk) -> None:
    found, export_id = walk.inspection, walk.plan["exportId"]
    assert found["exportId"] == found["export"]["batch_id"] == found["batch"]["id"] == export_id
    assert found["status"] == found["state"] == found["export"]["status"] == "COMPLETED"
    assert found["export"]["lifecycle_state"] == found["batch"]["state"] == "COMPLETED"
    assert found["readinessState"] == found["export"]["plan"]["readinessState"] == "REVIEW_REQUIRED"
    assert found["complianceScore"] == 74
    assert found["validationMessages"] == [DAY_IS_OVER, metals_message(walk.order_ids[0])]
    assert found["planHash"] == found["export"]["planHash"] == found["snapshot"]["planHash"]
    assert found["planHash"] == walk.plan["planHash"]
    assert found["artifacts"] == walk.execution["artifacts"]
    included = list(walk.order_ids)
    assert found["export"]["plan"]["included_order_ids"] == included
    assert found["snapshot"]["included_order_ids"] == included


def test_inspect_answers_the_documented_sections(walk: Walk) -> None:
    found, execution = walk.inspection, walk.execution
    executed_at = found["batch"]["executed_at"]
    assert TIMESTAMP.fullmatch(executed_at)
    assert found["export"]["execution"] == {
        "customs_package_id": execution["customs_package_id"],
        "executed_at": executed_at,
    }
    assert found["export"]["inspection"] == {
        "artifact_count": len(execution["artifacts"]),
        "notification_count": 2,
    }
    batch = dict(found["batch"])
    assert TIMESTAMP.fullmatch(batch.pop("created_at"))
    assert batch == {
        "id": walk.plan["exportId"],
        "state": "COMPLETED",
        "raw_state": "completed",
        "warehouse_id": "wh_123",
        "broker_id": "br_123",
        "destination_country": "US",
        "estimated_savings_usd": 18.5,
        "next_recommended_action": "review_flags_then_execute",
        "executed_at": executed_at,
    }
    package = dict(found["customsPackage"])
    assert package.pop("packageNumber").startswith("cp_ch")
    assert package == {"id": execution["customs_package_id"], "state": "sent_to_broker"}
    assert (
        found["brokerSubmission"].items()
        >= {
            "id": execution["brokerSubmission"]["id"],
            "submission_type": "EMAIL",
            "status": "sent",
            "recipient_email": "broker@example.com",
            "error_message": None,
        }.items()
    )


def test_inspect_shows_notifications_and_events(walk: Walk) -> None:
    found = walk.inspection
    assert sorted(one["id"] for one in found["notifications"]) == sorted(walk.execution["notification_ids"])
    [email] = [one for one in found["notifications"] if one["channel"] == "EMAIL"]
    assert email["status"] == "sent"
    assert TIMESTAMP.fullmatch(email["created_at"])
    types = [event["type"] for event in found["events"]]
    assert set(types) >= {
        "export.planned",
        "customs_package.generated",
        "broker_submission.prepared",
        "broker_submission.sent",
        "warehouse_notification.recorded",
        "export.executed",
    }
    [executed] = [event for event in found["events"] if event["type"] == "export.executed"]
    assert executed["id"].startswith("evt_")
    assert TIMESTAMP.fullmatch(executed["created_at"])
    assert executed["payload"]["batchId"] == walk.plan["exportId"]


async def test_inspect_shows_null_before_an_execution(rest: Rest) -> None:
    found = await rest.get(f"/api/exports/{await planned(rest)}")
    assert (found["state"], found["batch"]["raw_state"]) == ("BATCHED", "batched")
    assert found["customsPackage"] is None
    assert found["brokerSubmission"] is None
    assert found["artifacts"] == found["notifications"] == []
    assert found["batch"]["executed_at"] is None
    assert [event["type"] for event in found["events"]] == ["export.planned"]


async def test_inspect_is_304_until_something_changed(rest: Rest) -> None:
    path = f"/api/exports/{await planned(rest)}"
    etag = (await rest.client.get(path)).headers["etag"]
    unchanged = await rest.client.get(path, headers={"if-none-match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    await rest.post(f"{path}/cancel", {})
    changed = await rest.client.get(path, headers={"if-none-match": etag})
    assert (changed.status_code, changed.json()["state"]) == (200, "CANCELLED")


async def test_an_export_that_the_account_has_not_is_404_as_documented(
    rest: Rest, other: Rest, walk: Walk
) -> None:
    expected = {"errorCode": "NOT_FOUND", "message": "Export batch not found."}
    for client, export_id in ((rest.client, "batch_missing"), (other.client, walk.plan["exportId"])):
        answer = await client.get(f"/api/exports/{export_id}")
        assert error_of(answer, status=404, code="NOT_FOUND") == expected


# Customs package


async def test_a_customs_package_answers_state_and_inventory(rest: Rest, walk: Walk) -> None:
    package_id = walk.execution["customs_package_id"]
    found = await rest.get(f"/api/customs-packages/{package_id}")
    assert TIMESTAMP.fullmatch(found.pop("createdAt"))
    assert found == {
        "id": package_id,
        "exportBatchId": walk.plan["exportId"],
        "packageNumber": walk.inspection["customsPackage"]["packageNumber"],
        "state": "sent_to_broker",
        "artifacts": walk.execution["artifacts"],
    }


async def test_every_document_downloads_with_the_digest_that_was_announced(rest: Rest, walk: Walk) -> None:
    package_id = walk.execution["customs_package_id"]
    for artifact in walk.execution["artifacts"]:
        answer = await rest.client.get(f"/api/customs-packages/{package_id}/artifacts/{artifact['filename']}")
        assert answer.status_code == 200
        digest = hashlib.sha256(answer.content)
        assert digest.hexdigest() == artifact["sha256"]
        assert len(answer.content) == artifact["size_bytes"] == int(answer.headers["content-length"])
        assert answer.headers["content-type"] == artifact["media_type"]
        assert answer.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
        assert artifact["filename"] in answer.headers["content-disposition"]


async def test_the_manifest_is_json_of_this_package(rest: Rest, walk: Walk) -> None:
    package_id = walk.execution["customs_package_id"]
    answer = await rest.client.get(f"/api/customs-packages/{package_id}/artifacts/manifest.json")
    assert walk.inspection["customsPackage"]["packageNumber"] in json.dumps(answer.json())


async def test_packages_and_documents_that_the_account_has_not_are_404(
    rest: Rest, other: Rest, walk: Walk
) -> None:
    package_id = walk.execution["customs_package_id"]
    for client, path in (
        (rest.client, "cp_missing"),
        (other.client, package_id),
        (rest.client, "cp_missing/artifacts/manifest.json"),
        (rest.client, f"{package_id}/artifacts/missing.json"),
        (other.client, f"{package_id}/artifacts/manifest.json"),
    ):
        error_of(await client.get(f"/api/customs-packages/{path}"), status=404, code="NOT_FOUND")


# Lists and cancelling (additive)


async def test_exports_are_listed_with_filters_and_pages(rest: Rest) -> None:
    batches = [await planned(rest) for _ in range(3)]
    for batch_id in batches:
        # A list shows the read model, which an inspect brings up to date.
        await rest.get(f"/api/exports/{batch_id}")
    query: dict[str, str] = {"limit": "2", "state": "BATCHED", "warehouseId": "wh_123", "brokerId": "br_123"}
    seen: list[str] = []
    while not set(batches) <= set(seen):
        page = (await rest.client.get("/api/exports", params=query)).json()
        assert page.keys() == {"data", "hasMore", "nextCursor"}
        assert {one["state"] for one in page["data"]} == {"BATCHED"}
        seen += [one["exportId"] for one in page["data"]]
        assert page["hasMore"] or set(batches) <= set(seen)
        query["cursor"] = page["nextCursor"] or ""
    assert len(seen) == len(set(seen))


async def test_a_cancelled_export_cannot_be_executed(rest: Rest) -> None:
    batch_id = await planned(rest)
    cancelled = await rest.post(f"/api/exports/{batch_id}/cancel", {"reason": "merged"})
    assert (cancelled["exportId"], cancelled["state"]) == (batch_id, "CANCELLED")
    body = {"accountId": rest.system.account_id, "batchId": batch_id}
    error = await rest.refused(EXECUTE, body, status=409, code="INVALID_EXPORT_STATE")
    assert error["details"]["currentState"] == "CANCELLED"


async def test_the_contract_is_served_to_machines_and_people(rest: Rest) -> None:
    async with rest.system.stranger() as nobody:
        document: dict[str, Any] = (await nobody.get("/docs/api/openapi")).json()
        page = await nobody.get("/docs/api/openapi", headers={"accept": "text/html"})
    assert document["openapi"].startswith("3.1")
    assert "<html" in page.text
