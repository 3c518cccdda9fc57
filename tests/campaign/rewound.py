"""`python -m tests.campaign.rewound`: PostgreSQL goes back to an old copy while Kafka keeps its log.

Once as an operator does who has only copied the folder, once with the owners' lives begun anew, as `entrygo
restore` does. Inspect must say what the owners have, at once and from every process; what the lists show, and
when, is printed.
"""

import asyncio
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from entrygo.postgres.epoch import begin_another_life
from tests.campaign.accounts import make_accounts
from tests.campaign.client import Client, open_http
from tests.campaign.cluster import Cluster, running_cluster
from tests.campaign.history import Recorder
from tests.campaign.load import Caller, Memory
from tests.campaign.observe import settled
from tests.campaign.single import listed_state, planned

OWNERS = ("planning", "execution")
# So many in a row meet every process of the gateway and of inspection.
LOOKS = 8
GONE = "not found"


class Broken(Exception):
    """What must hold does not; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """Before the copy: one to be cancelled after it, one to be executed after it, one that was executed."""

    cancelled_later: str
    executed_later: str
    executed_before: str
    planned_later: str = ""

    @property
    def expected(self) -> Mapping[str, str]:
        """What the old copy says of each."""
        return {
            self.cancelled_later: "BATCHED",
            self.executed_later: "BATCHED",
            self.executed_before: "COMPLETED",
            self.planned_later: GONE,
        }


async def main() -> int:
    """Prints what was seen; gives the exit status, 0 when inspect was right."""
    try:
        async with running_cluster() as cluster, open_http() as http:
            account = (await make_accounts(cluster))[0]
            folder = Path(tempfile.mkdtemp(prefix="entrygo-rewound-"))
            try:
                client = Client(
                    name="one",
                    account=account,
                    http=http,
                    gateways=cluster.gateways,
                    recorder=Recorder(folder / "history.jsonl"),
                    choose=random.Random(0),
                    given_up_percent=0,
                )
                await _drill(cluster, Caller(client, Memory()), folder / "copy")
            finally:
                await asyncio.to_thread(shutil.rmtree, folder)
    except Broken as broken:
        print(f"BROKEN    {broken}")
        return 1
    return 0


async def _drill(cluster: Cluster, caller: Caller, copy: Path) -> None:
    before = Exports(
        cancelled_later=await planned(caller),
        executed_later=await planned(caller),
        executed_before=await planned(caller),
    )
    await caller.execute(before.executed_before)
    await _everything_settled(cluster)
    await _with_postgres_away(cluster, lambda: _copy(cluster.postgres.data, copy))
    later = await _go_on(cluster, caller, before)
    for anew in (False, True):
        await _with_postgres_away(cluster, lambda: _put_back(copy, cluster.postgres.data))
        if anew:
            for owner in OWNERS:
                await begin_another_life(cluster.database_url, owner)
        print(f"put back  {'with' if anew else 'without'} a new life of the owners", flush=True)
        await _check_inspect(caller, later)
        print("inspect   right at once")
        await _print_lists(cluster)
        await _check_inspect(caller, later)
        later = await _go_on(cluster, caller, later)
        print("went on   the same exports were cancelled and executed again")


async def _go_on(cluster: Cluster, caller: Caller, exports: Exports) -> Exports:
    """What happens after the copy, and is heard by Kafka alone once the copy is put back."""
    await caller.cancel_export(exports.cancelled_later)
    await caller.execute(exports.executed_later)
    new = await planned(caller)
    await caller.execute(new)
    for export, state in ((exports.cancelled_later, "CANCELLED"), (exports.executed_later, "COMPLETED")):
        if (found := await _inspected(caller, export)) != state:
            raise Broken(f"{export} is {found}, not {state}")
    await _everything_settled(cluster)
    return Exports(
        cancelled_later=exports.cancelled_later,
        executed_later=exports.executed_later,
        executed_before=exports.executed_before,
        planned_later=new,
    )


async def _check_inspect(caller: Caller, exports: Exports) -> None:
    for export, expected in exports.expected.items():
        for _ in range(LOOKS):
            if (found := await _inspected(caller, export)) != expected:
                raise Broken(f"inspect says that {export} is {found}; its owner has it as {expected}")


async def _inspected(caller: Caller, export: str) -> str:
    """Its state, with a mark when that may be old or has a package that is not there."""
    found = await caller.inspect(export)
    if found.status == 404:
        return GONE
    facts = found.facts
    marks = [
        *(["stale"] if facts.get("stale") else []),
        *(["with a package"] if facts.get("package") and facts["state"] == "BATCHED" else []),
    ]
    return " ".join([facts.get("state", f"{found.status} {found.code}"), *marks])


async def _print_lists(cluster: Cluster) -> None:
    """How long the lists needed to say what the owners have."""
    took, left = await settled(cluster)
    print(f"lists     {'right' if not left else 'wrong'} after {took:.1f} s", *left, sep="\n          ")
    strays = await cluster.fetch(
        "SELECT shown.export_id FROM inspection.exports shown LEFT JOIN planning.exports owned"
        " USING (account_id, mode, export_id) WHERE owned.export_id IS NULL AND shown.state <> ''"
    )
    for stray in strays:
        print(
            f"          {stray['export_id']} is listed as {await listed_state(cluster, stray['export_id'])}"
        )


async def _everything_settled(cluster: Cluster) -> None:
    _, left = await settled(cluster)
    if left:
        raise Broken(f"still under way: {left}")


async def _with_postgres_away(cluster: Cluster, work: Callable[[], None]) -> None:
    await asyncio.to_thread(cluster.postgres.stop)
    await asyncio.to_thread(work)
    await cluster.start_postgres()
    began = time.monotonic()
    if late := await cluster.not_ready():
        raise Broken(f"{late} do not serve {time.monotonic() - began:.0f} s after PostgreSQL is back")


def _copy(data: Path, copy: Path) -> None:
    # The owner of the files comes along, which is not us.
    subprocess.run(["cp", "-a", str(data), str(copy)], check=True)


def _put_back(copy: Path, data: Path) -> None:
    shutil.rmtree(data)
    _copy(copy, data)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
