"""Sync on a real database: a pool, the use cases, and two accounts with one product each."""

from collections.abc import AsyncIterator, Callable, Sequence

import pytest
import pytest_asyncio

from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.postgres.idempotency import Reply
from entrygo.postgres.pool import Pool, open_pool
from entrygo.process.clock import Ids, utc_now
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.sync.drafts import StoredFacts, StoredOrder, Subject
from entrygo.sync.habits import Habits
from entrygo.sync.read_orders import read_orders
from entrygo.sync.read_setup import read_products
from entrygo.sync.use_cases import SyncUseCases
from entrygo.sync.write import order_to_proto, product_to_proto
from tests.unit.sync.requests import ACCOUNT, products

LIVE = Visible.whole(Tenant(ACCOUNT, Mode.LIVE))
TEST_MODE = Visible.whole(Tenant(ACCOUNT, Mode.TEST))
OTHER = Visible.whole(Tenant("acc_b", Mode.LIVE))


class Caller:
    """Calls the use cases as the servicer does, for any account and mode."""

    def __init__(self, use_cases: SyncUseCases) -> None:
        self.use_cases = use_cases

    async def sync_orders(self, visible: Visible, request: sync_pb2.SyncOrdersRequest) -> Reply:
        def render(stored: Sequence[StoredOrder]) -> bytes:
            data = [order_to_proto(visible.tenant.account_id, order) for order in stored]
            return sync_pb2.SyncOrdersResponse(data=data).SerializeToString()

        return await self.use_cases.sync_orders(
            visible, read_orders(request), request.idempotency_key, render
        )

    async def orders(self, visible: Visible, request: sync_pb2.SyncOrdersRequest) -> Sequence[sync_pb2.Order]:
        reply = await self.sync_orders(visible, request)
        return sync_pb2.SyncOrdersResponse.FromString(reply.body).data

    async def products(self, visible: Visible, *items: sync_pb2.Product) -> Sequence[sync_pb2.Product]:
        def render(stored: Sequence[StoredFacts]) -> bytes:
            data = [product_to_proto(one) for one in stored]
            return sync_pb2.SyncProductsResponse(data=data).SerializeToString()

        drafts = read_products(products(*items))
        reply = await self.use_cases.sync_facts(visible, Subject.PRODUCTS, drafts, "", render)
        return sync_pb2.SyncProductsResponse.FromString(reply.body).data


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with await open_pool(database_url, schema="sync", max_size=10) as opened:
        yield opened


class Hopeful(Habits):
    """Takes all orders for new, whatever came before, so that each sync is tried in one statement."""

    def __init__(self, epoch: str) -> None:
        super().__init__()
        self._epoch = epoch

    def epoch_if_new(self, visible: Visible) -> str:
        """The epoch of the database."""
        return self._epoch


@pytest_asyncio.fixture(params=["in a transaction first", "in one statement first"])
async def caller(pool: Pool, request: pytest.FixtureRequest) -> Caller:
    """Every account of these tests has the product `prod_1`."""
    epoch = str(await pool.fetchval("SELECT epoch FROM owner_epoch"))
    habits = Hopeful(epoch) if request.param == "in one statement first" else Habits()
    made = Caller(SyncUseCases(pool=pool, clock=utc_now, ids=Ids(), habits=habits))
    for visible in (LIVE, TEST_MODE, OTHER):
        await made.products(visible, sync_pb2.Product(external_id="JKT-001", id="prod_1"))
    return made


@pytest.fixture
def count(pool: Pool) -> Callable[[str], object]:
    """Counts the rows of a table, whoever owns them."""

    async def count_rows(table: str) -> int:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('entrygo.account_id', '*', true)")
            return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))

    return count_rows
