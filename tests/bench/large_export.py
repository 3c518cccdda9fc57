"""One export of ten thousand realistic orders, from the warehouse's files to the broker's mail."""

import asyncio
import csv
import secrets
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.costs import Peaks, watched
from tests.bench.http_client import HttpClient, parsed
from tests.bench.large import OURS
from tests.bench.subjects import parts_of
from tests.e2e.warehouse_week import Week, write_week
from tests.harness.shell import BROKER, Shell, open_account
from tests.harness.system import System

# One in fifteen has a fault that no plan lets pass.
ORDERS = 10_700
LEFT_OUT_ROWS = 3
PLAN = "/api/exports/plan"


@dataclass(frozen=True, kw_only=True)
class LargeExport:
    """What it took."""

    orders: int
    lines: int
    documents: int
    plan_seconds: float
    execute_seconds: float
    plan_peaks: Peaks
    execute_peaks: Peaks


async def measure_large_export(system: System, *, importers: int = 0, orders: int = ORDERS) -> LargeExport:
    """Imports a week's files, then times its plan and its execution through REST.

    With `importers` the orders are those of as many importers of record in turn, on one truck.
    """
    with tempfile.TemporaryDirectory() as folder:
        shell, week = await asyncio.to_thread(_import, system, Path(folder), importers, orders)
        ids = _ids(Path(f"{week.orders}.ids.csv"))
    account = shell.environment
    client = HttpClient(system.base_url, account["ENTRYGO_API_KEY"])
    processes = {
        name: process for name, process in parts_of(system).items() if name.partition("-")[0] in OURS
    }
    plan_body = {
        "accountId": account["ENTRYGO_ACCOUNT_ID"],
        "warehouseId": account["ENTRYGO_WAREHOUSE_ID"],
        "brokerId": account["ENTRYGO_BROKER_ID"],
        "orderIds": ids,
        "onBlocked": "exclude",
    }
    async with watched(processes) as plan_peaks:
        started = time.perf_counter()
        answer = await client.exchange("POST", PLAN, plan_body, secrets.token_hex(8))
        # To make objects of its 34 MB takes the client 0.1 s more.
        plan_seconds = time.perf_counter() - started
    plan = parsed("POST", PLAN, *answer)
    execute_body = {"accountId": account["ENTRYGO_ACCOUNT_ID"], "batchId": plan["exportId"]}
    async with watched(processes) as execute_peaks:
        started = time.perf_counter()
        await client.request_patiently("POST", "/api/exports/execute", execute_body, secrets.token_hex(8))
        execute_seconds = time.perf_counter() - started
    export = await client.request_patiently("GET", f"/api/exports/{plan['exportId']}", None, "")
    client.close()
    if export["status"] != "COMPLETED" or export["brokerSubmission"]["status"] != "sent":
        raise RuntimeError(f"the export is {export['status']}, {export['brokerSubmission']}")
    return LargeExport(
        orders=len(export["snapshot"]["included_order_ids"]),
        lines=week.lines,
        documents=len(export["artifacts"]),
        plan_seconds=plan_seconds,
        execute_seconds=execute_seconds,
        plan_peaks=plan_peaks,
        execute_peaks=execute_peaks,
    )


def _import(system: System, folder: Path, importers: int, orders: int) -> tuple[Shell, Week]:
    shell = open_account(system, f"acc_large_{secrets.token_hex(4)}")
    week = write_week(folder, orders=orders)
    shell.run("products", "import", str(week.products))
    shell.run("products", "import", str(week.fixes))
    if importers:
        _share_out(week, importers)
        shell.run("importers", "import", str(_importers_file(folder, importers)))
    shell.run("orders", "import", str(week.orders), exit_code=LEFT_OUT_ROWS)
    return shell, week


def _share_out(week: Week, importers: int) -> None:
    """Gives each order an importer, in turn."""
    with week.orders.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    owner = {order_id: f"brand-{place % importers}" for place, order_id in enumerate(week.order_ids)}
    with week.orders.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "importer"])
        writer.writeheader()
        writer.writerows({**row, "importer": owner[row["order_id"]]} for row in rows)


def _importers_file(folder: Path, importers: int) -> Path:
    path = folder / "importers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((
            "external_id", "name", "number", "line1", "city", "region", "postal_code", "country",
            "bond_type", "bond_amount_usd", "poa_broker",
        ))  # fmt: skip
        for place in range(importers):
            writer.writerow((
                f"brand-{place}", f"Brand {place} LLC", f"98-112233{place}", "1450 Powell Street",
                "Vancouver", "BC", "V5L 1G4", "CA", "continuous", "100000", BROKER["externalId"],
            ))  # fmt: skip
    return path


def _ids(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]
