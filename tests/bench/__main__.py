"""Measures a system of its own on free ports and prints one row a figure; asserts nothing."""

import asyncio
import itertools
import secrets
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench.floor import Floor
from tests.bench.http_client import HttpClient
from tests.bench.large_export import Peaks, measure_large_export
from tests.harness.system import System, running_system

HOODIE = "prod_hoodie_001"
CAP = "prod_cap_002"
REPEATS = 3


@dataclass(frozen=True)
class Load:
    """How much, by how many at once."""

    requests: int
    clients: int
    orders: int


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


async def timed(load: Load, work: Callable[[int], Awaitable[None]]) -> tuple[float, list[float]]:
    """Runs `work(client)` until all requests are done: requests a second, and each one's seconds."""
    todo = itertools.repeat(None, load.requests)
    seconds: list[float] = []

    async def client(number: int) -> None:
        for _ in todo:
            started = time.perf_counter()
            await work(number)
            seconds.append(time.perf_counter() - started)

    started = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(load.clients)))
    return load.requests / (time.perf_counter() - started), seconds


class Bench:
    """The figures of one system."""

    def __init__(self, system: System, floor: Floor) -> None:
        self.system = system
        self.floor = floor
        self.notes: list[str] = []
        self.table = Table("figure", "per second", "p50 ms", "p99 ms", "floor per second", "ratio")

    async def warm_up(self) -> None:
        """Fills pools and caches, and is not counted."""
        client = self.client()
        for _ in range(20):
            await self.run_lifecycle(client, 1)
        client.close()

    def client(self) -> HttpClient:
        return HttpClient(self.system.base_url, self.system.api_key)

    async def sync(self, name: str, load: Load) -> None:
        """Order sync through REST, in turns with the floor, so that both see the same machine."""
        ratios = []
        for _ in range(REPEATS):
            clients = [self.client() for _ in range(load.clients)]

            async def send(number: int, clients: list[HttpClient] = clients) -> None:
                body = orders_body(self.system.account_id, load.orders)
                await clients[number].request("POST", "/api/orders/sync", body, secrets.token_hex(8))

            async def write(_: int) -> None:
                await self.floor.sync_orders(load.orders)

            rate, seconds = await timed(load, send)
            bare, _ = await timed(load, write)
            ratios.append((rate / bare, rate, bare, seconds))
            for client in clients:
                client.close()
        ratio, rate, bare, seconds = sorted(ratios, key=lambda row: row[0])[REPEATS // 2]
        self.row(name, rate * load.orders, seconds, bare * load.orders, ratio)

    async def lifecycle(self, load: Load) -> None:
        """Sync, plan, execute with its mail, inspect."""
        clients = [self.client() for _ in range(load.clients)]

        async def run(number: int) -> None:
            await self.run_lifecycle(clients[number], load.orders)

        rate, seconds = await timed(load, run)
        self.row(f"lifecycle of {load.orders} order(s), {load.clients} clients", rate, seconds)

    async def run_lifecycle(self, client: HttpClient, orders: int) -> None:
        body = orders_body(self.system.account_id, orders)
        ids = [order["id"] for order in (await client.request("POST", "/api/orders/sync", body))["data"]]
        plan = await client.request("POST", "/api/exports/plan", self.plan_body(ids), secrets.token_hex(8))
        execute = {"accountId": self.system.account_id, "batchId": plan["exportId"]}
        await client.request("POST", "/api/exports/execute", execute, secrets.token_hex(8))
        export = await client.request("GET", f"/api/exports/{plan['exportId']}")
        if export["status"] != "COMPLETED":
            raise RuntimeError(f"the export is {export['status']}")

    def plan_body(self, order_ids: list[str]) -> dict[str, object]:
        return {
            "accountId": self.system.account_id,
            "warehouseId": self.system.warehouse_id,
            "brokerId": self.system.broker_id,
            "orderIds": order_ids,
        }

    async def large(self) -> None:
        """Each figure once: an export of this size is not sent twice."""
        export = await measure_large_export(self.system)
        size = f"{export.orders:,} orders"
        self.row(f"plan of {size}", 1 / export.plan_seconds, [export.plan_seconds])
        self.row(
            f"execute of {size}, {export.documents} documents",
            1 / export.execute_seconds,
            [export.execute_seconds],
        )
        self.notes.append(f"peak resident MiB, plan of {size}: {_sizes(export.plan_peaks)}")
        self.notes.append(f"peak resident MiB, execute of {size}: {_sizes(export.execute_peaks)}")

    def row(
        self,
        name: str,
        rate: float,
        seconds: list[float],
        bare: float | None = None,
        ratio: float | None = None,
    ) -> None:
        p99 = sorted(seconds)[int(len(seconds) * 0.99)]
        self.table.add_row(
            name,
            f"{rate:,.1f}",
            f"{statistics.median(seconds) * 1000:,.1f}",
            f"{p99 * 1000:,.1f}",
            f"{bare:,.1f}" if bare else "",
            f"{ratio:.2f}" if ratio else "",
        )


def _sizes(peaks: Peaks) -> str:
    return ", ".join(f"{name} {size}" for name, size in peaks.mebibytes.items())


async def main() -> None:
    async with running_system({}) as system, Floor.open(system.database_url) as floor:
        bench = Bench(system, floor)
        await bench.warm_up()
        await bench.sync("order sync, 100 orders x 2 lines, 16 clients", Load(200, 16, 100))
        await bench.sync("order sync, 1 order x 2 lines, 32 clients", Load(3000, 32, 1))
        await bench.lifecycle(Load(requests=200, clients=1, orders=1))
        await bench.lifecycle(Load(requests=600, clients=32, orders=1))
        await bench.large()
        console = Console(width=140)
        console.print(bench.table)
        for note in bench.notes:
            console.print(note)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(main()))
