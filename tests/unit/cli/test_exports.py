"""`entrygo export …`: what it sends, and how the answer reads."""

import csv
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from entrygo.cli.fixing import headline
from entrygo.cli.main import app
from entrygo.cli.order_ids import read_order_ids, remember_export, remembered_export

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


class Handler(BaseHTTPRequestHandler):
    server: Recorder

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append((self.path, self.headers["idempotency-key"], body))
        is_refused = self.server.refuse is not None and self.server.refuse.items() <= body.items()
        content = json.dumps(REFUSED if is_refused else self.server.answer).encode()
        self.send_response(409 if is_refused else self.server.status)
        self.send_header("content-length", str(len(content)))
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
        "include": ["issuesByProduct", "entries"],
        "entryDate": "2026-03-11",
        "batchId": "batch_1",
        "onBlocked": "exclude",
    }


def test_plan_sends_the_entry_type_that_is_asked_for(server: Recorder) -> None:
    run("export", "plan", "--order", "ord_1", "--entry-type", "01")
    assert server.asked[0][2]["entryType"] == "01"


def test_findings_of_a_file_of_orders_suggest_what_to_put_into_which_column(
    server: Recorder, tmp_path: Path
) -> None:
    ids = tmp_path / "orders.ids.csv"
    ids.write_text("external_id,order_id\nSO-1,ord_1\nSO-2,ord_2\n")
    run("export", "plan", "--orders", str(ids))
    with (tmp_path / "orders.ids.csv.findings.csv").open(encoding="utf-8-sig", newline="") as lines:
        found = [(row["external_id"], row["code"], row["suggestion"]) for row in csv.DictReader(lines)]
    assert found == [
        ("SO-2", "ORDER_POSTAL_CODE_INVALID", "ship_to_zip: 02139"),
        # An order that goes is named when it is doubtful itself; doubtful products are named once.
        ("SO-1", "ORDER_POSTAL_REGION_MISMATCH", ""),
    ]


def test_orders_that_stay_with_their_importer_have_its_reason_on_the_screen_and_in_the_file(
    server: Recorder, tmp_path: Path
) -> None:
    ids = tmp_path / "orders.ids.csv"
    ids.write_text("external_id,order_id\nSO-1,ord_1\nSO-2,ord_2\nSO-3,ord_3\n")
    of_importer = {
        "code": "POWER_OF_ATTORNEY_NOT_VALID",
        "message": "Importer island: its power of attorney ended on 2026-10-31.",
        "severity": "info",
        "field": "importers[island].powers_of_attorney",
        "product_id": None,
        "order_id": None,
    }
    server.answer = PLAN | {
        "validationMessages": [*PLAN["validationMessages"], of_importer],
        "excluded_order_ids": ["ord_2", "ord_3"],
    }
    shown = run("export", "plan", "--orders", str(ids))
    assert "left out: 1 × ORDER_POSTAL_CODE_INVALID, 1 × POWER_OF_ATTORNEY_NOT_VALID" in shown
    with (tmp_path / "orders.ids.csv.findings.csv").open(encoding="utf-8-sig", newline="") as lines:
        found = [(row["external_id"], row["left_out"], row["code"]) for row in csv.DictReader(lines)]
    assert found == [
        ("SO-2", "yes", "ORDER_POSTAL_CODE_INVALID"),
        ("SO-1", "no", "ORDER_POSTAL_REGION_MISMATCH"),
        ("SO-3", "yes", "POWER_OF_ATTORNEY_NOT_VALID"),
    ]


def test_plan_sends_orders_by_their_own_ids(server: Recorder) -> None:
    run("export", "plan", "--external-order", "SO-1", "--external-order", "SO-2")
    body = server.asked[0][2]
    assert (body["orderIds"], body["externalOrderIds"]) == ([], ["SO-1", "SO-2"])


