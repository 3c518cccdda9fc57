"""What is measured side by side: the running system, the monolith in both forms, and the floor."""

import asyncio
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import psutil

from entrygo.cli.up.home import Home
from entrygo.cli.up.replicas import TOGETHER
from entrygo.domain.facts import ARTIFACT_TYPES
from tests.bench.floor import Floor
from tests.bench.http_client import HttpClient
from tests.bench.load import orders_body
from tests.harness import processes
from tests.harness.postgres import temporary_database
from tests.harness.shell import BROKER
from tests.harness.system import System


class Pack(StrEnum):
    """What a broker gets."""

    THREE = "three"
    WHOLE = "whole"
    # Shows what the pages cost, which typst sets.
    BUT_PDF = "but_pdf"


# Whoever gets the whole pack states no list.
DOCUMENTS = {
    Pack.THREE: ("cci_human_readable", "cci_csv", "manifest"),
    Pack.BUT_PDF: tuple(each for each in ARTIFACT_TYPES if each != "cci_pdf"),
}
WORKERS = 2
OURS, ONE_PROCESS = "ours", "ours, one process"
START_SECONDS = 30.0


class Subject(Protocol):
    """One that can take the load; `number` is the client's."""

    name: str

    @property
    def processes(self) -> Mapping[str, psutil.Process]: ...

    async def sync(self, number: int, orders: int) -> None: ...

    async def lifecycle(self, number: int, orders: int) -> None: ...

    def close(self) -> None:
        """Lets the connections of a turn go: servers close those that idle through the others' turns."""


class Rest:
    """A subject behind the REST API of the contract."""

    def __init__(
        self,
        name: str,
        *,
        base_url: str,
        api_key: str,
        parts: Mapping[str, psutil.Process],
        account_id: str,
        warehouse_id: str,
        broker_id: str,
    ) -> None:
        self.name = name
        self.processes = parts
        self.account_id = account_id
        self._base_url, self._api_key = base_url, api_key
        self._warehouse_id, self._broker_id = warehouse_id, broker_id
        self._clients: dict[int, HttpClient] = {}

    def client(self, number: int) -> HttpClient:
        """The kept connection of a client."""
        return self._clients.setdefault(number, HttpClient(self._base_url, self._api_key))

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    async def sync(self, number: int, orders: int) -> None:
        await self.synced_ids(number, orders)

    async def synced_ids(self, number: int, orders: int) -> list[str]:
        body = orders_body(self.account_id, orders)
        answer = await self.client(number).request("POST", "/api/orders/sync", body, secrets.token_hex(8))
        return [order["id"] for order in answer["data"]]

    async def plan(self, number: int, order_ids: list[str]) -> str:
        body = {
            "accountId": self.account_id,
            "warehouseId": self._warehouse_id,
            "brokerId": self._broker_id,
            "orderIds": order_ids,
        }
        plan = await self.client(number).request("POST", "/api/exports/plan", body, secrets.token_hex(8))
        return str(plan["exportId"])

    async def execute(self, number: int, export_id: str) -> None:
        body = {"accountId": self.account_id, "batchId": export_id}
        await self.client(number).request("POST", "/api/exports/execute", body, secrets.token_hex(8))

    async def execute_patiently(self, number: int, export_id: str) -> None:
        """Of an export so large that its first answer may be that it is under way."""
        body = {"accountId": self.account_id, "batchId": export_id}
        path = "/api/exports/execute"
        await self.client(number).request_patiently("POST", path, body, secrets.token_hex(8))

    async def lifecycle(self, number: int, orders: int) -> None:
        """Sync, plan, execute with its mail, inspect."""
        await self.export(number, orders)

    async def export(self, number: int, orders: int) -> str:
        """The export of a lifecycle."""
        export_id = await self.plan(number, await self.synced_ids(number, orders))
        await self.execute(number, export_id)
        export = await self.client(number).request("GET", f"/api/exports/{export_id}")
        if export["status"] != "COMPLETED" or export["brokerSubmission"]["status"] != "sent":
            raise RuntimeError(f"{self.name}: the export is {export['status']}")
        return export_id


