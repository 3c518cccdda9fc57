"""Valid requests of the documentation, to be sent as they are or with one thing changed."""

from typing import Any

import httpx

from tests.fakes import ACCOUNT


def order_body(**changes: Any) -> dict[str, Any]:
    order = {
        "externalId": "wms-order-1001",
        "destinationCountry": "US",
        "destinationRegion": "CA",
        "destinationPostalCode": "94105",
        "items": [
            {"productId": "prod_hoodie_001", "quantity": 2, "unitValueUsd": 110},
            {"productId": "prod_cap_002", "quantity": 1, "unitValueUsd": 35},
        ],
        "metadata": {"source": "warehouse-wms", "wave": "wave-17"},
    }
    return {"accountId": ACCOUNT, "items": [order], **changes}


def line_body(**line: Any) -> dict[str, Any]:
    body = order_body()
    body["items"][0]["items"] = [{"productId": "prod_cap_002", "quantity": 1, "unitValueUsd": 35, **line}]
    return body


def plan_body(order_ids: list[str], **changes: Any) -> dict[str, Any]:
    return {
        "accountId": ACCOUNT,
        "warehouseId": "wh_123",
        "brokerId": "br_123",
        "orderIds": order_ids,
        **changes,
    }


async def synced_order_id(client: httpx.AsyncClient) -> str:
    answer = await client.post("/api/orders/sync", json=order_body())
    order_id: str = answer.json()["data"][0]["id"]
    return order_id


async def planned_export(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    order_id = await synced_order_id(client)
    answer = await client.post("/api/exports/plan", json=plan_body([order_id], **changes))
    plan: dict[str, Any] = answer.json()
    return plan


async def executed_export(client: httpx.AsyncClient) -> dict[str, Any]:
    plan = await planned_export(client)
    body = {"accountId": ACCOUNT, "batchId": plan["exportId"]}
    execution: dict[str, Any] = (await client.post("/api/exports/execute", json=body)).json()
    return execution
