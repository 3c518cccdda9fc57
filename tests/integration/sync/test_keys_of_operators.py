"""Keys that an operator makes on the database are held to what the account has, as those over REST are."""

import asyncio
from functools import partial

import pytest

from entrygo.cli import keys_in_database
from entrygo.domain.errors import ReferenceOutsideAccount
from entrygo.domain.principal import Mode
from entrygo.identity.use_cases import create_account, list_keys
from entrygo.postgres.pool import Pool, open_pool
from entrygo.process.clock import Ids, utc_now
from entrygo.sync.habits import Habits
from entrygo.sync.use_cases import SyncUseCases
from tests.integration.sync.conftest import LIVE
from tests.integration.sync.test_bound_keys import OWN, sync
from tests.unit.sync.requests import ACCOUNT


async def test_no_key_is_bound_to_a_warehouse_that_the_account_has_not_in_its_mode(
    pool: Pool, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTRYGO_DATABASE_URL", database_url)
    await sync(SyncUseCases(pool=pool, clock=utc_now, ids=Ids(), habits=Habits()), LIVE, OWN)
    made = partial(keys_in_database.create, ACCOUNT, "WMS", scopes=None, expires_in_days=None)
    async with await open_pool(database_url, schema="identity") as identity:
        await create_account(identity, Ids(), name="Alice", account_id=ACCOUNT)
        for warehouse, mode in (("wh_nowhere", None), ("wh_own", Mode.TEST)):
            with pytest.raises(ReferenceOutsideAccount):
                await asyncio.to_thread(made, mode=mode, warehouse=warehouse)
        assert await list_keys(identity, ACCOUNT) == []
        key = await asyncio.to_thread(made, mode=None, warehouse="wh_own")
        assert [each.key_id for each in await list_keys(identity, ACCOUNT)] == [key["id"]]
