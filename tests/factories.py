"""Builders of valid facts for every suite: the demo account's golden ones, and small changes to them."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from entrygo.domain.facts import Broker, Importer, Order, OrderItem, Product, Warehouse

DEMO_ACCOUNT = Path(__file__).resolve().parents[1] / "services/entrygo/cli/demo_account.json"

# The entry date of the golden fixture, on which the documented plan comes out to the cent.
GOLDEN_ENTRY_DATE = date(2026, 3, 11)
HOODIE = "prod_hoodie_001"
CAP = "prod_cap_002"


def demo_account() -> dict[str, Any]:
    """The demo account as it ships: account, products, warehouses, brokers."""
    account: dict[str, Any] = json.loads(DEMO_ACCOUNT.read_text(encoding="utf-8"))
    return account


def _demo(kind: str, id: str) -> dict[str, Any]:
    return next(fact for fact in demo_account()[kind] if fact["id"] == id)


def make_product(id: str = CAP, **changes: Any) -> Product:
    """A product of the demo account (any other id: the cap under that id), with changes."""
    known = {fact["id"] for fact in demo_account()["products"]}
    fields = _demo("products", id if id in known else CAP)
    if id not in known:
        fields |= {"id": id, "external_id": id, "sku": id.upper()}
    return Product.model_validate(fields | changes)


def make_warehouse(**changes: Any) -> Warehouse:
    return Warehouse.model_validate(_demo("warehouses", "wh_123") | changes)


def make_broker(**changes: Any) -> Broker:
    return Broker.model_validate(_demo("brokers", "br_123") | changes)


def make_importer(external_id: str = "brand-north", **changes: Any) -> Importer:
    """An importer in good order for the demo broker, with changes."""
    fields: dict[str, Any] = {
        "id": f"imp_{external_id}",
        "external_id": external_id,
        "name": f"{external_id.title()} Ltd",
        "number": "98-1122334",
        "address": {"line_1": "1450 Powell Street", "city": "Vancouver", "region": "BC", "country": "CA"},
        "non_resident": True,
        "bond": {"type": "continuous", "amount_usd": "100000"},
        "powers_of_attorney": [{"broker": make_broker().external_id}],
    }
    return Importer.model_validate(fields | changes)


def make_fee_schedule(**changes: Any) -> dict[str, Any]:
    """The demo broker's schedule, as a plain object to put into `fee_schedules`."""
    schedule: dict[str, Any] = _demo("brokers", "br_123")["fee_schedules"][0]
    return schedule | changes


def make_item(product_id: str = CAP, quantity: str = "1", unit_value_usd: str = "35") -> OrderItem:
    return OrderItem(
        product_id=product_id, quantity=Decimal(quantity), unit_value_usd=Decimal(unit_value_usd)
    )


def make_order(id: str = "ord_123", *items: OrderItem, **changes: Any) -> Order:
    """An order to San Francisco; of one cap, when no items are given."""
    fields: dict[str, Any] = {
        "id": id,
        "external_id": f"wms-{id}",
        "destination_country": "US",
        "destination_region": "CA",
        "destination_postal_code": "94105",
        "items": items or (make_item(),),
    }
    return Order(**fields | changes)


def golden_orders() -> tuple[Order, Order]:
    """The two orders of the documented example."""
    first = make_order("ord_123", make_item(HOODIE, "2", "110"), make_item(CAP, "1", "35"))
    return first, make_order("ord_124", make_item(CAP, "1", "35"))


def golden_products() -> tuple[Product, Product]:
    return make_product(HOODIE), make_product(CAP)
