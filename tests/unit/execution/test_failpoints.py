"""Failpoints: a process dies at the point that the environment names, and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from entrygo.execution.state.failpoints import AFTER_CLAIM, AFTER_RESERVE
from entrygo.process.failpoints import FILE_PREFIX, KILLED, VARIABLE

PROGRAM = f"from entrygo.process.failpoints import reach; reach({AFTER_CLAIM!r}); raise SystemExit(3)"


def run(armed: dict[str, str]) -> int:
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE} | armed
    return subprocess.run([sys.executable, "-c", PROGRAM], env=environment, check=False).returncode


@pytest.mark.parametrize(
    ("armed", "code"),
    [({}, 3), ({VARIABLE: f"{AFTER_RESERVE}:kill"}, 3), ({VARIABLE: f"{AFTER_CLAIM}:kill"}, KILLED)],
)
def test_a_process_dies_at_the_point_that_is_named_and_at_no_other(armed: dict[str, str], code: int) -> None:
    assert run(armed) == code


def test_a_process_dies_once_at_the_point_that_a_file_names(tmp_path: Path) -> None:
    file = tmp_path / "failpoint"
    armed = {VARIABLE: f"{FILE_PREFIX}{file}"}
    assert run(armed) == 3
    file.write_text(AFTER_RESERVE)
    assert run(armed) == 3
    file.write_text(AFTER_CLAIM)
    assert [run(armed), run(armed)] == [KILLED, 3]
