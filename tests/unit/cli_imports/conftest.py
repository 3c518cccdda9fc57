"""A small EntryGo behind the REST client, and a way to run the import commands against it."""

import csv
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from typer.testing import CliRunner, Result

from entrygo.cli.importers import importers_app
from entrygo.cli.imports import commands
from entrygo_client import EntryGo

Issue = dict[str, str]
SKUS = frozenset({"JKT-001", "CAP-002"})


def no_issues(_: int, __: dict[str, Any]) -> list[Issue]:
    return []


def unknown_skus(index: int, order: dict[str, Any]) -> list[Issue]:
    """What the server says of lines that name no product."""
    return [
        {
            "path": f"items.{index}.items.{position}.sku",
            "message": f"Unknown SKU {line['sku']}",
            "code": "unknown_product",
        }
        for position, line in enumerate(order["items"])
        if "sku" in line and line["sku"] not in SKUS
    ]


@dataclass
class FakeServer:
    """Keeps what is synced; `judge` gives the issues of an item, `status` answers before anything else."""

    judge: Callable[[int, dict[str, Any]], list[Issue]] = no_issues
    status: Callable[[int], httpx.Response | None] = lambda _: None
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    products: dict[str, dict[str, Any]] = field(default_factory=dict)
    importers: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    account_id: str = "acc_1"
    pauses: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self) -> EntryGo:
        http = httpx.Client(transport=httpx.MockTransport(self._answer))
        return EntryGo("http://entrygo.test", "key", self.account_id, max_retries=5, http=http)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            if request.method == "GET" and request.url.path == "/api/importers":
                return self._listed(request.url.params.get("externalId"))
            if request.method != "POST":
                return error(405, "METHOD_NOT_ALLOWED")
            self.keys.append(request.headers["idempotency-key"])
            early = self.status(len(self.keys))
            kind = request.url.path.split("/")[2]
            return early or self._sync(kind, orjson.loads(request.content)["items"])

    def _sync(self, kind: str, items: list[dict[str, Any]]) -> httpx.Response:
        self.sizes.append(len(items))
        judges = (unknown_skus, self.judge) if kind == "orders" else (self.judge,)
        issues = [
            issue for judge in judges for index, item in enumerate(items) for issue in judge(index, item)
        ]
        if issues:
            return error(400, "VALIDATION_ERROR", {"issues": issues})
        stored = {"orders": self.orders, "products": self.products, "importers": self.importers}[kind]
        for item in items:
            stored[item["externalId"]] = item
        return httpx.Response(200, json={"data": [{"id": f"id_{item['externalId']}"} for item in items]})

    def _listed(self, external_id: str | None) -> httpx.Response:
        """The importers as they are answered: what nobody gave is null."""
        nothing: dict[str, Any] = {
            "name": None,
            "number": None,
            "nonResident": None,
            "bond": None,
            "powersOfAttorney": [],
        }
        found = [nothing | one for one in self.importers.values() if external_id in (None, one["externalId"])]
        return httpx.Response(200, json={"data": found, "hasMore": False, "nextCursor": None})


def error(status: int, code: str, details: object = None) -> httpx.Response:
    return httpx.Response(status, json={"errorCode": code, "message": code, "details": details})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    fake = FakeServer()
    monkeypatch.setattr(commands, "find_target", lambda _: fake)
    monkeypatch.setattr("entrygo_client._sync.transport.time.sleep", fake.pauses.append)
    return fake


@dataclass
class Importer:
    folder: Path

    def file(self, content: str | bytes, name: str = "file.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def orders(self, path: Path, *options: str) -> Result:
        return CliRunner().invoke(commands.orders_app, ["import", str(path), *options])

    def products(self, path: Path, *options: str) -> Result:
        return CliRunner().invoke(commands.products_app, ["import", str(path), *options])

    def importers(self, command: str, *options: str) -> Result:
        return CliRunner().invoke(importers_app, [command, *options])


@pytest.fixture
def importer(tmp_path: Path) -> Importer:
    return Importer(tmp_path)


def rejects_of(path: Path) -> list[dict[str, str]]:
    """The reject file beside an imported one, sorted by line."""
    with path.with_name(path.name + ".rejects.csv").open(encoding="utf-8-sig", newline="") as text:
        return sorted(csv.DictReader(text), key=lambda row: int(row["reject_line"]))
