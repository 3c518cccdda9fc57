"""A sample plan to preview layouts: two entry lines, one with chapter 99."""

from datetime import date
from decimal import Decimal

from entrygo.domain.facts import (
    Address,
    Broker,
    ImporterOfRecord,
    Manufacturer,
    Order,
    OrderItem,
    Product,
    ReviewStatus,
    TradeReview,
    Transport,
    Warehouse,
)
from entrygo.domain.snapshot import Readiness, Snapshot

SAMPLE = "sample"
_PLANNED_AT = "2026-11-27T17:00:00.000Z"
_ENTRY_DATE = date(2026, 11, 27)
_HOODIE, _BACKPACK = (
    Product(
        id="prod_sample_hoodie",
        external_id="SAMPLE-HOODIE",
        sku="SAMPLE-HOODIE",
        customs_description="Women's knitted hooded sweatshirt, 80% cotton 20% polyester",
        material_composition="80% cotton, 20% polyester",
        hts_code="6110202041",
        country_of_origin="CA",
        manufacturer=Manufacturer(
            name="Sample Knitting Ltd", address="100 Sample Street", city="Vancouver", region="BC",
            postal_code="V5L 1G4", country="CA", mid="XCSAMKNI100VAN",
        ),
        net_weight_kg=Decimal("0.52"),
        gross_weight_kg=Decimal("0.6"),
        unit_of_measure="pcs",
    ),
    Product(
        id="prod_sample_backpack",
        external_id="SAMPLE-BACKPACK",
        sku="SAMPLE-BACKPACK",
        customs_description="Backpack with outer surface of polyester",
        material_composition="100% polyester",
        hts_code="4202923120",
        country_of_origin="CN",
        manufacturer=Manufacturer(
            name="Sample Bags Co", address="8 Sample Road", city="Ningbo", postal_code="315000",
            country="CN", mid="CNSAMBAG8NIN",
        ),
        net_weight_kg=Decimal("0.9"),
        gross_weight_kg=Decimal("1.1"),
        unit_of_measure="pcs",
        section_301=TradeReview(
            status=ReviewStatus.APPLICABLE, headings="9903.88.03 9903.05.31", signed_off_by="Sample"
        ),
    ),
)  # fmt: skip


def _order(number: int, region: str, postal_code: str, *items: tuple[Product, int, str]) -> Order:
    return Order(
        id=f"ord_sample_{number}",
        external_id=f"SAMPLE-{number}",
        destination_country="US",
        destination_region=region,
        destination_postal_code=postal_code,
        items=tuple(
            OrderItem(product_id=product.id, quantity=Decimal(quantity), unit_value_usd=Decimal(value))
            for product, quantity, value in items
        ),
    )


def sample_snapshot(broker: Broker) -> Snapshot:
    """The made-up plan, for this broker."""
    return Snapshot(
        account_id=SAMPLE,
        mode="test",
        export_id=SAMPLE,
        revision=1,
        plan_hash=SAMPLE,
        planned_at=_PLANNED_AT,
        destination_country="US",
        entry_date=_ENTRY_DATE,
        ruleset_version=SAMPLE,
        reference_version=SAMPLE,
        reference_rows=(),
        readiness_state=Readiness.REVIEW_REQUIRED,
        compliance_score=0,
        validation_messages=(),
        flags=(),
        missing_data=(),
        recommended_strategy="",
        next_recommended_action="",
        entry_type="11",
        informal_limit_usd=Decimal(2500),
        savings=None,
        warehouse=Warehouse(
            id=SAMPLE,
            external_id=SAMPLE,
            name="Sample Warehouse Inc.",
            address=Address(
                line_1="200 Sample Avenue", city="Richmond", region="BC", postal_code="V6X 1X5", country="CA"
            ),
            importer_of_record=ImporterOfRecord(
                name="Sample Importer LLC",
                number="00-0000000",
                address=Address(
                    line_1="1 Sample Plaza", city="Blaine", region="WA", postal_code="98230", country="US"
                ),
            ),
            transport=Transport(
                carrier="Sample Carrier", scac="SMPL", port_code="3004", port_name="Blaine, WA"
            ),
        ),
        broker=broker,
        orders=(
            _order(1, "CA", "94105", (_HOODIE, 2, "55"), (_BACKPACK, 1, "59.99")),
            _order(2, "WA", "98101", (_HOODIE, 1, "55")),
        ),
        products=(_HOODIE, _BACKPACK),
    )
