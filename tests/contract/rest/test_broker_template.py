"""A broker's own layout, from its record to the document that the broker gets."""

from base64 import b64decode

from tests.contract.rest.documented import CAP, Rest, order, plan_request, sync_request, unique

LAYOUT = {
    "rows": "order_line",
    "delimiter": "semicolon",
    "columns": [
        {"header": "PO", "field": "order_external_id"},
        {"header": "HTSUS No.", "field": "hts_code", "format": "dotted"},
        {"header": "Mode", "constant": "TRK"},
    ],
}


async def test_a_layout_is_previewed_saved_and_then_made_for_the_broker(rest: Rest) -> None:
    [demo] = [one for one in (await rest.get("/api/brokers"))["data"] if one["id"] == rest.system.broker_id]
    given = {name: value for name, value in demo.items() if name not in ("id", "createdAt", "updatedAt")}
    record = {**given, "externalId": unique("broker")}
    body = {"accountId": rest.system.account_id, "items": [record]}
    [broker] = (await rest.post("/api/brokers/sync", body))["data"]
    preview = f"/api/brokers/{broker['id']}/template/preview"
    none = await rest.client.post(preview, json={})
    assert (none.status_code, none.json()["field"]) == (400, "template")

    shown = await rest.post(preview, {"template": LAYOUT})
    assert shown["header"] == ["PO", "HTSUS No.", "Mode"]
    assert (shown["source"], shown["rowCount"]) == ("sample", 3)
    wrong = {**LAYOUT, "columns": [{"header": "A", "field": "hts"}]}
    saving = {**body, "items": [{**record, "template": wrong}]}
    for path, given in ((preview, {"template": wrong}), ("/api/brokers/sync", saving)):
        refused = await rest.client.post(path, json=given)
        assert refused.status_code == 400
        assert refused.json()["field"].endswith("template.columns.0.field")
        assert "There are: " in refused.text

    saved = {**record, "template": LAYOUT, "documents": ["broker_template_csv", "manifest"]}
    [kept] = (await rest.post("/api/brokers/sync", {**body, "items": [saved]}))["data"]
    assert kept["template"]["encoding"] == "utf-8"
    synced = (await rest.post("/api/orders/sync", sync_request(rest, order(CAP), order(CAP))))["data"]
    plan = await rest.post(
        "/api/exports/plan", plan_request(rest, [each["id"] for each in synced], brokerId=broker["id"])
    )
    shown = await rest.post(preview, {"exportId": plan["exportId"]})
    orders = [each["externalId"] for each in synced]
    assert [row[0] for row in shown["rows"]] == orders

    sent = {"accountId": rest.system.account_id, "batchId": plan["exportId"]}
    executed = await rest.post("/api/exports/execute", sent)
    assert {each["artifact_type"] for each in executed["artifacts"]} == {"broker_template_csv", "manifest"}
    package = executed["customs_package_id"]
    document = await rest.client.get(f"/api/customs-packages/{package}/artifacts/broker_template.csv")
    assert document.content == b64decode(shown["contentBase64"])
    assert document.text.splitlines()[1] == f'"{orders[0]}";"6505.00.30.30";"TRK"'
