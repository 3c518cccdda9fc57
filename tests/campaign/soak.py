"""`python -m tests.campaign.soak MINUTES`: a long quiet load without faults, and what each process takes.

Prints memory, threads, open files and database sessions of every process early, in the middle and late, the
slope of each, and which of them grow. The first quarter is the warming up.
"""

import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from tests.campaign.__main__ import report, run
from tests.campaign.campaign import Plan
from tests.campaign.load import Pace

DEFAULT_MINUTES = "15"
# A few requests a second: what is looked for is what stays behind, not how much is carried.
PACE = Pace(callers=1, thinking_seconds=0.5)


def main(arguments: list[str]) -> int:
    """Gives the exit status: 0 when nothing grows and every invariant held."""
    minutes = float(arguments[0] if arguments else DEFAULT_MINUTES)
    history = Path(tempfile.mkdtemp(prefix="entrygo-soak-")) / "history.jsonl"
    print(f"{minutes:g} minutes without faults, history in {history}", flush=True)
    plan = Plan(seconds=60 * minutes, seed=secrets.randbelow(1_000_000), faults=(), pace=PACE)
    result = asyncio.run(run(plan, history))
    leaks = [growth for growth in result.growth if growth.is_leak]
    print(f"{'':31} {'early':>8} {'middle':>8} {'late':>8} {'slope':>8}")
    for growth in result.growth:
        print(growth)
    print(report(result))
    print(f"{len(leaks)} of {len(result.growth)} figures grow")
    return bool(leaks or result.findings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
