"""One system for a short campaign, and for the faults that are tested one at a time after it."""

import os
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from tests.campaign.accounts import Account, make_accounts
from tests.campaign.campaign import Plan, Result, run_campaign
from tests.campaign.client import Client, open_http
from tests.campaign.cluster import Cluster, running_cluster
from tests.campaign.history import Recorder
from tests.campaign.load import Caller, Memory
from tests.campaign.settings import SECONDS_SETTING, SEED_SETTING

# Of the whole time of `make test` so much is had for it; `make faults` takes longer.
SECONDS = "25"
SEED = "20261128"


@pytest_asyncio.fixture(scope="package")
async def cluster() -> AsyncIterator[Cluster]:
    async with running_cluster() as started:
        yield started


@pytest_asyncio.fixture(scope="package")
async def accounts(cluster: Cluster) -> Sequence[Account]:
    return await make_accounts(cluster)


@pytest_asyncio.fixture(scope="package")
async def campaign(
    cluster: Cluster, accounts: Sequence[Account], tmp_path_factory: pytest.TempPathFactory
) -> Result:
    """What a campaign on it showed."""
    plan = Plan(
        seconds=float(os.environ.get(SECONDS_SETTING, SECONDS)), seed=int(os.environ.get(SEED_SETTING, SEED))
    )
    return await run_campaign(cluster, accounts, plan, tmp_path_factory.mktemp("campaign") / "history.jsonl")


@pytest_asyncio.fixture
async def caller(cluster: Cluster, accounts: Sequence[Account], tmp_path: Path) -> AsyncIterator[Caller]:
    """Of the first account; it gives nothing up."""
    async with open_http() as http:
        client = Client(
            name="one",
            account=accounts[0],
            http=http,
            gateways=cluster.gateways,
            recorder=Recorder(tmp_path / "history.jsonl"),
            choose=random.Random(tmp_path.name),
            given_up_percent=0,
        )
        yield Caller(client, Memory())
        client.recorder.close()