def test_orders_are_named_by_either_id_in_one_option(server: Recorder) -> None:
    run(
        "export",
        "plan",
        "--order",
        "SO-1",
        "--order",
        "ord_2",
        "--order",
        "SO-1",
        "--external-order",
        "ord_x",
    )
    server.answer = {**PLAN, "validationMessages": [], "supersedes": "batch_0", "changes": []}
    run(
        "export",
        "amend",
        "batch_0",
        "--reason",
        "r",
        "--leave-out",
        "SO-1",
        "--leave-out",
        "ord_2",
        "--add",
        "SO-3",
    )
    (_, _, planned), (_, _, amended) = server.asked
    assert (planned["orderIds"], planned["externalOrderIds"]) == (["ord_2"], ["SO-1", "ord_x"])
    assert (amended["leaveOutOrderIds"], amended["leaveOutExternalOrderIds"]) == (["ord_2"], ["SO-1"])
    assert amended["addExternalOrderIds"] == ["SO-3"]
    assert "entries" in amended["include"]
    assert "addOrderIds" not in amended


def test_plan_shows_one_row_for_each_code_most_severe_first(server: Recorder) -> None:
    shown = run("export", "plan", "--order", "ord_1")
    lines = shown.splitlines()
    metals = next(line for line in lines if "METALS_REVIEW_RECOMMENDED" in line)
    assert metals.split()[:3] == ["warning", "METALS_REVIEW_RECOMMENDED", "3"]
    assert "SKU-0, prod_b" in metals
    assert lines.index(metals) < next(i for i, line in enumerate(lines) if "FORMAL_ENTRY_REQUIRED" in line)
    assert "USD 1,303.22" in shown
    assert ["entries", "4"] in [line.split()[:2] for line in lines]


def test_plan_says_why_an_order_is_left_out(server: Recorder) -> None:
    shown = run("export", "plan", "--order", "ord_1").splitlines()
    assert "left out: 1 × ORDER_POSTAL_CODE_INVALID" in shown
    assert ["SO-2", "ORDER_POSTAL_CODE_INVALID"] in [line.split() for line in shown]


def test_plan_says_how_many_products_hold_up_how_many_orders(server: Recorder) -> None:
    lines = run("export", "plan", "--order", "ord_1").splitlines()
    assert "12 products block 3,418 orders; 3,420 orders are blocked in all" in lines
    first = next(line for line in lines if line.split()[:1] == ["SKU-0"])
    assert first.split()[:6] == ["SKU-0", "PRODUCT_ORIGIN_INVALID", "3,000", "3,000", "countryOfOrigin", "CN"]
    assert first.rstrip().endswith("ISO 3166-1 alpha-2 code [2 letters]")
    assert "… and 2 more; --json lists all" in lines
    assert "PRODUCT_ORIGIN_INVALID: Nothing on it mends this." in lines
    assert not any("SKU-20" in line for line in lines)


@pytest.mark.parametrize(
    ("products", "by_products", "in_all", "expected"),
    [
        (0, 0, 0, "No order is blocked"),
        (0, 0, 1, "1 order is blocked"),
        (1, 1, 1, "1 product blocks 1 order"),
        (2, 1, 3, "2 products block 1 order; 3 orders are blocked in all"),
    ],
)
def test_headline_counts_as_people_do(products: int, by_products: int, in_all: int, expected: str) -> None:
    totals = {
        "products_blocking": products,
        "orders_blocked_by_products": by_products,
        "orders_blocked": in_all,
    }
    assert headline(totals) == expected


def test_diff_shows_both_values_of_each_change_and_how_many_more_there_are(server: Recorder) -> None:
    nothing = {"count": 0, "first": []}
    none: dict[str, Any] = dict.fromkeys(("added_count", "removed_count", "changed_count"), 0)
    none |= {"added": [], "removed": [], "changed": []}
    change = {"field": "country_of_origin", "before": "China", "after": "CN"}
    item = {"id": "prod_1", "name": "CAP", "changes": {"count": 3, "first": [change]}}
    server.answer = {
        "from": {"revision": 1, "planned_at": "then"},
        "to": {"revision": 2, "planned_at": "now"},
        "is_same": False,
        "plan": {"count": 1, "first": [{"field": "orders", "before": None, "after": "[2]"}]},
        "warehouse": nothing,
        "broker": nothing,
        "orders": {**none, "added_count": 1200, "added": [{"id": "ord_1", "name": "SO-1"}]},
        "products": {**none, "changed_count": 1, "changed": [item]},
        "reference_rows": {**none, "removed_count": 1, "removed": [{"id": "fees FY2026", "name": None}]},
        "messages": {
            "appeared_count": 0,
            "appeared": [],
            "disappeared_count": 1,
            "disappeared": [{"code": "PRODUCT_ORIGIN_INVALID", "message": "No country."}],
        },
    }
    shown = [line.split() for line in run("export", "diff", "batch_1", "--from", "planhash_1").splitlines()]
    assert server.asked[0][0] == "/api/exports/batch_1/plan-diff?from=planhash_1"
    for expected in (
        "plan orders [2]",
        "product CAP country_of_origin China CN",
        "product CAP … 2 more changes",
        "order SO-1 added",
        "order … 1,199 more added",
        "reference row fees FY2026 removed",
        "message PRODUCT_ORIGIN_INVALID No country.",
    ):
        assert expected.split() in shown


