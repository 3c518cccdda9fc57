"""One running system for all fault tests, on a broker of their own."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from entrygo.process.failpoints import FILE_PREFIX, VARIABLE
from tests.contract.rest.documented import Rest
from tests.faults.world import World
from tests.harness.brokers import run_tansu
from tests.harness.folders import short_lived_folder
from tests.harness.groups import FAULTS, TOGETHER_SETTING, claim_for_the_run
from tests.harness.system import PATIENT, running_system

SETTINGS = {
    **PATIENT,
    "ENTRYGO_EXECUTION_LEASE_SECONDS": "1",
    "ENTRYGO_RESTART_SECONDS": "0.25",
    # What the broker brings back must come from the broker.
    "ENTRYGO_INSPECTION_RECONCILE_SECONDS": "3600",
}


@pytest_asyncio.fixture(scope="package")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    claim_for_the_run(tmp_path_factory.getbasetemp(), FAULTS)
    failpoint = tmp_path_factory.mktemp("faults") / "failpoint"
    with run_tansu() as broker:
        settings = {
            **SETTINGS,
            VARIABLE: f"{FILE_PREFIX}{failpoint}",
            "ENTRYGO_TOGETHER": os.environ.get(TOGETHER_SETTING, "false"),
            "ENTRYGO_KAFKA_BOOTSTRAP": broker.bootstrap,
        }
        async with (
            running_system(settings, short_lived_folder("entrygo-faults-")) as system,
            system.client() as client,
        ):
            world = World(system=system, rest=Rest(client, system), broker=broker, failpoint=failpoint)
            await world.owners_were_read()
            yield world


@pytest_asyncio.fixture(autouse=True)
async def whole_system(world: World) -> None:
    """A test that failed half way leaves no part on its way up to the next one."""
    await world.system.whole()
