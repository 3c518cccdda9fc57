"""A customs broker: what it charges, what it takes in one entry, and how packages reach it."""

from entrygo.domain.facts import (
    ARTIFACT_TYPES,
    CHANNEL_NAMES,
    EVERY_ARTIFACT,
    WAYS_TO_ATTACH,
    WAYS_TO_MANIFEST,
    WAYS_TO_SUBMIT,
)
from entrygo.records import endpoints
from entrygo.records.broker_template import BROKER_TEMPLATE
from entrygo.records.kinds import (
    Amount,
    Currency,
    Day,
    Field,
    Group,
    Many,
    Record,
    Several,
    Text,
    Whole,
    Words,
)
from entrygo.requests.email_address import MAX_ADDRESS_LENGTH, email
from entrygo.requests.entry_numbers import filer_code
from entrygo.requests.numbers import percent
from entrygo.requests.texts import currency

_CREDENTIAL = Field(
    "credential",
    Text(64, endpoints.credential),
    "The name of a credential of this account in ENTRYGO_BROKER_CREDENTIALS_FILE",
)
_IN_ONE_ENTRY = Whole(1_000_000, minimum=1)
_IN_ONE_ENTRY_ABOUT = "What the broker takes in one entry; null: any number"

FEE_SCHEDULE = Group(
    "FeeSchedule",
    (
        Field("valid_from", Day(), "First entry date it holds for", required=True),
        Field("valid_to", Day(), "Last entry date it holds for; absent: any"),
        Field("currency", Currency(currency), "ISO 4217", default="USD"),
        Field("fee_formal", Amount(), "For one formal entry", required=True),
        Field("fee_informal", Amount(), "For one informal entry", required=True),
        Field(
            "included_lines",
            Whole(1_000_000),
            "Lines that the fee for the entry covers",
            required=True,
        ),
        Field("line_fee", Amount(), "For each line beyond those", required=True),
        Field("order_fee", Amount(), "For each order", required=True),
        Field("pga_fee", Amount(), "For each line with data of a partner agency"),
        Field("disbursement_pct", Amount(percent), "For duty that the broker advances, percent"),
        Field("disbursement_min", Amount(), "At least this much for that"),
        Field(
            "payment_mode",
            Words(("importer_ach", "broker")),
            "Who pays the duty",
            default="importer_ach",
        ),
        Field("bond_mode", Words(("continuous", "single")), "Which bond covers it", default="continuous"),
        Field("single_bond_rate", Amount(), "For a single bond, per USD 1,000 of value and duty"),
        Field("single_bond_min", Amount(), "At least this much for that"),
        Field("source", Text(500, rest_maximum=2_000), "Where these figures come from"),
    ),
    "What a broker charges for one entry between two dates, both inclusive.",
)

HTTPS_ENDPOINT = Group(
    "HttpsEndpoint",
    (Field("url", Text(500, endpoints.upload_url), "An HTTPS URL"), _CREDENTIAL),
    "Where a package is uploaded to. Secrets stay with the operator; here is only the name of one.",
)

SFTP_ENDPOINT = Group(
    "SftpEndpoint",
    (
        Field("host", Text(253, endpoints.host)),
        Field("port", Whole(65_535, minimum=1), "22 when absent"),
        Field("username", Text(64)),
        Field("folder", Text(300, endpoints.folder), "The login folder when absent"),
        Field(
            "host_key",
            Text(2_000, endpoints.host_key),
            "The server's public key, `ssh-ed25519 AAAA…`; no other is trusted",
        ),
        _CREDENTIAL,
    ),
    "The folder of the broker's server that packages are put into.",
)

BROKER = Record(
    title="Broker",
    own_name="Your own id of it",
    rest_maximum=500,
    fields=(
        Field("name", Text(500)),
        Field("email", Text(MAX_ADDRESS_LENGTH, email), "An address that mail can be sent to"),
        Field("port_code", Text(16), "Schedule D code of the filing port"),
        Field("filer_code", Text(16, filer_code), "ABI filer code: three letters or digits"),
        Field(
            "fee_schedules",
            Many(FEE_SCHEDULE, rest_maximum=50),
            "Replaces the stored schedules when at least one is given",
        ),
        Field("max_lines_per_entry", _IN_ONE_ENTRY, _IN_ONE_ENTRY_ABOUT),
        Field("max_orders_per_entry", _IN_ONE_ENTRY, _IN_ONE_ENTRY_ABOUT),
        Field(
            "channel",
            Words(CHANNEL_NAMES),
            "How packages reach the broker; email when absent",
        ),
        Field(
            "documents",
            Several((EVERY_ARTIFACT, *ARTIFACT_TYPES)),
            "The documents that the broker takes, by artifact type; absent: all but drafts for one system",
        ),
        Field(
            "attach",
            Words(WAYS_TO_ATTACH),
            "How a mail carries documents. zip: one archive, beside it what people read; each when absent",
        ),
        Field(
            "submit_per",
            Words(WAYS_TO_SUBMIT),
            "entry: each entry goes in a submission of its own, instead of all in one; package when absent",
        ),
        Field(
            "manifest_per",
            Words(WAYS_TO_MANIFEST),
            "Shipments of the truck's manifest. house_bill: one for each order; entry when absent",
        ),
        Field("template", BROKER_TEMPLATE, "The broker's own layout of the lines; null: it has none"),
        Field("https", HTTPS_ENDPOINT, "Where packages are uploaded, with channel https"),
        Field("sftp", SFTP_ENDPOINT, "Where packages are put, with channel sftp"),
    ),
)
