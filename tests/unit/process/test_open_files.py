"""A process of ours may open more files than its shell asked for, up to what the system allows."""

import resource
import subprocess
import sys

import pytest

# A process of its own: what is lowered here is not raised again.
PROGRAM = """
import asyncio, resource, sys
from entrygo.process.runtime import run
from entrygo.process.settings import ProcessSettings

async def main(stop: asyncio.Event) -> None:
    print(*resource.getrlimit(resource.RLIMIT_NOFILE), file=sys.stderr)

resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv.pop())))
run("sync", ProcessSettings(), main)
"""


def limits_of_a_process(soft: int, hard: int) -> list[int]:
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if allowed != resource.RLIM_INFINITY and allowed < hard:
        pytest.skip(f"needs a limit of {hard} open files or more")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(soft), str(hard)], capture_output=True, text=True, check=True
    )
    return [int(number) for number in done.stderr.split()]


@pytest.mark.parametrize(
    ("soft", "hard", "found"),
    [
        pytest.param(256, 15_000, [10_240, 15_000], id="as a shell of macOS"),
        pytest.param(1_024, 4_096, [4_096, 4_096], id="a system that allows fewer"),
        pytest.param(12_000, 15_000, [12_000, 15_000], id="more already"),
    ],
)
def test_a_process_may_open_as_many_files_as_it_needs(soft: int, hard: int, found: list[int]) -> None:
    assert limits_of_a_process(soft, hard) == found
