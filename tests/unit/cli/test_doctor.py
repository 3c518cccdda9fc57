"""What the doctor finds without a running system, and how its checks leave each other alone."""

import asyncio
import errno
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
import structlog

from entrygo.cli.doctor.findings import Check, Finding, Level, ok, run_checks
from entrygo.cli.doctor.surroundings import surrounding_checks
from entrygo.cli.remembered import remembered
from entrygo.cli.up.home import Home, write_private


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

    checks = [Check("one", fails, "start it"), Check("two", hangs, "wake it"), Check("three", is_fine, "")]
    assert await run_checks(checks, seconds=0.05) == [
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
    assert "afterwards" in capfd.readouterr().out


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


def test_home_where_nothing_ran_stands_in_for_nothing(home: Home) -> None:
    assert remembered(home) == {}
    state = home.load_state().model_copy(update={"kafka_bootstrap": "kafka.example.com:9092"})
    home.save_state(state)
    assert remembered(home)["ENTRYGO_KAFKA_BOOTSTRAP"] == "kafka.example.com:9092"
    assert "ENTRYGO_DATABASE_URL" not in remembered(home)
