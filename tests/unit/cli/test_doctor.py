"""What the doctor finds without a running system, and how its checks leave each other alone."""

import asyncio
import errno
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
import structlog

from entrygo.cli.doctor.command import checks
from entrygo.cli.doctor.findings import Check, Finding, Level, ok, run_checks
from entrygo.cli.doctor.surroundings import surrounding_checks
from entrygo.cli.remembered import remembered
from entrygo.cli.up.home import Home, RunReport, write_private
from entrygo.cli.up.postgres import Postgres
from entrygo.cli.up.processes import identify
from entrygo.cli.up.schemas import SCHEMAS
from entrygo.cli.up.settings import UpSettings
from entrygo.cli.up.wiring import addresses
from tests.harness import processes

LISTENS = "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(9)"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.prepare()
    return made


async def found(home: Home, subject: str) -> Finding:
    """The one finding of a check."""
    [check] = [check for check in surrounding_checks(home) if check.subject == subject]
    [finding] = await run_checks([check])
    return finding


async def test_check_that_fails_or_hangs_is_a_finding_and_stops_no_other() -> None:
    async def fails() -> Sequence[Finding]:
        raise ConnectionRefusedError("nobody there")

    async def hangs() -> Sequence[Finding]:
        await asyncio.Event().wait()
        return []

    async def is_fine() -> Sequence[Finding]:
        return [ok("three", "fine")]

    given = [Check("one", fails, "start it"), Check("two", hangs, "wake it"), Check("three", is_fine, "")]
    assert await run_checks(given, seconds=0.05) == [
        Finding("one", Level.FAILED, "ConnectionRefusedError: nobody there", "start it"),
        Finding("two", Level.FAILED, "no answer within 0.05 s", "wake it"),
        Finding("three", Level.OK, "fine"),
    ]


async def test_refused_setting_is_named_and_not_quoted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRYGO_LINK_SECRET", "too-short")
    finding = await found(home, "settings")
    assert finding.level is Level.FAILED
    assert "ENTRYGO_LINK_SECRET" in finding.text
    assert "too-short" not in finding.text


