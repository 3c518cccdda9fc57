"""What one entry line is, and which orders one entry takes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrygo.domain.consolidation import Limits, line_key, split_orders
from entrygo.domain.tariff import SECTION_301, CandidateHeading, TariffTreatment
from tests.factories import make_product

DAY = date(2026, 3, 11)
APPLIES: dict[str, Any] = {"status": "applicable", "signed_off_by": "Dana Whitfield"}
LIMITS = st.none() | st.integers(1, 6)
ORDERS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=4), st.frozensets(st.integers(0, 8), min_size=1, max_size=5)
)


def is_one_line(**change: Any) -> bool:
    return line_key(make_product("prod_a"), DAY) == line_key(make_product("prod_b", **change), DAY)


@pytest.mark.parametrize(
    "change",
    [
        {"customs_description": "Another cotton cap", "sku": "X", "unit_value_usd": "7"},
        {"hts_code": "6505.00.30.30"},
        {"country_of_origin": "ca "},
        {"section_301": APPLIES | {"headings": "9903.88.03", "valid_to": "2026-03-10"}},
        {"section_301": APPLIES | {"headings": "9903.88.03", "signed_off_by": None}},
        {"section_301": {"status": "not_applicable", "headings": "9903.88.03", "signed_off_by": "Dana"}},
    ],
)
def test_spelling_and_findings_that_do_not_hold_make_no_line_of_their_own(change: dict[str, Any]) -> None:
    assert is_one_line(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"hts_code": "6110202041"},
        {"country_of_origin": "VN"},
        {"manufacturer": {"name": "Other", "mid": "VNSAIGAR12HOC"}},
        {"usmca": {"criterion": "A", "certification": None}},
        {"section_301": APPLIES | {"headings": "9903.88.03"}},
        {"section_338": APPLIES | {"headings": "9903.03.01"}},
        {"section_232": {"status": "applicable", "metals": [{"metal": "steel"}]}},
        {"pga": {"fda": {"product_code": "54FEE99"}}},
    ],
)
def test_what_customs_asks_apart_is_a_line_of_its_own(change: dict[str, Any]) -> None:
    assert not is_one_line(**change)


def test_chapter_99_headings_are_digits_in_the_order_of_filing_each_once() -> None:
    product = make_product(
        "prod_a",
        section_301=APPLIES | {"headings": "9903.88.15; 9903.88.03, see note"},
        section_338=APPLIES | {"headings": "99030301 9903.88.03"},
    )
    assert line_key(product, DAY).chapter_99 == ("99038803", "99038815", "99030301")


def test_goods_of_which_other_headings_may_apply_are_lines_apart() -> None:
    product = make_product("prod_a")
    list_3 = TariffTreatment(
        candidate_headings=(CandidateHeading(programme=SECTION_301, heading="9903.88.03"),)
    )
    keys = {line_key(product, DAY), line_key(product, DAY, list_3), line_key(product, DAY, TariffTreatment())}
    assert {key.candidates for key in keys} == {(), ("9903.88.03",)}


def test_maker_without_an_id_goes_by_its_name() -> None:
    one, two = ({"name": name, "mid": None} for name in ("Northshore", "Southshore"))
    keys = {line_key(make_product("prod_a", manufacturer=maker), DAY) for maker in (one, two, one)}
    assert len(keys) == 2


@given(
    orders=ORDERS,
    max_lines=LIMITS,
    max_orders=LIMITS,
    max_value=LIMITS,
    prices=st.lists(st.integers(0, 4), min_size=1),
)
def test_every_order_is_in_one_entry_and_no_entry_breaks_a_limit_but_by_a_single_order(
    orders: dict[str, frozenset[int]],
    max_lines: int | None,
    max_orders: int | None,
    max_value: int | None,
    prices: list[int],
) -> None:
    limits = Limits(max_lines, max_orders, None if max_value is None else Decimal(max_value))
    values = {order_id: Decimal(prices[n % len(prices)]) for n, order_id in enumerate(orders)}
    entries = split_orders(orders, limits, values)
    assert sorted(order_id for entry in entries for order_id in entry) == sorted(orders)
    for entry in entries:
        lines = frozenset().union(*(orders[order_id] for order_id in entry))
        value = sum((values[order_id] for order_id in entry), Decimal(0))
        assert max_orders is None or len(entry) <= max_orders
        assert len(entry) == 1 or max_lines is None or len(lines) <= max_lines
        assert len(entry) == 1 or max_value is None or value <= max_value
    assert entries == split_orders(dict(reversed(orders.items())), limits, values)


def test_orders_with_the_same_lines_share_an_entry_up_to_the_limit() -> None:
    orders = {f"ord_{number}": frozenset({number % 2}) for number in range(10)}
    assert len(split_orders(orders, Limits(lines=2, orders=None))) == 1
    assert [len(entry) for entry in split_orders(orders, Limits(lines=1, orders=None))] == [5, 5]
    assert [len(entry) for entry in split_orders(orders, Limits(lines=2, orders=4))] == [4, 4, 2]
    assert split_orders({}, Limits(lines=1, orders=1)) == ()


def test_order_with_more_lines_than_the_broker_takes_has_an_entry_of_its_own() -> None:
    orders = {"ord_1": frozenset({1}), "ord_2": frozenset({1, 2, 3}), "ord_3": frozenset({2})}
    assert split_orders(orders, Limits(lines=2, orders=None)) == (("ord_1",), ("ord_2",), ("ord_3",))
