"""What there is to fix in a plan: gathered by product and by code, with the way to mend it."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict


class Fix(TypedDict):
    """The request that mends it: the field goes into the body."""

    method: str
    path: str
    field: Annotated[str, Field(description="Path in the body, with dots")]


class ProductIssue(TypedDict):
    """One code met by one product, to be fixed once."""

    code: str
    message: str
    severity: Annotated[str, Field(description="error, warning or info")]
    product_id: str
    sku: str
    orders_blocked: Annotated[
        int, Field(description="Number of orders that it blocks, including those left out")
    ]
    orders_affected: int
    lines_affected: int
    fix: Fix
    accepted: Annotated[str, Field(description="Values that the field accepts")]
    suggestion: Annotated[str | None, Field(description="A suggested valid value; confirm before use")]
    remedy: Annotated[
        str | None,
        Field(
            description="How to fix it if no value of the field can, for example a list that is not loaded"
        ),
    ]


class OrderExample(TypedDict):
    field: str
    order_id: str
    external_id: str


class OrderSuggestion(TypedDict):
    """One order of which only one thing can be meant; sync it again with the value, if it is right."""

    order_id: str
    external_id: str
    field: Annotated[str, Field(description="Name in the order")]
    suggestion: Annotated[str, Field(description="A suggested valid value; confirm before use")]


class OrderIssue(TypedDict):
    """One code met by orders or their lines, with the first of them."""

    code: str
    message: str
    severity: str
    orders_blocked: int
    orders_affected: int
    lines_affected: int
    example: OrderExample
    suggestions: Annotated[
        list[OrderSuggestion], Field(description="Suggestions that are certain; never applied automatically")
    ]


class IssueTotals(TypedDict):
    """Each product and each order counts once."""

    products_blocking: int
    orders_blocked_by_products: int
    orders_blocked: Annotated[
        int, Field(description="Number of orders blocked by products, lines or the order itself")
    ]


class PlanIssues(TypedDict):
    """Most orders blocked first."""

    issue_totals: IssueTotals
    issues_by_product: list[ProductIssue]
    issues_by_order: list[OrderIssue]


class ExportIssue(TypedDict):
    """One finding on importers, broker, warehouse, date or lists, which is no order's and no product's."""

    code: str
    message: str
    severity: str
    field: Annotated[str, Field(description="Path of what it is about")]


class IssuesAnswer(PlanIssues):
    """What there is to fix in the current plan of an export."""

    exportId: str
    planHash: str
    readinessState: str
    revision: int
    stale: bool
    issues_of_export: list[ExportIssue]
