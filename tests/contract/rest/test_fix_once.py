"""What to fix in a plan, asked of the running system: with the plan, and of a stored one."""

from typing import Any

from tests.contract.rest.documented import CAP, HOODIE, Rest, order, plan_request, sync_request, unique

PLAN = "/api/exports/plan"
INCLUDE = {"include": ["issuesByProduct"]}


async def product_without_origin(rest: Rest) -> dict[str, Any]:
    sent = {
        "externalId": unique("sku"),
        "name": "Baseball cap",
        "customsDescription": "Men's knitted cotton baseball cap",
        "htsCode": "6505003030",
        "countryOfOrigin": "China",
        "materialComposition": "100% cotton",
        "manufacturer": {"name": "Ningbo Hat Works", "mid": "CNNINHATNIN"},
        "section232": {"status": "not_applicable"},
    }
    body = {"accountId": rest.system.account_id, "items": [sent]}
    [stored] = (await rest.post("/api/products/sync", body))["data"]
    return dict(stored)


async def blocked_orders(rest: Rest, product_id: str) -> list[str]:
    """Two orders of the product, and one of a hoodie."""
    line = {"productId": product_id, "quantity": 1, "unitValueUsd": 35}
    orders = order(line), order(line, HOODIE), order(HOODIE)
    answer = await rest.post("/api/orders/sync", sync_request(rest, *orders))
    return [found["id"] for found in answer["data"]]


async def test_plan_tells_which_product_blocks_how_many_orders_and_how_to_mend_it(rest: Rest) -> None:
    product = await product_without_origin(rest)
    order_ids = await blocked_orders(rest, product["id"])
    plan = await rest.post(PLAN, plan_request(rest, order_ids, **INCLUDE))
    assert plan["readinessState"] == "BLOCKED"
    assert plan["issue_totals"]["products_blocking"] == 1
    assert plan["issue_totals"]["orders_blocked"] == 2
    first = plan["issues_by_product"][0]
    assert (first["code"], first["product_id"]) == ("PRODUCT_ORIGIN_INVALID", product["id"])
    assert (first["orders_blocked"], first["lines_affected"], first["suggestion"]) == (2, 2, "CN")
    assert first["fix"] == {
        "method": "PATCH",
        "path": f"/api/products/{product['id']}",
        "field": "countryOfOrigin",
    }

    stored = await rest.get(f"/api/exports/{plan['exportId']}/issues")
    for name in ("issue_totals", "issues_by_product", "issues_by_order"):
        assert stored[name] == plan[name]

    body = {
        "accountId": rest.system.account_id,
        "items": [{"externalId": product["externalId"], first["fix"]["field"]: first["suggestion"]}],
    }
    await rest.post("/api/products/sync", body)
    again = await rest.post(PLAN, plan_request(rest, order_ids, batchId=plan["exportId"], **INCLUDE))
    assert again["issue_totals"]["orders_blocked"] == 0
    assert again["readinessState"] != "BLOCKED"


async def test_order_is_mended_by_the_value_that_is_suggested_for_it(rest: Rest) -> None:
    sent = order(CAP, destinationRegion="MA", destinationPostalCode="2139")
    [stored] = (await rest.post("/api/orders/sync", sync_request(rest, sent)))["data"]
    plan = await rest.post(PLAN, plan_request(rest, [stored["id"]], **INCLUDE))
    [issue] = [one for one in plan["issues_by_order"] if one["code"] == "ORDER_POSTAL_CODE_INVALID"]
    [suggested] = issue["suggestions"]
    assert suggested == {
        "order_id": stored["id"],
        "external_id": sent["externalId"],
        "field": "destinationPostalCode",
        "suggestion": "02139",
    }
    assert (await rest.get(f"/api/exports/{plan['exportId']}/issues"))["issues_by_order"] == [issue]

    mended = {**sent, suggested["field"]: suggested["suggestion"]}
    await rest.post("/api/orders/sync", sync_request(rest, mended))
    again = await rest.post(PLAN, plan_request(rest, [stored["id"]], batchId=plan["exportId"], **INCLUDE))
    assert again["issues_by_order"] == []


async def test_issues_of_an_export_of_another_account_are_missing(rest: Rest, other: Rest) -> None:
    product = await product_without_origin(rest)
    plan = await rest.post(PLAN, plan_request(rest, await blocked_orders(rest, product["id"])))
    assert "issues_by_product" not in plan
    answer = await other.client.get(f"/api/exports/{plan['exportId']}/issues")
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND")


async def test_plan_diff_names_the_field_that_was_mended(rest: Rest, other: Rest) -> None:
    product = await product_without_origin(rest)
    order_ids = await blocked_orders(rest, product["id"])
    first = await rest.post(PLAN, plan_request(rest, order_ids[:2]))
    mended = {"externalId": product["externalId"], "countryOfOrigin": "CN"}
    await rest.post("/api/products/sync", {"accountId": rest.system.account_id, "items": [mended]})
    second = await rest.post(PLAN, plan_request(rest, order_ids, batchId=first["exportId"]))
    path = f"/api/exports/{first['exportId']}/plan-diff"
    diff = await rest.get(f"{path}?from={first['planHash']}")
    assert (diff["from"]["revision"], diff["to"]["revision"], diff["is_same"]) == (1, 2, False)
    assert diff["to"]["planHash"] == second["planHash"]
    [changed] = diff["products"]["changed"]
    assert (changed["id"], changed["name"]) == (product["id"], product["sku"])
    assert changed["changes"]["first"] == [{"field": "country_of_origin", "before": "China", "after": "CN"}]
    assert [item["id"] for item in diff["orders"]["added"]] == [order_ids[2]]
    assert {message["code"] for message in diff["messages"]["disappeared"]} >= {"PRODUCT_ORIGIN_INVALID"}
    assert (diff["warehouse"]["count"], diff["broker"]["count"]) == (0, 0)

    same = await rest.get(f"{path}?from={second['planHash']}")
    assert (same["is_same"], same["plan"]["count"], same["products"]["changed_count"]) == (True, 0, 0)
    for client, hash in ((rest, "planhash_0"), (other, first["planHash"])):
        answer = await client.client.get(path, params={"from": hash})
        assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND")
