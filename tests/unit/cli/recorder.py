"""A gateway that answers what a test says and keeps what was asked; and how a command is run."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from entrygo.cli.main import app

# How long the end of a test waits for its server at most; the default is half a second.
SHUTDOWN_POLL_SECONDS = 0.01
REFUSED = {"errorCode": "INVALID_EXPORT_STATE", "message": "", "details": {"currentState": "COMPLETED"}}
EXECUTED: dict[str, Any] = {
    "exportId": "batch_1",
    "status": "COMPLETED",
    "customs_package_id": "cp_1",
    "execution_timestamp": "2026-03-11T16:10:00.000Z",
    "planHash": "planhash_abc",
    "artifacts": [{"filename": "manifest.json"}],
    "brokerSubmission": None,
}
PLAN: dict[str, Any] = {
    "exportId": "batch_1",
    "state": "BATCHED",
    "status": "BATCHED",
    "planHash": "planhash_abc",
    "readinessState": "REVIEW_REQUIRED",
    "complianceScore": 69,
    "validationMessages": [
        {
            "code": code,
            "message": f"Product {product} {code}.",
            "severity": severity,
            "field": "f",
            "product_id": product,
            "order_id": order,
        }
        for code, severity, product, order in (
            ("FORMAL_ENTRY_REQUIRED", "info", None, None),
            ("METALS_REVIEW_RECOMMENDED", "warning", "prod_a", "ord_1"),
            ("METALS_REVIEW_RECOMMENDED", "warning", "prod_b", "ord_1"),
            ("METALS_REVIEW_RECOMMENDED", "warning", "prod_a", "ord_1"),
            ("ORDER_POSTAL_CODE_INVALID", "info", None, "ord_2"),
            ("ORDER_POSTAL_REGION_MISMATCH", "warning", None, "ord_1"),
        )
    ],
    "included_order_ids": ["ord_1"],
    "excluded_order_ids": ["ord_2"],
    "flags": ["human_review_recommended"],
    "missing_data": [],
    "recommended_strategy": "Group them.",
    "estimated_import_savings_usd": 1303.22,
    "next_recommended_action": "review_flags_then_execute",
    "entries": [{"number": number, "orders": 900, "lines": 999, "value_usd": 1} for number in range(1, 5)],
    "issue_totals": {"products_blocking": 12, "orders_blocked_by_products": 3418, "orders_blocked": 3420},
    "issues_by_product": [
        {
            "code": "PRODUCT_ORIGIN_INVALID",
            "product_id": "prod_a" if number == 0 else f"prod_{number}",
            "sku": f"SKU-{number}",
            "orders_blocked": 3000 - number,
            "orders_affected": 3000,
            "fix": {"method": "PATCH", "path": f"/api/products/prod_{number}", "field": "countryOfOrigin"},
            "accepted": "ISO 3166-1 alpha-2 code [2 letters]",
            "suggestion": "CN" if number == 0 else None,
            "remedy": "Nothing on it mends this." if number == 1 else None,
        }
        for number in range(22)
    ],
    "issues_by_order": [
        {
            "code": "ORDER_POSTAL_CODE_INVALID",
            "message": "2139 is no ZIP code.",
            "orders_blocked": 1,
            "orders_affected": 1,
            "example": {"field": "destination_postal_code", "order_id": "ord_2", "external_id": "SO-2"},
            "suggestions": [
                {
                    "order_id": "ord_2",
                    "external_id": "SO-2",
                    "field": "destinationPostalCode",
                    "suggestion": "02139",
                }
            ],
        },
    ],
}


class Recorder(ThreadingHTTPServer):
    """Answers every request with `answer` and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.answer: dict[str, Any] = PLAN
        self.asked: list[tuple[str, str | None, Any]] = []
        # A body with these fields is answered with 409.
        self.refuse: dict[str, Any] | None = None
        self.refusal: dict[str, Any] = REFUSED
        # What it says of every change that was asked for, and the state that an export has now.
        self.headers: dict[str, str] = {}
        self.state: str | None = None


class Handler(BaseHTTPRequestHandler):
    server: Recorder

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append((self.path, self.headers["idempotency-key"], body))
        is_refused = self.server.refuse is not None and self.server.refuse.items() <= body.items()
        content = json.dumps(self.server.refusal if is_refused else self.server.answer).encode()
        self.send_response(409 if is_refused else self.server.status)
        self.send_header("content-length", str(len(content)))
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        order = self.path.removeprefix("/api/orders/ord_")
        if order == self.path:
            self.server.asked.append((self.path, None, None))
        answer = self.server.answer if order == self.path else {"externalId": f"SO-{order}"}
        product = self.path.removeprefix("/api/products/prod_")
        if product != self.path:
            answer = {"sku": f"SKU-{product}"}
        if self.server.state is not None and self.path.startswith("/api/exports/"):
            answer = {"status": self.server.state}
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_PUT = do_POST
    do_PATCH = do_POST
    do_DELETE = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        return None


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Recorder]:
    with Recorder() as recorder:
        thread = threading.Thread(target=recorder.serve_forever, args=(SHUTDOWN_POLL_SECONDS,))
        thread.start()
        values = {
            "HOME": str(tmp_path),
            "BASE_URL": f"http://127.0.0.1:{recorder.server_address[1]}",
            "API_KEY": "shpbndl_live_x",
            "ACCOUNT_ID": "acc_1",
            "WAREHOUSE_ID": "wh_1",
            "BROKER_ID": "br_1",
        }
        for name, value in values.items():
            monkeypatch.setenv(f"ENTRYGO_{name}", value)
        yield recorder
        recorder.shutdown()
        thread.join()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output
