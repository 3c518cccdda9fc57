"""`entrygo export …`: what it sends, and how the answer reads."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from entrygo.cli.executing import ExecutedBefore
from entrygo.cli.fixing import headline
from entrygo.cli.main import app
from entrygo_client import IdempotencyConflict
from tests.unit.cli.recorder import EXECUTED, PLAN, Recorder, run, server

__all__ = ["server"]


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
    headline = "12 products block 3,418 orders; 3,420 orders are blocked in all; 1 order is left out"
    assert headline in lines
    first = next(line for line in lines if line.split()[:1] == ["SKU-0"])
    assert first.split()[:6] == ["SKU-0", "PRODUCT_ORIGIN_INVALID", "3,000", "3,000", "countryOfOrigin", "CN"]
    assert first.rstrip().endswith("ISO 3166-1 alpha-2 code [2 letters]")
    assert "… and 2 more; --json lists all" in lines
    assert "PRODUCT_ORIGIN_INVALID: Nothing on it mends this." in lines
    assert not any("SKU-20" in line for line in lines)


def test_plan_that_no_order_blocks_says_that_the_export_as_a_whole_is_blocked(server: Recorder) -> None:
    nothing = {"products_blocking": 0, "orders_blocked_by_products": 0, "orders_blocked": 0}
    server.answer = {**PLAN, "issue_totals": nothing, "issues_by_product": [], "issues_by_order": []}
    whole = "The export as a whole is blocked: see the errors that name no product."
    for state, expected in (("BLOCKED", True), ("REVIEW_REQUIRED", False)):
        server.answer = {**server.answer, "readinessState": state}
        shown = CliRunner().invoke(app, ["export", "plan", "--order", "ord_1"]).output
        assert "No order that goes is blocked; 1 order is left out" in shown
        assert (whole in shown) == expected


@pytest.mark.parametrize(
    ("products", "by_products", "in_all", "left_out", "expected"),
    [
        (0, 0, 0, 0, "No order is blocked"),
        (0, 0, 0, 1, "No order that goes is blocked; 1 order is left out"),
        (0, 0, 1, 0, "1 order is blocked"),
        (1, 1, 1, 0, "1 product blocks 1 order"),
        (2, 1, 3, 0, "2 products block 1 order; 3 orders are blocked in all"),
        (1, 1, 1, 3, "1 product blocks 1 order; 3 orders are left out"),
    ],
)
def test_headline_counts_as_people_do(
    products: int, by_products: int, in_all: int, left_out: int, expected: str
) -> None:
    totals = {
        "products_blocking": products,
        "orders_blocked_by_products": by_products,
        "orders_blocked": in_all,
    }
    assert headline(totals, left_out=left_out) == expected


COUNTS = ("added_count", "removed_count", "changed_count", "appeared_count", "disappeared_count")
LISTS = ("added", "removed", "changed", "appeared", "disappeared")
NOTHING: dict[str, Any] = {"count": 0, "first": [], **dict.fromkeys(COUNTS, 0), **dict.fromkeys(LISTS, ())}
PARTS = ("plan", "warehouse", "broker", "importers", "orders", "products", "reference_rows", "messages")
NO_CHANGES: dict[str, Any] = {
    "from": {"revision": 1, "planned_at": "then"},
    "to": {"revision": 2, "planned_at": "now"},
    "is_same": False,
    **dict.fromkeys(PARTS, NOTHING),
}


def planned_as(*hashes: str) -> dict[str, Any]:
    """An export that was planned so many times, and, under the same address here, a difference."""
    events = [{"type": "export.planned", "payload": {"planHash": each}} for each in hashes]
    return {"exportId": "batch_1", "planHash": hashes[-1], "events": events, **NO_CHANGES}


@pytest.mark.parametrize(
    ("hashes", "options", "before"),
    [("ab", (), "a"), ("abb", (), "a"), ("aba", (), "b"), ("abc", ("--to", "b"), "a")],
)
def test_diff_begins_with_the_last_plan_that_came_out_otherwise(
    server: Recorder, hashes: str, options: tuple[str, ...], before: str
) -> None:
    server.answer = planned_as(*hashes)
    assert "No change." in run("export", "diff", "batch_1", *options)
    assert server.asked[-1][0].startswith(f"/api/exports/batch_1/plan-diff?from={before}")


def test_diff_of_an_export_with_one_plan_says_so(server: Recorder) -> None:
    server.answer = planned_as("a", "a")
    result = CliRunner().invoke(app, ["export", "diff", "batch_1"])
    assert result.exit_code == 2
    assert "batch_1 has no other plan before that" in " ".join(result.output.split())


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
        "plan": {"count": 1, "first": [{"field": "readiness_state", "before": None, "after": "BLOCKED"}]},
        "warehouse": nothing,
        "broker": nothing,
        "importers": none,
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
        "plan How it stands blocked",
        "product CAP Country of origin China CN",
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


@pytest.mark.parametrize("state", ["WITHDRAWN", "SUPERSEDED"])
def test_execute_of_an_export_that_was_undone_since_does_not_say_that_it_is_completed(
    server: Recorder, state: str
) -> None:
    server.answer, server.headers, server.state = EXECUTED, {"idempotency-replayed": "true"}, state
    result = CliRunner().invoke(app, ["export", "execute", "batch_1"])
    assert isinstance(result.exception, ExecutedBefore)
    assert f"batch_1 was executed before and is {state} since." in str(result.exception)
    assert "COMPLETED" not in result.output


def test_execute_that_is_repeated_shows_its_first_answer_while_that_is_so(server: Recorder) -> None:
    server.answer, server.headers, server.state = EXECUTED, {"idempotency-replayed": "true"}, "COMPLETED"
    assert "COMPLETED" in run("export", "execute", "batch_1")


def test_execute_with_another_trip_than_before_says_what_to_do(server: Recorder, tmp_path: Path) -> None:
    (file := tmp_path / "trip.json").write_text("{}")
    server.status, server.answer = 409, {"errorCode": "IDEMPOTENCY_CONFLICT", "message": "Another payload."}
    result = CliRunner().invoke(app, ["export", "execute", "batch_1", "--trip", str(file)])
    assert isinstance(result.exception, ExecutedBefore)
    assert "amend the export" in str(result.exception)
    result = CliRunner().invoke(app, ["export", "execute", "batch_1", "--idempotency-key", "mine"])
    assert isinstance(result.exception, IdempotencyConflict)


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


def test_amend_names_products_by_sku_and_counts_no_entries_that_were_not_answered(server: Recorder) -> None:
    plan = {name: value for name, value in PLAN.items() if name not in {"entries", "issues_by_product"}}
    plan["validationMessages"] = [{**PLAN["validationMessages"][0], "product_id": "prod_1"}]
    server.answer = {**plan, "supersedes": "batch_0", "changes": ["Order SO-1: left out."]}
    shown = run("export", "amend", "batch_0", "--reason", "One taken off", "--leave-out", "ord_1")
    assert "SKU-1" in shown
    assert "Order SO-1: left out." in shown
    assert "entries" not in [line.split()[0] for line in shown.splitlines() if line.split()]


def test_amend_names_by_sku_each_product_it_shows_whatever_came_before(server: Recorder) -> None:
    found = PLAN["validationMessages"][0]
    first = [{**found, "code": "PRODUCT_MID_MISSING", "product_id": f"prod_{n}"} for n in range(2, 20)]
    last = {**found, "code": "PRODUCT_HTS_CODE_MISSING", "product_id": "prod_1"}
    plan = {name: value for name, value in PLAN.items() if name != "issues_by_product"}
    server.answer = {**plan, "validationMessages": [*first, last], "supersedes": "batch_0", "changes": []}
    shown = run("export", "amend", "batch_0", "--reason", "One taken off", "--leave-out", "ord_1")
    assert "SKU-1" in shown
    assert "prod_1 " not in shown


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_amend_ends_as_plan_does_when_what_it_planned_may_not_go(
    server: Recorder, options: list[str]
) -> None:
    blocked = {**PLAN, "readinessState": "BLOCKED", "validationMessages": []}
    server.answer = {**blocked, "supersedes": "batch_0", "changes": []}
    amend = ["export", "amend", "batch_0", "--reason", "One taken off", "--leave-out", "ord_1"]
    assert CliRunner().invoke(app, [*amend, *options]).exit_code == 3


def test_amend_leaves_orders_with_errors_out_when_asked_and_names_them(server: Recorder) -> None:
    server.answer = {**PLAN, "supersedes": "batch_0", "changes": []}
    shown = run("export", "amend", "batch_0", "--reason", "r", "--add", "SO-3", "--exclude-blocked")
    assert server.asked[0][2]["onBlocked"] == "exclude"
    assert ["SO-2", "ORDER_POSTAL_CODE_INVALID"] in [line.split() for line in shown.splitlines()]
