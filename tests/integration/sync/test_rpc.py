"""Sync as a gRPC caller meets it: the door, the errors, the replay flag, chunks."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import grpc
import pytest
import pytest_asyncio

from entrygo.domain.errors import EntryGoError
from entrygo.domain.principal import ScopeName
from entrygo.identity.authenticator import Authenticator
from entrygo.identity.use_cases import create_account, create_key
from entrygo.postgres.pool import Pool, open_pool
from entrygo.postgres.readiness import is_ready
from entrygo.process.clock import Ids, utc_now
from entrygo.process.settings import RpcClientSettings, RpcServerSettings, StopSettings
from entrygo.proto.sync.v1 import sync_pb2, sync_pb2_grpc
from entrygo.requests.issues import MAX_ISSUES
from entrygo.rpc.channel import open_channel
from entrygo.rpc.density import MOST_SHORT_RECORDS
from entrygo.rpc.errors import LARGE_ERRORS_KEY, remote
from entrygo.rpc.limits import SMALL_BYTES
from entrygo.rpc.replay import is_replayed
from entrygo.rpc.server import build_server
from entrygo.sync import servicer
from entrygo.sync.servicer import REQUIRED_SCOPES, SERVICE_NAME, SyncServicer
from tests.harness.processes import free_port
from tests.integration.sync.conftest import Caller
from tests.unit.sync.requests import ACCOUNT, line, order, orders

METAL = sync_pb2.Section232(metals=[sync_pb2.Metal(metal="steel")])
STREET = sync_pb2.Address(line_1="7280 River Road")


@dataclass
class Client:
    stub: sync_pb2_grpc.SyncStub
    all_scopes: tuple[tuple[str, str], ...]
    read_only: tuple[tuple[str, str], ...]
    plan_only: tuple[tuple[str, str], ...]
    orders_only: tuple[tuple[str, str], ...]
    bound: tuple[tuple[str, str], ...]

    async def sync(self, request: sync_pb2.SyncOrdersRequest) -> sync_pb2.SyncOrdersResponse:
        with remote("sync"):
            answer: sync_pb2.SyncOrdersResponse = await self.stub.SyncOrders(
                request, metadata=self.all_scopes, timeout=10
            )
            return answer


@pytest_asyncio.fixture
async def client(database_url: str, pool: Pool, caller: Caller) -> AsyncIterator[Client]:
    async with await open_pool(database_url, schema="identity", max_size=2) as identity:
        ids, port, stop = Ids(), free_port(), asyncio.Event()
        await create_account(identity, ids, name="A", account_id=ACCOUNT)
        _, full = await create_key(identity, ids, utc_now, account_id=ACCOUNT)
        narrow = [
            (await create_key(identity, ids, utc_now, account_id=ACCOUNT, scopes=frozenset({scope})))[1]
            for scope in (ScopeName.READ, ScopeName.EXPORTS_PLAN, ScopeName.ORDERS_WRITE)
        ]
        _, bound = await create_key(identity, ids, utc_now, account_id=ACCOUNT, warehouse_id="wh_own")
        server = build_server(
            settings=RpcServerSettings(),
            stopping=StopSettings(drain_seconds=0),
            port=port,
            authenticator=Authenticator(identity, service_tokens=()),
            required_scopes=REQUIRED_SCOPES,
            register=partial(sync_pb2_grpc.add_SyncServicer_to_server, SyncServicer(caller.use_cases)),
            service_names=(SERVICE_NAME,),
            ready=partial(is_ready, pool),
        )
        async with (
            asyncio.TaskGroup() as tasks,
            open_channel(f"127.0.0.1:{port}", RpcClientSettings()) as channel,
        ):
            tasks.create_task(server.serve(stop))
            try:
                await asyncio.wait_for(channel.channel_ready(), 10)
                yield Client(sync_pb2_grpc.SyncStub(channel), *map(_metadata, (full, *narrow, bound)))
            finally:
                stop.set()


def _metadata(secret: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {secret}"), (LARGE_ERRORS_KEY, "1"))


async def test_a_sync_answers_the_stored_orders_and_a_repeat_says_that_it_is_one(client: Client) -> None:
    request = orders(order("SO-1", line(), destination_region="CA"), key="k-1")
    first = client.stub.SyncOrders(request, metadata=client.all_scopes)
    again = client.stub.SyncOrders(request, metadata=client.all_scopes)
    answer = await first
    assert (answer.data[0].account_id, answer.data[0].total_value_usd) == (ACCOUNT, "220")
    assert answer.data[0].items[0] == line()
    assert not answer.data[0].HasField("destination_postal_code")
    assert await again == answer
    assert {await is_replayed(first), await is_replayed(again)} == {False, True}


async def test_bad_input_is_refused_with_its_first_hundred_issues(client: Client) -> None:
    wrong = orders(*(order(f"SO-{number}", line("", "0")) for number in range(2000)))
    with pytest.raises(EntryGoError) as raised:
        await client.sync(wrong)
    assert raised.value.error_code == "VALIDATION_ERROR"
    assert raised.value.field == "items.0.items.0.productId"
    assert raised.value.details is not None
    assert len(raised.value.details["issues"]) == MAX_ISSUES


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
async def test_a_message_of_very_many_empty_orders_is_refused_unread(
    client: Client, compression: grpc.Compression
) -> None:
    request = sync_pb2.SyncOrdersRequest(items=[sync_pb2.OrderInput()] * (MOST_SHORT_RECORDS + 1))
    with pytest.raises(EntryGoError) as raised, remote("sync"):
        await client.stub.SyncOrders(request, metadata=client.all_scopes, compression=compression)
    # Read, it would be VALIDATION_ERROR: its account is missing, and so many orders none may send.
    assert raised.value.error_code == "PAYLOAD_TOO_LARGE"


@pytest.fixture
def two_items_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRYGO_ITEMS_PER_SECOND", "2")


async def test_items_beyond_the_rate_of_their_key_are_refused(
    two_items_a_second: None, client: Client
) -> None:
    await client.sync(orders(*(order(f"SO-{number}") for number in range(100))))
    with pytest.raises(EntryGoError) as raised:
        await client.sync(orders())
    assert raised.value.error_code == "RATE_LIMITED"
    assert (raised.value.details or {})["limit"] == "items"


@pytest.fixture
def one_byte_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRYGO_REFUSED_BODY_BYTES_PER_SECOND", "1")


async def test_a_key_whose_large_message_was_refused_waits_before_its_next_call(
    one_byte_in_vain: None, client: Client
) -> None:
    with pytest.raises(EntryGoError) as raised:
        await client.sync(orders(order("SO-1", line("x" * SMALL_BYTES))))
    assert raised.value.error_code == "VALIDATION_ERROR"
    with pytest.raises(EntryGoError) as raised:
        await client.sync(orders())
    assert (raised.value.details or {})["limit"] == "refused-bytes"


async def test_another_account_in_the_request_is_refused_with_both_accounts(client: Client) -> None:
    request = orders()
    request.account_id = "acc_999"
    with pytest.raises(EntryGoError) as raised:
        await client.sync(request)
    assert raised.value.error_code == "INVALID_ACCOUNT_SCOPE"
    assert raised.value.details == {"apiKeyAccountId": ACCOUNT, "payloadAccountId": "acc_999"}


async def test_a_key_without_the_scope_is_refused(client: Client) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await client.stub.SyncOrders(orders(), metadata=client.read_only)
    assert raised.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_lists_and_reads_answer_what_was_synced(client: Client) -> None:
    made = await client.sync(orders(order("SO-1"), order("SO-2")))
    page = await client.stub.ListOrders(sync_pb2.ListRequest(limit=1), metadata=client.read_only)
    rest = await client.stub.ListOrders(
        sync_pb2.ListRequest(cursor=page.next_cursor), metadata=client.read_only
    )
    assert sorted([*page.data, *rest.data], key=lambda one: one.external_id) == list(made.data)
    assert (page.has_more, rest.has_more, rest.next_cursor) == (True, False, "")
    one = await client.stub.GetOrder(sync_pb2.GetRequest(id=made.data[1].id), metadata=client.read_only)
    assert one == made.data[1]
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await client.stub.GetProduct(sync_pb2.GetRequest(id="no\x00id"), metadata=client.read_only)
    assert raised.value.code() is grpc.StatusCode.NOT_FOUND


async def test_setup_of_every_kind_is_answered_in_full(client: Client) -> None:
    product = sync_pb2.Product(external_id="CAP", id="prod_cap_002", section_232=METAL)
    warehouse = sync_pb2.Warehouse(external_id="yvr-01", address=STREET, transit_days=2)
    schedule = {"valid_from": "2025-01-01", "fee_formal": "95", "fee_informal": "20.00"}
    schedule |= {"line_fee": "3", "order_fee": "1.5"}
    broker = sync_pb2.Broker(external_id="b", email="broker@example.com", fee_schedules=[schedule])
    keyed = {"account_id": ACCOUNT, "idempotency_key": "k-1"}
    products = await client.stub.SyncProducts(
        sync_pb2.SyncProductsRequest(items=[product], **keyed), metadata=client.all_scopes
    )
    warehouses = await client.stub.SyncWarehouses(
        sync_pb2.SyncWarehousesRequest(items=[warehouse], **keyed), metadata=client.all_scopes
    )
    brokers = await client.stub.SyncBrokers(
        sync_pb2.SyncBrokersRequest(items=[broker], **keyed), metadata=client.all_scopes
    )
    assert products.data[0].section_232.metals[0].metal == "steel"
    assert warehouses.data[0].address.line_1 == "7280 River Road"
    assert brokers.data[0].fee_schedules[0].fee_informal == "20"
    listed = await client.stub.ListBrokers(sync_pb2.ListRequest(), metadata=client.read_only)
    assert listed.data == brokers.data
    found = await client.stub.GetWarehouse(
        sync_pb2.GetRequest(id=warehouses.data[0].id), metadata=client.read_only
    )
    assert found == warehouses.data[0]


async def test_planning_facts_come_in_chunks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servicer, "ORDERS_PER_CHUNK", 2)
    made = await client.sync(orders(*(order(f"SO-{number}") for number in range(5))))
    request = sync_pb2.GetPlanningFactsRequest(
        order_ids=[one.id for one in made.data], warehouse_id="wh_none", broker_id="\x00"
    )
    chunks = [chunk async for chunk in client.stub.GetPlanningFacts(request, metadata=client.all_scopes)]
    assert [len(chunk.orders) for chunk in chunks] == [0, 2, 2, 1]
    assert [product.id for product in chunks[0].products] == ["prod_1"]
    assert not chunks[0].HasField("warehouse")
    assert {one.id for chunk in chunks for one in chunk.orders} == {one.id for one in made.data}


async def test_orders_named_by_sku_are_answered_and_planned_with_their_product(client: Client) -> None:
    sold = sync_pb2.OrderItem(sku="JKT-001", quantity="2", unit_value_usd="110")
    made = await client.sync(orders(order("SO-1", sold)))
    assert [(item.product_id, item.sku) for item in made.data[0].items] == [("prod_1", "")]
    request = sync_pb2.GetPlanningFactsRequest(external_order_ids=["SO-1", "SO-none", "SO\x00"])
    chunks = [chunk async for chunk in client.stub.GetPlanningFacts(request, metadata=client.all_scopes)]
    assert [one for chunk in chunks for one in chunk.orders] == list(made.data)
    assert [product.id for product in chunks[0].products] == ["prod_1"]


async def test_planning_facts_are_for_a_key_that_plans_or_reads_and_for_no_other(client: Client) -> None:
    made = await client.sync(orders(order("SO-1")))
    request = sync_pb2.GetPlanningFactsRequest(order_ids=[made.data[0].id])
    for metadata in (client.plan_only, client.read_only):
        chunks = [chunk async for chunk in client.stub.GetPlanningFacts(request, metadata=metadata)]
        assert [one.id for chunk in chunks for one in chunk.orders] == [made.data[0].id]
    with pytest.raises(EntryGoError) as raised, remote("sync"):
        _ = [chunk async for chunk in client.stub.GetPlanningFacts(request, metadata=client.orders_only)]
    assert raised.value.error_code == "INSUFFICIENT_SCOPE"
    assert raised.value.details == {"requiredScope": "exports:plan or read", "scopes": ["orders:write"]}


async def test_a_key_of_one_warehouse_may_not_write_another(client: Client) -> None:
    own, other = sync_pb2.Warehouse(external_id="a", id="wh_own"), sync_pb2.Warehouse(external_id="b")
    request = sync_pb2.SyncWarehousesRequest(account_id=ACCOUNT, items=[own, other])
    with pytest.raises(EntryGoError) as raised, remote("sync"):
        await client.stub.SyncWarehouses(request, metadata=client.bound)
    assert raised.value.error_code == "INSUFFICIENT_SCOPE"
    await client.stub.SyncWarehouses(request, metadata=client.all_scopes)
    listed = await client.stub.ListWarehouses(sync_pb2.ListRequest(), metadata=client.bound)
    assert [one.id for one in listed.data] == ["wh_own"]


def test_every_rpc_names_the_scope_that_it_needs() -> None:
    rpcs = sync_pb2.DESCRIPTOR.services_by_name["Sync"].methods_by_name
    assert set(REQUIRED_SCOPES) == {f"/{SERVICE_NAME}/{rpc}" for rpc in rpcs}
