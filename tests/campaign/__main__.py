"""`python -m tests.campaign [WORD …]`: a campaign; ENTRYGO_FAULTS_SECONDS and ENTRYGO_FAULTS_SEED say which.

With words, of those faults alone whose name holds one of them.
"""

import asyncio
import os
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from tests.campaign.accounts import make_accounts
from tests.campaign.campaign import Plan, Result, run_campaign
from tests.campaign.checker import Finding
from tests.campaign.cluster import running_cluster
from tests.campaign.directed import NAMED_FAULTS
from tests.campaign.faults import FAULTS
from tests.campaign.settings import SECONDS_SETTING, SEED_SETTING

DEFAULT_SECONDS = "120"
# Of each invariant.
SHOWN_FINDINGS = 5


def main(words: list[str]) -> int:
    """Gives the exit status: 0 when every invariant held."""
    seconds = float(os.environ.get(SECONDS_SETTING, DEFAULT_SECONDS))
    seed = int(os.environ.get(SEED_SETTING, secrets.randbelow(1_000_000)))
    history = Path(tempfile.mkdtemp(prefix="entrygo-history-")) / "history.jsonl"
    named = [fault for fault in (*FAULTS, *NAMED_FAULTS) if any(word in fault.name for word in words)]
    faults = named if words else FAULTS
    print(f"{seconds:.0f} s of faults, {SEED_SETTING}={seed}, history in {history}", flush=True)
    result = asyncio.run(run(Plan(seconds=seconds, seed=seed, faults=faults), history))
    print(report(result))
    return bool(result.findings)


async def run(plan: Plan, history: Path) -> Result:
    """A campaign on a system of its own."""
    settings = dict(chain.from_iterable(fault.settings.items() for fault in plan.faults))
    async with running_cluster(settings) as cluster:
        return await run_campaign(cluster, await make_accounts(cluster), plan, history)


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
        *(f"grows     {growth}" for growth in result.growth if growth.is_leak),
        *_shown(result.findings),
        f"{len(result.findings)} findings",
    ]
    return "\n".join(lines)


def _shown(findings: Sequence[Finding]) -> list[str]:
    """The first findings of each invariant."""
    counts: Counter[str] = Counter()
    lines = []
    for finding in findings:
        counts[finding.invariant] += 1
        if counts[finding.invariant] <= SHOWN_FINDINGS:
            lines.append(str(finding))
    return lines


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
