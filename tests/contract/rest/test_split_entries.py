"""A broker who takes a few orders in one entry: the plan, what it saves, and the documents say so."""

from tests.contract.rest.documented import CAP, Rest, order, plan_request, sync_request, unique

PLAN = "/api/exports/plan"


async def test_export_is_split_at_the_brokers_limit_and_every_document_lists_the_parts(rest: Rest) -> None:
    [demo] = [one for one in (await rest.get("/api/brokers"))["data"] if one["id"] == rest.system.broker_id]
    limited = {
        **{name: value for name, value in demo.items() if name not in ("id", "createdAt", "updatedAt")},
        "externalId": unique("broker"),
        "maxOrdersPerEntry": 2,
    }
    body = {"accountId": rest.system.account_id, "items": [limited]}
    [broker] = (await rest.post("/api/brokers/sync", body))["data"]
    synced = await rest.post("/api/orders/sync", sync_request(rest, *(order(CAP) for _ in range(5))))
    order_ids = [found["id"] for found in synced["data"]]

    request = plan_request(rest, order_ids, brokerId=broker["id"], include=["entries"])
    plan = await rest.post(PLAN, request)
    entries = [{"number": number, "orders": 2, "lines": 1, "value_usd": 70} for number in (1, 2)]
    counted = [{name: entry[name] for name in entries[0]} for entry in plan["entries"]]
    assert counted == [*entries, {"number": 3, "orders": 1, "lines": 1, "value_usd": 35}]
    together = await rest.post(PLAN, plan_request(rest, order_ids, dryRun=True))
    assert plan["estimated_import_savings_usd"] < together["estimated_import_savings_usd"]
    found = await rest.get(f"/api/exports/{plan['exportId']}")
    assert found["export"]["plan"]["entries"] == plan["entries"]

    sent = {"accountId": rest.system.account_id, "batchId": plan["exportId"]}
    package = (await rest.post("/api/exports/execute", sent))["customs_package_id"]
    manifest = await rest.get(f"/api/customs-packages/{package}/artifacts/manifest.json")
    parts = manifest["entry"]["entries"]
    assert [(part["number"], len(part["order_ids"]), part["value_usd"]) for part in parts] == [
        (1, 2, "70.00"),
        (2, 2, "70.00"),
        (3, 1, "35.00"),
    ]
    assert sorted(order_id for part in parts for order_id in part["order_ids"]) == sorted(order_ids)
    assert [line["entry_number"] for line in manifest["consolidated_lines"]] == [1, 2, 3]
