"""`python -m tests.campaign`: a campaign of ENTRYGO_FAULTS_SECONDS with the seed ENTRYGO_FAULTS_SEED."""

import asyncio
import os
import secrets
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.campaign.campaign import Plan, Result, run_campaign
from tests.campaign.cluster import running_cluster
from tests.campaign.settings import SECONDS_SETTING, SEED_SETTING

DEFAULT_SECONDS = "120"
SHOWN_FINDINGS = 40


def main() -> int:
    """Gives the exit status: 0 when every invariant held."""
    seconds = float(os.environ.get(SECONDS_SETTING, DEFAULT_SECONDS))
    seed = int(os.environ.get(SEED_SETTING, secrets.randbelow(1_000_000)))
    history = Path(tempfile.mkdtemp(prefix="entrygo-history-")) / "history.jsonl"
    print(f"{seconds:.0f} s of faults, {SEED_SETTING}={seed}, history in {history}", flush=True)
    result = asyncio.run(_run(Plan(seconds=seconds, seed=seed), history))
    print(report(result))
    return bool(result.findings)


async def _run(plan: Plan, history: Path) -> Result:
    async with running_cluster() as cluster:
        return await run_campaign(cluster, plan, history)


def report(result: Result) -> str:
    """What was asked, what was injected and what was found, for people."""
    asked = Counter(f"{done.asked.action} {done.answered.outcome}" for done in result.history.operations)
    lines = [
        "asked     " + _listed(asked),
        "injected  " + _listed(Counter(result.injected)),
        *(f"skipped   {name}: {why}" for name, why in result.skipped.items()),
        "exports   " + _listed(Counter(export.state for export in result.final.exports)),
        "mails     " + _listed(Counter(each.status for each in result.final.submissions)),
        f"settled   {result.settle_seconds:.1f} s after the load ended",
        *(str(finding) for finding in result.findings[:SHOWN_FINDINGS]),
        f"{len(result.findings)} findings",
    ]
    return "\n".join(lines)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"


if __name__ == "__main__":
    sys.exit(main())
