"""The requests of the documentation, with ids of their own so that tests do not meet each other's orders."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.harness.system import System

ENTRY_DATE = "2026-03-11"
HOODIE = {"productId": "prod_hoodie_001", "quantity": 2, "unitValueUsd": 110}
CAP = {"productId": "prod_cap_002", "quantity": 1, "unitValueUsd": 35}


@dataclass(frozen=True, slots=True)
class Rest:
    """A client with a key, and the system it speaks to."""

    client: httpx.AsyncClient
    system: System

    async def post(self, path: str, body: Any, key: str | None = None) -> dict[str, Any]:
        """The answer of a write that must succeed."""
        answer = await self.client.post(path, json=body, headers=key_header(key))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, path: str) -> dict[str, Any]:
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refused(
        self, path: str, body: Any, *, status: int, code: str, key: str | None = None
    ) -> dict[str, Any]:
        """The error of a write that must fail with `status` and `code`."""
        answer = await self.client.post(path, json=body, headers=key_header(key))
        return error_of(answer, status=status, code=code)


def error_of(answer: httpx.Response, *, status: int, code: str) -> dict[str, Any]:
    """The body of an error answer, after a look at its shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    error: dict[str, Any] = answer.json()
    assert error["errorCode"] == code
    assert isinstance(error["message"], str)
    assert error["message"]
    assert error.keys() <= {"errorCode", "message", "field", "details"}
    assert "Traceback" not in answer.text
    return error


def key_header(key: str | None) -> Mapping[str, str]:
    return {} if key is None else {"idempotency-key": key}


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex}"


def order(*lines: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "externalId": unique("wms-order"),
        "destinationCountry": "US",
        "destinationRegion": "CA",
        "destinationPostalCode": "94105",
        "items": [dict(line) for line in lines or (HOODIE, CAP)],
        "metadata": {"source": "warehouse-wms", "wave": "wave-17"},
        **changes,
    }


def sync_request(rest: Rest, *orders: Mapping[str, Any]) -> dict[str, Any]:
    return {"accountId": rest.system.account_id, "items": list(orders or (order(),))}


def plan_request(rest: Rest, order_ids: Sequence[str], **changes: Any) -> dict[str, Any]:
    return {
        "accountId": rest.system.account_id,
        "warehouseId": rest.system.warehouse_id,
        "brokerId": rest.system.broker_id,
        "destinationCountry": "US",
        "orderIds": list(order_ids),
        "dryRun": False,
        "entryDate": ENTRY_DATE,
        **changes,
    }


async def golden_orders(rest: Rest) -> tuple[str, ...]:
    """The two orders behind the documented plan, freshly synced."""
    answer = await rest.post("/api/orders/sync", sync_request(rest, order(HOODIE, CAP), order(CAP)))
    return tuple(found["id"] for found in answer["data"])


async def planned(rest: Rest) -> str:
    """A batch that can be executed."""
    order_ids = await golden_orders(rest)
    plan = await rest.post("/api/exports/plan", plan_request(rest, order_ids))
    batch_id: str = plan["exportId"]
    return batch_id
