"""What a caller may say of the entry: under whose number an order is imported, and of which type it is."""

from tests.contract.rest.documented import (
    CAP,
    Rest,
    error_of,
    golden_orders,
    order,
    plan_request,
    sync_request,
)

PLAN = "/api/exports/plan"
NUMBER = "12-3456789"


async def test_orders_of_two_importers_are_planned_apart_and_no_number_is_told_whole(
    rest: Rest,
) -> None:
    answer = await rest.post(
        "/api/orders/sync", sync_request(rest, order(CAP), order(CAP, importerNumber=NUMBER))
    )
    order_ids = [found["id"] for found in answer["data"]]
    plan = await rest.client.post(PLAN, json=plan_request(rest, order_ids))
    codes = {message["code"] for message in plan.json()["validationMessages"]}
    assert (plan.json()["readinessState"], "BATCH_IMPORTER_MIXED" in codes) == ("BLOCKED", True)
    assert "****6789" in plan.text
    assert NUMBER not in plan.text
    stored = await rest.get(f"/api/orders/{order_ids[1]}")
    assert stored["importerNumber"] == NUMBER
    own = await rest.post(PLAN, plan_request(rest, order_ids[:1]))
    assert own["readinessState"] != "BLOCKED"


async def test_number_that_is_no_importers_is_refused_and_not_told_again(rest: Rest) -> None:
    body = sync_request(rest, order(CAP, importerNumber="123-45-67890"))
    answer = await rest.client.post("/api/orders/sync", json=body)
    error = error_of(answer, status=400, code="VALIDATION_ERROR")
    assert [issue["path"] for issue in error["details"]["issues"]] == ["items.0.importerNumber"]
    assert "67890" not in answer.text


async def test_formal_entry_can_be_asked_for_and_low_value_entry_is_refused(
    rest: Rest,
) -> None:
    order_ids = await golden_orders(rest)
    formal = await rest.post(PLAN, plan_request(rest, order_ids, entryType="01"))
    assert (formal["readinessState"], formal["estimated_import_savings_usd"]) == ("REVIEW_REQUIRED", 0)
    shown = await rest.get(f"/api/exports/{formal['exportId']}")
    assert shown["export"]["plan"]["entry_type"] == "01"
    low = await rest.post(PLAN, plan_request(rest, order_ids, entryType="86", dryRun=True))
    assert [
        message["message"] for message in low["validationMessages"] if message["severity"] == "error"
    ] == ["Section 321 / type 86 is suspended on 2026-03-11."]
    error = await rest.refused(
        PLAN, plan_request(rest, order_ids, entryType="03"), status=400, code="VALIDATION_ERROR"
    )
    assert [issue["path"] for issue in error["details"]["issues"]] == ["entryType"]
