"""How a command ends that came to nothing: with `--json` one JSON document on stdout, of every command."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import typer

from entrygo.cli import main as command_line
from entrygo.cli.connection import NotConfigured
from entrygo.cli.failures import EXPECTED, FAULT, document_of
from entrygo.cli.main import main
from entrygo.domain.errors import NotFound
from entrygo_client import ApiError, NoAnswer, PlanHashMismatch
from tests.unit.cli.recorder import REFUSED, Recorder, server
from tests.unit.cli.test_json import ALL, GROUPS, SPEAK_OTHERWISE

__all__ = ["server"]

Captured = pytest.CaptureFixture[str]


def end(capsys: Captured, *arguments: str) -> tuple[int, Any, str]:
    """The exit code, what stdout holds as one document, and stderr."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    captured = capsys.readouterr()
    return int(str(ended.value.code)), json.loads(captured.out), captured.err


def filled_in(command: Any, file: Path) -> list[str]:
    """A command's required parameters, each with a value that it takes."""
    given = []
    for each in command.params:
        if each.required:
            declared = each.type_descriptor
            text = declared.choices[0].value if declared.choices else str(file) if declared.is_path else "x"
            given += [text] if each.param_type_name == "argument" else [each.opts[0], text]
    return given


@pytest.fixture(autouse=True)
def built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands as they are built for their first use; they hold nothing of a run."""
    monkeypatch.setattr(command_line, "command_of", GROUPS.__getitem__)


@pytest.fixture
def fails_with(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets every command end with an error."""

    def fail(error: BaseException) -> None:
        def run(**_: Any) -> None:
            raise error

        for command in ALL.values():
            monkeypatch.setattr(command, "callback", run)

    return fail


@pytest.mark.parametrize("name", ALL)
def test_a_command_line_that_cannot_be_read_is_a_document_too(name: str, capsys: Captured) -> None:
    status, document, said = end(capsys, *name.split(), "--json", "--no-such-option")
    assert (status, document["errorCode"]) == (2, "INVALID_COMMAND")
    assert document["message"]
    assert "INVALID_COMMAND" in said


@pytest.mark.parametrize("name", sorted(ALL.keys() - SPEAK_OTHERWISE))
def test_every_command_answers_a_program_with_its_error(
    name: str, fails_with: Any, capsys: Captured, tmp_path: Path
) -> None:
    body = {"errorCode": "PLAN_HASH_MISMATCH", "message": "m", "field": "f", "details": {"a": 1}}
    fails_with(PlanHashMismatch(409, body))
    file = tmp_path / "file"
    file.touch()
    ended = end(capsys, *name.split(), *filled_in(ALL[name], file), "--json")
    assert ended[:2] == (1, body)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NoAnswer("No answer from http://x"), 1, "NO_ANSWER"),
        (ApiError(418, {}), 1, "HTTP_418"),
        (NotFound("No archived export."), 1, "NOT_FOUND"),
        (NotConfigured("ENTRYGO_API_KEY is not set."), 1, "NOT_CONFIGURED"),
        (ConnectionRefusedError("refused"), 1, "NO_CONNECTION"),
        (PermissionError(13, "Permission denied", "/x"), 1, "FILE_UNUSABLE"),
        (typer.BadParameter("no"), 2, "INVALID_COMMAND"),
        (KeyboardInterrupt(), 130, "INTERRUPTED"),
        (typer.Abort(), 1, "INTERRUPTED"),
    ],
)
def test_an_error_keeps_its_exit_code(
    error: BaseException, status: int, code: str, fails_with: Any, capsys: Captured
) -> None:
    fails_with(error)
    ended, document, _ = end(capsys, "export", "list", "--json")
    assert (ended, document["errorCode"]) == (status, code)


async def test_a_database_that_does_not_run_is_no_file_and_the_message_says_where_to_look(
    tmp_path: Path,
) -> None:
    # So the embedded PostgreSQL of a home that was stopped is missed: no file is named by the error.
    with pytest.raises(FileNotFoundError) as missed:
        await asyncio.open_unix_connection(str(tmp_path / ".s.PGSQL.5432"))
    document = document_of(missed.value)
    assert document["errorCode"] == "NO_CONNECTION"
    assert document["message"].endswith("Is the system running? See `entrygo status`.")
    unread = FileNotFoundError(2, "No such file or directory", "/x")
    assert document_of(unread) == {
        "errorCode": "FILE_UNUSABLE",
        "message": "/x: No such file or directory.",
    }