async def test_missing_service_token_fails(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENTRYGO_SERVICE_TOKEN", raising=False)
    assert (await found(home, "service token")).level is Level.FAILED
    monkeypatch.setenv("ENTRYGO_SERVICE_TOKEN", "short")
    assert (await found(home, "service token")).level is Level.WARNING
    monkeypatch.setenv("ENTRYGO_SERVICE_TOKEN", "0123456789abcdef")
    assert (await found(home, "service token")).level is Level.OK


@pytest.mark.parametrize(
    ("subject", "variable", "value"),
    [
        ("kafka", "ENTRYGO_KAFKA_BOOTSTRAP", "127.0.0.1:1"),
        ("mail", "ENTRYGO_SMTP_URL", "smtp://127.0.0.1:1"),
        ("documents", "ENTRYGO_ARTIFACTS_URL", "file:///proc/nobody-writes-here"),
    ],
)
async def test_part_that_is_away_fails_with_advice(
    home: Home, monkeypatch: pytest.MonkeyPatch, subject: str, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    finding = await found(home, subject)
    assert finding.level is Level.FAILED
    assert variable in finding.advice


async def test_full_disk_is_said_to_be_full(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def is_full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setenv("ENTRYGO_ARTIFACTS_URL", tmp_path.as_uri())
    monkeypatch.setattr(os, "fdatasync", is_full)
    finding = await found(home, "documents")
    assert finding.level is Level.FAILED
    assert "No space left on device" in finding.text
    assert "make room" in finding.advice


async def test_nothing_is_printed_by_what_a_check_logs(capfd: pytest.CaptureFixture[str]) -> None:
    async def complains() -> Sequence[Finding]:
        structlog.get_logger().error("of.ours")
        logging.getLogger("of.a.library").error("of a library")
        return [ok("one", "fine")]

    await run_checks([Check("one", complains, "")])
    assert capfd.readouterr() == ("", "")
    structlog.get_logger().error("afterwards")
    assert "afterwards" in "".join(capfd.readouterr())


async def test_documents_are_written_and_read_back(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ENTRYGO_ARTIFACTS_URL", tmp_path.as_uri())
    assert (await found(home, "documents")).level is Level.OK


async def test_file_of_the_home_that_others_can_read_is_named(home: Home) -> None:
    write_private(home.env_file, "export ENTRYGO_API_KEY=x")
    assert (await found(home, "home")).level is Level.OK
    home.env_file.chmod(0o644)
    finding = await found(home, "home")
    assert finding.level is Level.WARNING
    assert "env" in finding.text


EMBEDDED = {"kafka", "mail", "reference data", *(f"database {schema}" for schema in SCHEMAS)}
ALWAYS = {"settings", "documents", "ports", "home", "certificates", "services"}


def looked_at(home: Home, monkeypatch: pytest.MonkeyPatch, **given: str) -> set[str]:
    """The subjects of the checks of `entrygo doctor` in this home, with `given` and nothing else named."""
    for name in [each for each in os.environ if each.startswith("ENTRYGO_")]:
        monkeypatch.delenv(name)
    for name, value in {"ENTRYGO_HOME": str(home.root), **remembered(home), **given}.items():
        monkeypatch.setenv(name, value)
    return {check.subject for check in checks(home)}


def ran_before(home: Home) -> None:
    state = home.load_state().model_copy(update={"broker_port": 21000, "smtp_port": 21001})
    where = addresses(UpSettings(home=home.root), home, state, Postgres(home, state.postgres_password))
    home.save_state(state.model_copy(update=asdict(where)))


async def test_home_that_is_stopped_is_one_finding_that_says_how_to_start_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran_before(home)
    assert looked_at(home, monkeypatch) == {"system", "service token", "transport", *ALWAYS}
    [finding] = await run_checks([check for check in checks(home) if check.subject == "system"])
    assert finding.level is Level.FAILED
    assert f"not running: {home.root}" in finding.text
    assert "not looked at: kafka, mail, databases, reference data" in finding.text
    assert "entrygo up" in finding.advice


def test_every_part_of_a_running_home_is_looked_at(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ran_before(home)
    supervisor = identify(os.getpid())
    assert supervisor is not None
    home.save_run(RunReport(supervisor=supervisor, base_url="http://localhost:3000"))
    assert looked_at(home, monkeypatch) == {"service token", "transport", *ALWAYS, *EMBEDDED}


@pytest.mark.parametrize(
    ("name", "value", "subjects"),
    [
        ("ENTRYGO_KAFKA_BOOTSTRAP", "kafka.example:9092", {"kafka"}),
        ("ENTRYGO_SMTP_URL", "smtp://mail.example:25", {"mail"}),
        ("ENTRYGO_SYNC_DATABASE_URL", "postgresql://db.example/entrygo", {"database sync"}),
        ("ENTRYGO_DATABASE_URL", "postgresql://db.example/entrygo", EMBEDDED - {"kafka", "mail"}),
    ],
)
def test_part_from_elsewhere_is_looked_at_though_the_home_is_stopped(
    home: Home, monkeypatch: pytest.MonkeyPatch, name: str, value: str, subjects: set[str]
) -> None:
    ran_before(home)
    assert looked_at(home, monkeypatch, **{name: value}) & EMBEDDED == subjects


def test_home_where_nothing_ran_is_told_to_start_unless_databases_are_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert looked_at(home, monkeypatch) == {"system", *ALWAYS}
    given = {"ENTRYGO_DATABASE_URL": "postgresql://db.example/entrygo"}
    assert looked_at(home, monkeypatch, **given) == {"service token", "transport", *ALWAYS, *EMBEDDED}


def test_home_where_nothing_ran_stands_in_for_nothing(home: Home) -> None:
    assert remembered(home) == {}
    state = home.load_state().model_copy(update={"kafka_bootstrap": "kafka.example.com:9092"})
    home.save_state(state)
    assert remembered(home)["ENTRYGO_KAFKA_BOOTSTRAP"] == "kafka.example.com:9092"
    assert "ENTRYGO_DATABASE_URL" not in remembered(home)


@pytest.mark.parametrize(
    ("given", "level"),
    [
        pytest.param({"ENTRYGO_DATABASE_URL": "postgresql://db.example/entrygo"}, Level.OK, id="deployed"),
        pytest.param({}, Level.WARNING, id="the system of another home"),
    ],
)
async def test_the_port_of_a_service_is_its_own_where_it_is_deployed(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: dict[str, str], level: Level
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    port = processes.free_port()
    monkeypatch.setenv("ENTRYGO_EXECUTION_PORT", str(port))
    folder = tmp_path / "entrygo"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "execution.py").write_text(LISTENS, encoding="utf-8")
    command = [sys.executable, "-m", "entrygo.execution", str(port)]
    process = processes.start(command, log=tmp_path / "log", env={"PYTHONPATH": str(tmp_path)})
    try:
        processes.wait_for_port(port, process, log=tmp_path / "log", seconds=60)
        [check] = [check for check in surrounding_checks(home) if check.subject == "ports"]
        [finding] = [each for each in await run_checks([check]) if str(port) in each.text]
        assert finding.level is level
    finally:
        processes.stop(process)
