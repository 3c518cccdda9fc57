"""One system for a short campaign, and for the faults that are tested one at a time after it."""

import os
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from tests.campaign.accounts import Account, make_accounts
from tests.campaign.campaign import Plan, Result, run_campaign
from tests.campaign.cluster import Cluster, running_cluster
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
