"""`entrygo export …`: what it sends, and how the answer reads."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from entrygo.cli.exports import read_order_ids
from entrygo.cli.main import app

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
        )
    ],
    "included_order_ids": ["ord_1"],
    "excluded_order_ids": ["ord_2"],
    "flags": ["human_review_recommended"],
    "missing_data": [],
    "recommended_strategy": "Group them.",
    "estimated_import_savings_usd": 1303.22,
    "next_recommended_action": "review_flags_then_execute",
}


class Recorder(ThreadingHTTPServer):
    """Answers every request with `answer` and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.answer: dict[str, Any] = PLAN
        self.asked: list[tuple[str, str | None, Any]] = []


class Handler(BaseHTTPRequestHandler):
    server: Recorder

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append((self.path, self.headers["idempotency-key"], body))
        content = json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        return None


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Recorder]:
    with Recorder() as recorder:
        thread = threading.Thread(target=recorder.serve_forever)
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


def test_plan_sends_the_orders_of_a_file_and_those_named(server: Recorder, tmp_path: Path) -> None:
    ids = tmp_path / "orders.ids.csv"
    ids.write_text("external_id,order_id\nSO-1,ord_2\nSO-2,ord_3\n")
    run("export", "plan", "--orders", str(ids), "--order", "ord_1", "--exclude-blocked",
        "--entry-date", "2026-03-11", "--batch", "batch_1")  # fmt: skip
    path, key, body = server.asked[0]
    assert path == "/api/exports/plan"
    assert key is not None
    assert body == {
        "accountId": "acc_1",
        "warehouseId": "wh_1",
        "brokerId": "br_1",
        "destinationCountry": "US",
        "orderIds": ["ord_1", "ord_2", "ord_3"],
        "dryRun": False,
        "entryDate": "2026-03-11",
        "batchId": "batch_1",
        "onBlocked": "exclude",
    }


def test_plan_shows_one_row_for_each_code_most_severe_first(server: Recorder) -> None:
    shown = run("export", "plan", "--order", "ord_1")
    lines = shown.splitlines()
    metals = next(line for line in lines if "METALS_REVIEW_RECOMMENDED" in line)
    assert metals.split()[:3] == ["warning", "METALS_REVIEW_RECOMMENDED", "3"]
    assert "prod_a, prod_b" in metals
    assert lines.index(metals) < next(i for i, line in enumerate(lines) if "FORMAL_ENTRY_REQUIRED" in line)
    assert "USD 1,303.22" in shown


def test_plan_says_why_an_order_is_left_out(server: Recorder) -> None:
    shown = run("export", "plan", "--order", "ord_1").splitlines()
    assert "left out: 1 × ORDER_POSTAL_CODE_INVALID" in shown
    assert ["ord_2", "ORDER_POSTAL_CODE_INVALID"] in [line.split() for line in shown]


def test_plan_answers_the_whole_json_for_machines(server: Recorder) -> None:
    assert json.loads(run("export", "plan", "--order", "ord_1", "--json")) == PLAN


def test_execute_repeats_its_idempotency_key_for_the_same_export(server: Recorder) -> None:
    server.answer = {
        "exportId": "batch_1",
        "status": "COMPLETED",
        "customs_package_id": "cp_1",
        "execution_timestamp": "2026-03-11T16:10:00.000Z",
        "planHash": "planhash_abc",
        "artifacts": [{"filename": "manifest.json"}],
        "brokerSubmission": None,
    }
    for _ in range(2):
        assert "no submission" in run("export", "execute", "batch_1", "--expect-hash", "planhash_abc")
    assert server.asked[0] == server.asked[1]
    assert server.asked[0][1] is not None
    assert server.asked[0][2] == {
        "accountId": "acc_1", "batchId": "batch_1", "expectedPlanHash": "planhash_abc",
    }  # fmt: skip


def test_read_order_ids_takes_a_file_of_one_id_a_line(tmp_path: Path) -> None:
    file = tmp_path / "ids"
    file.write_text("ord_1\nord_2\nord_1\n\n")
    assert read_order_ids(file) == {"ord_1": "", "ord_2": ""}


def test_read_order_ids_names_the_columns_it_looks_for_when_none_is_there(tmp_path: Path) -> None:
    file = tmp_path / "ids.csv"
    file.write_text("sku,quantity\nA,1\n")
    with pytest.raises(typer.BadParameter, match="order_id"):
        read_order_ids(file)
