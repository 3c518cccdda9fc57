"""Commands on exports that exist, and on webhooks: what they ask, and how the answer reads."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from entrygo.cli.main import app
from entrygo.cli.readable import _next, show_export
from tests.unit.cli.recorder import PLAN, Recorder, server

__all__ = ["server"]

SUBMISSION: dict[str, Any] = {
    "status": "sent",
    "recipient_email": "b@example.com",
    "subject": "s",
    "error_message": None,
}
INSPECTED: dict[str, Any] = {
    "exportId": "batch_1",
    "state": "COMPLETED",
    "status": "COMPLETED",
    "stale": False,
    "readinessState": "READY",
    "complianceScore": 90,
    "planHash": "planhash_" + "a" * 64,
    "validationMessages": [],
    "customsPackage": {"id": "cp_1", "packageNumber": "CP-1", "state": "SENT"},
    "artifacts": [{"filename": "a b.csv"}, {"filename": "manifest.json"}],
    "notifications": [],
    "brokerSubmission": SUBMISSION,
    "brokerSubmissions": [SUBMISSION],
    "snapshot": {"included_order_ids": ["ord_1"]},
    "events": [{"id": "evt_1", "type": "export.planned", "created_at": "2026-03-11T16:10:00.000Z"}],
    "batch": {
        "warehouse_id": "wh_1",
        "broker_id": "br_1",
        "destination_country": "US",
        "estimated_savings_usd": 0,
        "created_at": "2026-03-11T16:00:00.000Z",
        "next_recommended_action": "execute_plan",
    },
}


def run(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == exit_code, result.output
    return result.output


def test_an_export_names_products_as_the_warehouse_does(server: Recorder) -> None:
    message = {
        "code": "HTS_NOT_VERIFIED",
        "severity": "warning",
        "message": "m",
        "product_id": "prod_9",
        "order_id": None,
        "field": "f",
    }
    server.answer = {**INSPECTED, "validationMessages": [message]}
    said = run("export", "show", "batch_1")
    assert "SKU-9" in said
    assert "prod_9" not in said


def test_a_blocked_plan_ends_with_a_status_of_its_own(server: Recorder) -> None:
    run("export", "plan", "--order", "ord_1")
    server.answer = {**PLAN, "readinessState": "BLOCKED"}
    assert "BLOCKED" in run("export", "plan", "--order", "ord_1", exit_code=3)


def test_savings_that_nobody_estimated_are_not_shown(server: Recorder) -> None:
    assert "saves" in run("export", "plan", "--order", "ord_1")
    server.answer = {**PLAN, "estimated_import_savings_usd": 0.0}
    assert "saves" not in run("export", "plan", "--order", "ord_1")


def test_a_plan_hash_is_whole_on_a_screen_of_80_columns() -> None:
    screen = Console(file=StringIO(), width=80, highlight=False, soft_wrap=True)
    show_export(screen, INSPECTED)
    assert isinstance(screen.file, StringIO)
    assert f"hash  {INSPECTED['planHash']}" in screen.file.getvalue().splitlines()


def test_show_says_what_the_broker_answered(server: Recorder) -> None:
    answered = {"status": "rejected", "entry_number": "XYZ-1234567-8", "broker_reason": "No invoice"}
    answered["server_answer"] = "250 queued as 4fX"
    server.answer = {**INSPECTED, "brokerSubmission": {**INSPECTED["brokerSubmission"], **answered}}
    shown = run("export", "show", "batch_1")
    assert "XYZ-1234567-8" in shown
    assert "No invoice" in shown
    assert "its server's answer  250 queued as 4fX" in shown
    assert "read the broker's reason" in shown


def test_show_says_of_each_entry_that_went_on_its_own_what_the_broker_answered(server: Recorder) -> None:
    bounced = {**SUBMISSION, "entry": 2, "status": "failed", "error_message": "No such mailbox"}
    rejected = {**SUBMISSION, "entry": 1, "status": "rejected", "broker_reason": "No invoice"}
    filed = {**SUBMISSION, "entry": 2, "status": "acknowledged", "entry_number": "XYZ-1234567-8"}
    several = [bounced, rejected, filed]
    server.answer = {**INSPECTED, "brokerSubmission": rejected, "brokerSubmissions": several}
    shown = [" ".join(line.split()) for line in run("export", "show", "batch_1").splitlines()]
    assert "broker, entry 1 rejected to b@example.com: s" in shown
    assert "broker's reason No invoice" in shown
    assert "broker, entry 2 acknowledged to b@example.com: s" in shown
    assert "entry number XYZ-1234567-8" in shown


def test_issues_name_orders_by_their_own_ids_and_who_ships_and_files(server: Recorder) -> None:
    of_the_broker = {
        "code": "BROKER_FILER_CODE_MISSING",
        "message": "Broker demo has no filer code.",
        "severity": "warning",
        "field": "broker.filer_code",
        "product_id": None,
        "order_id": None,
    }
    server.answer = {
        **PLAN,
        "validationMessages": [*PLAN["validationMessages"], of_the_broker],
        "export": {"plan": {"excluded_order_ids": ["ord_2"]}},
    }
    lines = [line.split() for line in run("export", "issues", "batch_1").splitlines()]
    assert ["ORDER_POSTAL_CODE_INVALID", "1", "1", "SO-2"] in [line[:4] for line in lines]
    assert ["BROKER_FILER_CODE_MISSING", "warning"] in [line[:2] for line in lines]
    assert not [line for line in lines if line[:1] == ["FORMAL_ENTRY_REQUIRED"]]


def test_list_is_narrowed_and_has_a_row_an_export(server: Recorder) -> None:
    row = {
        "exportId": "batch_9",
        "state": "COMPLETED",
        "readinessState": "READY",
        "orderCount": 3,
        "brokerSubmissionStatus": None,
        "createdAt": "2026-03-11T16:00:00.000Z",
    }
    server.answer = {"data": [row], "hasMore": False, "nextCursor": None}
    assert "batch_9" in run("export", "list", "--state", "COMPLETED")
    assert server.asked[0][0] == "/api/exports?limit=20&state=COMPLETED"


def test_each_act_goes_to_its_own_path_with_what_it_needs(server: Recorder) -> None:
    server.answer = {
        "exportId": "batch_1",
        "status": "CANCELLED",
        "brokerSubmission": {"id": "b", "status": "sent"},
    }
    run("export", "cancel", "batch_1", "--reason", "late")
    run("export", "resend", "batch_1", "--reason", "lost", "--idempotency-key", "k1")
    run("export", "approve", "batch_1", "--plan-hash", "planhash_1", "--by", "Dana")
    assert [(path, body) for path, _, body in server.asked] == [
        ("/api/exports/batch_1/cancel", {"reason": "late"}),
        ("/api/exports/batch_1/broker-submissions", {"reason": "lost"}),
        ("/api/exports/batch_1/approve", {"planHash": "planhash_1", "approvedBy": "Dana"}),
    ]
    assert server.asked[1][1] == "k1"


def test_download_writes_each_document_into_a_folder(server: Recorder, tmp_path: Path) -> None:
    server.answer = INSPECTED
    run("export", "download", "batch_1", "--into", str(tmp_path / "docs"))
    assert sorted(file.name for file in (tmp_path / "docs").iterdir()) == ["a b.csv", "manifest.json"]
    assert server.asked[1][0] == "/api/customs-packages/cp_1/artifacts/a%20b.csv"
    assert "There are" in run("export", "download", "batch_1", "--only", "x", exit_code=2)


def test_watch_shows_the_events_and_ends_when_nothing_is_under_way(server: Recorder) -> None:
    server.answer = INSPECTED
    shown = run("export", "watch", "batch_1")
    assert "export.planned" in shown
    assert INSPECTED["planHash"] in shown
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        ("BATCHED", None, "execute_plan"),
        ("COMPLETED", "sent", "wait for the broker's answer"),
        ("COMPLETED", "unknown", "ask the broker"),
        ("COMPLETED", "acknowledged", "nothing"),
        ("WITHDRAWN", "sent", "free to be planned again"),
        ("SUPERSEDED", "sent", "the export that replaced it"),
        ("CANCELLED", None, "cancelled"),
        ("FAILED", None, "plan it again"),
    ],
)
def test_next_step_follows_the_broker_once_it_was_executed(
    state: str, status: str | None, words: str
) -> None:
    submission = {"status": status} if status else None
    assert words in _next({**INSPECTED, "state": state, "brokerSubmission": submission})


def test_webhook_is_added_and_its_secret_shown_once(server: Recorder) -> None:
    server.answer = {"id": "whk_1", "secret": "whsec_x"}
    assert "whsec_x" in run("webhooks", "add", "https://x", "--event", "export.executed")
    [(path, _, body)] = server.asked
    assert path == "/api/webhooks"
    assert body["events"] == ["export.executed"]
    why: dict[str, Any] = {
        "status": "disabled",
        "disabledReason": "410 Gone",
        "failingSince": None,
        "events": [],
    }
    server.answer = {"data": [{"id": "whk_1", "url": "https://x", "events": [], **why}]}
    assert "410 Gone" in run("webhooks", "list")


@pytest.mark.parametrize("content", ['{"items": [%s]}', "[%s]", "%s"])
def test_records_are_synced_from_a_file_of_json(server: Recorder, tmp_path: Path, content: str) -> None:
    warehouse = {"externalId": "yvr", "name": "Delta"}
    server.answer = {"data": [{"id": "wh_9", **warehouse}]}
    (tmp_path / "w.json").write_text(content % '{"externalId": "yvr", "name": "Delta"}')
    assert "wh_9" in run("warehouses", "sync", str(tmp_path / "w.json"))
    [(path, _, body)] = server.asked
    assert (path, body) == ("/api/warehouses/sync", {"accountId": "acc_1", "items": [warehouse]})


def test_a_record_is_shown_by_its_own_id_and_an_unknown_one_is_none(server: Recorder) -> None:
    broker = {"id": "br_1", "externalId": "demo", "name": "Demo", "email": "b@example.com"}
    server.answer = {"data": [broker], "hasMore": False, "nextCursor": None}
    assert "b@example.com" in run("brokers", "show")
    assert json.loads(run("brokers", "show", "demo")) == broker
    run("brokers", "show", "other", exit_code=1)


def test_a_brokers_layout_is_shown_and_its_document_written(server: Recorder, tmp_path: Path) -> None:
    shown = {"header": ["HTS"], "rows": [["6110.20.20.41"]], "filename": "broker_template.csv"}
    rest = {"rowCount": 1, "source": "sample", "contentBase64": "Y29udGVudA=="}
    listed = {"data": [{"id": "br_1", "externalId": "demo"}], "hasMore": False, "nextCursor": None}
    server.answer = {**listed, **shown, **rest}
    (tmp_path / "layout.json").write_text('{"template": {"columns": []}}')
    paths = ("--file", str(tmp_path / "layout.json"), "--save", str(tmp_path / "try.csv"))
    printed = run("brokers", "template", "preview", "demo", *paths, "--export", "batch_1")
    assert "6110.20.20.41" in printed
    assert "1 rows, of sample" in printed
    path, _, body = server.asked[-1]
    assert path == "/api/brokers/br_1/template/preview"
    assert body == {"template": {"columns": []}, "exportId": "batch_1"}
    assert (tmp_path / "try.csv").read_text() == "content"
    run("brokers", "template", "preview", "other", exit_code=1)


def test_policy_changes_what_is_given_and_keeps_the_rest(server: Recorder) -> None:
    kept = {"severities": {"X": "error"}, "approvalRequired": True, "codesWithoutApproval": ["Y"]}
    rest = {"agentsMayAct": False, "savingsBasis": "per_order_entry"}
    server.answer = {**kept, **rest, "updatedAt": "2026-03-11T16:00:00.000Z"}
    shown = run("policy", "set", "--agents-may-act", "--severity", "Z=warning")
    assert "Agents may not act" in shown
    assert "measured against per_order_entry" in shown
    path, _, body = server.asked[-1]
    severities = {"X": "error", "Z": "warning"}
    expected = {**kept, **rest, "severities": severities, "agentsMayAct": True, "accountId": "acc_1"}
    assert (path, body) == ("/api/policy", expected)
    run("policy", "set", "--savings-basis", "per_importer_daily_entry")
    assert server.asked[-1][2]["savingsBasis"] == "per_importer_daily_entry"
    assert "write it as" in run("policy", "set", "--severity", "Z", exit_code=2)


def test_version_is_printed_and_nothing_is_asked(server: Recorder) -> None:
    assert run("--version").strip()
    assert server.asked == []
