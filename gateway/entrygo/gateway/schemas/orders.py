"""Orders as they come in and go out."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, create_model, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from entrygo.domain.lifecycle import State
from entrygo.gateway.schemas.declared import described, list_of, shown_members, with_fields
from entrygo.gateway.schemas.fields import (
    Body,
    IdempotencyKey,
    Identifier,
    Metadata,
    OwnName,
    Returned,
    WhileIssuesAreListed,
    at_most,
    either_required,
)
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


def in_usd(currency: object) -> object:
    """Who states another currency would have it taken for that."""
    if currency is not None and str(currency).strip().upper() != CURRENCY:
        raise PydanticCustomError("unsupported_currency", OTHER_CURRENCY)
    return currency


# Stated or not, amounts are in it.
Usd = Annotated[
    str | None,
    BeforeValidator(in_usd),
    Field(description=f"{CURRENCY}, if stated; no other is taken"),
]


@with_fields(ORDER_LINE)
class OrderLineInput(Body):
    model_config = ConfigDict(json_schema_extra=either_required("productId", "sku"))

    product_id: Annotated[Identifier, described(ORDER_LINE, "product_id")]
    sku: Annotated[OwnName | None, BeforeValidator(_one_name), described(ORDER_LINE, "sku")] = None
    currency: Usd = None

    @model_validator(mode="before")
    @classmethod
    def _named_by_sku(cls, line: Any) -> Any:
        if not isinstance(line, dict) or line.get("sku") is None:
            return line
        if line.get("productId") is None:
            return {**line, "productId": BY_SKU}
        return {**line, "sku": _BOTH}


# An order that comes back as it was answered is taken; these of it are not its sender's to say.
ANSWERED_ONLY = frozenset({"id", "accountId", "totalValueUsd", "createdAt", "updatedAt"})


@with_fields(ORDER)
class OrderInput(Returned):
    answered_only = ANSWERED_ONLY

    items: Annotated[
        list[OrderLineInput],
        at_most(MAX_LINES_PER_ORDER),
        Field(min_length=1, max_length=MAX_LINES_PER_ORDER),
    ]
    metadata: Metadata | None = None
    currency: Usd = None


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


# What the answer to a sync shows: the form that the contract holds stable. A stored order shows all.
SYNCED = tuple(
    field
    for field in ORDER
    if field.name in {"external_id", "destination_country", "destination_region", "destination_postal_code"}
)
FURTHER = tuple(field for field in ORDER if field not in SYNCED)
# A line is answered with its product, however it was named.
ANSWERED_LINE = tuple(
    replace(field, required=True) if field.name == "product_id" else field
    for field in ORDER_LINE
    if field.name != "sku"
)

OrderLine = create_model("OrderLine", __base__=Body, **shown_members(ANSWERED_LINE, where_given=True))
SyncedOrder = create_model(
    "SyncedOrder",
    __base__=Body,
    __doc__="The stable representation of a synced order.",
    id=(str, Field(description="EntryGo order ID to use in planning")),
    account_id=(str, ...),
    **shown_members(SYNCED),
    total_value_usd=(float, ...),
    items=(list_of(OrderLine), ...),
)
StoredOrder = create_model(
    "StoredOrder",
    __base__=SyncedOrder,
    __doc__="A synced order as it is kept.",
    **shown_members(FURTHER),
    metadata=(dict[str, Any] | None, ...),
    created_at=(str, ...),
    updated_at=(str, ...),
)
SyncOrdersAnswer = create_model("SyncOrdersAnswer", __base__=Body, data=(list_of(SyncedOrder), ...))
OrderPage = create_model(
    "OrderPage",
    __base__=Body,
    data=(list_of(StoredOrder), ...),
    has_more=(bool, ...),
    next_cursor=(str | None, ...),
)


class OrderExport(TypedDict):
    exportId: Annotated[str, Field(description="Export batch ID")]
    state: Annotated[str, Field(description=", ".join(State))]
    readinessState: Annotated[str, Field(description="READY, REVIEW_REQUIRED or BLOCKED")]
    planHash: Annotated[str, Field(description="planHash of the current plan")]


class OrderExportsAnswer(TypedDict):
    data: list[OrderExport]
