"""Orders as they come in and go out."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, model_validator
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
    either_required,
)

MAX_ORDERS = 5_000
MAX_LINES_PER_ORDER = 1_000
MAX_LINES = 25_000


# Stands in for the product of a line that names a SKU: the field stays required, so that a line with
# neither is told as any other missing field is, together with all else that is wrong.
BY_SKU = "-"
_BOTH = object()


def _one_name(sku: object) -> object:
    if sku is _BOTH:
        raise PydanticCustomError("conflict", "Give productId or sku, not both")
    return sku


class OrderLineInput(Body):
    model_config = ConfigDict(json_schema_extra=either_required("productId", "sku"))

    product_id: Annotated[Identifier, Field(description="Existing EntryGo product ID")]
    sku: Annotated[
        Reference | None,
        BeforeValidator(_one_name),
        Field(description="Instead of productId: the SKU of one product, or its externalId"),
    ] = None
    quantity: PositiveNumber
    unit_value_usd: Amount

    @model_validator(mode="before")
    @classmethod
    def _named_by_sku(cls, line: Any) -> Any:
        if not isinstance(line, dict) or line.get("sku") is None:
            return line
        if line.get("productId") is None:
            return {**line, "productId": BY_SKU}
        return {**line, "sku": _BOTH}


class OrderInput(Body):
    external_id: Annotated[Reference, Field(description="Your source-system order identifier")]
    destination_country: Annotated[Country, Field(description="Two-letter country code")]
    destination_region: ShortText | None = None
    destination_postal_code: ShortText | None = None
    items: Annotated[list[OrderLineInput], Field(min_length=1, max_length=MAX_LINES_PER_ORDER)]
    importer_number: Annotated[
        ShortText | None,
        Field(
            description="Importer of record of this order, if another than the warehouse's:"
            " NN-NNNNNNNXX (IRS), NNN-NN-NNNN (SSN) or YYDDPP-NNNNN (assigned by CBP)"
        ),
    ] = None
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

    importerNumber: str | None
    metadata: dict[str, Any] | None
    createdAt: str
    updatedAt: str


class SyncOrdersAnswer(TypedDict):
    data: list[SyncedOrder]


class OrderPage(TypedDict):
    data: list[StoredOrder]
    hasMore: bool
    nextCursor: str | None
