"""The honest client: a process of its own that inspects, lists, syncs and plans, one after the other.

`python -m tests.attack.honest` reads what it needs as JSON from its standard input, and writes a line for
each answer: when it came (Unix time), how many seconds it took, its status, what was asked.
"""

import asyncio
import json
import secrets
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from tests.contract.rest.documented import ENTRY_DATE, HOODIE

THINKING_SECONDS = 0.02
ANSWER_SECONDS = 60.0
START_SECONDS = 60.0
ANSWERS_AT_FIRST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Whom it asks, as whom, and for what."""

    base_url: str
    key: str
    account_id: str
    warehouse_id: str
    broker_id: str
    export_id: str
    order_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answer:
    at: float
    seconds: float
    status: int
    asked: str


class Honest:
    """The running client, as its parent sees it."""

    def __init__(self) -> None:
        self._answers: list[Answer] = []

    def between(self, start: float, end: float) -> list[Answer]:
        """What was answered in this time."""
        return [each for each in self._answers if start <= each.at <= end]

    async def is_under_way(self) -> None:
        """Returns once it has been answered a few times."""
        async with asyncio.timeout(START_SECONDS):
            # It asks in another process; there is no event to await.
            while len(self._answers) < ANSWERS_AT_FIRST:  # noqa: ASYNC110
                await asyncio.sleep(THINKING_SECONDS)

    async def read(self, lines: asyncio.StreamReader) -> None:
        async for line in lines:
            self._answers.append(Answer(*json.loads(line)))


@asynccontextmanager
async def honest_client(errand: Errand) -> AsyncIterator[Honest]:
    """Asks until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.attack.honest",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asdict(errand)).encode())
    process.stdin.write_eof()
    honest = Honest()
    reading = asyncio.create_task(honest.read(process.stdout))
    try:
        yield honest
    finally:
        process.terminate()
        await process.wait()
        await reading


async def ask(errand: Errand) -> None:
    """For ever."""
    headers = {"authorization": f"Bearer {errand.key}"}
    async with httpx.AsyncClient(
        base_url=errand.base_url, headers=headers, timeout=ANSWER_SECONDS, trust_env=False
    ) as http:
        while True:
            for method, path, body in _requests(errand):
                began = time.monotonic()
                try:
                    status = (await http.request(method, path, json=body)).status_code
                except httpx.HTTPError:
                    status = 0
                print(
                    json.dumps([time.time(), time.monotonic() - began, status, f"{method} {path}"]),
                    flush=True,
                )
                await asyncio.sleep(THINKING_SECONDS)


def _requests(errand: Errand) -> Sequence[tuple[str, str, Any]]:
    order = {
        "externalId": f"honest-{secrets.token_hex(8)}", "destinationCountry": "US", "destinationRegion": "CA",
        "destinationPostalCode": "94105", "items": [HOODIE],
    }  # fmt: skip
    plan = {
        "accountId": errand.account_id, "warehouseId": errand.warehouse_id, "brokerId": errand.broker_id,
        "destinationCountry": "US", "orderIds": errand.order_ids, "dryRun": True, "entryDate": ENTRY_DATE,
    }  # fmt: skip
    return (
        ("GET", f"/api/exports/{errand.export_id}", None),
        ("GET", "/api/exports?limit=20", None),
        ("POST", "/api/orders/sync", {"accountId": errand.account_id, "items": [order]}),
        ("POST", "/api/exports/plan", plan),
    )


if __name__ == "__main__":
    asyncio.run(ask(Errand(**json.load(sys.stdin))))
