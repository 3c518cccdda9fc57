"""Failpoints: a process dies at the point that the environment names, and nowhere else."""

import os
import subprocess
import sys

import pytest

from entrygo.execution.failpoints import AFTER_CLAIM, AFTER_RESERVE
from entrygo.process.failpoints import KILLED, VARIABLE

PROGRAM = f"from entrygo.process.failpoints import reach; reach({AFTER_CLAIM!r}); raise SystemExit(3)"


@pytest.mark.parametrize(
    ("armed", "code"),
    [({}, 3), ({VARIABLE: f"{AFTER_RESERVE}:kill"}, 3), ({VARIABLE: f"{AFTER_CLAIM}:kill"}, KILLED)],
)
def test_a_process_dies_at_the_point_that_is_named_and_at_no_other(armed: dict[str, str], code: int) -> None:
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE} | armed
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, check=False)
    assert done.returncode == code
