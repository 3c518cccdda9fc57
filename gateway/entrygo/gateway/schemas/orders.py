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
    WhileIssuesAreListed,
    at_most,
    either_required,
)
from entrygo.records.kinds import Fields
from entrygo.records.order import (
    CURRENCY,
    MAX_LINES,
    MAX_LINES_PER_ORDER,
    MAX_ORDERS,
    ORDER,
    ORDER_LINE,
    OTHER_CURRENCY,
)

# Stands in for the product of a line that names a SKU: the field stays required, so that a line with
# neither is reported as any other missing field is, together with all else that is wrong.
BY_SKU = "-"
_BOTH = object()


def _one_name(sku: object) -> object:
    if sku is _BOTH:
        raise PydanticCustomError("conflict", "Give productId or sku, not both")
    return sku


def _refuse_other_currency(given: Any) -> Any:
    """A currency is no field: amounts are in USD. Who states another one would have it taken for that."""
    currency = given.get("currency") if isinstance(given, dict) else None
    if currency is not None and str(currency).strip().upper() != CURRENCY:
        raise PydanticCustomError("unsupported_currency", OTHER_CURRENCY)
    return given


def _about(fields: Fields, name: str) -> Any:
    """The description of a declared field. The models are written out: mapping reads them by attribute."""
    return Field(description=next(field.about for field in fields if field.name == name))


class OrderLineInput(Body):
    model_config = ConfigDict(json_schema_extra=either_required("productId", "sku"))

    product_id: Annotated[Identifier, _about(ORDER_LINE, "product_id")]
    sku: Annotated[Reference | None, BeforeValidator(_one_name), _about(ORDER_LINE, "sku")] = None
    quantity: Annotated[PositiveNumber, _about(ORDER_LINE, "quantity")]
    unit_value_usd: Annotated[Amount, _about(ORDER_LINE, "unit_value_usd")]

    @model_validator(mode="before")
    @classmethod
    def _named_by_sku(cls, line: Any) -> Any:
        _refuse_other_currency(line)
        if not isinstance(line, dict) or line.get("sku") is None:
            return line
        if line.get("productId") is None:
            return {**line, "productId": BY_SKU}
        return {**line, "sku": _BOTH}


class OrderInput(Body):
    external_id: Annotated[Reference, _about(ORDER, "external_id")]
    destination_country: Annotated[Country, _about(ORDER, "destination_country")]
    destination_region: Annotated[ShortText | None, _about(ORDER, "destination_region")] = None
    destination_postal_code: Annotated[ShortText | None, _about(ORDER, "destination_postal_code")] = None
    items: Annotated[
        list[OrderLineInput],
        at_most(MAX_LINES_PER_ORDER),
        Field(min_length=1, max_length=MAX_LINES_PER_ORDER),
    ]
    importer_number: Annotated[ShortText | None, _about(ORDER, "importer_number")] = None
    importer_external_id: Annotated[Reference | None, _about(ORDER, "importer_external_id")] = None
    metadata: Metadata | None = None

    @model_validator(mode="before")
    @classmethod
    def _in_usd(cls, order: Any) -> Any:
        return _refuse_other_currency(order)


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
        list[Annotated[OrderInput, WhileIssuesAreListed]],
        BeforeValidator(_check_lines),
        at_most(MAX_ORDERS),
        Field(min_length=1, max_length=MAX_ORDERS),
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
    importerExternalId: str | None
    metadata: dict[str, Any] | None
    createdAt: str
    updatedAt: str


class SyncOrdersAnswer(TypedDict):
    data: list[SyncedOrder]


class OrderPage(TypedDict):
    data: list[StoredOrder]
    hasMore: bool
    nextCursor: str | None
