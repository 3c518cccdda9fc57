"""`python -m tests.campaign.burst`: many executes at once while a mail server hangs; what the others notice.

One account executes everything, another account one export after the other meanwhile, both through the one
mail server, which takes connections and never answers at the point that is named.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable
from pathlib import Path

import httpx

from tests.campaign.accounts import Account, make_accounts
from tests.campaign.client import Client, open_http
from tests.campaign.cluster import Cluster, running_cluster
from tests.campaign.history import Answered, Recorder
from tests.campaign.load import Caller, Memory
from tests.campaign.observe import settled
from tests.contract.smtp_faults import Fault

EXECUTES = 210
BESIDE = 10
HANG_SECONDS = 30.0
PLANNERS = 6
# The product's own times but for the retries, which a server that hangs does not wait for.
SETTINGS = {
    "ENTRYGO_EXECUTION_LEASE_SECONDS": "15",
    "ENTRYGO_SMTP_CONNECT_SECONDS": "30",
    "ENTRYGO_SMTP_COMMAND_SECONDS": "60",
    "ENTRYGO_SMTP_DATA_SECONDS": "600",
    "ENTRYGO_BROKER_RETRY_SECONDS": "[60, 300, 900, 3600, 10800, 21600]",
}


async def main(fault: Fault) -> None:
    """Prints the figures."""
    async with running_cluster(SETTINGS) as cluster, open_http() as http:
        accounts = await make_accounts(cluster)
        recorder = Recorder(Path(tempfile.mkdtemp(prefix="entrygo-burst-")) / "history.jsonl")
        busy, other = (
            Caller(_client(account, cluster, http, recorder), Memory()) for account in accounts[:2]
        )
        exports = await _planned(busy, EXECUTES)
        beside = await _planned(other, BESIDE)
        print(f"calm      execute {await _timed(other.execute(beside.pop()))}", flush=True)
        cluster.mail.fault = fault
        began = time.monotonic()
        burst = [asyncio.create_task(_seconds(busy.execute(export))) for export in exports]
        seen = [await _beside(other, busy, export, exports[0]) for export in beside]
        answers = await asyncio.gather(*burst)
        print(f"burst     {fault.value}: {_spread([each for each, _ in answers])}")
        print(f"          {Counter(_outcome(answered) for _, answered in answers)}")
        print(f"others    execute {_spread([execute for execute, _ in seen])}")
        print(f"inspect   {_spread([inspect for _, inspect in seen])}")
        await asyncio.sleep(max(0.0, HANG_SECONDS - (time.monotonic() - began)))
        cluster.mail.fault = Fault.NONE
        cluster.mail.close()
        took, left = await settled(cluster, seconds=300)
        rows = await cluster.fetch(
            "SELECT status, count(*) AS found FROM execution.broker_submissions GROUP BY status"
        )
        print(f"settled   {took:.1f} s after the server answered again, {len(left)} left,", end=" ")
        print({row["status"]: row["found"] for row in rows}, f"{len(cluster.mail.accepted)} mails taken")


def _client(account: Account, cluster: Cluster, http: httpx.AsyncClient, recorder: Recorder) -> Client:
    return Client(
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


async def _beside(other: Caller, busy: Caller, export: str, looked_at: str) -> tuple[float, float]:
    """Seconds of an execute of another account, and of an inspect of an export of the burst."""
    execute, _ = await _seconds(other.execute(export))
    inspect, _ = await _seconds(busy.inspect(looked_at))
    return execute, inspect


async def _seconds(asked: Awaitable[Answered]) -> tuple[float, Answered]:
    began = time.monotonic()
    answered = await asked
    return time.monotonic() - began, answered


async def _timed(asked: Awaitable[Answered]) -> str:
    seconds, answered = await _seconds(asked)
    return f"{seconds:.2f} s, {_outcome(answered)}"


def _outcome(answered: Answered) -> str:
    return str(answered.facts.get("state") or answered.code or answered.outcome)


def _spread(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s of {len(seconds)}"


if __name__ == "__main__":
    asyncio.run(main(Fault[sys.argv[1]] if len(sys.argv) > 1 else Fault.DOT_HANG))
