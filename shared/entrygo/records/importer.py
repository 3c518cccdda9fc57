"""An importer of record: who answers for an entry, with what bond, and which broker may file in its name."""

from entrygo.records import trade_codes
from entrygo.records.kinds import Amount, Day, Field, Flag, Group, Many, OwnName, Record, Text, Words
from entrygo.records.review import TRADE_REVIEW
from entrygo.records.warehouse import ADDRESS, PARTY, RELATED_PARTIES
from entrygo.requests.texts import MAX_EXTERNAL_ID

BOND = Group(
    "Bond",
    (
        Field("type", Words(("continuous", "single")), "The bond on file; absent: none"),
        Field("amount_usd", Amount(), "Its limit of liability, USD"),
        Field("surety", Text(200), "Who stands for it"),
        Field("valid_from", Day(), "First entry date it covers; absent: any"),
        Field("valid_to", Day(), "Last entry date it covers; absent: any"),
    ),
    "Security for duties, taxes and fees (19 CFR 113).",
)

POWER_OF_ATTORNEY = Group(
    "PowerOfAttorney",
    (
        Field(
            "broker", OwnName(MAX_EXTERNAL_ID), "The broker's externalId, or its EntryGo id", required=True
        ),
        Field("valid_from", Day(), "First entry date it holds for; absent: any"),
        Field("valid_to", Day(), "Last entry date it holds for; absent: any"),
    ),
    "Which broker may file in the importer's name, and when (19 CFR 141.31 to 141.46).",
)

IMPORTER = Record(
    title="Importer",
    own_name="Your own id of it",
    rest_maximum=500,
    fields=(
        Field("name", Text(500)),
        Field(
            "number",
            Text(32, trade_codes.importer_number),
            "NN-NNNNNNNXX (IRS), NNN-NN-NNNN (SSN) or YYDDPP-NNNNN (assigned by CBP)",
        ),
        Field("address", ADDRESS, column=""),
        Field(
            "non_resident", Flag(), "Whether it has no place of business in the United States (19 CFR 141.17)"
        ),
        Field("bond", BOND),
        Field(
            "powers_of_attorney",
            Many(POWER_OF_ATTORNEY, rest_maximum=50, one_a_row=True),
            "Replace the stored ones when at least one is given",
            column="poa",
        ),
        Field("section_301", TRADE_REVIEW, "Sign-off of duties that meet every good of an origin"),
        RELATED_PARTIES,
        Field("seller", PARTY, "Who sells what it imports, where a shipment does not state it"),
        Field("buyer", PARTY, "Who buys what it imports, where a shipment does not state it"),
    ),
)

# Its own id and the one that EntryGo gives, as columns of a file.
IDENTITY = (
    Field("external_id", OwnName(MAX_EXTERNAL_ID), "Your own id of the importer", required=True),
    Field("id", OwnName(64), "The id to take on creation; absent: generated"),
)
