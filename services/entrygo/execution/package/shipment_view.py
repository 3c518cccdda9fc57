"""The shipment on the invoice for people; missing values are empty. Not escaped."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from entrygo.domain.facts import Address
from entrygo.domain.shipment import STATED_ONLY, Charge, ChargeKind, Shipment, ShipmentReason, Trip
from entrygo.execution.package.control_numbers import in_words, numbers_by_entry
from entrygo.execution.package.figures import address_lines, amount
from entrygo.execution.package.invoice import Invoice
from entrygo.execution.package.printable import clean_text

# What an invoice has to name one by one (19 CFR 141.86(a)(8), (9) and (11)), stated or not.
_NAMED_CHARGES: tuple[tuple[str, frozenset[ChargeKind]], ...] = (
    ("Freight", frozenset({ChargeKind.FREIGHT})),
    ("Insurance", frozenset({ChargeKind.INSURANCE})),
    ("Packing, cases and containers", frozenset({ChargeKind.PACKING})),
    ("Commission and other charges", frozenset({ChargeKind.COMMISSION, ChargeKind.OTHER})),
    ("Discounts, rebates, drawbacks, bounties", frozenset({ChargeKind.DISCOUNT, ChargeKind.REBATE})),
    ("Assists (dies, molds, tools, engineering)", frozenset({ChargeKind.ASSIST})),
)
_KINDS = {
    ChargeKind.FREIGHT: "Freight",
    ChargeKind.INSURANCE: "Insurance",
    ChargeKind.PACKING: "Packing, cases and containers",
    ChargeKind.COMMISSION: "Commission",
    ChargeKind.OTHER: "Other charge",
    ChargeKind.DISCOUNT: "Discount",
    ChargeKind.REBATE: "Rebate, drawback or bounty, not deducted",
    ChargeKind.ASSIST: "Assist, not added",
}
_REASONS = {
    ShipmentReason.SALE: "Sale",
    ShipmentReason.TRANSFER: "Transfer of own stock, not sold",
    ShipmentReason.SAMPLE: "Sample",
    ShipmentReason.RETURN: "Return",
    ShipmentReason.REPAIR: "Repair",
    ShipmentReason.OTHER: "Other",
}

View = Mapping[str, object]


def shipment_view(invoice: Invoice) -> View:
    """As the invoice shows it, with the control numbers of all entries that it is of."""
    shipment, orders = invoice.package.shipment, f"{invoice.totals.orders:,}"
    packages = f"{invoice.totals.packages:,}"
    trip, control_numbers = shipment.trip or Trip(), in_words(numbers_by_entry(invoice))
    return {
        "terms_of_sale": _terms_of_sale(shipment),
        "shipped_on": "" if shipment.shipped_on is None else shipment.shipped_on.isoformat(),
        "numbers": _joined(("PAPS", control_numbers or shipment.paps_number), ("trip", shipment.trip_number)),
        "parties": _joined(
            ("Seller:", _party(shipment.seller, shipment.seller_address)),
            ("buyer:", _party(shipment.buyer, shipment.buyer_address)),
        ),
        "sold": _joined(
            ("On", shipment.sold_on.isoformat() if shipment.sold_on else None),
            ("at", shipment.place_of_sale),
            ("in", _currency(shipment)),
        ),
        "truck": _joined(
            ("Equipment", ", ".join(trip.equipment)), ("seals", ", ".join(map(clean_text, trip.seals)))
        ),
        "reason": "" if shipment.reason is None else _REASONS[shipment.reason],
        "packages": f"{packages} holding {orders} orders"
        if shipment.packages or packages != orders
        else orders,
        "charges": [
            {"name": name, "amount": "" if figure is None else amount(figure)}
            for name, figure in named_charges(shipment)
        ],
        "has_stated_only": any(each.kind in STATED_ONLY for each in shipment.charges),
    }


def _currency(shipment: Shipment) -> str | None:
    """Beside amounts in dollars another currency alone would be taken for theirs."""
    converted = shipment.converted_from
    return f"{converted}, its values converted into USD" if converted else shipment.currency_of_sale


def _party(name: str | None, address: Address | None) -> str:
    lines = address_lines(address) if address else ()
    return ", ".join(filter(None, (clean_text(name), *lines)))


def _terms_of_sale(shipment: Shipment) -> str:
    terms = shipment.terms_of_sale
    return "" if terms is None else f"{terms.incoterm} {clean_text(terms.place)} (Incoterms 2020)"


def _joined(*named: tuple[str, str | None]) -> str:
    stated = ((name, clean_text(text)) for name, text in named)
    return "; ".join(f"{name} {text}" for name, text in stated if text)


def named_charges(shipment: Shipment) -> Iterator[tuple[str, Decimal | None]]:
    """Each charge as the invoice names it, a discount below zero; None for what has none."""
    for name, kinds in _NAMED_CHARGES:
        stated = [each for each in shipment.charges if each.kind in kinds]
        yield from map(_charge, stated) if stated else iter([(name, None)])


def _charge(charge: Charge) -> tuple[str, Decimal]:
    description = clean_text(charge.description)
    name = _KINDS[charge.kind] + (f": {description}" if description else "")
    return name, -charge.amount_usd if charge.kind is ChargeKind.DISCOUNT else charge.amount_usd