def test_plan_answers_the_whole_json_for_machines(server: Recorder) -> None:
    assert json.loads(run("export", "plan", "--order", "ord_1", "--json")) == PLAN


def test_execute_repeats_its_idempotency_key_for_the_same_export(server: Recorder) -> None:
    server.answer = EXECUTED
    for _ in range(2):
        assert "no submission" in run("export", "execute", "batch_1", "--expect-hash", "planhash_abc")
    assert server.asked[0] == server.asked[1]
    assert server.asked[0][1] is not None
    assert server.asked[0][2] == {
        "accountId": "acc_1", "batchId": "batch_1", "expectedPlanHash": "planhash_abc",
    }  # fmt: skip


def test_execute_sends_what_the_file_states_of_the_shipment(server: Recorder, tmp_path: Path) -> None:
    shipment = {"packages": 4, "charges": [{"kind": "freight", "amountUsd": 180.55}]}
    file = tmp_path / "shipment.json"
    file.write_text(json.dumps(shipment))
    server.answer = EXECUTED
    run("export", "execute", "batch_1", "--shipment", str(file))
    assert server.asked[0][2] == {"accountId": "acc_1", "batchId": "batch_1", "shipment": shipment}


def test_execute_sends_what_the_file_states_of_the_truck(server: Recorder, tmp_path: Path) -> None:
    trip = {"conveyance": "TRK-17", "entries": [{"entry": 1, "papsNumber": "CCBT20260001"}]}
    file = tmp_path / "trip.json"
    file.write_text(json.dumps(trip))
    server.answer = EXECUTED
    run("export", "execute", "batch_1", "--trip", str(file))
    assert server.asked[0][2] == {"accountId": "acc_1", "batchId": "batch_1", "trip": trip}


def test_execute_says_so_when_the_shipment_is_no_json_and_asks_for_nothing(
    server: Recorder, tmp_path: Path
) -> None:
    file = tmp_path / "shipment.json"
    file.write_text("packages: 4")
    result = CliRunner().invoke(app, ["export", "execute", "batch_1", "--shipment", str(file)])
    assert result.exit_code == 2
    assert "is not JSON" in " ".join(result.output.split())
    assert server.asked == []


def test_second_plan_of_a_file_plans_the_same_export_again(server: Recorder, tmp_path: Path) -> None:
    ids = tmp_path / "orders.csv.ids.csv"
    ids.write_text("external_id,id\nSO-1,ord_1\n", encoding="utf-8-sig")
    run("export", "plan", "--orders", str(ids), "--dry-run")
    run("export", "plan", "--orders", str(ids))
    run("export", "plan", "--orders", str(ids))
    run("export", "plan", "--orders", str(ids), "--new")
    run("export", "plan", "--orders", str(ids), "--batch", "batch_9")
    batches = [body.get("batchId") for _, _, body in server.asked]
    assert batches == [None, None, "batch_1", None, "batch_9"]
    assert read_order_ids(ids) == {"ord_1": "SO-1"}


def test_file_whose_export_was_executed_is_planned_as_a_new_one(server: Recorder, tmp_path: Path) -> None:
    ids = tmp_path / "orders.csv.ids.csv"
    ids.write_text("external_id,id,export_id\nSO-1,ord_1,batch_0\n")
    server.refuse = {"batchId": "batch_0"}
    said = run("export", "plan", "--orders", str(ids))
    assert "batch_0 cannot be planned again (INVALID_EXPORT_STATE)" in said
    assert [body.get("batchId") for _, _, body in server.asked] == ["batch_0", None]
    assert remembered_export(ids) == "batch_1"


