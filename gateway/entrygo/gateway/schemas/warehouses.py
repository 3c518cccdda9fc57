"""Warehouses: where goods leave from, who imports them, and how the truck goes."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from entrygo.gateway.schemas.fields import (
    Body,
    Country,
    Flag,
    IdempotencyKey,
    Identifier,
    Reference,
    ShortText,
    WholeNumber,
)
from entrygo.gateway.schemas.reviews import TradeReview

MAX_WAREHOUSES = 500


class Address(Body):
    line_1: ShortText | None = None
    line_2: ShortText | None = None
    city: ShortText | None = None
    region: ShortText | None = None
    postal_code: ShortText | None = None
    country: Country | None = None


class ImporterOfRecord(Body):
    name: ShortText | None = None
    number: Annotated[
        ShortText | None,
        Field(description="NN-NNNNNNNXX (IRS), NNN-NN-NNNN (SSN) or YYDDPP-NNNNN (assigned by CBP)"),
    ] = None
    address: Address | None = None
    power_of_attorney: Flag | None = None
    bond: Literal["continuous", "single"] | None = None
    section_301: Annotated[
        TradeReview | None, Field(description="Sign-off of duties that meet every good of an origin")
    ] = None


class Transport(Body):
    carrier: ShortText | None = None
    scac: ShortText | None = None
    port_code: Annotated[ShortText | None, Field(description="Schedule D code of the US port")] = None
    port_name: ShortText | None = None


class WarehouseFields(Body):
    name: ShortText | None = None
    address: Address | None = None
    responsible_employee: Annotated[ShortText | None, Field(description="19 CFR 141.86(j)")] = None
    phone: ShortText | None = None
    email: ShortText | None = None
    transit_days: Annotated[
        WholeNumber | None, Field(description="Days to the US port; shifts the default entry date")
    ] = None
    importer_of_record: ImporterOfRecord | None = None
    transport: Transport | None = None


class WarehouseInput(WarehouseFields):
    """A warehouse to create or update; a field that is absent or null keeps its value."""

    id: Annotated[Identifier | None, Field(description="The id to take on creation; else generated")] = None
    external_id: Reference


class SyncWarehousesBody(Body):
    account_id: Identifier
    items: Annotated[list[WarehouseInput], Field(min_length=1, max_length=MAX_WAREHOUSES)]
    idempotency_key: IdempotencyKey | None = None


class Warehouse(WarehouseFields):
    """A warehouse as it is kept; what nobody gave is null."""

    id: str
    external_id: str
    created_at: str
    updated_at: str


class SyncWarehousesAnswer(TypedDict):
    data: list[Warehouse]


class WarehousePage(TypedDict):
    data: list[Warehouse]
    hasMore: bool
    nextCursor: str | None
