"""`python -m tests.upgrade.home [COMMIT]`: the home of an earlier `entrygo up` is taken over in place.

The earlier release is started in a fresh home, used and ended; the present one is started in the same home.
Everything that was ever acknowledged is asked for again, documents byte by byte, and a warehouse goes on.
Then the same once more: what the first start has changed must not trouble the second. Not in `make test`.
"""

import asyncio
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from entrygo.cli.up.health import is_http_ok
from entrygo.cli.up.home import Home
from entrygo.cli.up.settings import PORT_SETTINGS
from tests.harness import processes
from tests.upgrade.__main__ import BEFORE, SETTLE_SECONDS
from tests.upgrade.client import Broken, Warehouse
from tests.upgrade.releases import NoHistory, Release, clean, earlier, present

START_SECONDS = 120.0
POLL_SECONDS = 0.2
LIFECYCLES = 3
STARTS_OF_THE_PRESENT = 2


def main(arguments: list[str]) -> int:
    """The exit status: 0 when everything held, 3 when this clone has no history."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    commit = arguments[0] if arguments else BEFORE
    try:
        with earlier(commit) as old, tempfile.TemporaryDirectory(prefix="entrygo-home-") as folder:
            asyncio.run(_drill(old, Path(folder)))
    except NoHistory as error:
        print(f"skipped: {error}")
        return 3
    except Broken as error:
        print(f"BROKEN: {error}")
        return 1
    return 0


async def _drill(old: Release, folder: Path) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        async with _up(old, folder) as url:
            known = Home(folder / "home").load_env()
            gateways = [url]
            warehouse = Warehouse(
                known["ENTRYGO_API_KEY"],
                known["ENTRYGO_ACCOUNT_ID"],
                lambda: gateways,
                asyncio.sleep,
                random.Random(0),
                client,
            )
            await _use(warehouse)
        for number in range(1, STARTS_OF_THE_PRESENT + 1):
            async with _up(present(), folder) as url:
                gateways[:] = [url]
                await _checked(warehouse)
                await warehouse.check_documents()
                await _use(warehouse)
                await _checked(warehouse)
            found = f"{len(warehouse.views)} exports, {len(warehouse.writes)} writes"
            print(f"start {number} of the present release: {found}, each as it was", flush=True)
    mails = len(list(Home(folder / "home").mail.glob("*.eml")))
    executed = sum(view["state"] == "COMPLETED" for view in warehouse.views.values())
    print(f"{mails} mails of {executed} executed exports")
    if mails != executed:
        raise Broken("a mail is missing, or went out twice")


async def _use(warehouse: Warehouse) -> None:
    """Some exports to their end, one that waits, one that is cancelled."""
    for _ in range(LIFECYCLES):
        await warehouse.lifecycle()
    waiting, cancelled = [await warehouse.plan(await warehouse.orders()) for _ in range(2)]
    await warehouse.write(f"/api/exports/{cancelled['exportId']}/cancel", {"reason": "not needed"})
    for plan in (waiting, cancelled):
        await warehouse.remember(plan["exportId"])


async def _checked(warehouse: Warehouse) -> None:
    """Lists may follow a moment later."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SETTLE_SECONDS
    while True:
        try:
            return await warehouse.check()
        except Broken:
            if loop.time() > deadline:
                raise
            await asyncio.sleep(1)


@asynccontextmanager
async def _up(release: Release, folder: Path) -> AsyncIterator[str]:
    """`entrygo up` of a release in the folder's home, and where its gateway answers; ended as by Ctrl-C."""
    ports = {setting: str(processes.free_port()) for setting in PORT_SETTINGS.values()}
    environment = {**clean(), **ports, "ENTRYGO_HOME": str(folder / "home")}
    log = folder / f"{release.name}.log"
    child = processes.start(
        [release.python, "-m", "entrygo.cli.main", "up"], log=log, env=environment, cwd=release.root
    )
    url = f"http://{processes.LOOPBACK}:{ports[PORT_SETTINGS['gateway']]}"
    try:
        if not await _is_ready(Home(folder / "home"), url, child):
            raise Broken(f"`entrygo up` of the {release.name} release is not ready:\n{processes.tail(log)}")
        print(f"the {release.name} release is up", flush=True)
        yield url
    finally:
        processes.stop(child, signal.SIGINT)


async def _is_ready(home: Home, url: str, child: "subprocess.Popen[bytes]") -> bool:
    """Waits until it is; False when it ended or took too long."""
    try:
        async with asyncio.timeout(START_SECONDS):
            while child.poll() is None:
                if home.load_env() and await is_http_ok(f"{url}/readyz"):
                    return True
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        return False
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
