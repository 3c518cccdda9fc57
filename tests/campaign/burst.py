"""`python -m tests.campaign.burst`: many executes at once while a mail server hangs; what the others notice.

One account executes everything, another account one export after the other meanwhile, both through the one
mail server, which takes connections and never answers at the point that is named (`DOT_HANG` by default).
The same burst at a server that is well comes before it, so that the cost of the fault
stands apart from that of the load.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.campaign.accounts import Account, make_accounts
from tests.campaign.client import Client, Facts, open_http
from tests.campaign.cluster import Cluster, running_cluster
from tests.campaign.history import Answered, Asked, Outcome, Recorder
from tests.campaign.load import Caller, Memory
from tests.campaign.observe import SETTLE_SECONDS, settled
from tests.contract.smtp_faults import Fault

EXECUTES = 210
BESIDE = 10
HANG_SECONDS = 30.0
PLANNERS = 6
# Each looks at one export of the burst after the other.
LOOKERS = 2
LOOK_PAUSE_SECONDS = 0.05
LOOKS_WHEN_CALM = 100
# How long an execute waits for its own mail.
WAIT_SECONDS = 3.0
# Of the hanging server's figures over those of one that is well, beyond the wait.
WORST_RATIO = 2.0
# What others may notice at worst: an execute answers after three seconds whatever its mail does.
OTHERS_SECONDS = 10.0
INSPECT_P99_SECONDS = 2.0
# Ten for a turn at the gateway, twenty for the execute, and what a busy machine adds.
ANSWER_SECONDS = 32.0
# The product's own times but for the retries, which a server that hangs does not wait for.
SETTINGS = {
    "ENTRYGO_EXECUTION_LEASE_SECONDS": "15",
    "ENTRYGO_SMTP_CONNECT_SECONDS": "30",
    "ENTRYGO_SMTP_COMMAND_SECONDS": "60",
    "ENTRYGO_SMTP_DATA_SECONDS": "600",
    "ENTRYGO_BROKER_RETRY_SECONDS": "[60, 300, 900, 3600, 10800, 21600]",
}


@dataclass(frozen=True, slots=True)
class Noticed:
    """Seconds that the other account's executes and the busy account's inspects took."""

    executes: Sequence[float]
    looks: Sequence[float]


@dataclass(kw_only=True)
class PatientClient(Client):
    """Counts each try of a write by itself: how long it waited, and for which answer."""

    tries: list[tuple[float, int]] = field(default_factory=list)

    async def attempt(self, asked: Asked, path: str, body: Any, facts: Facts) -> tuple[Answered, float]:
        """As every client; one that found no answer has the status 0."""
        began = time.monotonic()
        answered, pause = await super().attempt(asked, path, body, facts)
        self.tries.append((time.monotonic() - began, answered.status or 0))
        return answered, pause


@dataclass(frozen=True, slots=True)
class Exports:
    """Planned ones: of the account that executes them all at once, and of the one beside it."""

    burst: Sequence[str]
    beside: Sequence[str]


async def main(fault: Fault) -> int:
    """Prints the figures; gives the exit status, 0 when they are within the bounds."""
    async with running_cluster(SETTINGS) as cluster, open_http(2 * EXECUTES) as http:
        accounts = await make_accounts(cluster)
        recorder = Recorder(Path(tempfile.mkdtemp(prefix="entrygo-burst-")) / "history.jsonl")
        clients = [_client(account, cluster, http, recorder) for account in accounts[:2]]
        busy, other = (Caller(client, Memory()) for client in clients)
        await _calm(busy, other)
        well = await _burst(busy, other, Fault.NONE, cluster)
        hanging = await _burst(busy, other, fault, cluster)
        cluster.mail.fault = Fault.NONE
        cluster.mail.close()
        took, left = await settled(cluster, seconds=300)
        await _print_remains(cluster, took, left)
        is_answered = _is_answered([each for client in clients for each in client.tries])
        return not (is_answered and _is_bounded(well, hanging) and took <= SETTLE_SECONDS and not left)


async def _calm(busy: Caller, other: Caller) -> None:
    """Nobody else asks for anything."""
    exports = await _planned(other, 2)
    # The first execute of a process loads what makes documents.
    for export in exports:
        await other.execute(export)
    executes = [(await _seconds(other.execute(export)))[0] for export in await _planned(other, BESIDE)]
    [shown] = await _planned(busy, 1)
    looks = [(await _seconds(busy.inspect(shown)))[0] for _ in range(LOOKS_WHEN_CALM)]
    _print("calm", Noticed(executes, looks))


async def _burst(busy: Caller, other: Caller, fault: Fault, cluster: Cluster) -> Noticed:
    """One burst while the mail server is in this condition, and what others noticed of it."""
    exports = Exports(await _planned(busy, EXECUTES), await _planned(other, BESIDE))
    cluster.mail.fault = fault
    looks: list[float] = []
    lookers = [asyncio.create_task(_look(busy, exports.burst, looks)) for _ in range(LOOKERS)]
    began = time.monotonic()
    burst = [asyncio.create_task(_seconds(busy.execute(export))) for export in exports.burst]
    executes = [(await _seconds(other.execute(export)))[0] for export in exports.beside]
    answers = await asyncio.gather(*burst)
    if fault is not Fault.NONE:
        await asyncio.sleep(max(0.0, HANG_SECONDS - (time.monotonic() - began)))
    for looker in lookers:
        looker.cancel()
    await asyncio.wait(lookers)
    print(f"burst     mail server {fault.value}: {_spread([each for each, _ in answers])}")
    print(f"          {Counter(_outcome(answered) for _, answered in answers)}")
    noticed = Noticed(executes, looks)
    _print("beside it", noticed)
    return noticed


def _is_answered(tries: Sequence[tuple[float, int]]) -> bool:
    """Every try of a write, in the time that is promised to each."""
    longest = max(seconds for seconds, _ in tries)
    print(f"tries     longest {longest:.2f} s of {len(tries)}: {Counter(status for _, status in tries)}")
    return longest <= ANSWER_SECONDS and all(status for _, status in tries)


def _is_bounded(well: Noticed, hanging: Noticed) -> bool:
    """Within the seconds that are promised, and not much slower than beside the same load without a fault."""
    ratios = {
        "execute": (max(hanging.executes) - WAIT_SECONDS) / max(well.executes),
        "inspect": _percentile(hanging.looks, 99) / _percentile(well.looks, 99),
    }
    print(f"ratios    {', '.join(f'{name} {ratio:.2f}' for name, ratio in ratios.items())}")
    return (
        max(hanging.executes) <= OTHERS_SECONDS
        and _percentile(hanging.looks, 99) <= INSPECT_P99_SECONDS
        and max(ratios.values()) <= WORST_RATIO
    )


def _print(when: str, noticed: Noticed) -> None:
    print(f"{when:9} others' execute {_spread(noticed.executes)}")
    print(f"          inspect {_spread(noticed.looks)}", flush=True)


async def _look(busy: Caller, exports: Sequence[str], looks: list[float]) -> None:
    """One inspect after the other, during the fault and after it, until it is cancelled."""
    while True:
        seconds, answered = await _seconds(busy.inspect(busy.client.choose.choice(exports)))
        looks.append(seconds)
        if answered.outcome is not Outcome.OK:
            print(f"inspect   was {answered.status} {answered.code} after {seconds:.2f} s")
        await asyncio.sleep(LOOK_PAUSE_SECONDS)


async def _print_remains(cluster: Cluster, took: float, left: Sequence[str]) -> None:
    rows = await cluster.fetch(
        "SELECT status, count(*) AS found FROM execution.broker_submissions GROUP BY status"
    )
    print(f"settled   {took:.1f} s after the server answered again, {len(left)} left,", end=" ")
    print({row["status"]: row["found"] for row in rows}, f"{len(cluster.mail.accepted)} mails taken")


def _client(account: Account, cluster: Cluster, http: httpx.AsyncClient, recorder: Recorder) -> PatientClient:
    return PatientClient(
        name=account.id,
        account=account,
        http=http,
        gateways=cluster.gateways,
        recorder=recorder,
        choose=random.Random(account.id),
        given_up_percent=0,
    )


async def _planned(caller: Caller, count: int) -> list[str]:
    turns = asyncio.Semaphore(PLANNERS)

    async def one() -> str:
        async with turns:
            export = await caller.planned(await caller.synced(1))
        assert export is not None
        return export

    return list(await asyncio.gather(*(one() for _ in range(count))))


async def _seconds(asked: Awaitable[Answered]) -> tuple[float, Answered]:
    began = time.monotonic()
    answered = await asked
    return time.monotonic() - began, answered


def _outcome(answered: Answered) -> str:
    return str(answered.facts.get("state") or answered.code or answered.outcome)


def _spread(seconds: Sequence[float]) -> str:
    return (
        f"median {statistics.median(seconds):.2f} s, p99 {_percentile(seconds, 99):.2f} s,"
        f" longest {max(seconds):.2f} s of {len(seconds)}"
    )


def _percentile(seconds: Sequence[float], percent: int) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Fault[sys.argv[1]] if len(sys.argv) > 1 else Fault.DOT_HANG)))
