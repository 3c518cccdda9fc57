"""CPU time at rest, by the scheduler."""

import subprocess
import sys

import psutil
import pytest

from tests.bench.costs import SCHEDULED, Meter

BUSY = "print(sum(range(20_000_000)), flush=True); input()"


@pytest.mark.skipif(not SCHEDULED.exists(), reason="the kernel keeps no such figures")
def test_a_child_that_ends_between_two_looks_takes_nothing_off_what_is_used() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        meter = Meter({"own": psutil.Process()}, at_rest=True)
        before = meter.read()
        child.communicate("\n")
    [used] = meter.since(before).values()
    assert used >= 0
