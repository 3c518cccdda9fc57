"""The same load for every subject: so many clients, one request each at a time, for so many seconds."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

HOODIE = "prod_hoodie_001"
CAP = "prod_cap_002"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one subject did in its turn."""

    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


async def drive(clients: int, seconds: float, work: Callable[[int], Awaitable[None]]) -> Turn:
    """Repeats `work(client)`; the last ones begin before `seconds` are over and are waited for."""
    latencies: list[float] = []
    started = time.perf_counter()

    async def client(number: int) -> None:
        while (begun := time.perf_counter()) - started < seconds:
            await work(number)
            latencies.append(time.perf_counter() - begun)

    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(client(number))
    return Turn(time.perf_counter() - started, latencies)


def orders_body(account_id: str, count: int) -> dict[str, object]:
    """`count` new orders of two lines each."""
    return {
        "accountId": account_id,
        "items": [
            {
                "externalId": f"bench-{secrets.token_hex(8)}",
                "destinationCountry": "US",
                "destinationRegion": "CA",
                "destinationPostalCode": "94105",
                "items": [
                    {"productId": HOODIE, "quantity": 2, "unitValueUsd": 110},
                    {"productId": CAP, "quantity": 1, "unitValueUsd": 35},
                ],
                "metadata": {"source": "bench"},
            }
            for _ in range(count)
        ],
    }
