"""An order and its lines. What sync stores and REST takes and shows of an order follows from here."""

from entrygo.records import trade_codes
from entrygo.records.kinds import Amount, Country, Field, OwnName, PlainFields, Text
from entrygo.requests.texts import MAX_EXTERNAL_ID

# Of one sync.
MAX_ORDERS = 5_000
MAX_LINES_PER_ORDER = 1_000
MAX_LINES = 25_000
# Of one plan: what sync gives out. Planning may be set to take fewer.
MAX_PLANNED_ORDERS = 50_000

# Amounts are in this currency. Another one is refused, not converted: which rate holds is for the importer to
# say (19 CFR 159.31 to 159.36).
CURRENCY = "USD"
OTHER_CURRENCY = (
    "Amounts are in USD: convert them at the rate certified for the date of export (19 CFR 159.32)"
)

_EXTERNAL_ID = OwnName(MAX_EXTERNAL_ID, exact=True)

ORDER: PlainFields = (
    Field(
        "external_id",
        _EXTERNAL_ID,
        "Your source-system order identifier",
        required=True,
        column="order_id",
    ),
    Field(
        "destination_country", Country(), "Two-letter country code", required=True, column="ship_to_country"
    ),
    Field("destination_region", Text(64), "State or province it goes to", column="ship_to_state"),
    Field("destination_postal_code", Text(32), "ZIP or postal code it goes to", column="ship_to_zip"),
    Field(
        "importer_number",
        Text(32, trade_codes.importer_number),
        "Importer of record of this order, if another than the warehouse's:"
        " NN-NNNNNNNXX (IRS), NNN-NN-NNNN (SSN) or YYDDPP-NNNNN (assigned by CBP)",
    ),
    Field(
        "importer_external_id",
        _EXTERNAL_ID,
        "Instead of importerNumber: the externalId of an importer",
        column="importer",
    ),
)

# A line names its product by either of the first two.
ORDER_LINE: PlainFields = (
    Field("sku", OwnName(MAX_EXTERNAL_ID), "Instead of productId: the SKU of one product, or its externalId"),
    Field("product_id", OwnName(64), "Existing EntryGo product ID"),
    Field("quantity", Amount(above_zero=True), "How many units; more than 0", required=True),
    Field("unit_value_usd", Amount(), "Value of one unit, USD", required=True, column="unit_price_usd"),
)
