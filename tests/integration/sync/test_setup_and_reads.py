"""Products, warehouses and brokers on a real database: merged, found, listed, handed to planning."""

import asyncio

import pytest

from entrygo.domain.errors import NotFound, ValidationFailed
from entrygo.postgres.pool import Pool, transaction
from entrygo.postgres.session_pool import SessionPool
from entrygo.process.clock import Ids, utc_now
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.requests.pages import PageRequest, decode_cursor
from entrygo.sync.drafts import FactsDraft, Subject
from entrygo.sync.habits import Habits
from entrygo.sync.read_setup import read_brokers
from entrygo.sync.use_cases import SyncUseCases
from entrygo.sync.write import broker_to_proto, product_to_proto, warehouse_to_proto
from tests.harness.postgres import SESSIONS_THAT_WAIT
from tests.integration.sync.conftest import LIVE, OTHER, TEST_MODE, Caller
from tests.unit.sync.requests import line, order, orders


async def test_a_product_keeps_what_is_not_given_again(caller: Caller) -> None:
    first = sync_pb2.Product(
        external_id="HOD",
        name="Hoodie",
        hts_code="6110202041",
        manufacturer=sync_pb2.Manufacturer(name="Northshore", city="Vancouver"),
        usmca=sync_pb2.Usmca(criterion="A", certification="C-1"),
        section_232=sync_pb2.Section232(status="review", metals=[sync_pb2.Metal(metal="steel")]),
    )
    second = sync_pb2.Product(
        external_id="HOD",
        name=" ",
        unit_value_usd="68",
        manufacturer=sync_pb2.Manufacturer(city="Burnaby", name=""),
        section_232=sync_pb2.Section232(metals=[sync_pb2.Metal(metal="copper")]),
    )
    (created,) = await caller.products(LIVE, first)
    (merged,) = await caller.products(LIVE, second)
    assert merged.id == created.id
    assert (merged.name, merged.hts_code, merged.unit_value_usd) == ("Hoodie", "6110202041", "68")
    assert merged.manufacturer == sync_pb2.Manufacturer(name="Northshore", city="Burnaby")
    assert merged.usmca == sync_pb2.Usmca(criterion="A", certification="C-1")
    assert merged.section_232.status == "review"
    assert [metal.metal for metal in merged.section_232.metals] == ["copper"]


async def test_concurrent_first_syncs_of_one_product_lose_no_field(caller: Caller) -> None:
    named = sync_pb2.Product(external_id="HOD", name="Hoodie")
    priced = sync_pb2.Product(external_id="HOD", unit_value_usd="68")
    ids = [
        answer[0].id
        for answer in await asyncio.gather(
            *(caller.products(LIVE, product) for product in [named, priced] * 5)
        )
    ]
    stored = await caller.use_cases.get_facts(LIVE, Subject.PRODUCTS, ids[0])
    assert len(set(ids)) == 1
    assert stored.facts == {"name": "Hoodie", "unit_value_usd": "68"}


async def test_products_are_locked_in_one_order_so_that_two_requests_wait_and_never_for_each_other(
    caller: Caller, pool: Pool
) -> None:
    first, second = (sync_pb2.Product(external_id=name, name="Hoodie") for name in ("HOD-1", "HOD-2"))
    await caller.products(LIVE, first, second)
    async with transaction(pool, LIVE) as holding, pool.acquire() as watching:
        await holding.execute("SELECT FROM products WHERE external_id = 'HOD-1' FOR UPDATE")
        other = asyncio.create_task(caller.products(LIVE, second, first))
        async with asyncio.timeout(60):
            while not await watching.fetchval(SESSIONS_THAT_WAIT):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await holding.execute("SELECT FROM products WHERE external_id = 'HOD-2' FOR UPDATE NOWAIT")
    assert len(await other) == 2


async def test_a_product_is_listed_by_its_sku(caller: Caller) -> None:
    await caller.products(
        LIVE, sync_pb2.Product(external_id="HOD", sku="S-1"), sync_pb2.Product(external_id="CAP-9")
    )
    for sku, names in (("S-1", ["HOD"]), ("CAP-9", ["CAP-9"]), ("HOD", [])):
        page = await caller.use_cases.list_facts(LIVE, Subject.PRODUCTS, PageRequest(5, sku=sku))
        assert [one.external_id for one in page.rows] == names
    warehouses = await caller.use_cases.list_facts(LIVE, Subject.WAREHOUSES, PageRequest(5, sku="S-1"))
    assert warehouses.rows == []


