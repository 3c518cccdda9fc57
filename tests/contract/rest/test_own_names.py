"""Orders and products by the names their owner gave them: SKUs in lines, external ids in plans."""

from tests.contract.rest.documented import CAP, HOODIE, Rest, order, plan_request, sync_request, unique

SYNC, PLAN = "/api/orders/sync", "/api/exports/plan"


async def test_the_documented_orders_by_sku_and_external_id_make_the_documented_plan(rest: Rest) -> None:
    products = {one["id"]: one["sku"] for one in (await rest.get("/api/products?limit=200"))["data"]}
    hoodie, cap = ({"sku": products[line["productId"]], **line} for line in (HOODIE, CAP))
    for line in (hoodie, cap):
        del line["productId"]
    sent = order(hoodie, cap), order(cap)
    answer = await rest.post(SYNC, sync_request(rest, *sent))
    assert [found["items"] for found in answer["data"]] == [[HOODIE, CAP], [CAP]]

    by_id = await rest.post(PLAN, plan_request(rest, [found["id"] for found in answer["data"]], dryRun=True))
    body = plan_request(rest, [], externalOrderIds=[one["externalId"] for one in sent])
    del body["orderIds"]
    plan = await rest.post(PLAN, body)
    assert plan["planHash"] == by_id["planHash"]
    assert plan["included_order_ids"] == by_id["included_order_ids"]
    assert (plan["complianceScore"], plan["estimated_import_savings_usd"]) == (74, 18.5)


async def test_every_unknown_sku_is_named_and_nothing_is_stored(rest: Rest) -> None:
    unknown = unique("sku")
    sent = order({"sku": unknown, "quantity": 1, "unitValueUsd": 35}, CAP)
    error = await rest.refused(SYNC, sync_request(rest, order(), sent), status=400, code="VALIDATION_ERROR")
    path = "items.1.items.0.sku"
    assert error["field"] == path
    assert error["details"]["issues"] == [
        {"path": path, "message": f"Unknown SKU {unknown}", "code": "unknown_product"}
    ]
    assert (await rest.get(f"/api/orders?externalId={sent['externalId']}"))["data"] == []


async def test_a_line_with_both_names_is_refused(rest: Rest) -> None:
    sent = order({**CAP, "sku": "CAP-002"})
    error = await rest.refused(SYNC, sync_request(rest, sent), status=400, code="VALIDATION_ERROR")
    assert [issue["path"] for issue in error["details"]["issues"]] == ["items.0.items.0.sku"]


async def test_every_unknown_external_id_is_named(rest: Rest) -> None:
    [known] = (await rest.post(SYNC, sync_request(rest)))["data"]
    body = plan_request(rest, [], externalOrderIds=[known["externalId"], "none-1", "none-2"])
    error = await rest.refused(PLAN, body, status=400, code="INVALID_ORDER_REFERENCE")
    assert error["details"] == {
        "requestedOrderIds": [],
        "foundOrderIds": [],
        "requestedExternalOrderIds": [known["externalId"], "none-1", "none-2"],
        "foundExternalOrderIds": [known["externalId"]],
    }
