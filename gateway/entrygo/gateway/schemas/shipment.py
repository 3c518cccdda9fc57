"""What an execute request says of a shipment, known once its truck is loaded (19 CFR 141.86(a))."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, Strict, StringConstraints, WithJsonSchema

from entrygo.domain.money import MAX_INTEGER_DIGITS
from entrygo.domain.shipment import (
    CONFIRMATION_NUMBER,
    CONTROL_NUMBER,
    MAX_CARRIER_NAME,
    MAX_CARRIER_NAMES,
    MAX_CHARGE_DESCRIPTION,
    MAX_CHARGES,
    MAX_ENTRIES,
    MAX_NAME,
    MAX_PACKAGES,
    MAX_PHONE,
    MAX_PLACE,
    MAX_PRIOR_NOTICES,
    PAPS_NUMBER,
    PHONE,
    PORT_CODE,
    SCAC,
    TRIP_NUMBER,
    ChargeKind,
    Incoterm,
    ShipmentReason,
)
from entrygo.gateway.schemas.fields import (
    MAX_NUMBER,
    Body,
    Date,
    Identifier,
    PositiveWholeNumber,
    at_most,
)
from entrygo.records.order import MAX_PLANNED_ORDERS
from entrygo.requests.forms import NOT_BLANK
from entrygo.requests.texts import COUNTRY, CURRENCY, MAX_EXTERNAL_ID, PRINTABLE

CENT_PLACES = 2
Cents = Annotated[
    Decimal,
    Strict(),
    Field(max_digits=MAX_INTEGER_DIGITS + CENT_PLACES, decimal_places=CENT_PLACES, ge=0),
    WithJsonSchema(
        {"type": "number", "minimum": 0, "exclusiveMaximum": MAX_NUMBER, "description": "Dollars and cents."}
    ),
]
Name = Annotated[str, StringConstraints(strict=True, max_length=MAX_NAME, pattern=PRINTABLE)]
Place = Annotated[str, StringConstraints(strict=True, max_length=MAX_PLACE, pattern=PRINTABLE)]
MAX_POSTAL_CODE = 32


class TermsOfSaleInput(Body):
    incoterm: Annotated[Incoterm, Field(description="Incoterms 2020")]
    place: Annotated[str, StringConstraints(strict=True, max_length=MAX_PLACE, pattern=NOT_BLANK)]


class ChargeInput(Body):
    kind: Annotated[
        ChargeKind,
        Field(
            description="freight, insurance, packing, commission or other; added to the unit values"
            " to the invoice total. discount: deducted. rebate (drawback or bounty on exportation, too) and"
            " assist: stated, no part of the total"
        ),
    ]
    amount_usd: Cents
    description: Annotated[
        Annotated[str, StringConstraints(strict=True, max_length=MAX_CHARGE_DESCRIPTION, pattern=PRINTABLE)]
        | None,
        Field(description="Name on the invoice, in addition to the kind"),
    ] = None


class PartyAddressInput(Body):
    line_1: Name | None = None
    line_2: Name | None = None
    city: Place | None = None
    region: Annotated[Place | None, Field(description="State or province")] = None
    postal_code: Annotated[
        Annotated[str, StringConstraints(strict=True, max_length=MAX_POSTAL_CODE, pattern=PRINTABLE)] | None,
        Field(),
    ] = None
    country: Annotated[
        Annotated[str, StringConstraints(strict=True, pattern=COUNTRY)] | None,
        Field(description="ISO 3166-1 alpha-2"),
    ] = None


class ShipmentInput(Body):
    terms_of_sale: TermsOfSaleInput | None = None
    shipped_on: Annotated[
        Date | None, Field(description="Date of shipment; the date of export in the entry data")
    ] = None
    paps_number: Annotated[
        Annotated[str, StringConstraints(strict=True, pattern=PAPS_NUMBER)] | None,
        Field(description="The carrier's SCAC and up to 12 letters or digits: ACE's shipment control number"),
    ] = None
    trip_number: Annotated[
        Annotated[str, StringConstraints(strict=True, pattern=TRIP_NUMBER)] | None,
        Field(description="The carrier's trip in ACE"),
    ] = None
    packages: Annotated[
        PositiveWholeNumber | None,
        Field(
            le=MAX_PACKAGES,
            description="Smallest outer packages (cartons or parcels, not pallets); default: one per order",
        ),
    ] = None
    reason: Annotated[
        ShipmentReason | None,
        Field(
            description="sale; transfer: the owner's stock, sold to nobody yet; sample; return; repair; other"
        ),
    ] = None
    seller: Name | None = None
    buyer: Name | None = None
    seller_address: Annotated[PartyAddressInput | None, Field(description="Where the seller is")] = None
    buyer_address: Annotated[PartyAddressInput | None, Field(description="Where the buyer is")] = None
    sold_on: Annotated[
        Date | None, Field(description="Date of the sale (19 CFR 141.86(a)(2)); absent: not stated")
    ] = None
    place_of_sale: Annotated[Place | None, Field(description="Where the sale was made")] = None
    currency_of_sale: Annotated[
        Annotated[str, StringConstraints(strict=True, pattern=CURRENCY)] | None,
        Field(description="ISO 4217 currency of the sale; values stay in USD"),
    ] = None
    charges: Annotated[
        list[ChargeInput] | None,
        Field(max_length=MAX_CHARGES, description="Charges that the unit values do not include"),
        at_most(MAX_CHARGES),
    ] = None


CarrierName = Annotated[str, StringConstraints(strict=True, max_length=MAX_CARRIER_NAME, pattern=PRINTABLE)]
CarrierNames = Annotated[list[CarrierName] | None, Field(max_length=MAX_CARRIER_NAMES)]


class HouseBillInput(Body):
    order_id: Annotated[Identifier, Field(description="EntryGo ID of the order")]
    paps_number: Annotated[
        str,
        StringConstraints(strict=True, pattern=CONTROL_NUMBER),
        Field(description="Shipment control number; unique"),
    ]


class TripEntryInput(Body):
    entry: Annotated[
        PositiveWholeNumber, Field(le=MAX_ENTRIES, description="Number of the entry in the plan")
    ]
    paps_number: Annotated[
        Annotated[str, StringConstraints(strict=True, pattern=CONTROL_NUMBER)] | None,
        Field(description="Shipment control number; not needed if house bills have their own"),
    ] = None
    house_bills: Annotated[
        list[HouseBillInput] | None,
        Field(
            max_length=MAX_PLANNED_ORDERS,
            description="Control number of each order, if manifestPer is house_bill",
        ),
    ] = None
    packages: Annotated[
        PositiveWholeNumber | None,
        Field(le=MAX_PACKAGES, description="Smallest outer packages of the entry; default: one per order"),
    ] = None


class EmergencyContactInput(Body):
    name: Annotated[
        str,
        StringConstraints(strict=True, max_length=MAX_NAME, pattern=NOT_BLANK),
        Field(description="Name of a company, not of a person"),
    ]
    phone: Annotated[
        str,
        StringConstraints(strict=True, max_length=MAX_PHONE, pattern=PHONE),
        Field(description="Phone number that is answered at all times during transport"),
    ]


class PriorNoticeInput(Body):
    product: Annotated[
        str,
        StringConstraints(strict=True, max_length=MAX_EXTERNAL_ID, pattern=NOT_BLANK),
        Field(description="The product: SKU, externalId or id"),
    ]
    confirmation_number: Annotated[
        str,
        StringConstraints(strict=True, pattern=CONFIRMATION_NUMBER),
        Field(description="FDA's confirmation number of the prior notice, digits only"),
    ]
    entry: Annotated[
        PositiveWholeNumber | None,
        Field(
            le=MAX_ENTRIES,
            description="Number of the entry that the notice is of; needed if the product goes in several",
        ),
    ] = None


class TripInput(Body):
    """The truck, for the manifest that its carrier files. Names as the carrier has them, no personal data."""

    conveyance: Annotated[
        CarrierName | None, Field(description="The carrier's identifier of the tractor")
    ] = None
    crew: Annotated[
        CarrierNames, Field(description="The carrier's identifiers of driver and crew in ACE")
    ] = None
    equipment: Annotated[CarrierNames, Field(description="Trailers and containers")] = None
    seals: CarrierNames = None
    border_port: Annotated[
        Annotated[str, StringConstraints(strict=True, pattern=PORT_CODE)] | None,
        Field(description="Schedule D code of the border port; default: the warehouse's"),
    ] = None
    carrier_scac: Annotated[
        Annotated[str, StringConstraints(strict=True, pattern=SCAC)] | None,
        Field(
            description="SCAC of the carrier, the start of control numbers; default: that of the first number"
        ),
    ] = None
    estimated_arrival: Annotated[CarrierName | None, Field(description="RFC 3339")] = None
    entries: Annotated[list[TripEntryInput] | None, Field(max_length=MAX_ENTRIES)] = None
    emergency_contact: Annotated[
        EmergencyContactInput | None,
        Field(description="Emergency contact for dangerous goods (49 CFR 172.604)"),
    ] = None
    prior_notices: Annotated[
        list[PriorNoticeInput] | None,
        Field(max_length=MAX_PRIOR_NOTICES, description="FDA's confirmations for the food on the truck"),
    ] = None
