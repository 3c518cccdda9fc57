"""One campaign: the load and the nemesis side by side, then the healing, the settling and the check."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.campaign.accounts import Account, make_accounts
from tests.campaign.checker import Finding, check
from tests.campaign.cluster import Cluster
from tests.campaign.faults import FAULTS
from tests.campaign.final_state import FinalState
from tests.campaign.history import History, Recorder
from tests.campaign.load import run_load
from tests.campaign.nemesis import Fault, Nemesis
from tests.campaign.observe import observe, settled

WARM_ANSWERS = 10
WARM_SECONDS = 60.0
CALM_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long the faults last, and what decides their order."""

    seconds: float
    seed: int
    faults: Sequence[Fault] = FAULTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a campaign showed."""

    history: History
    final: FinalState
    findings: Sequence[Finding]
    injected: Mapping[str, int]
    skipped: Mapping[str, str]
    settle_seconds: float
    accounts: Sequence[Account] = field(repr=False)


async def run_campaign(cluster: Cluster, plan: Plan, history_file: Path) -> Result:
    """Runs it on a system that nobody used before."""
    accounts = await make_accounts(cluster)
    recorder = Recorder(history_file)
    stop = asyncio.Event()
    nemesis = Nemesis(cluster, recorder, plan.faults, plan.seed)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(run_load(cluster, accounts, recorder, plan.seed, stop))
        await _warm(recorder)
        await nemesis.rage(plan.seconds)
        # From here on nothing is broken any more.
        await cluster.ready()
        await asyncio.sleep(CALM_SECONDS)
        stop.set()
    took, unsettled = await settled(cluster)
    final = await observe(cluster, accounts, unsettled)
    history = recorder.close()
    return Result(
        history=history,
        final=final,
        findings=check(history, final),
        injected=dict(nemesis.injected),
        skipped=nemesis.skipped,
        settle_seconds=took,
        accounts=accounts,
    )


async def _warm(recorder: Recorder) -> None:
    """Waits until the load is under way."""
    async with asyncio.timeout(WARM_SECONDS):
        # What is waited for happens in many tasks; there is no event to await.
        while recorder.answers < WARM_ANSWERS:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
