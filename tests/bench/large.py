"""Large exports: how long they take, what memory they need, and what they do to small requests meanwhile."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.costs import Peaks, watched
from tests.bench.figures import percentile
from tests.bench.subjects import Rest

SYNC_AT_ONCE = 1000
# Clients of their own numbers, so that no connection is shared.
LARGE, SMALL = 100, 200
SMALL_CLIENTS = 2
# Embedded PostgreSQL, broker and mail sink are not ours to bound.
OURS = ("gateway", "sync", "planning", "execution", "inspection", "together")


@dataclass(frozen=True, slots=True)
class Size:
    """So many exports at once, of so many orders each."""

    name: str
    exports: int
    orders: int


SIZES = (Size("large_20000", 1, 20_000), Size("large_5x5000", 5, 5_000))


async def measure_large(ours: Rest, size: Size) -> dict[str, Any]:
    """Plans and executes them while small requests go on."""
    exports = [await stored_orders(ours, size.orders) for _ in range(size.exports)]
    parts = {name: process for name, process in ours.processes.items() if _is_ours(name)}
    plan_seconds, planned, plan_peaks, plan_small = await _meanwhile(
        ours, parts, [ours.plan(LARGE + number, ids) for number, ids in enumerate(exports)]
    )
    execute_seconds, _, execute_peaks, execute_small = await _meanwhile(
        ours, parts, [ours.execute_patiently(LARGE + number, str(id)) for number, id in enumerate(planned)]
    )
    return {
        "name": size.name,
        "exports": size.exports,
        "orders": size.orders,
        "plan_seconds": plan_seconds,
        "execute_seconds": execute_seconds,
        "plan_peak_mib": plan_peaks.mebibytes,
        "execute_peak_mib": execute_peaks.mebibytes,
        "small_requests_ms": {
            "plan": _latencies(plan_small),
            "execute": _latencies(execute_small),
        },
    }


def _is_ours(name: str) -> bool:
    return name.partition("-")[0] in OURS


async def stored_orders(ours: Rest, count: int) -> list[str]:
    """The ids of so many new orders."""
    return [
        id
        for start in range(0, count, SYNC_AT_ONCE)
        for id in await ours.synced_ids(LARGE, min(SYNC_AT_ONCE, count - start))
    ]


async def _meanwhile(
    ours: Rest, parts: Any, work: Sequence[Any]
) -> tuple[float, list[object], Peaks, list[float]]:
    """Runs `work` at once: its seconds and results, peak memory, and the latencies of small requests."""
    small: list[float] = []

    async def send_small(number: int) -> None:
        while True:
            started = time.perf_counter()
            await ours.sync(number, 1)
            small.append(time.perf_counter() - started)

    async with watched(parts) as peaks:
        senders = [asyncio.create_task(send_small(SMALL + number)) for number in range(SMALL_CLIENTS)]
        started = time.perf_counter()
        results = await asyncio.gather(*work)
        seconds = time.perf_counter() - started
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
    ours.close()
    return seconds, list(results), peaks, small


def _latencies(seconds: Sequence[float]) -> dict[str, float]:
    values = [each * 1000 for each in seconds]
    return {"count": len(values), "p50": percentile(values, 0.5), "p99": percentile(values, 0.99)}
