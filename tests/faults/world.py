"""The running system as the fault tests see it: what they break, and a client that does not give up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.contract.rest.documented import (
    CAP,
    HOODIE,
    Rest,
    key_header,
    order,
    plan_request,
    sync_request,
    unique,
)
from tests.harness.brokers import TansuBroker
from tests.harness.system import System

PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.05
RECONNECT_SECONDS = 0.1
# Who records events of an export.
OWNERS = ("planning", "execution")
RETRYABLE = {503: "SERVICE_UNAVAILABLE", 409: "IDEMPOTENCY_IN_PROGRESS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One system whose broker can be stopped and whose execution process dies at a chosen point."""

    system: System
    rest: Rest
    broker: TansuBroker
    failpoint: Path

    def arm(self, point: str) -> None:
        """Lets the execution process die when it next reaches `point`, once."""
        self.failpoint.write_text(point, encoding="utf-8")

    def is_armed(self) -> bool:
        return self.failpoint.exists()

    async def owners_were_read(self) -> None:
        """Waits until inspection has read each owner once, as it does when it starts.

        An owner that was not up yet is asked again seconds later: what a test then finds in the read model
        would be from there, not from the broker.
        """
        count = "SELECT count(*) AS read FROM inspection.reconciliations"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                [row] = await self.system.fetch(count)
                if row["read"] >= len(OWNERS):
                    return
                await asyncio.sleep(POLL_SECONDS)

    async def has_taken(self, calls: "Sequence[asyncio.Task[Any]]") -> None:
        """Waits until the gateway is at work on each of these requests, or has answered it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            # It happens in another process; there is no event to await.
            while await self._running() < sum(not call.done() for call in calls):  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)

    async def _running(self) -> float:
        return next(
            sample.value
            for family in text_string_to_metric_families(await self.system.metrics("gateway"))
            for sample in family.samples
            if sample.name == "entrygo_gateway_requests_running"
        )

    async def attempt(self, path: str, body: Any, key: str) -> httpx.Response | None:
        """One try of a write; None when the connection broke before the answer."""
        try:
            return await self.rest.client.post(path, json=body, headers=key_header(key))
        except httpx.TransportError:
            return None

    async def look(self, path: str) -> httpx.Response | None:
        """One try of a read; None when the connection broke before the answer, or nobody was there."""
        try:
            return await self.rest.client.get(path)
        except httpx.TransportError:
            return None

    async def get(self, path: str) -> dict[str, Any]:
        """Asks as often as the answers ask for it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (answer := await self.rest.client.get(path)).status_code != 200:
                assert RETRYABLE.get(answer.status_code) == answer.json()["errorCode"], answer.text
                await asyncio.sleep(float(answer.headers["retry-after"]))
        found: dict[str, Any] = answer.json()
        return found

    async def planned(self) -> str:
        """A batch that can be executed."""
        body = sync_request(self.rest, order(HOODIE, CAP), order(CAP))
        synced = (await self.post("/api/orders/sync", body, unique("orders"))).json()
        body = plan_request(self.rest, [each["id"] for each in synced["data"]])
        export_id: str = (await self.post("/api/exports/plan", body, unique("plan"))).json()["exportId"]
        return export_id

    async def post(self, path: str, body: Any, key: str) -> httpx.Response:
        """Tries with the same key, as often as the answers ask for it, until the write is acknowledged."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                answer = await self.attempt(path, body, key)
                if answer is None:
                    await asyncio.sleep(RECONNECT_SECONDS)
                    continue
                if answer.status_code == 200:
                    return answer
                assert RETRYABLE.get(answer.status_code) == answer.json()["errorCode"], answer.text
                await asyncio.sleep(float(answer.headers["retry-after"]))
