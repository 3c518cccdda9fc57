"""What a file holds by its columns, and which of ours each of them probably is."""

import pytest

from entrygo.imports.kinds import IMPORTERS, ORDERS, PRODUCTS, Kind, missing, mistaken, recognised
from entrygo.imports.suggesting import nearest, suggested


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        (("order_id", "ship_to_country", "sku", "quantity", "unit_price_usd"), ORDERS),
        (("Order No", "Ship to Country", "SKU", "Qty", "Price"), ORDERS),
        (("sku", "name", "hts_code", "country_of_origin"), PRODUCTS),
        (("SKU", "Title", "HS Code", "Made in"), PRODUCTS),
        (("external_id", "name", "number", "bond_type", "poa_broker"), IMPORTERS),
        (("date", "weather"), None),
        (("sku", "name"), None),
    ],
)
def test_kind_of_a_file_is_recognised_by_its_columns(columns: tuple[str, ...], kind: Kind | None) -> None:
    assert recognised(columns) is kind


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Country of Origin", "country_of_origin"),
        ("countryOfOrigin", "country_of_origin"),
        ("country_of_orign", "country_of_origin"),
        ("HS Code", "hts_code"),
        ("hts_code_ca", "hts_code_ca"),
        ("weather", None),
        ("buyer email", None),
    ],
)
def test_nearest_of_our_columns(theirs: str, ours: str | None) -> None:
    assert nearest(theirs, PRODUCTS.known) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("State/Province", "ship_to_state"),
        ("Province Code", "ship_to_state"),
        ("Postal", "ship_to_zip"),
        ("ZIP/Postal code", "ship_to_zip"),
        ("Ship-to country", "ship_to_country"),
        ("Country Code", "ship_to_country"),
    ],
)
def test_where_an_order_goes_is_known_by_the_names_of_order_systems(theirs: str, ours: str) -> None:
    assert nearest(theirs, ORDERS.known) == ours


def test_each_of_our_columns_is_suggested_once_and_exact_names_win() -> None:
    assert suggested(("SKU", "sku", "Item", "weather", ""), ORDERS.known) == {"sku": "sku"}


def test_missing_columns_are_named_with_their_alternatives() -> None:
    assert missing(ORDERS, ["order_id", "quantity", "unit_price_usd"]) == [
        "ship_to_country",
        "sku or product_id",
    ]


def test_one_column_of_another_kind_is_no_mistake() -> None:
    assert mistaken(("sku", "name", "quantity"), PRODUCTS) is None
    assert mistaken(("Order No", "sku", "Qty"), PRODUCTS) is ORDERS
    assert mistaken(("sku", "hts_code", "country_of_origin"), ORDERS) is PRODUCTS
