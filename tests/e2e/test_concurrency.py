"""Fifty callers with one key, two batches with one order: one effect, and everyone learns the same."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio

from entrygo.domain.errors import RemoteError
from entrygo.proto.sync.v1 import sync_pb2, sync_pb2_grpc
from entrygo.rpc.errors import remote
from tests.contract.rest.documented import (
    CAP,
    Rest,
    golden_orders,
    key_header,
    order,
    plan_request,
    planned,
    sync_request,
    unique,
)
from tests.harness.system import System

CALLERS = 50
PATIENCE_SECONDS = 60.0


@pytest_asyncio.fixture(scope="module")
async def rest(system: System) -> AsyncIterator[Rest]:
    async with httpx.AsyncClient(
        base_url=system.base_url,
        headers={"authorization": f"Bearer {system.api_key}"},
        timeout=60,
        limits=httpx.Limits(max_connections=CALLERS),
        trust_env=False,
    ) as client:
        yield Rest(client, system)


async def persistent(rest: Rest, path: str, body: Any, key: str) -> httpx.Response:
    """Tries again while the first call with this key is under way."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = await rest.client.post(path, json=body, headers=key_header(key))
            if answer.status_code == 200:
                return answer
            assert answer.json()["errorCode"] == "IDEMPOTENCY_IN_PROGRESS", answer.text
            await asyncio.sleep(float(answer.headers["retry-after"]))


async def fifty(rest: Rest, path: str, body: Any) -> dict[str, Any]:
    """The one answer that fifty concurrent calls with one key got; one of them was the first."""
    key = unique("fifty")
    answers = await asyncio.gather(*(persistent(rest, path, body, key) for _ in range(CALLERS)))
    assert len({answer.content for answer in answers}) == 1
    replayed = [answer.headers.get("idempotency-replayed") for answer in answers]
    assert replayed.count(None) == 1
    assert replayed.count("true") == CALLERS - 1
    answer: dict[str, Any] = answers[0].json()
    return answer


async def test_fifty_syncs_with_one_key_make_one_order(rest: Rest, system: System) -> None:
    body = sync_request(rest, order(CAP))
    answer = await fifty(rest, "/api/orders/sync", body)
    rows = await system.fetch(
        "SELECT id FROM sync.orders WHERE external_id = $1", body["items"][0]["externalId"]
    )
    assert [row["id"] for row in rows] == [answer["data"][0]["id"]]


async def test_fifty_plans_with_one_key_make_one_export(rest: Rest, system: System) -> None:
    order_ids = await golden_orders(rest)
    answer = await fifty(rest, "/api/exports/plan", plan_request(rest, order_ids))
    rows = await system.fetch(
        "SELECT export_id FROM planning.export_orders WHERE order_id = $1", order_ids[0]
    )
    assert [row["export_id"] for row in rows] == [answer["exportId"]]


async def test_fifty_executes_with_one_key_make_one_package_and_one_mail(rest: Rest, system: System) -> None:
    batch_id = await planned(rest)
    body = {"accountId": system.account_id, "batchId": batch_id}
    answer = await fifty(rest, "/api/exports/execute", body)
    rows = await system.fetch("SELECT id FROM execution.customs_packages WHERE export_id = $1", batch_id)
    assert [row["id"] for row in rows] == [answer["customs_package_id"]]
    assert len(system.mails_of(batch_id)) == 1


async def test_of_two_batches_with_a_common_order_one_executes(rest: Rest, system: System) -> None:
    order_ids = await golden_orders(rest)
    plans = [await rest.post("/api/exports/plan", plan_request(rest, order_ids)) for _ in range(2)]
    bodies = [{"accountId": system.account_id, "batchId": plan["exportId"]} for plan in plans]
    answers = await asyncio.gather(*(rest.client.post("/api/exports/execute", json=body) for body in bodies))
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    assert lost.json()["errorCode"] == "INVALID_EXPORT_STATE"
    assert sorted(lost.json()["details"]["conflictingOrderIds"]) == sorted(order_ids)
    again = await rest.post("/api/exports/plan", plan_request(rest, order_ids, dryRun=True))
    assert again["excluded_order_ids"] == list(order_ids)
    assert {message["code"] for message in again["validationMessages"]} >= {"ORDER_ALREADY_EXPORTED"}


async def test_key_of_another_payload_is_refused_over_both_doors(rest: Rest, system: System) -> None:
    key = unique("reused")
    await rest.post("/api/orders/sync", sync_request(rest, order(CAP)), key)
    other = sync_request(rest, order(CAP))
    await rest.refused("/api/orders/sync", other, status=409, code="IDEMPOTENCY_CONFLICT", key=key)
    item = sync_pb2.OrderInput(
        external_id=unique("grpc"),
        destination_country="US",
        items=[sync_pb2.OrderItem(product_id="prod_cap_002", quantity="1", unit_value_usd="35")],
    )
    request = sync_pb2.SyncOrdersRequest(account_id=system.account_id, items=[item], idempotency_key=key)
    async with grpc.aio.insecure_channel(system.targets["sync"]) as channel:
        with pytest.raises(RemoteError) as refused, remote("sync"):
            await sync_pb2_grpc.SyncStub(channel).SyncOrders(
                request, metadata=(("authorization", f"Bearer {system.api_key}"),), timeout=10
            )
    assert refused.value.error_code == "IDEMPOTENCY_CONFLICT"
