"""Builders of snapshots for the execution tests: a small readable one, hostile ones, and very large ones."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pydantic import TypeAdapter

from entrygo.domain.facts import (
    Address,
    Broker,
    ImporterOfRecord,
    Manufacturer,
    Metal,
    Order,
    OrderItem,
    Product,
    Section232,
    Section232Status,
    Transport,
    Usmca,
    Warehouse,
)
from entrygo.domain.snapshot import (
    EntryCost,
    Readiness,
    Savings,
    Severity,
    Snapshot,
    ValidationMessage,
)
from entrygo.execution.package.facts import PackageFacts

PACKAGE = PackageFacts(id="cp_123", number="cp_ch123456", generated_at="2026-03-11T16:10:00.000Z")
MAKER = Manufacturer(name="Northshore Apparel Ltd", city="Vancouver", country="CA", mid="XCNORAPP1450VAN")


def make_product(id: str = "prod_hoodie_001", **changes: object) -> Product:
    fields: dict[str, object] = {
        "id": id,
        "external_id": id,
        "sku": id.upper(),
        "customs_description": "Women's woven hooded jacket, 100% polyester shell and fill",
        "hts_code": "6202308061",
        "country_of_origin": "CA",
        "material_composition": "100% polyester",
        "manufacturer": MAKER,
        "net_weight_kg": "0.82",
        "gross_weight_kg": "0.95",
        "unit_of_measure": "pcs",
        "usmca": Usmca(criterion="A", certification="USMCA-1"),
        "section_232": Section232(status=Section232Status.NOT_APPLICABLE),
    }
    return Product.model_validate(fields | changes)


def make_order(id: str = "ord_123", items: Sequence[OrderItem] | None = None, **changes: object) -> Order:
    fields: dict[str, object] = {
        "id": id,
        "external_id": f"wms-{id}",
        "destination_country": "US",
        "destination_region": "CA",
        "destination_postal_code": "94105",
        "items": tuple(items or (make_item(),)),
    }
    return TypeAdapter(Order).validate_python(fields | changes)


def make_item(product_id: str = "prod_hoodie_001", quantity: str = "2", value: str = "110") -> OrderItem:
    return OrderItem(product_id=product_id, quantity=Decimal(quantity), unit_value_usd=Decimal(value))


def make_warehouse(**changes: object) -> Warehouse:
    fields: dict[str, object] = {
        "id": "wh_123",
        "external_id": "yvr-01",
        "name": "Northshore Fulfilment Inc.",
        "address": Address(
            line_1="7280 River Road", city="Richmond", region="BC", postal_code="V6X 1X5", country="CA"
        ),
        "responsible_employee": "Dana Whitfield",
        "phone": "+1 604 555 0142",
        "email": "exports@northshore.example.com",
        "importer_of_record": ImporterOfRecord(
            name="Northshore Imports LLC", number="98-7654321", bond="continuous"
        ),
        "transport": Transport(
            carrier="Pacific Crossing", scac="PCXL", port_code="3004", port_name="Blaine, WA"
        ),
    }
    return Warehouse.model_validate(fields | changes)


def make_savings() -> Savings:
    """Two informal entries against one: the public example's saving of 18.50."""
    return Savings(
        separate=make_cost(entries=2, broker_fee="40"),
        consolidated=make_cost(entries=1, broker_fee="20", order_fees="1.5"),
        signed_usd=Decimal("18.5"),
        estimated_usd=Decimal("18.5"),
        fee_schedule_valid_from=date(2026, 1, 1),
        mpf_fiscal_year=2026,
    )


def make_cost(**changes: object) -> EntryCost:
    fields: dict[str, object] = {
        "entries": 1,
        "entry_type": "11",
        "lines": 2,
        "broker_fee": "20",
        "line_fees": "0",
        "order_fees": "0",
        "disbursement": "0",
        "bond": "0",
        "merchandise_processing_fee": "0",
    }
    return EntryCost.model_validate(fields | changes)


def make_snapshot(**changes: object) -> Snapshot:
    """Two orders, three lines, two products; the jacket waits for a metals review."""
    fields: dict[str, object] = {
        "account_id": "acc_123",
        "mode": "live",
        "export_id": "batch_123",
        "revision": 1,
        "plan_hash": "planhash_" + "ab" * 32,
        "planned_at": "2026-03-11T16:00:00.000Z",
        "destination_country": "US",
        "entry_date": date(2026, 3, 11),
        "ruleset_version": "2026.1",
        "reference_version": "2026-03-01",
        "reference_rows": (),
        "readiness_state": Readiness.REVIEW_REQUIRED,
        "compliance_score": 74,
        "validation_messages": (
            ValidationMessage(
                code="METALS_REVIEW_RECOMMENDED",
                message="Product JKT-001 should receive metals review before execution.",
                severity=Severity.WARNING,
                field="orders[0].items[0].product.section_232",
                product_id="prod_hoodie_001",
                order_id="ord_123",
            ),
        ),
        "flags": ("human_review_recommended",),
        "missing_data": (),
        "recommended_strategy": "Group.",
        "next_recommended_action": "review_flags_then_execute",
        "entry_type": "11",
        "informal_limit_usd": "2500",
        "savings": make_savings(),
        "warehouse": make_warehouse(),
        "broker": Broker(
            id="br_123",
            external_id="br",
            name="Blaine Customs Brokers",
            email="broker@example.com",
            port_code="3004",
            filer_code="ABC",
        ),
        "orders": (
            make_order("ord_123", [make_item(), make_item("prod_cap_002", "1", "35")]),
            make_order("ord_124", [make_item("prod_cap_002", "3", "34.995")], destination_region="WA"),
        ),
        "products": (
            make_product(section_232=Section232(status=Section232Status.REVIEW)),
            make_product(
                "prod_cap_002",
                hts_code="6505003030",
                customs_description="Men's knitted cotton baseball cap",
                net_weight_kg="0.09",
                gross_weight_kg="0.12",
            ),
        ),
    }
    return Snapshot.model_validate(fields | changes)


def make_large_snapshot(orders: int, products: int = 21) -> Snapshot:
    """Orders of one and two lines in turn over a handful of products, as a warehouse's week has them."""
    catalogue = tuple(
        make_product(
            f"prod_{index:03d}",
            hts_code=f"62023080{index:02d}",
            section_232=Section232(
                status=Section232Status.APPLICABLE,
                metals=(
                    Metal(metal="steel", weight_kg=Decimal("0.1"), weight_pct=Decimal(12), melt_pour="CA"),
                ),
            ),
        )
        for index in range(products)
    )
    return make_snapshot(
        products=catalogue,
        orders=tuple(
            make_order(
                f"ord_{index:06d}",
                [make_item(f"prod_{(index + part) % products:03d}") for part in range(1 + index % 2)],
            )
            for index in range(orders)
        ),
    )
