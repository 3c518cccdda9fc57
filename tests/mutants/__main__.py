"""Plants each fault in a copy of the repository and runs its tests; reports the faults that lived.

`python -m tests.mutants [WORD …]` takes those whose name holds one of the words. Fails when a fault lived, or
when an edit is stale: its old text is no longer there, or stands there more than once.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from tests.harness.postgres import DATABASE_URL_SETTING, run_postgres
from tests.mutants.faults import FAULTS, Fault

ROOT = Path(__file__).resolve().parents[2]
SOURCE_ROOTS = ("services", "gateway", "shared")
TIMEOUT_SECONDS = 600  # of one fault; without an end it is counted as noticed, as its test would hang
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
    with _copy() as copy, run_postgres() as database_url:
        tests = sorted({test for fault in wanted for test in fault.tests})
        verdict, said = _run(tests, copy, database_url)
        if verdict is not Verdict.LIVED:
            print(f"The tests are not green without a fault.\n{said}")
            return 1
        verdicts = [_judge(fault, copy, database_url) for fault in wanted]
    bad = [verdict for verdict in verdicts if verdict is not Verdict.KILLED]
    print(f"{len(verdicts) - len(bad)} of {len(verdicts)} planted faults were noticed.")
    return bool(bad)


@contextmanager
def _copy() -> Iterator[Path]:
    """Every file that git knows or would add, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="entrygo-mutants-") as folder:
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, Path(folder) / name)
        yield Path(folder)


def _judge(fault: Fault, copy: Path, database_url: str) -> Verdict:
    file = copy / fault.file
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    if before.count(fault.old) != 1:
        print(f"{Verdict.STALE:6}  {fault.name}  (in {fault.file} {before.count(fault.old)} times)")
        return Verdict.STALE
    file.write_text(before.replace(fault.old, fault.new), encoding="utf-8")
    try:
        verdict, said = _run(fault.tests, copy, database_url)
    finally:
        file.write_text(before, encoding="utf-8")
    print(f"{verdict:6}  {fault.name}", flush=True)
    if verdict is Verdict.BROKEN:
        print(said)
    return verdict


def _run(tests: Sequence[str], copy: Path, database_url: str) -> tuple[Verdict, str]:
    # The copy's modules come before those that are installed, whose place is the repository.
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(copy / root) for root in SOURCE_ROOTS),
        "PYTHONDONTWRITEBYTECODE": "1",
        DATABASE_URL_SETTING: database_url,
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True,
            timeout=TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Verdict.KILLED, ""
    if done.returncode == 0:
        return Verdict.LIVED, done.stdout
    is_noticed = done.returncode == FAILED_TESTS and " failed" in done.stdout
    return (Verdict.KILLED if is_noticed else Verdict.BROKEN), done.stdout[-2000:]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
