"""Orders as entries: values, and which lines customs sees as one."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from entrygo.domain.consolidation import LineKey, line_key
from entrygo.domain.facts import Product
from entrygo.planning.entries import consolidated, entries_of
from tests.factories import (
    GOLDEN_ENTRY_DATE,
    make_broker,
    make_fee_schedule,
    make_item,
    make_order,
    make_product,
)
from tests.unit.planning.decisions import decide_on

MAKER = {"name": "Northshore Apparel Ltd", "mid": "XCNORAPP1450VAN"}


NO_CLAIM: dict[str, Any] = {"criterion": None, "certification": None}


def keys_of(products: Iterable[Product]) -> dict[str, LineKey]:
    return {product.id: line_key(product, GOLDEN_ENTRY_DATE) for product in products}


def lines_of(*products: Product) -> int:
    order = make_order("ord_1", *(make_item(product.id) for product in products))
    (entry,) = entries_of([order], keys_of(products), paying=frozenset())
    return len(entry.lines)


def test_products_that_agree_in_all_that_counts_are_one_line() -> None:
    one, two = make_product("prod_a"), make_product("prod_b", customs_description="Another cotton cap")
    assert lines_of(one, two) == 1


@pytest.mark.parametrize(
    "difference",
    [
        {"hts_code": "6110202041"},
        {"country_of_origin": "VN"},
        {"manufacturer": MAKER | {"mid": "VNSAIGAR12HOC"}},
        {"section_232": {"status": "review"}},
    ],
)
def test_products_that_differ_in_what_customs_asks_are_two_lines(difference: dict[str, Any]) -> None:
    assert lines_of(make_product("prod_a"), make_product("prod_b", **difference)) == 2


def test_claim_of_preference_makes_a_line_of_its_own() -> None:
    claimed, plain = make_product("prod_a"), make_product("prod_b", usmca=NO_CLAIM)
    assert lines_of(claimed, plain) == 2
    assert lines_of(claimed, make_product("prod_b")) == 1


def test_value_without_preference_pays_the_processing_fee() -> None:
    plain, claimed = make_product("prod_a", usmca=NO_CLAIM), make_product("prod_b")
    order = make_order("ord_1", make_item("prod_a", "3", "0.335"), make_item("prod_b", "1", "10"))
    keys = keys_of([plain, claimed])
    (entry,) = entries_of([order], keys, paying={"prod_a"})
    assert (entry.value_usd, entry.fee_values) == (Decimal("11.01"), {keys["prod_a"]: Decimal("1.01")})
    (entry,) = entries_of([order], keys, paying=frozenset())
    assert entry.fee_values == {}


FIVE = tuple(make_order(f"ord_{number}", make_item("prod_a"), make_item("prod_b")) for number in range(5))
PRODUCTS = make_product("prod_a"), make_product("prod_b", hts_code="6110202041")


def test_plan_is_one_entry_when_the_broker_has_no_limits() -> None:
    decision = decide_on(*FIVE, products=PRODUCTS)
    [entry] = decision.entries
    assert entry.order_ids == tuple(order.id for order in FIVE)
    assert (entry.number, entry.lines, entry.value_usd) == (1, 2, Decimal(350))
    assert (entry.entry_type, entry.importer_id, entry.readiness) == ("11", None, decision.readiness)
    assert decision.savings is not None
    assert entry.cost == decision.savings.consolidated
    assert decision.savings.consolidated.entries == 1


def test_plan_is_split_at_the_brokers_limit_whatever_the_order_of_the_request() -> None:
    broker = make_broker(max_orders_per_entry=2)
    decision = decide_on(*FIVE, products=PRODUCTS, broker=broker)
    assert [entry.order_ids for entry in decision.entries] == [
        ("ord_0", "ord_1"),
        ("ord_2", "ord_3"),
        ("ord_4",),
    ]
    assert [entry.lines for entry in decision.entries] == [2, 2, 2]
    again = decide_on(*reversed(FIVE), products=PRODUCTS, broker=broker)
    assert [entry.order_ids for entry in again.entries] == [entry.order_ids for entry in decision.entries]
    assert again.plan_hash == decision.plan_hash


def test_savings_count_every_entry_that_is_filed() -> None:
    one = decide_on(*FIVE, products=PRODUCTS).savings
    three = decide_on(*FIVE, products=PRODUCTS, broker=make_broker(max_orders_per_entry=2)).savings
    assert one is not None
    assert three is not None
    assert three.separate == one.separate
    assert (three.consolidated.entries, three.consolidated.lines) == (3, 6)
    fee = one.consolidated.broker_fee
    assert three.consolidated.broker_fee == 3 * fee
    assert three.signed_usd == three.separate.total - three.consolidated.total
    assert three.signed_usd < one.signed_usd


def test_splitting_a_formal_entry_makes_no_informal_ones() -> None:
    dear = tuple(make_order(f"ord_{number}", make_item("prod_a", "1", "2000")) for number in range(2))
    decision = decide_on(*dear, products=PRODUCTS, broker=make_broker(max_orders_per_entry=1))
    assert decision.entry_type == "01"
    assert decision.savings is not None
    assert decision.savings.separate.entry_type == "11"
    assert decision.savings.consolidated.entry_type == "01"


@pytest.mark.parametrize(
    "declared",
    [
        {"hts_code": "6912003550", "pga": {}},  # the tariff asks for FDA data
        {"hts_code": "6110202041", "pga": {"fda": {"disclaimer": "A"}}},  # the account answers unasked
    ],
)
def test_each_line_declared_to_an_agency_costs_its_fee_once_an_entry(declared: dict[str, Any]) -> None:
    products = (make_product("prod_a", **declared), make_product("prod_b", hts_code="6110202041", pga={}))
    broker = make_broker(fee_schedules=[make_fee_schedule(pga_fee="4.00")])
    decision = decide_on(*FIVE, products=products, broker=broker, entry_date=date(2026, 3, 11))
    assert decision.savings is not None
    assert decision.savings.separate.pga_fees == Decimal(20)
    assert decision.savings.consolidated.pga_fees == Decimal(4)


@pytest.mark.parametrize(("limit", "lines"), [(None, [999, 3]), (2_000, [999, 3]), (600, [600, 402])])
def test_an_entry_has_no_more_lines_than_its_numbers_have_digits_for(
    limit: int | None, lines: list[int]
) -> None:
    products = [make_product(f"prod_{n}", hts_code=f"{6_110_200_000 + n}") for n in range(1_002)]
    orders = [make_order(f"ord_{n:04}", make_item(product.id)) for n, product in enumerate(products)]
    entries = entries_of(orders, keys_of(products), paying=frozenset())
    found = consolidated(orders, entries, make_broker(max_lines_per_entry=limit), kind="01")
    assert [planned.lines for planned, _ in found] == lines
    assert [planned.number for planned, _ in found] == [1, 2]
