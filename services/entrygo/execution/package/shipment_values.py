"""The shipment in JSON documents and workbook; values that nobody stated are omitted."""

from collections.abc import Mapping, Sequence

from entrygo.domain.shipment import BILLED, STATED_ONLY, Charge, ChargeKind, Shipment, Trip
from entrygo.execution.package.json_values import Json, address, money, text
from entrygo.execution.package.printable import clean_text

# Which way an amount counts towards the invoice total.
_IN_TOTAL: Mapping[ChargeKind, str] = {
    **dict.fromkeys(BILLED, "added"),
    **dict.fromkeys(STATED_ONLY, "stated_only"),
    ChargeKind.DISCOUNT: "deducted",
}


def carriage(shipment: Shipment) -> Json:
    """How and when the goods travel."""
    trip = shipment.trip or Trip()
    return _stated(
        {
            "shipped_on": shipment.shipped_on and shipment.shipped_on.isoformat(),
            "paps_number": shipment.paps_number,
            "trip_number": shipment.trip_number,
            "packages": shipment.packages,
            "equipment": _clean_texts(trip.equipment),
            "seals": _clean_texts(trip.seals),
        }
    )


def sale(shipment: Shipment) -> Json:
    """Seller, buyer and terms of sale, or the reason of the transport."""
    terms = shipment.terms_of_sale
    return _stated(
        {
            "incoterm": terms and terms.incoterm,
            "incoterm_place": terms and text(terms.place),
            "reason": shipment.reason,
            "seller": text(shipment.seller),
            "seller_address": shipment.seller_address and address(shipment.seller_address),
            "buyer": text(shipment.buyer),
            "buyer_address": shipment.buyer_address and address(shipment.buyer_address),
            "sold_on": shipment.sold_on and shipment.sold_on.isoformat(),
            "place_of_sale": text(shipment.place_of_sale),
            "currency_of_sale": shipment.currency_of_sale,
        }
    )


def _clean_texts(given: Sequence[str]) -> list[str] | None:
    return [clean_text(each) for each in given] or None


def charges(shipment: Shipment) -> list[Json]:
    return [_charge(each) for each in shipment.charges]


def _charge(charge: Charge) -> Json:
    return {
        "kind": charge.kind,
        "amount_usd": money(charge.amount_usd),
        "description": text(charge.description),
        "in_invoice_total": _IN_TOTAL[charge.kind],
    }


def _stated(values: Json) -> Json:
    return {name: value for name, value in values.items() if value is not None}
