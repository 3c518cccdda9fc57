"""Reads what a caller states of a sale, or names everything wrong; paths as REST spells them."""

from datetime import date
from typing import TypedDict

from entrygo.domain.facts import Address
from entrygo.domain.shipment import MAX_PLACE, Shipment
from entrygo.execution.requests.fields import optional_day
from entrygo.proto.execution.v1 import execution_pb2
from entrygo.records.kinds import Country, Text
from entrygo.records.warehouse import ADDRESS
from entrygo.requests.issues import Issues
from entrygo.requests.texts import currency, text


class Sale(TypedDict):
    """Where nothing was stated, None."""

    sold_on: date | None
    place_of_sale: str | None
    currency_of_sale: str | None
    seller_address: Address | None
    buyer_address: Address | None


class SaleMessage(TypedDict):
    """The same as a request has it; empty for None."""

    sold_on: str
    place_of_sale: str
    currency_of_sale: str
    seller_address: execution_pb2.PartyAddress | None
    buyer_address: execution_pb2.PartyAddress | None


def read_sale(given: execution_pb2.Shipment, issues: Issues) -> Sale:
    """What was stated, in one form; where an issue was found it does not matter."""
    sold_in = given.currency_of_sale.strip()
    return {
        "sold_on": optional_day("shipment.soldOn", given.sold_on, issues),
        "place_of_sale": issues.take(text(MAX_PLACE), given.place_of_sale, "shipment.placeOfSale") or None,
        "currency_of_sale": issues.take(currency, sold_in, "shipment.currencyOfSale") if sold_in else None,
        "seller_address": _address(given.seller_address, "shipment.sellerAddress", issues),
        "buyer_address": _address(given.buyer_address, "shipment.buyerAddress", issues),
    }


def sale_message(shipment: Shipment) -> SaleMessage:
    """The sale as it is asked for, in one spelling."""
    return {
        "sold_on": shipment.sold_on.isoformat() if shipment.sold_on else "",
        "place_of_sale": shipment.place_of_sale or "",
        "currency_of_sale": shipment.currency_of_sale or "",
        "seller_address": _message(shipment.seller_address),
        "buyer_address": _message(shipment.buyer_address),
    }


def _address(given: execution_pb2.PartyAddress, path: str, issues: Issues) -> Address | None:
    """By the checks of every address; None where no part of it is given."""
    stated: dict[str, str] = {}
    for field in ADDRESS.fields:
        assert isinstance(field.kind, Text | Country)
        written = str(getattr(given, field.name)).strip()
        taken = issues.take(field.kind.check, written, f"{path}.{field.rest_name}") if written else None
        if taken:
            stated[field.name] = taken
    return Address(**stated) if stated else None


def _message(address: Address | None) -> execution_pb2.PartyAddress | None:
    return None if address is None else execution_pb2.PartyAddress(**address.model_dump(exclude_none=True))
