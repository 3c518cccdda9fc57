"""What became of an export over REST: inspect, the list, its package and documents."""

import base64
import hashlib
from typing import Any

import httpx
import pytest

from entrygo.gateway.routes.customs_packages import document_headers
from entrygo.proto.events.v1 import events_pb2
from tests.fakes import MANIFEST, OTHER_KEY, FakeServices
from tests.unit.gateway.requests import (
    executed_export,
    planned_export,
)


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
    asked = {"if-none-match": "*", "prefer": "wait=0"}
    answer = await client.get(f"/api/exports/{plan['exportId']}", headers=asked)
    assert (answer.status_code, answer.json()["planHash"]) == (200, plan["planHash"])


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
    # A browser that renders it all the same gives it no rights of the console's.
    assert answer.headers["content-security-policy"] == "sandbox"
    unchanged = await client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    head = await client.head(path)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(MANIFEST)))


def test_a_document_keeps_its_name_whatever_its_characters_and_adds_nothing_to_the_header() -> None:
    name = 'Café "1"; filename=x.csv'
    headers = document_headers(events_pb2.Artifact(filename=name, sha256="00"))
    assert headers["content-disposition"] == (
        'attachment; filename="Caf_ _1__ filename_x.csv";'
        " filename*=UTF-8''Caf%C3%A9%20%221%22%3B%20filename%3Dx.csv"
    )


@pytest.mark.parametrize("filename", ["none.json", "%00", "%2e%2e", "a" * 256])
async def test_a_document_that_does_not_exist_is_404(client: httpx.AsyncClient, filename: str) -> None:
    execution = await executed_export(client)
    path = f"/api/customs-packages/{execution['customs_package_id']}/artifacts/{filename}"
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND")
