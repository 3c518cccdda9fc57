"""A key that is bound to a warehouse: that one alone is read and written, whatever else the account has."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from entrygo.domain.errors import InsufficientScope, NotFound
from entrygo.domain.principal import Mode, Tenant, Visible
from entrygo.postgres.idempotency import Reply
from entrygo.postgres.pool import Pool, transaction
from entrygo.postgres.session_pool import SessionPool
from entrygo.process.clock import Ids, utc_now
from entrygo.requests.pages import PageRequest
from entrygo.sync.drafts import FactsDraft, FactsUpdate, Subject
from entrygo.sync.habits import Habits
from entrygo.sync.use_cases import SyncUseCases
from tests.integration.sync.conftest import LIVE, Caller
from tests.unit.sync.requests import ACCOUNT

BOUND = Visible(Tenant(ACCOUNT, Mode.LIVE), "wh_own")
OWN = FactsDraft("yvr-01", "wh_own", {"name": "Own"})
OTHERS = FactsDraft("yyz-01", "wh_other", {"name": "Others"})


async def sync(use_cases: SyncUseCases, visible: Visible, *drafts: FactsDraft, key: str = "") -> Reply:
    def names(stored: object) -> bytes:
        return repr(stored).encode()

    return await use_cases.sync_facts(visible, Subject.WAREHOUSES, drafts, key, names)


async def name_of(caller: Caller, warehouse_id: str) -> object:
    return (await caller.use_cases.get_facts(LIVE, Subject.WAREHOUSES, warehouse_id)).facts["name"]


@pytest_asyncio.fixture(params=["bound by row security", "bound by the statements alone"])
async def use_cases(
    request: pytest.FixtureRequest, caller: Caller, database_url: str
) -> AsyncIterator[SyncUseCases]:
    """Two warehouses are stored. Isolation is double, so each half is looked at without the other one."""
    await sync(caller.use_cases, LIVE, OWN, OTHERS)
    if request.param == "bound by row security":
        yield caller.use_cases
        return
    # The login of the tests is a superuser, whom no policy binds.
    async with SessionPool(
        database_url, min_size=1, max_size=4, server_settings={"search_path": "sync"}
    ) as unbound:
        yield SyncUseCases(pool=unbound, clock=utc_now, ids=Ids(), habits=Habits())


async def test_it_reads_lists_and_plans_its_own_warehouse_alone(use_cases: SyncUseCases) -> None:
    assert (await use_cases.get_facts(BOUND, Subject.WAREHOUSES, "wh_own")).external_id == "yvr-01"
    with pytest.raises(NotFound):
        await use_cases.get_facts(BOUND, Subject.WAREHOUSES, "wh_other")
    listed = await use_cases.list_facts(BOUND, Subject.WAREHOUSES, PageRequest(50))
    assert [one.id for one in listed.rows] == ["wh_own"]
    named = await use_cases.list_facts(BOUND, Subject.WAREHOUSES, PageRequest(50, external_id="yyz-01"))
    assert named.rows == []
    assert (await use_cases.get_planning_facts(BOUND, [], [], "wh_own", "")).warehouse is not None
    assert (await use_cases.get_planning_facts(BOUND, [], [], "wh_other", "")).warehouse is None


@pytest.mark.parametrize(
    "draft",
    [
        FactsDraft("yyz-01", None, {"name": "Taken"}),
        FactsDraft("yyz-01", "wh_other", {"name": "Taken"}),
        FactsDraft("new", None, {"name": "New"}),
        FactsDraft("new", "wh_new", {"name": "New"}),
    ],
)
async def test_it_writes_no_other_warehouse_and_then_nothing_at_all(
    caller: Caller, use_cases: SyncUseCases, draft: FactsDraft
) -> None:
    with pytest.raises(InsufficientScope) as raised:
        await sync(use_cases, BOUND, FactsDraft("yvr-01", None, {"name": "Changed"}), draft)
    assert raised.value.details == {"warehouseId": "wh_own"}
    assert [await name_of(caller, one) for one in ("wh_own", "wh_other")] == ["Own", "Others"]
    assert len((await caller.use_cases.list_facts(LIVE, Subject.WAREHOUSES, PageRequest(50))).rows) == 2


@pytest.mark.parametrize("warehouse_id", [None, "wh_own"])
async def test_it_writes_its_own_warehouse(
    caller: Caller, use_cases: SyncUseCases, warehouse_id: str | None
) -> None:
    await sync(use_cases, BOUND, FactsDraft("yvr-01", warehouse_id, {"name": "Changed"}))
    assert await name_of(caller, "wh_own") == "Changed"


async def test_it_is_given_no_stored_answer_about_other_warehouses(use_cases: SyncUseCases) -> None:
    await sync(use_cases, LIVE, OTHERS, key="k-1")
    with pytest.raises(InsufficientScope):
        await sync(use_cases, BOUND, OTHERS, key="k-1")


async def test_it_creates_the_warehouse_that_it_is_bound_to(caller: Caller) -> None:
    early = Visible(LIVE.tenant, "wh_early")
    await sync(caller.use_cases, early, FactsDraft("ywg-01", "wh_early", {"name": "Early"}))
    assert await name_of(caller, "wh_early") == "Early"


async def test_it_takes_over_no_warehouse_by_naming_its_own_id_with_anothers_external_id(
    caller: Caller,
) -> None:
    await sync(caller.use_cases, LIVE, OTHERS)
    with pytest.raises(InsufficientScope):
        await sync(caller.use_cases, BOUND, FactsDraft("yyz-01", "wh_own", {"name": "Taken"}))
    assert await name_of(caller, "wh_other") == "Others"


async def test_row_security_hides_other_warehouses_from_a_statement_that_forgets_to(
    caller: Caller, pool: Pool
) -> None:
    await sync(caller.use_cases, LIVE, OWN, OTHERS)
    async with transaction(pool, BOUND) as connection:
        seen = await connection.fetch("SELECT id FROM warehouses")
        changed = await connection.execute("UPDATE warehouses SET facts = '{}'")
    assert [row["id"] for row in seen] == ["wh_own"]
    assert changed == "UPDATE 1"


async def test_it_shares_products_brokers_and_orders_with_the_whole_account(caller: Caller) -> None:
    (product,) = (await caller.use_cases.list_facts(BOUND, Subject.PRODUCTS, PageRequest(50))).rows
    assert product.id == "prod_1"
    draft = FactsDraft("b", "br_1", {"name": "Peace Arch"})
    await caller.use_cases.sync_facts(BOUND, Subject.BROKERS, [draft], "", lambda _: b"")
    assert (await caller.use_cases.get_facts(LIVE, Subject.BROKERS, "br_1")).facts["name"] == "Peace Arch"


async def test_it_changes_fields_of_its_own_warehouse_alone(caller: Caller, use_cases: SyncUseCases) -> None:
    def name(stored: object) -> bytes:
        return repr(stored).encode()

    async def renamed(warehouse_id: str) -> Reply:
        update = FactsUpdate(warehouse_id, {"name": "Changed"}, ())
        return await use_cases.update_facts(BOUND, Subject.WAREHOUSES, update, "", name)

    await renamed("wh_own")
    with pytest.raises(NotFound):
        await renamed("wh_other")
    assert [await name_of(caller, one) for one in ("wh_own", "wh_other")] == ["Changed", "Others"]