async def test_a_product_without_sku_has_its_external_id_as_sku_until_one_is_given(caller: Caller) -> None:
    (plain,) = await caller.products(LIVE, sync_pb2.Product(external_id="HOD"))
    (given,) = await caller.products(LIVE, sync_pb2.Product(external_id="HOD", sku="S-1"))
    (again,) = await caller.products(LIVE, sync_pb2.Product(external_id="HOD", name="Hoodie"))
    assert [plain.sku, given.sku, again.sku] == ["HOD", "S-1", "S-1"]
    assert plain.status == "active"


async def test_a_given_id_is_taken_at_creation_and_must_be_the_stored_one_later(caller: Caller) -> None:
    (created,) = await caller.products(LIVE, sync_pb2.Product(external_id="CAP", id="prod_cap_002"))
    assert created.id == "prod_cap_002"
    (again,) = await caller.products(LIVE, sync_pb2.Product(external_id="CAP", id="prod_cap_002"))
    assert again.id == "prod_cap_002"
    with pytest.raises(ValidationFailed) as raised:
        await caller.products(
            LIVE,
            sync_pb2.Product(external_id="CAP", id="prod_other"),
            sync_pb2.Product(external_id="NEW", id="prod_1"),
        )
    assert raised.value.details is not None
    assert [(issue["path"], issue["code"]) for issue in raised.value.details["issues"]] == [
        ("items.0.id", "id_mismatch"),
        ("items.1.id", "id_taken"),
    ]


async def test_fee_schedules_are_replaced_when_given_and_kept_when_not(caller: Caller) -> None:
    async def sync(facts: dict[str, object]) -> sync_pb2.Broker:
        draft = FactsDraft("b", "br_1", facts)  # type: ignore[arg-type]
        await caller.use_cases.sync_facts(LIVE, Subject.BROKERS, [draft], "", lambda _: b"")
        return broker_to_proto(await caller.use_cases.get_facts(LIVE, Subject.BROKERS, "br_1"))

    old, new = {"valid_from": "2025-01-01", "fee_formal": "95"}, {"valid_from": "2026-01-01"}
    assert [one.fee_formal for one in (await sync({"fee_schedules": [old]})).fee_schedules] == ["95"]
    assert len((await sync({"name": "Peace Arch"})).fee_schedules) == 1
    replaced = await sync({"fee_schedules": [new]})
    assert [one.valid_from for one in replaced.fee_schedules] == ["2026-01-01"]
    assert replaced.name == "Peace Arch"


async def test_a_layout_that_ends_takes_its_columns_along(caller: Caller) -> None:
    async def sync(**template: object) -> sync_pb2.Broker:
        broker = sync_pb2.Broker(external_id="B", template=sync_pb2.BrokerTemplate(**template))  # type: ignore[arg-type]
        drafts = read_brokers(
            sync_pb2.SyncBrokersRequest(account_id="acc_1", idempotency_key="key", items=[broker])
        )
        answer = await caller.use_cases.sync_facts(
            LIVE, Subject.BROKERS, drafts, "", lambda stored: broker_to_proto(stored[0]).SerializeToString()
        )
        return sync_pb2.Broker.FromString(answer.body)

    column = sync_pb2.BrokerTemplateColumn(header="Buyer", field="buyer_name")
    await sync(sheet="Ours", columns=[column])
    ended = await sync(format="none")
    assert (ended.template.format, ended.template.sheet, list(ended.template.columns)) == (
        "none",
        "Lines",
        [],
    )
    assert list((await sync(columns=[column])).template.columns) == [column]


async def test_nested_addresses_are_merged_at_every_depth(caller: Caller) -> None:
    async def sync(address: dict[str, str]) -> sync_pb2.Warehouse:
        draft = FactsDraft("w", "wh_1", {"importer_of_record": {"address": address}})
        await caller.use_cases.sync_facts(LIVE, Subject.WAREHOUSES, [draft], "", lambda _: b"")
        return warehouse_to_proto(await caller.use_cases.get_facts(LIVE, Subject.WAREHOUSES, "wh_1"))

    await sync({"city": "Blaine", "region": "WA"})
    merged = (await sync({"city": "Bellingham"})).importer_of_record.address
    assert (merged.city, merged.region) == ("Bellingham", "WA")


async def test_an_id_of_another_account_or_mode_is_not_found(caller: Caller) -> None:
    (created,) = await caller.orders(LIVE, orders())
    for tenant in (OTHER, TEST_MODE):
        with pytest.raises(NotFound):
            await caller.use_cases.get_order(tenant, created.id)
    with pytest.raises(NotFound):
        await caller.use_cases.get_facts(LIVE, Subject.WAREHOUSES, "wh_none")


