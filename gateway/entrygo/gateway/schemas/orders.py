"""Orders as they come in and go out."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from entrygo.gateway.schemas.fields import (
    Amount,
    Body,
    Country,
    IdempotencyKey,
    Identifier,
    Metadata,
    PositiveNumber,
    Reference,
    ShortText,
)

MAX_ORDERS = 5_000
MAX_LINES_PER_ORDER = 1_000
MAX_LINES = 25_000


class OrderLineInput(Body):
    product_id: Annotated[Identifier, Field(description="Existing EntryGo product ID")]
    quantity: PositiveNumber
    unit_value_usd: Amount


class OrderInput(Body):
    external_id: Annotated[Reference, Field(description="Your source-system order identifier")]
    destination_country: Annotated[Country, Field(description="Two-letter country code")]
    destination_region: ShortText | None = None
    destination_postal_code: ShortText | None = None
    items: Annotated[list[OrderLineInput], Field(min_length=1, max_length=MAX_LINES_PER_ORDER)]
    metadata: Metadata | None = None


def _check_lines(orders: object) -> object:
    """Counts before it looks closely: millions of broken lines would take a minute to describe."""
    lines = (
        [order.get("items") for order in orders if isinstance(order, dict)]
        if isinstance(orders, list)
        else []
    )
    if sum(len(found) for found in lines if isinstance(found, list)) > MAX_LINES:
        raise PydanticCustomError("too_many_lines", f"At most {MAX_LINES} lines in one request")
    return orders


class SyncOrdersBody(Body):
    account_id: Annotated[Identifier, Field(description="EntryGo account ID")]
    items: Annotated[
        list[OrderInput], BeforeValidator(_check_lines), Field(min_length=1, max_length=MAX_ORDERS)
    ]
    idempotency_key: IdempotencyKey | None = None


class OrderLine(TypedDict):
    productId: str
    quantity: float
    unitValueUsd: float


class SyncedOrder(TypedDict):
    """The stable representation of a synced order."""

    id: Annotated[str, Field(description="EntryGo order ID to use in planning")]
    accountId: str
    externalId: str
    destinationCountry: str
    destinationRegion: str | None
    destinationPostalCode: str | None
    totalValueUsd: float
    items: list[OrderLine]


class StoredOrder(SyncedOrder):
    """A synced order as it is kept."""

    metadata: dict[str, Any] | None
    createdAt: str
    updatedAt: str


class SyncOrdersAnswer(TypedDict):
    data: list[SyncedOrder]


class OrderPage(TypedDict):
    data: list[StoredOrder]
    hasMore: bool
    nextCursor: str | None
