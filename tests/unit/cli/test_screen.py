"""What the terminal shows of a running system."""

import io
import os
import sys

import pytest
from rich.console import Console

from entrygo.cli.up.home import PartReport, Process
from entrygo.cli.up.screen import LiveScreen, PlainScreen, duration, open_screen, parts_table

READY = PartReport(
    name="sync", state="ready", address="127.0.0.1:50051", process=Process(pid=7, created=1), since=10
)
AWAY = PartReport(name="planning", state="restarting", address="127.0.0.1:50052", restarts=3, since=70)


def test_table_has_a_status_line_for_each_part() -> None:
    console = Console(file=io.StringIO(), width=120)
    console.print(parts_table([READY, AWAY], now=130))
    assert isinstance(console.file, io.StringIO)
    lines = [line.split() for line in console.file.getvalue().splitlines()]
    assert lines[1] == ["sync", "ready", "2m", "7", "0", "127.0.0.1:50051"]
    assert lines[2] == ["planning", "restarting", "1m", "-", "3", "127.0.0.1:50052"]


def test_plain_screen_writes_a_line_only_when_a_state_changes(capsys: pytest.CaptureFixture[str]) -> None:
    screen = PlainScreen()
    screen.show([READY])
    screen.show([READY, AWAY])
    assert capsys.readouterr().out.splitlines() == ["sync       ready pid 7", "planning   restarting"]


def test_screen_is_live_on_a_terminal_alone() -> None:
    assert isinstance(open_screen(Console(force_terminal=True, file=io.StringIO())), LiveScreen)
    assert isinstance(open_screen(Console(file=io.StringIO())), PlainScreen)


@pytest.mark.parametrize("is_terminal", [True, False])
def test_screen_whose_reader_has_gone_ends_nothing(
    is_terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a terminal is closed, or `tee` ended by the same Ctrl-C."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as unread:
        monkeypatch.setattr(sys, "stdout", unread)
        with open_screen(Console(file=unread, force_terminal=is_terminal)) as screen:
            os.close(reading)
            screen.show([READY])
            screen.say("stopping")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(-1, "0s"), (59, "59s"), (60, "1m"), (3600, "1h"), (200_000, "2d")]
)
def test_duration_uses_the_largest_unit_that_fits(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
