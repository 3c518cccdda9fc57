"""One campaign: the load and the nemesis side by side, then the healing, the settling and the check."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.campaign.accounts import Account
from tests.campaign.checker import Finding, check
from tests.campaign.cluster import Cluster
from tests.campaign.faults import FAULTS
from tests.campaign.final_state import FinalState
from tests.campaign.history import History, Recorder
from tests.campaign.load import USUAL, Pace, run_load
from tests.campaign.nemesis import Fault, Nemesis
from tests.campaign.observe import observe, settled
from tests.campaign.resources import Growth, Sampler, growth_of

WARM_ANSWERS = 10
WARM_SECONDS = 60.0
CALM_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long the faults last, what decides their order, and how much is asked meanwhile."""

    seconds: float
    seed: int
    faults: Sequence[Fault] = FAULTS
    pace: Pace = USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a campaign showed."""

    history: History
    final: FinalState
    findings: Sequence[Finding]
    injected: Mapping[str, int]
    skipped: Mapping[str, str]
    settle_seconds: float
    growth: Sequence[Growth]


async def run_campaign(
    cluster: Cluster, accounts: Sequence[Account], plan: Plan, history_file: Path
) -> Result:
    """Runs it on a system that nobody used before."""
    recorder = Recorder(history_file)
    stop = asyncio.Event()
    nemesis = Nemesis(cluster, recorder, plan.faults, plan.seed)
    sampler = Sampler(cluster, recorder)
    async with asyncio.TaskGroup() as tasks:
        sampling = tasks.create_task(sampler.run())
        tasks.create_task(run_load(cluster, accounts, recorder, plan.seed, stop, plan.pace))
        await _warm(recorder)
        await nemesis.rage(plan.seconds)
        # From here on nothing is broken any more.
        late = await cluster.not_ready()
        await asyncio.sleep(CALM_SECONDS)
        stop.set()
        sampling.cancel()
    took, unsettled = await settled(cluster)
    final = await observe(cluster, accounts, [*unsettled, *(f"{name} does not serve" for name in late)])
    history = recorder.close()
    return Result(
        history=history,
        final=final,
        findings=check(history, final),
        injected=dict(nemesis.injected),
        skipped=nemesis.skipped,
        settle_seconds=took,
        growth=growth_of(sampler.samples),
    )


async def _warm(recorder: Recorder) -> None:
    """Waits until the load is under way."""
    async with asyncio.timeout(WARM_SECONDS):
        # What is waited for happens in many tasks; there is no event to await.
        while recorder.answers < WARM_ANSWERS:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
