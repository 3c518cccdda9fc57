"""The broker's side of a submission in the running system: the link in the mail, and inspect after it."""

import asyncio
import re
from email.parser import BytesParser
from email.policy import default
from typing import Any

import httpx

from tests.contract.rest.documented import (
    Rest,
    error_of,
    golden_orders,
    key_header,
    plan_request,
    planned,
    unique,
)

PATIENCE_SECONDS = 30
POLL_SECONDS = 0.05


async def executed(rest: Rest) -> str:
    batch_id = await planned(rest)
    await rest.post("/api/exports/execute", {"accountId": rest.system.account_id, "batchId": batch_id})
    return batch_id


def links_of(rest: Rest, batch_id: str) -> list[str]:
    """The links in the mails about an export, oldest first."""
    found = []
    for file in sorted(rest.system.mails_of(batch_id)):
        body = BytesParser(policy=default).parsebytes(file.read_bytes()).get_body(("plain",))
        assert body is not None
        found += re.findall(rf"{re.escape(rest.system.base_url)}/broker/\S+", body.get_content())
    return found


async def inspected(rest: Rest, batch_id: str) -> dict[str, Any]:
    return await rest.get(f"/api/exports/{batch_id}")


async def test_what_a_broker_answers_behind_the_link_shows_in_inspect_and_timeline(rest: Rest) -> None:
    batch_id = await executed(rest)
    [link] = links_of(rest, batch_id)
    async with httpx.AsyncClient(timeout=30, trust_env=False) as broker:
        page = await broker.get(link)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        pack = await broker.get(f"{link}/pack.zip")
        assert pack.content.startswith(b"PK")
        form = {"answer": "acknowledge", "entry_number": "PA7 1234567 8"}
        assert (await broker.post(link, data=form)).status_code == 303
    found = await inspected(rest, batch_id)
    submission = found["brokerSubmission"]
    assert (submission["status"], submission["entry_number"]) == ("acknowledged", "PA7-1234567-8")
    assert submission["answered_at"]
    assert found["state"] == "COMPLETED"
    assert found["customsPackage"]["state"] == "acknowledged_by_broker"
    last = found["events"][-1]
    assert last["type"] == "broker_submission.acknowledged"
    assert last["payload"]["entryNumber"] == "PA7-1234567-8"


async def test_a_rejected_package_is_sent_again_once_with_a_reason_and_a_link_of_its_own(rest: Rest) -> None:
    batch_id, key = await executed(rest), unique("again")
    path = f"/api/exports/{batch_id}/broker-submissions"
    [old] = links_of(rest, batch_id)
    async with httpx.AsyncClient(timeout=30, trust_env=False) as broker:
        await broker.post(old, data={"answer": "reject", "reason": "The MID is missing."})
        assert (await inspected(rest, batch_id))["brokerSubmission"]["broker_reason"] == "The MID is missing."
        assert (await rest.refused(path, {}, status=400, code="VALIDATION_ERROR"))["field"] == "reason"
        first = await rest.post(path, {"reason": "MID added"}, key)
        again = await rest.client.post(path, json={"reason": "MID added"}, headers=key_header(key))
        assert (again.json(), again.headers["idempotency-replayed"]) == (first, "true")
        other = await rest.client.post(path, json={"reason": "Another"}, headers=key_header(key))
        error_of(other, status=409, code="IDEMPOTENCY_CONFLICT")
        new = await _second_link(rest, batch_id)
        assert (await broker.get(old)).status_code == 404
        assert (await broker.get(new)).status_code == 200
    found = await inspected(rest, batch_id)
    assert [(each["status"], each["reason"]) for each in found["brokerSubmissions"]] == [
        ("rejected", None),
        ("sent", "MID added"),
    ]
    assert found["brokerSubmission"] == found["brokerSubmissions"][-1]


async def test_a_package_that_went_to_a_wrong_address_reaches_the_one_that_was_corrected(rest: Rest) -> None:
    [demo] = [one for one in (await rest.get("/api/brokers"))["data"] if one["id"] == rest.system.broker_id]
    known = {name: value for name, value in demo.items() if name not in ("id", "createdAt", "updatedAt")}
    record = known | {"externalId": unique("broker"), "email": "entreis@broker.example"}
    [broker] = (await rest.post("/api/brokers/sync", _brokers(rest, record)))["data"]
    order_ids = await golden_orders(rest)
    plan = await rest.post("/api/exports/plan", plan_request(rest, order_ids, brokerId=broker["id"]))
    batch_id = plan["exportId"]
    await rest.post("/api/exports/execute", {"accountId": rest.system.account_id, "batchId": batch_id})
    await rest.post("/api/brokers/sync", _brokers(rest, record | {"email": "entries@broker.example"}))
    await rest.post(f"/api/exports/{batch_id}/broker-submissions", {"reason": "Address corrected"})
    await _second_link(rest, batch_id)
    sent = (await inspected(rest, batch_id))["brokerSubmissions"]
    assert [each["recipient_email"] for each in sent] == ["entreis@broker.example", "entries@broker.example"]
    parser = BytesParser(policy=default)
    mails = [parser.parsebytes(file.read_bytes()) for file in sorted(rest.system.mails_of(batch_id))]
    assert [mail["To"] for mail in mails] == ["entreis@broker.example", "entries@broker.example"]


def _brokers(rest: Rest, record: dict[str, Any]) -> dict[str, Any]:
    return {"accountId": rest.system.account_id, "items": [record]}


async def _second_link(rest: Rest, batch_id: str) -> str:
    async with asyncio.timeout(PATIENCE_SECONDS):
        # The delivery loop of another process sends it; there is no event to await.
        while (await inspected(rest, batch_id))["brokerSubmission"]["status"] != "sent":  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)
    return links_of(rest, batch_id)[-1]


async def test_a_link_of_nobody_is_a_page_and_not_the_api(rest: Rest) -> None:
    answer = await rest.client.get("/broker/bm9ib2R5.bm9ib2R5")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "not valid" in answer.text