async def test_a_list_gives_every_row_once_page_by_page(caller: Caller) -> None:
    made = await caller.orders(LIVE, orders(*(order(f"SO-{number}") for number in range(7))))
    seen, after = [], ""
    while True:
        page = await caller.use_cases.list_orders(LIVE, PageRequest(3, after))
        seen += [row.stamp.id for row in page.rows]
        if not page.has_more:
            break
        after = decode_cursor(page.next_cursor)
    assert sorted(seen) == sorted(one.id for one in made)
    assert len(seen) == 7


async def test_a_list_by_external_id_gives_that_row_only(caller: Caller) -> None:
    await caller.orders(LIVE, orders(order("SO-1"), order("SO-2")))
    page = await caller.use_cases.list_orders(LIVE, PageRequest(50, external_id="SO-2"))
    assert [row.draft.external_id for row in page.rows] == ["SO-2"]
    products = await caller.use_cases.list_facts(LIVE, Subject.PRODUCTS, PageRequest(50, external_id="x"))
    assert products.rows == []


async def test_planning_facts_hold_the_orders_with_their_products_and_nothing_unknown(caller: Caller) -> None:
    await caller.products(
        LIVE,
        sync_pb2.Product(external_id="CAP", id="prod_2", name="Cap"),
        sync_pb2.Product(external_id="UNUSED"),
    )
    made = await caller.orders(
        LIVE, orders(order("SO-1"), order("SO-2", line("prod_2"), line()), order("SO-3"))
    )
    for subject, given in ((Subject.WAREHOUSES, "wh_1"), (Subject.BROKERS, "br_1")):
        draft = FactsDraft("x", given, {"name": "Peace Arch"})
        await caller.use_cases.sync_facts(LIVE, subject, [draft], "", lambda _: b"")
    wanted, names = [made[1].id, "ord_unknown"], ["SO-1", "SO-unknown"]
    facts = await caller.use_cases.get_planning_facts(LIVE, wanted, names, "wh_1", "br_1")
    assert facts.warehouse is not None
    assert warehouse_to_proto(facts.warehouse).name == "Peace Arch"
    assert facts.broker is not None
    assert sorted(product_to_proto(one).sku for one in facts.products) == ["CAP", "JKT-001"]
    assert {row["id"] for row in facts.order_rows} == {made[0].id, made[1].id}
    foreign = await caller.use_cases.get_planning_facts(OTHER, wanted, names, "wh_1", "br_1")
    assert (foreign.warehouse, foreign.broker, foreign.products, foreign.order_rows) == (None, None, [], [])


async def test_planning_facts_hold_the_importers_that_orders_name_by_either_name(caller: Caller) -> None:
    drafts = [
        FactsDraft(name, None, {"number": number})
        for name, number in (("one", "98-1122334"), ("two", "98-556677800"), ("three", "84-9900112"))
    ]
    await caller.use_cases.sync_facts(LIVE, Subject.IMPORTERS, drafts, "", lambda _: b"")
    named, numbered, plain = await caller.orders(
        LIVE,
        orders(
            order("SO-1", importer_external_id="one"),
            order("SO-2", importer_number="98-5566778"),
            order("SO-3"),
        ),
    )

    async def importers_of(*ids: str) -> list[str]:
        facts = await caller.use_cases.get_planning_facts(LIVE, ids, [], "", "")
        return [each.external_id for each in facts.importers]

    assert await importers_of(named.id, numbered.id, plain.id) == ["one", "two"]
    assert await importers_of(numbered.id) == ["two"]
    assert await importers_of(plain.id) == []


async def test_every_read_stays_within_its_account_and_mode_without_row_level_security(
    caller: Caller, database_url: str
) -> None:
    (made,) = await caller.orders(LIVE, orders())
    # The login of the tests is a superuser, whom no policy binds.
    async with SessionPool(
        database_url, min_size=1, max_size=4, server_settings={"search_path": "sync"}
    ) as unbound:
        use_cases = SyncUseCases(pool=unbound, clock=utc_now, ids=Ids(), habits=Habits())
        assert (await use_cases.get_order(LIVE, made.id)).stamp.id == made.id
        for tenant in (OTHER, TEST_MODE):
            with pytest.raises(NotFound):
                await use_cases.get_order(tenant, made.id)
            assert (await use_cases.list_orders(tenant, PageRequest(50))).rows == []
            products = await use_cases.list_facts(tenant, Subject.PRODUCTS, PageRequest(50))
            assert [one.external_id for one in products.rows] == ["JKT-001"]
            facts = await use_cases.get_planning_facts(tenant, [made.id], [made.external_id], "", "")
            assert (facts.order_rows, facts.products) == ([], [])