def parts_of(system: System) -> dict[str, psutil.Process]:
    """The processes of a running system by the names of its parts."""
    report = Home(system.home).load_run()
    return (
        {part.name: psutil.Process(part.process.pid) for part in report.parts if part.process}
        if report
        else {}
    )


def name_of(system: System) -> str:
    """What a running system of ours is called among the subjects."""
    return ONE_PROCESS if TOGETHER in parts_of(system) else OURS


async def ours(system: System, *, pack: Pack) -> Rest:
    """The demo account with its broker, who gets every document, or with one who takes fewer."""
    broker_id = await _broker_of(system, pack) if pack in DOCUMENTS else system.broker_id
    return Rest(
        name_of(system),
        base_url=system.base_url,
        api_key=system.api_key,
        parts=parts_of(system),
        account_id=system.account_id,
        warehouse_id=system.warehouse_id,
        broker_id=broker_id,
    )


async def _broker_of(system: System, pack: Pack) -> str:
    broker = {**BROKER, "externalId": f"bench-{pack}", "documents": DOCUMENTS[pack]}
    with closing(HttpClient(system.base_url, system.api_key)) as client:
        body = {"accountId": system.account_id, "items": [broker]}
        answer = await client.request("POST", "/api/brokers/sync", body)
    return str(answer["data"][0]["id"])


@asynccontextmanager
async def monolith(system: System, *, workflows: bool) -> AsyncIterator[Rest]:
    """On the PostgreSQL and the mail server of the system, in a database of its own, by two workers."""
    smtp = urlsplit(Home(system.home).load_state().smtp_url)
    port = processes.free_port()
    async with temporary_database(system.database_url) as url:
        environment = {
            **os.environ,
            "MONOLITH_DATABASE_URL": url,
            "MONOLITH_SMTP_HOST": smtp.hostname or "",
            "MONOLITH_SMTP_PORT": str(smtp.port),
            "MONOLITH_WORKFLOWS": "dbos" if workflows else "",
        }
        with tempfile.TemporaryDirectory(prefix="entrygo-monolith-") as folder:
            log = Path(folder) / "log"
            server = processes.start(_uvicorn(port), log=log, env=environment)
            try:
                await asyncio.to_thread(processes.wait_for_port, port, server, log=log, seconds=START_SECONDS)
                base_url = f"http://{processes.LOOPBACK}:{port}"
                postgres = parts_of(system)
                subject = Rest(
                    "monolith with DBOS" if workflows else "monolith",
                    base_url=base_url,
                    api_key="",
                    parts={
                        "workers": psutil.Process(server.pid),
                        "postgres": postgres["postgres"],
                        "smtp": postgres["smtp"],
                    },
                    account_id="acc_123",
                    warehouse_id="wh_123",
                    broker_id="br_123",
                )
                yield subject
                subject.close()
            finally:
                processes.stop(server)


def _uvicorn(port: int) -> list[str]:
    application = "tests.bench.monolith.app:app"
    where = ["--host", processes.LOOPBACK, "--port", str(port), "--workers", str(WORKERS)]
    lean = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", application, *where, *lean]


class ThisAlone(psutil.Process):
    """This process without its children: all of the system under test is among them."""

    def children(self, recursive: bool = False) -> list[psutil.Process]:
        return []


class BareRows:
    """The floor as a subject: the rows of the same steps, without any service."""

    name = "floor"

    def __init__(self, floor: Floor, system: System) -> None:
        self._floor = floor
        self.processes = {"postgres": parts_of(system)["postgres"], "client": ThisAlone()}

    async def sync(self, number: int, orders: int) -> None:
        await self._floor.sync_orders(orders)

    async def lifecycle(self, number: int, orders: int) -> None:
        await self._floor.lifecycle(orders)

    def close(self) -> None:
        """Its pool stays open."""
