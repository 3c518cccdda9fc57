"""Processes that are recognised by pid and time of creation."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from entrygo.cli.up.processes import end_all, find, identify


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def test_end_all_ends_what_was_recorded(child: subprocess.Popen[bytes]) -> None:
    recorded = identify(child.pid)
    assert recorded is not None
    assert end_all([recorded]) == [child.pid]
    assert find(recorded) is None


def test_end_all_spares_a_later_process_with_the_same_pid(child: subprocess.Popen[bytes]) -> None:
    recorded = identify(child.pid)
    assert recorded is not None
    earlier = recorded.model_copy(update={"created": recorded.created - 60})
    assert end_all([earlier]) == []
    assert find(recorded) is not None


def test_identify_is_none_when_the_process_is_gone(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
    assert identify(child.pid) is None
