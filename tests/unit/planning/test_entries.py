"""Orders as entries: values, and which lines customs sees as one."""

from decimal import Decimal
from typing import Any

import pytest

from entrygo.domain.facts import Product
from entrygo.planning.entries import entries_of
from tests.factories import make_item, make_order, make_product

MAKER = {"name": "Northshore Apparel Ltd", "mid": "XCNORAPP1450VAN"}


def lines_of(*products: Product, usmca: frozenset[str] = frozenset()) -> int:
    order = make_order("ord_1", *(make_item(product.id) for product in products))
    (entry,) = entries_of([order], {product.id: product for product in products}, usmca)
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
    products = make_product("prod_a"), make_product("prod_b")
    assert lines_of(*products, usmca=frozenset({"prod_a"})) == 2
    assert lines_of(*products, usmca=frozenset({"prod_a", "prod_b"})) == 1


def test_value_without_preference_pays_the_processing_fee() -> None:
    products = {product.id: product for product in (make_product("prod_a"), make_product("prod_b"))}
    order = make_order("ord_1", make_item("prod_a", "3", "0.335"), make_item("prod_b", "1", "10"))
    (entry,) = entries_of([order], products, frozenset({"prod_b"}))
    assert (entry.value_usd, entry.fee_value_usd, entry.has_fee_lines) == (
        Decimal("11.01"),
        Decimal("1.01"),
        True,
    )
    (entry,) = entries_of([order], products, frozenset(products))
    assert (entry.fee_value_usd, entry.has_fee_lines) == (Decimal(0), False)
