"""Plants each fault in a copy of the repository and runs its tests; reports the faults that lived.

`python -m tests.mutants [WORD …]` takes those whose name holds one of the words. Fails when a fault lived, or
when an edit is stale: its old text is no longer there, or stands there more than once.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from tests.harness.postgres import DATABASE_URL_SETTING, run_postgres
from tests.mutants.faults import FAULTS, Fault
from tests.mutants.planting import Edit, Stale, copied_repository, environment_of, planted

# Of one fault, beyond what all tests took without any: without an end it is counted as noticed, as its test
# would hang. By itself it would be too short for many tests on a machine in use.
TIMEOUT_SECONDS = 600
FAILED_TESTS = 1  # pytest's exit status; above it pytest itself had trouble


class Verdict(StrEnum):
    """What became of a planted fault."""

    KILLED = "killed"
    LIVED = "LIVED"
    STALE = "STALE"
    BROKEN = "BROKEN"


def main(words: list[str]) -> int:
    """Gives the exit status: 0 when every fault was noticed."""
    wanted = [fault for fault in FAULTS if not words or any(word in fault.name for word in words)]
    with copied_repository() as copy, run_postgres() as database_url:
        tests = sorted({test for fault in wanted for test in fault.tests})
        started = time.monotonic()
        verdict, said = _run(tests, copy, database_url, seconds=None)
        limit = time.monotonic() - started + TIMEOUT_SECONDS
        if verdict is not Verdict.LIVED:
            print(f"The tests are not green without a fault.\n{said}")
            return 1
        verdicts = [_judge(fault, copy, database_url, seconds=limit) for fault in wanted]
    bad = [verdict for verdict in verdicts if verdict is not Verdict.KILLED]
    print(f"{len(verdicts) - len(bad)} of {len(verdicts)} planted faults were noticed.")
    return bool(bad)


def _judge(fault: Fault, copy: Path, database_url: str, *, seconds: float) -> Verdict:
    try:
        with planted(copy, Edit(fault.file, fault.old, fault.new)):
            verdict, said = _run(fault.tests, copy, database_url, seconds=seconds)
    except Stale as stale:
        print(f"{Verdict.STALE:6}  {fault.name}  ({stale})")
        return Verdict.STALE
    print(f"{verdict:6}  {fault.name}", flush=True)
    if verdict is Verdict.BROKEN:
        print(said)
    return verdict


def _run(
    tests: Sequence[str], copy: Path, database_url: str, *, seconds: float | None
) -> tuple[Verdict, str]:
    """Without `seconds` the tests may take as long as they need."""
    environment = {**environment_of(copy), DATABASE_URL_SETTING: database_url}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True,
            timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Verdict.KILLED, ""
    if done.returncode == 0:
        return Verdict.LIVED, done.stdout
    is_noticed = done.returncode == FAILED_TESTS and " failed" in done.stdout
    return (Verdict.KILLED if is_noticed else Verdict.BROKEN), done.stdout[-2000:]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
