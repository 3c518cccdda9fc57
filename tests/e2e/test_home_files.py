"""The folder of a running system, as another user of the machine sees it."""

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tests.contract.rest.documented import Rest, planned
from tests.harness.system import System

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def files_of(folder: Path) -> Iterator[Path]:
    """Those of every part, the embedded PostgreSQL's too. What ends meanwhile is left out."""
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names)


def modes_of(folder: Path) -> dict[str, int]:
    found = {}
    for file in files_of(folder):
        try:
            status = file.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(status.st_mode):
            found[str(file.relative_to(folder))] = stat.S_IMODE(status.st_mode)
    return found


async def test_no_file_of_a_home_is_open_to_anybody_but_its_owner(system: System) -> None:
    async with system.client() as client:
        rest = Rest(client, system)
        asked = {"accountId": system.account_id, "batchId": await planned(rest)}
        await rest.post("/api/exports/execute", asked)
    modes = await asyncio.to_thread(modes_of, system.home)
    assert {name: oct(mode) for name, mode in modes.items() if mode & OTHERS} == {}
    assert {"logs", "artifacts", "postgres", "state.json"} <= {name.partition("/")[0] for name in modes}
