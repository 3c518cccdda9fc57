"""Every declared field of an order comes through: REST, message, table, planning, the plan hash."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from entrygo.gateway.mapping.orders import stored_order, sync_orders_request
from entrygo.gateway.schemas.orders import SyncOrdersBody
from entrygo.planning.plan_hash import order_document
from entrygo.planning.sync_client import OrderReader
from entrygo.proto.sync.v1 import sync_pb2
from entrygo.records.kinds import camel_case
from entrygo.records.order import ORDER, ORDER_LINE
from entrygo.requests.pages import PageRequest
from entrygo.sync.drafts import FactsDraft, Subject
from entrygo.sync.write import add_order, order_to_proto
from tests.integration.sync.conftest import LIVE, Caller
from tests.unit.sync.requests import ACCOUNT

# One of each, as REST reads it (a number is a Decimal). Two say one thing in two ways: an order has either.
VALUES: Mapping[str, str | Decimal] = {
    "external_id": "SO-1",
    "destination_country": "US",
    "destination_region": "CA",
    "destination_postal_code": "94105",
    "importer_number": "12-3456789",
    "importer_external_id": "brand-1",
}
LINE: Mapping[str, str | Decimal] = {
    "product_id": "prod_1",
    "quantity": Decimal("1.5"),
    "unit_value_usd": Decimal(10),
}
EITHER = ("importer_number", "importer_external_id")


@pytest.mark.parametrize("left_out", EITHER)
async def test_a_field_of_an_order_is_stored_read_planned_and_hashed_as_it_was_sent(
    caller: Caller, left_out: str
) -> None:
    assert VALUES.keys() == {field.name for field in ORDER}, "give the new field a value"
    assert LINE.keys() == {field.name for field in ORDER_LINE} - {"sku"}, "give the new field a value"
    importer = FactsDraft(external_id="brand-1", id=None, facts={"name": "Brand"})
    await caller.use_cases.sync_facts(LIVE, Subject.IMPORTERS, [importer], "", lambda _: b"")
    given = {field.rest_name: VALUES[field.name] for field in ORDER if field.name != left_out}
    [synced] = await caller.orders(LIVE, sync_orders_request(body(given)))
    found = await caller.use_cases.get_order(LIVE, synced.id)
    [listed] = (await caller.use_cases.list_orders(LIVE, PageRequest(limit=10))).rows
    facts = await caller.use_cases.get_planning_facts(LIVE, [synced.id], [], "wh_1", "bro_1")
    planned = sync_pb2.PlanningFactsChunk()
    add_order(ACCOUNT, facts.order_rows[0], planned.orders.add)
    for message in (order_to_proto(ACCOUNT, found), order_to_proto(ACCOUNT, listed), planned.orders[0]):
        assert shown(message, given) == {name: str(value) for name, value in given.items()}
        read = OrderReader().read(message)
        hashed = order_document(read)
        for field in ORDER:
            expected = None if field.name == left_out else VALUES[field.name]
            assert str(getattr(read, field.name)) == str(hashed.get(field.name)) == str(expected)
        [line], [hashed_line] = read.items, hashed["items"]
        for name, value in LINE.items():
            assert str(getattr(line, name)) == hashed_line[name] == str(value)


def body(fields: Mapping[str, str | Decimal]) -> SyncOrdersBody:
    line = {camel_case(name): value for name, value in LINE.items()}
    return SyncOrdersBody.model_validate({"accountId": ACCOUNT, "items": [{**fields, "items": [line]}]})


def shown(order: sync_pb2.Order, given: Mapping[str, Any]) -> Mapping[str, str]:
    """What REST shows of the given fields, as text."""
    answer: Mapping[str, Any] = stored_order(order)
    return {name: str(answer[name]) for name in given}
