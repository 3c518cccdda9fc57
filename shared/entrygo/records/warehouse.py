"""A warehouse: where goods leave from, who imports them, and how the truck goes."""

from entrygo.records import trade_codes
from entrygo.records.kinds import Country, Field, Flag, Group, Record, Text, Whole, Words
from entrygo.records.review import TRADE_REVIEW
from entrygo.requests.email_address import MAX_ADDRESS_LENGTH, email

ADDRESS = Group(
    "Address",
    (
        Field("line_1", Text(200), column="line1"),
        Field("line_2", Text(200), column="line2"),
        Field("city", Text(100)),
        Field("region", Text(100), "State or province"),
        Field("postal_code", Text(32)),
        Field("country", Country(), "ISO 3166-1 alpha-2"),
    ),
)

IMPORTER_OF_RECORD = Group(
    "ImporterOfRecord",
    (
        Field("name", Text(500)),
        Field(
            "number",
            Text(32, trade_codes.importer_number),
            "NN-NNNNNNNXX (IRS), NNN-NN-NNNN (SSN) or YYDDPP-NNNNN (assigned by CBP)",
        ),
        Field("address", ADDRESS),
        Field("power_of_attorney", Flag(), "Whether the broker holds one"),
        Field("bond", Words(("continuous", "single")), "The bond on file; absent: none"),
        Field("section_301", TRADE_REVIEW, "Sign-off of duties that meet every good of an origin"),
    ),
)

TRANSPORT = Group(
    "Transport",
    (
        Field("carrier", Text(200)),
        Field("scac", Text(16), "Standard carrier alpha code"),
        Field("port_code", Text(16), "Schedule D code of the US port"),
        Field("port_name", Text(200)),
    ),
)

PARTY = Group("Party", (Field("name", Text(200)), Field("address", ADDRESS, column="")))

RELATED_PARTIES = Field(
    "related_parties", Flag(), "Whether seller and buyer are related (19 CFR 152.102(g)); absent: not stated"
)

WAREHOUSE = Record(
    title="Warehouse",
    own_name="Your own id of it",
    rest_maximum=500,
    fields=(
        Field("name", Text(500)),
        Field("address", ADDRESS),
        Field(
            "responsible_employee",
            Text(200),
            "Who knows of the shipment and stands on the invoice (19 CFR 141.86(j))",
        ),
        Field("phone", Text(50)),
        Field("email", Text(MAX_ADDRESS_LENGTH, email), "An address that mail can be sent to"),
        Field(
            "transit_days",
            Whole(60, rest_maximum=9_999),
            "Days to the US port; shifts the default entry date",
        ),
        Field("importer_of_record", IMPORTER_OF_RECORD),
        Field("transport", TRANSPORT),
        Field("seller", PARTY, "Who sells, where a shipment does not state it (19 CFR 141.86(a)(2), 142.6)"),
        Field("buyer", PARTY, "Who buys, where a shipment does not state it"),
        RELATED_PARTIES,
        Field("location_of_goods", Text(100), "Where customs finds the goods: a FIRMS code, or a place"),
    ),
)
