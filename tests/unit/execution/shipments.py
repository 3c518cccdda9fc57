"""A shipment of which everything is stated, and what is stated of it changed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from entrygo.domain.shipment import Charge, ChargeKind, Incoterm, Shipment, ShipmentReason, TermsOfSale
from entrygo.execution.package.facts import PackageFacts
from tests.unit.execution.snapshots import PACKAGE


def make_charge(kind: str, amount: str, description: str | None = None) -> Charge:
    return Charge(kind=ChargeKind(kind), amount_usd=Decimal(amount), description=description)


def make_shipment(**changes: object) -> Shipment:
    """Of two orders worth 359.99: 192.75 billed beside them, 20.00 less, 84.00 only stated."""
    fields: dict[str, object] = {
        "terms_of_sale": TermsOfSale(incoterm=Incoterm.DAP, place="Blaine, WA"),
        "shipped_on": date(2026, 3, 10),
        "paps_number": "PCXL20260310",
        "trip_number": "PCXL0310A",
        "packages": 4,
        "reason": ShipmentReason.SALE,
        "seller": "Northshore Apparel Ltd",
        "buyer": "Northshore Imports LLC",
        "charges": (
            make_charge("freight", "180.5", "Richmond BC to Blaine WA"),
            make_charge("insurance", "12.25"),
            make_charge("discount", "20", "Spring"),
            make_charge("assist", "75", "Embroidery dies"),
            make_charge("rebate", "9"),
        ),
    }
    return Shipment.model_validate(fields | changes)


def package_of(shipment: Shipment) -> PackageFacts:
    return replace(PACKAGE, shipment=shipment)
