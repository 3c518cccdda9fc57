"""The demo account's facts: complete, and what the guide expects of them."""

from datetime import date

import pytest

from entrygo.cli.up.demo_account import certified_on, read_demo_account
from entrygo.domain.facts import Broker, Product, Section232Status, Warehouse

PRODUCTS = [Product.model_validate(item) for item in read_demo_account()["products"]]
GUIDE_DAY = date(2026, 3, 11)


def test_demo_account_has_the_ids_of_the_guide() -> None:
    content = read_demo_account()
    assert content["account"]["id"] == "acc_123"
    assert [product.id for product in PRODUCTS] == ["prod_123", "prod_hoodie_001", "prod_cap_002"]
    assert [Warehouse.model_validate(item).id for item in content["warehouses"]] == ["wh_123"]
    assert [Broker.model_validate(item).email for item in content["brokers"]] == ["broker@example.com"]


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.id)
def test_demo_product_is_certified_and_describes_itself_on_the_day_of_the_guide(product: Product) -> None:
    assert product.usmca.is_certified_on(GUIDE_DAY)
    assert product.country_of_origin == "CA"
    assert all((product.hts_code, product.customs_description, product.material_composition))
    assert product.manufacturer.mid == "XCNORAPP1450VAN"


def test_only_the_jacket_awaits_a_metals_review() -> None:
    assert [p.sku for p in PRODUCTS if p.section_232.status is Section232Status.REVIEW] == ["JKT-001"]


def test_the_certifications_of_a_new_demo_account_cover_the_day_it_is_made() -> None:
    claim = {"criterion": "A", "blanket_from": "2026-01-01", "blanket_to": "2026-12-31"}
    assert certified_on(date(2026, 12, 31), claim) == claim
    assert certified_on(date(2028, 2, 29), claim) == {
        "criterion": "A",
        "blanket_from": "2028-01-01",
        "blanket_to": "2028-12-31",
    }
