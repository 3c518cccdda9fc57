"""Where log lines go and what stands in each."""

import io
import json
import logging
from collections.abc import Iterator
from logging.handlers import WatchedFileHandler
from pathlib import Path

import pytest
import structlog

from entrygo.process.logging import bind_account, bind_request, configure_logging
from entrygo.process.settings import LogSettings


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """The log of a process that writes to a file."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    configure_logging("sync", LogSettings(file=tmp_path / "sync.log"))
    yield tmp_path / "sync.log"
    for handler in root.handlers:
        handler.close()
    root.handlers = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_log_goes_on_in_a_new_file_once_the_old_one_was_renamed(
    log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrygo.process.logging.LOOK_SECONDS", 0.0)
    log = structlog.get_logger("test")
    log.info("before")
    log_file.rename(log_file.with_suffix(".log.1"))
    log.info("after")
    [line] = log_file.read_text().splitlines()
    assert json.loads(line)["event"] == "after"


def test_line_of_what_is_no_unicode_and_of_a_very_large_number_is_written(log_file: Path) -> None:
    said = {"file": "invoice-\udce9.csv", "count": 2**64}
    structlog.get_logger("test").warning("one", **said)
    line = json.loads(log_file.read_text())
    assert {name: line[name] for name in said} == said


def test_line_names_the_request_and_the_account_it_is_written_for(log_file: Path) -> None:
    bind_request("req_1")
    bind_account("acc_1")
    structlog.get_logger("test").info("one")
    bind_request("req_2")
    structlog.get_logger("test").info("two")
    one, two = (json.loads(line) for line in log_file.read_text().splitlines())
    assert (one["request_id"], one["account"], one["process"]) == ("req_1", "acc_1", "sync")
    assert two["request_id"] == "req_2"
    assert "account" not in two


def test_line_of_the_standard_library_has_the_fields_of_ours(log_file: Path) -> None:
    bind_request("req_1")
    structlog.get_logger("test").warning("ours")
    logging.getLogger("test").warning("of a %s", "library")
    ours, other = (json.loads(line) for line in log_file.read_text().splitlines())
    assert other["event"] == "of a library"
    assert ours.keys() == other.keys()
    for field in ("process", "request_id", "level", "logger"):
        assert ours[field] == other[field]


def test_error_is_told_with_its_traceback(log_file: Path) -> None:
    try:
        raise ZeroDivisionError("by nobody")
    except ZeroDivisionError:
        structlog.get_logger("test").exception("failed")
    [line] = map(json.loads, log_file.read_text().splitlines())
    assert line["level"] == "error"
    assert "ZeroDivisionError: by nobody" in line["exception"]


def test_what_is_below_the_level_is_not_written(log_file: Path) -> None:
    structlog.get_logger("test").debug("small")
    logging.getLogger("test").debug("small")
    assert log_file.read_text() == ""


def test_log_that_takes_no_line_fails_nobody(log_file: Path) -> None:
    log = structlog.get_logger("test")
    log.info("before")
    [handler] = [each for each in logging.getLogger().handlers if isinstance(each, WatchedFileHandler)]
    closed = io.TextIOWrapper(io.BytesIO())
    closed.close()
    stream, handler.stream = handler.stream, closed
    log.info("lost")
    handler.stream = stream
    assert len(log_file.read_text().splitlines()) == 1
