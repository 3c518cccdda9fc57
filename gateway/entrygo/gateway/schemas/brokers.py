"""Customs brokers and what they charge."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from entrygo.gateway.schemas.fields import (
    Amount,
    Body,
    Date,
    IdempotencyKey,
    Identifier,
    LongText,
    Port,
    PositiveWholeNumber,
    Reference,
    ShortText,
    WholeNumber,
)

MAX_BROKERS = 500
Credential = Annotated[
    ShortText,
    Field(description="The name of a credential of this account in ENTRYGO_BROKER_CREDENTIALS_FILE"),
]
EntryLimit = Annotated[
    PositiveWholeNumber | None, Field(description="What the broker takes in one entry; null: any number")
]
Currency = Annotated[ShortText, Field(pattern=r"^[A-Za-z]{3}$", description="ISO 4217")]


class FeeSchedule(Body):
    """What a broker charges for one entry between two dates, both inclusive."""

    valid_from: Date
    valid_to: Date | None = None
    currency: Currency = "USD"
    fee_formal: Amount
    fee_informal: Amount
    included_lines: WholeNumber
    line_fee: Amount
    order_fee: Amount
    pga_fee: Amount | None = None
    disbursement_pct: Amount | None = None
    disbursement_min: Amount | None = None
    payment_mode: Literal["importer_ach", "broker"] = "importer_ach"
    bond_mode: Literal["continuous", "single"] = "continuous"
    single_bond_rate: Amount | None = None
    single_bond_min: Amount | None = None
    source: LongText | None = None


class HttpsEndpoint(Body):
    """Where a package is uploaded to. Secrets stay with the operator; here is only the name of one."""

    url: Annotated[ShortText | None, Field(description="An HTTPS URL")] = None
    credential: Credential | None = None


class SftpEndpoint(Body):
    """The folder of the broker's server that packages are put into."""

    host: ShortText | None = None
    port: Port | None = None
    username: ShortText | None = None
    folder: Annotated[ShortText | None, Field(description="The login folder when absent")] = None
    host_key: Annotated[
        LongText | None,
        Field(description="The server's public key, `ssh-ed25519 AAAA…`; no other is trusted"),
    ] = None
    credential: Credential | None = None


class BrokerFields(Body):
    name: ShortText | None = None
    email: ShortText | None = None
    port_code: Annotated[ShortText | None, Field(description="Schedule D code of the filing port")] = None
    filer_code: Annotated[ShortText | None, Field(description="Three-character ABI filer code")] = None
    fee_schedules: Annotated[
        list[FeeSchedule],
        Field(max_length=50, description="Replaces the stored schedules when at least one is given"),
    ] = Field(default_factory=list)
    max_lines_per_entry: EntryLimit = None
    max_orders_per_entry: EntryLimit = None
    channel: Annotated[
        Literal["email", "https", "sftp"] | None,
        Field(description="How packages reach the broker; email when absent"),
    ] = None
    https: HttpsEndpoint | None = None
    sftp: SftpEndpoint | None = None


class BrokerInput(BrokerFields):
    """A broker to create or update; a field that is absent or null keeps its value."""

    id: Annotated[Identifier | None, Field(description="The id to take on creation; else generated")] = None
    external_id: Reference


class SyncBrokersBody(Body):
    account_id: Identifier
    items: Annotated[list[BrokerInput], Field(min_length=1, max_length=MAX_BROKERS)]
    idempotency_key: IdempotencyKey | None = None


class Broker(BrokerFields):
    """A broker as it is kept; what nobody gave is null."""

    id: str
    external_id: str
    created_at: str
    updated_at: str


class SyncBrokersAnswer(TypedDict):
    data: list[Broker]


class BrokerPage(TypedDict):
    data: list[Broker]
    hasMore: bool
    nextCursor: str | None