@pytest.mark.parametrize("as_json", [False, True])
def test_a_fault_of_ours_shows_no_traceback_and_keeps_it(
    as_json: bool, fails_with: Any, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    fails_with(ZeroDivisionError("division by zero"))
    with pytest.raises(SystemExit) as ended:
        main(["export", "list", *(["--json"] if as_json else [])])
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert "Traceback" not in said.err + said.out
    [kept] = tmp_path.glob("entrygo-fault-*.txt")
    assert f"{FAULT} ZeroDivisionError('division by zero'). Please report it with {kept}." in said.err
    assert "Traceback" in kept.read_text(encoding="utf-8")
    assert (json.loads(said.out)["errorCode"] == FAULT) if as_json else not said.out


def test_the_servers_refusal_is_the_document(server: Recorder, capsys: Captured) -> None:
    server.refuse = {}
    status, document, _ = end(capsys, "export", "cancel", "batch_1", "--json")
    assert (status, document["errorCode"], document["details"]) == (
        1,
        REFUSED["errorCode"],
        REFUSED["details"],
    )


def test_a_file_that_cannot_be_read_is_the_document(
    capsys: Captured, tmp_path: Path, server: Recorder
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("what\n1\n", encoding="utf-8")
    status, document, _ = end(capsys, "orders", "import", str(file), "--json")
    assert (status, document["errorCode"]) == (2, "WRONG_COLUMNS")


def test_a_fix_file_without_a_place_is_refused_before_anything_is_sent(
    capsys: Captured, tmp_path: Path, server: Recorder
) -> None:
    file = str(tmp_path / "absent" / "fixes.csv")
    status, document, _ = end(capsys, "export", "plan", "--order", "ord_1", "--fix-file", file, "--json")
    assert (status, document["errorCode"]) == (2, "INVALID_COMMAND")
    assert server.asked == []


def test_a_setting_that_is_wrong_is_named_as_it_is_set(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRYGO_SYNC_PORT", "abc")
    status, document, _ = end(capsys, "up", "--detach", "--json")
    assert (status, document["errorCode"]) == (1, "INVALID_SETTING")
    assert document["message"].startswith("ENTRYGO_SYNC_PORT: ")


def test_settings_that_do_not_go_together_are_named_and_nothing_else(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRYGO_TOGETHER", "true")
    status, document, _ = end(capsys, "up", "--replicas", "2", "--json")
    assert (status, document["errorCode"]) == (1, "INVALID_SETTING")
    assert document["message"] == "ENTRYGO_TOGETHER is one process, which ENTRYGO_REPLICAS cannot multiply"


@pytest.mark.parametrize("place", sorted(EXPECTED))
def test_every_code_of_the_command_is_written_in_capitals(place: str) -> None:
    assert EXPECTED[place] == EXPECTED[place].upper()


def test_text_from_outside_is_no_markup(fails_with: Any, capsys: Captured) -> None:
    fails_with(ApiError(400, {"errorCode": "X", "message": "[red]\x1b[2J[/nothing]"}))
    with pytest.raises(SystemExit):
        main(["export", "list"])
    assert "[red][2J[/nothing]" in capsys.readouterr().err


def test_a_long_path_is_broken_and_not_cut_off(
    fails_with: Any, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    issue = {
        "path": "trip.entries.0.houseBills.1.papsNumber",
        "message": "Each entry, and each house bill, has a control number of its own",
        "code": "duplicate",
    }
    fails_with(ApiError(400, {"errorCode": "VALIDATION_ERROR", "details": {"issues": [issue]}}))
    with pytest.raises(SystemExit):
        main(("export", "list"))
    said = capsys.readouterr().err
    assert "…" not in said
    assert [line.split()[0] for line in said.splitlines()[2:]] == [
        "trip.entries.0.houseBills.1.paps",
        "Number",
    ]