def test_remembering_an_export_keeps_the_other_columns_and_a_list_of_bare_ids(tmp_path: Path) -> None:
    ids, bare = tmp_path / "ids.csv", tmp_path / "bare"
    ids.write_text("external_id,id\nSO-1,ord_1\nSO-2,ord_2\n")
    bare.write_text("ord_1\n")
    for file in (ids, bare):
        remember_export(file, "batch_1")
    assert ids.read_text(encoding="utf-8-sig").split() == [
        "external_id,id,export_id", "SO-1,ord_1,batch_1", "SO-2,ord_2,batch_1",
    ]  # fmt: skip
    assert bare.read_text() == "ord_1\n"


def test_amend_names_products_by_sku_and_counts_no_entries_that_were_not_answered(server: Recorder) -> None:
    plan = {name: value for name, value in PLAN.items() if name not in {"entries", "issues_by_product"}}
    plan["validationMessages"] = [{**PLAN["validationMessages"][0], "product_id": "prod_1"}]
    server.answer = {**plan, "supersedes": "batch_0", "changes": ["Order SO-1: left out."]}
    shown = run("export", "amend", "batch_0", "--reason", "One taken off", "--leave-out", "ord_1")
    assert "SKU-1" in shown
    assert "Order SO-1: left out." in shown
    assert "entries" not in [line.split()[0] for line in shown.splitlines() if line.split()]


def test_order_that_left_before_keeps_the_export_that_it_left_with(tmp_path: Path) -> None:
    ids = tmp_path / "ids.csv"
    ids.write_text("external_id,id,export_id\nSO-1,ord_1,batch_1\nSO-2,ord_2,batch_1\n")
    remember_export(ids, "batch_2", {"ord_1"})
    assert ids.read_text(encoding="utf-8-sig").split()[1:] == ["SO-1,ord_1,batch_1", "SO-2,ord_2,batch_2"]
    assert remembered_export(ids) == "batch_2"


def test_plan_of_a_file_leaves_the_export_beside_what_left_with_it(server: Recorder, tmp_path: Path) -> None:
    ids = tmp_path / "ids.csv"
    ids.write_text("external_id,id,export_id\nSO-1,ord_1,batch_0\nSO-2,ord_2,batch_0\n")
    server.refuse = {"batchId": "batch_0"}
    left = {**PLAN["validationMessages"][0], "code": "ORDER_ALREADY_EXPORTED", "order_id": "ord_1"}
    server.answer = {**PLAN, "validationMessages": [left]}
    run("export", "plan", "--orders", str(ids))
    assert ids.read_text(encoding="utf-8-sig").split()[1:] == ["SO-1,ord_1,batch_0", "SO-2,ord_2,batch_1"]


def test_read_order_ids_takes_a_file_of_one_id_a_line(tmp_path: Path) -> None:
    file = tmp_path / "ids"
    file.write_text("ord_1\nord_2\nord_1\n\n")
    assert read_order_ids(file) == {"ord_1": "", "ord_2": ""}


def test_file_of_orders_is_not_taken_for_the_file_of_their_ids(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id,sku\nSO-1,A\n")
    with pytest.raises(typer.BadParameter, match=r"entrygo orders import.*ids\.csv"):
        read_order_ids(file)


def test_file_of_ids_may_have_short_rows_but_must_be_text(tmp_path: Path) -> None:
    file = tmp_path / "ids.csv"
    file.write_text("external_id,id\nSO-1\nSO-2,ord_2\n")
    assert read_order_ids(file) == {"ord_2": "SO-2"}
    file.write_text("id,external_id\nord_1\n")
    assert read_order_ids(file) == {"ord_1": ""}
    file.write_bytes(b"\xff\xfePK")
    with pytest.raises(typer.BadParameter, match="no CSV"):
        read_order_ids(file)


def test_read_order_ids_names_the_columns_it_looks_for_when_none_is_there(tmp_path: Path) -> None:
    file = tmp_path / "ids.csv"
    file.write_text("sku,quantity\nA,1\n")
    with pytest.raises(typer.BadParameter, match="order_id"):
        read_order_ids(file)
