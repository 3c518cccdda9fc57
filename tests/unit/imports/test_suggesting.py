"""Which of our columns a column of another name probably is."""

import pytest

from entrygo.imports.columns import ORDER_COLUMNS, PRODUCT_FIELDS
from entrygo.imports.suggesting import nearest


@pytest.mark.parametrize("name", ["Gross Weight lb", "Net Weight (lbs)", "net_weight_g", "Unit Value CAD"])
def test_a_column_of_a_product_in_another_unit_is_not_taken_for_ours(name: str) -> None:
    assert nearest(name, tuple(PRODUCT_FIELDS)) is None


def test_a_price_in_another_currency_is_not_taken_for_dollars() -> None:
    assert nearest("unit_price_cad", ORDER_COLUMNS) is None
    assert nearest("Unit Price USD", ORDER_COLUMNS) == "unit_price_usd"


def test_a_column_in_our_unit_is_found_as_before() -> None:
    known = tuple(PRODUCT_FIELDS)
    assert nearest("Gross Weight", known) == nearest("Gross weight (kg)", known) == "gross_weight_kg"
