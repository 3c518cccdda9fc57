"""Every write with an idempotency key happens once: sent again with it, the first answer comes again."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from google.protobuf.descriptor import MethodDescriptor

from entrygo.domain.entry_number import entry_number
from entrygo.gateway.routes import ENDPOINTS
from tests.contract.rest.documented import (
    Rest,
    golden_orders,
    key_header,
    plan_request,
    planned,
    sync_request,
    unique,
)
from tests.isolation.rpc_attempts import METHODS

KEY = "idempotency_key"
# Nothing listens there.
NOBODY = "http://127.0.0.1:9/"
WRITES = {each.name: each for each in ENDPOINTS if each.body is not None and KEY in each.body.model_fields}
NOTE = {"outcome": "acknowledged", "notedBy": "Ana", "note": "By telephone"}

# The ids in the path, and the body without its key; `export_id` is an export that was executed.
Asked = tuple[dict[str, Any], dict[str, Any]]
Prepare = Callable[[Rest, str], Awaitable[Asked]]


async def executed(rest: Rest) -> str:
    export_id = await planned(rest)
    await rest.post("/api/exports/execute", {"accountId": rest.system.account_id, "batchId": export_id})
    return export_id


@pytest_asyncio.fixture(scope="module", autouse=True)
async def no_webhook_is_left(system: Any) -> AsyncIterator[None]:
    """Events that nobody takes would be tried again, and change what is stored, while other tests look."""
    yield
    async with system.client() as client:
        for webhook in (await Rest(client, system).get("/api/webhooks"))["data"]:
            if webhook["url"] == NOBODY:
                (await client.delete(f"/api/webhooks/{webhook['id']}")).raise_for_status()


@pytest_asyncio.fixture(scope="module")
async def export_id(system: Any) -> str:
    async with system.client() as client:
        return await executed(Rest(client, system))


def _body(**body: Any) -> Prepare:
    """Of the whole account."""

    async def prepare(rest: Rest, _export_id: str) -> Asked:
        return {}, {"accountId": rest.system.account_id, **body}

    return prepare


def _of_the_executed(**body: Any) -> Prepare:
    async def prepare(_rest: Rest, export_id: str) -> Asked:
        return {"id": export_id, "n": 1}, body

    return prepare


def _of_one(kind: str) -> Prepare:
    """A record of its own: what is changed in it concerns no other test."""

    async def prepare(rest: Rest, _export_id: str) -> Asked:
        items = [{"externalId": unique(kind), "name": "First"}]
        synced = await rest.post(f"/api/{kind}s/sync", {"accountId": rest.system.account_id, "items": items})
        return {"id": synced["data"][0]["id"]}, {"name": "Second"}

    return prepare


async def _orders(rest: Rest, _export_id: str) -> Asked:
    return {}, sync_request(rest)


async def _plan(rest: Rest, _export_id: str) -> Asked:
    return {}, plan_request(rest, await golden_orders(rest))


async def _execute(rest: Rest, _export_id: str) -> Asked:
    return {}, {"accountId": rest.system.account_id, "batchId": await planned(rest)}


async def _cancel(rest: Rest, _export_id: str) -> Asked:
    return {"id": await planned(rest)}, {"reason": "A larger one goes"}


async def _approve(rest: Rest, _export_id: str) -> Asked:
    plan = await rest.post("/api/exports/plan", plan_request(rest, await golden_orders(rest)))
    return {"id": plan["exportId"]}, {"planHash": plan["planHash"], "approvedBy": "Dana"}


async def _withdraw(rest: Rest, _export_id: str) -> Asked:
    return {"id": await executed(rest)}, {"reason": "The truck broke down"}


async def _task(rest: Rest, _export_id: str) -> Asked:
    export_id = await executed(rest)
    summary = {"entryNumber": entry_number("PA7", 1), "feesUsd": 9_999}
    entered = await rest.post(f"/api/exports/{export_id}/entries/1/summary", summary)
    return {"id": export_id, "n": 1, "task": entered["tasks"][0]["id"]}, {"note": "Agreed"}


async def _key(rest: Rest, _export_id: str) -> Asked:
    body = {"accountId": rest.system.account_id, "name": unique("key"), "scopes": ["read"]}
    return {"id": (await rest.post("/api/keys", body))["id"]}, {"overlapHours": 1}


async def _webhook(rest: Rest, _export_id: str) -> Asked:
    body = {"accountId": rest.system.account_id, "url": NOBODY, "events": ["export.execution_failed"]}
    return {"id": (await rest.post("/api/webhooks", body))["id"]}, {}


async def _patched_webhook(rest: Rest, export_id: str) -> Asked:
    ids, _ = await _webhook(rest, export_id)
    return ids, {"description": "Of the night"}


async def _test_broker(rest: Rest, _export_id: str) -> Asked:
    return {"id": rest.system.broker_id}, {}


def _one_of(kind: str) -> Prepare:
    return _body(items=[{"externalId": unique(kind), "name": "Twice"}])


PREPARED: dict[str, Prepare] = {
    "syncOrders": _orders,
    "planExport": _plan,
    "executeExport": _execute,
    "cancelExport": _cancel,
    "resubmitToBroker": _of_the_executed(reason="They lost it"),
    "noteBrokerAnswer": _of_the_executed(**NOTE),
    "withdrawExport": _withdraw,
    "amendExport": _of_the_executed(reason="Another day", dryRun=False),
    "recordEntrySummary": _of_the_executed(entryNumber=entry_number("PA7", 2), dutyUsd=10),
    "closeEntryTask": _task,
    "testBroker": _test_broker,
    "approveExport": _approve,
    "setPolicy": _body(),
    "createWebhook": _body(url=NOBODY, events=["export.execution_failed"]),
    "rotateWebhookSecret": _webhook,
    "patchWebhook": _patched_webhook,
    "replayWebhook": _webhook,
    "createKey": _body(name="Twice", scopes=["read"]),
    "rotateKey": _key,
    **{f"sync{kind.title()}s": _one_of(kind) for kind in ("product", "warehouse", "broker", "importer")},
    **{f"patch{kind.title()}": _of_one(kind) for kind in ("product", "warehouse", "broker", "importer")},
}


def test_every_rest_write_with_a_key_is_sent_twice() -> None:
    assert PREPARED.keys() == WRITES.keys()


def test_every_write_whose_header_is_documented_reads_its_key() -> None:
    with_a_body = {each.name for each in ENDPOINTS if each.body is not None}
    assert with_a_body - WRITES.keys() == {"previewBrokerTemplate"}  # writes nothing


def test_every_rpc_with_a_key_has_a_rest_write_that_hands_it_on() -> None:
    def in_rest(method: MethodDescriptor) -> str:
        return method.name.replace("Update", "Patch").replace("Deliveries", "Webhook")

    rpcs = {in_rest(method) for _, method in METHODS.values() if KEY in method.input_type.fields_by_name}
    assert {name[0].lower() + name[1:] for name in rpcs} == WRITES.keys()


@pytest.mark.parametrize("name", sorted(WRITES))
async def test_a_write_that_is_sent_again_with_its_key_is_answered_as_before(
    rest: Rest, export_id: str, name: str
) -> None:
    endpoint = WRITES[name]
    ids, body = await PREPARED[name](rest, export_id)
    path, headers = endpoint.path.format(**ids), key_header(unique("twice"))
    first, again = [
        await rest.client.request(endpoint.method, path, json=body, headers=headers) for _ in range(2)
    ]
    assert (first.status_code, again.status_code) == (200, 200), (first.text, again.text)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert shown(again.json()) == shown(first.json())


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    """Without a secret, which is in the first answer alone."""
    return {name: value for name, value in answer.items() if name != "secret"}
