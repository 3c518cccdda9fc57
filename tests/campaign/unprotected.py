"""`python -m tests.campaign.unprotected [WORD …]`: switches off one protection after the other.

Each in a copy of the repository, with a short campaign; the checker must find something each time. Fails when
it did not, or when an edit is stale.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path

from tests.campaign.checker import INVARIANTS
from tests.campaign.protections import PROTECTIONS, Protection
from tests.campaign.settings import SECONDS_SETTING, SEED_SETTING
from tests.mutants.planting import Stale, copied_repository, environment_of, planted

SECONDS = "25"
SEED = "20261128"
TIMEOUT_SECONDS = 600
LAST_LINE = " findings"


class Verdict(StrEnum):
    """What became of a protection that was switched off."""

    NOTICED = "noticed"
    UNSEEN = "UNSEEN"
    STALE = "STALE"
    BROKEN = "BROKEN"


def main(words: list[str]) -> int:
    """Gives the exit status: 0 when each was noticed."""
    wanted = [each for each in PROTECTIONS if not words or any(word in each.name for word in words)]
    with copied_repository() as copy:
        verdicts = [_judge(protection, copy) for protection in wanted]
    noticed = verdicts.count(Verdict.NOTICED)
    print(f"{noticed} of {len(verdicts)} protections were missed when they were switched off.")
    return noticed != len(verdicts)


def _judge(protection: Protection, copy: Path) -> Verdict:
    try:
        with ExitStack() as edits:
            for edit in protection.edits:
                edits.enter_context(planted(copy, edit))
            verdict, why = _run(protection, copy)
    except Stale as stale:
        verdict, why = Verdict.STALE, str(stale)
    print(f"{verdict:7}  {protection.name}: {why}", flush=True)
    return verdict


def _run(protection: Protection, copy: Path) -> tuple[Verdict, str]:
    environment = {SECONDS_SETTING: SECONDS, SEED_SETTING: SEED, **os.environ, **environment_of(copy)}
    command = [sys.executable, "-m", "tests.campaign", *protection.faults]
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True,
            timeout=TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Verdict.BROKEN, "it did not end"
    if not done.stdout.rstrip().endswith(LAST_LINE):
        return Verdict.BROKEN, done.stderr[-1500:]
    found = [name for name in INVARIANTS if f"\n{name}: " in done.stdout]
    return (Verdict.NOTICED, "; ".join(found)) if found else (Verdict.UNSEEN, "nothing was found")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
