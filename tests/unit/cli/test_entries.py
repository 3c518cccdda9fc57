"""The commands on what brokers entered: what they send, what they write, and how they end."""

import csv
from pathlib import Path
from typing import Any

from entrygo.gateway.examples.entries import ENTRY_OUTCOME, ENTRY_RECONCILIATION
from entrygo.imports.entry_summaries import COLUMNS
from tests.unit.cli.recorder import Recorder, server
from tests.unit.cli.test_export_actions import run

__all__ = ["server"]

NUMBER = "ABC-1234567-6"
MATCHES: dict[str, Any] = {
    **ENTRY_RECONCILIATION,
    "outcome": {**ENTRY_OUTCOME, "state": "matches", "openTasks": 0},
    "tasks": [],
}
SUMMARY_PATH = "/api/exports/batch_1/entries/2/summary"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def test_one_entry_is_given_back_with_its_lines_from_a_file(server: Recorder, tmp_path: Path) -> None:
    lines = tmp_path / "lines.csv"
    lines.write_text('hts_code,country_of_origin,value_usd,duty_usd\n4202.92.31.20,CN,"2,950",1625.45\n')
    server.answer = MATCHES
    run(
        "entries", "summary", "batch_1", "--entry", "2", "--number", NUMBER, "--type", "01",
        "--fees", "34.58", "--lines", str(lines), "--liquidated-on", "2027-10-08",
        "--liquidated-duty", "1625.45",
    )  # fmt: skip
    [(path, _, body)] = server.asked
    assert path == SUMMARY_PATH
    assert body == {
        "entryNumber": NUMBER,
        "entryType": "01",
        "feesUsd": 34.58,
        "lines": [
            {"htsCode": "4202.92.31.20", "countryOfOrigin": "CN", "valueUsd": 2950, "dutyUsd": 1625.45}
        ],
        "liquidation": {"liquidatedOn": "2027-10-08", "dutyUsd": 1625.45},
    }


def test_an_entry_that_differs_ends_with_a_status_of_its_own_and_names_its_tasks(server: Recorder) -> None:
    server.answer = dict(ENTRY_RECONCILIATION)
    shown = run("entries", "summary", "batch_1", "--number", NUMBER, exit_code=3)
    assert "etk_123  VALUE_DIFFERS  line 1" in shown
    assert "220.00 → 225.00" in shown


def test_a_file_of_which_an_entry_differs_ends_as_that_entry_does(server: Recorder, tmp_path: Path) -> None:
    file = tmp_path / "entered.csv"
    file.write_text(f"export_id,entry,entry_number,entry_duty_usd\nbatch_1,1,{NUMBER},10\n")
    server.answer = dict(ENTRY_RECONCILIATION)
    run("entries", "import", str(file), exit_code=3)
    assert not Path(f"{file}.rejects.csv").exists()
    server.answer = MATCHES
    run("entries", "import", str(file))


def test_a_file_gives_back_each_entry_once_and_what_is_refused_is_kept_with_its_reason(
    server: Recorder, tmp_path: Path
) -> None:
    file = tmp_path / "entered.csv"
    file.write_text(
        "export_id,entry,entry_number,hts_code,country_of_origin,value_usd,duty_usd\n"
        f"batch_1,2,{NUMBER},4202923120,CN,100,10\n"
        f"batch_1,1,PA7-1234567-8,4202923120,CN,100,10\n"
        f"batch_1,2,,6109100012,MX,50,0\n"
        f"batch_2,,{NUMBER},4202923120,CN,ten,10\n"
        ",,,,,,\n"
    )
    server.answer, server.refuse = MATCHES, {"entryNumber": "PA7-1234567-8"}
    run("entries", "import", str(file), exit_code=3)
    [(first, key, body), (second, _, _)] = server.asked
    assert (first, bool(key)) == (SUMMARY_PATH, True)
    assert [line["htsCode"] for line in body["lines"]] == ["4202923120", "6109100012"]
    assert second == "/api/exports/batch_1/entries/1/summary"
    rejects = table(Path(f"{file}.rejects.csv"))
    assert [row["reject_line"] for row in rejects] == ["3", "5"]
    assert "value_usd is 'ten'" in rejects[1]["reject_reason"]


def test_a_file_with_an_entry_that_differs_ends_with_a_status_of_its_own(
    server: Recorder, tmp_path: Path
) -> None:
    file = tmp_path / "entered.csv"
    file.write_text(f"export_id,entry_number\nbatch_1,{NUMBER}\n")
    server.answer = dict(ENTRY_RECONCILIATION)
    assert "1 of them differ" in run("entries", "import", str(file), exit_code=3)
    assert not Path(f"{file}.rejects.csv").exists()


def test_two_numbers_for_one_entry_are_refused_before_anything_is_sent(
    server: Recorder, tmp_path: Path
) -> None:
    file = tmp_path / "entered.csv"
    file.write_text(f"export_id,entry_number\nbatch_1,{NUMBER}\nbatch_1,PA7-1234567-8\n")
    run("entries", "import", str(file), exit_code=3)
    assert server.asked == []


def test_a_column_that_would_go_unread_is_named(server: Recorder, tmp_path: Path) -> None:
    file = tmp_path / "entered.csv"
    file.write_text(f"export_id,entry_number,port\nbatch_1,{NUMBER},3004\n")
    run("entries", "import", str(file), exit_code=2)
    assert server.asked == []
    server.answer = MATCHES
    run("entries", "import", str(file), "--ignore-unknown")
    assert len(server.asked) == 1


def test_what_was_given_back_is_written_as_import_reads_it(server: Recorder, tmp_path: Path) -> None:
    file = tmp_path / "all.csv"
    server.answer = {"data": [ENTRY_RECONCILIATION], "hasMore": False, "nextCursor": None}
    run("entries", "export", str(file))
    [row] = table(file)
    assert tuple(row) == COLUMNS
    assert (row["export_id"], row["hts_code"], row["quantity"], row["duty_usd"]) == (
        "batch_123",
        "6202407511",
        "0.167",
        "61.88",
    )
    server.asked.clear()
    server.answer = MATCHES
    run("entries", "import", str(file))
    [(path, _, body)] = server.asked
    assert path == "/api/exports/batch_123/entries/1/summary"
    assert (body["dutyUsd"], body["feesUsd"], body["lines"][0]["quantity"]) == (61.88, 33.58, 0.167)


def test_a_task_is_closed_with_its_note(server: Recorder) -> None:
    server.answer = MATCHES
    assert "0 open" in run("entries", "close", "batch_1", "etk_1", "--entry", "2", "--note", "Agreed.")
    [(path, key, body)] = server.asked
    assert (path, body) == ("/api/exports/batch_1/entries/2/tasks/etk_1", {"note": "Agreed."})
    assert key is not None
