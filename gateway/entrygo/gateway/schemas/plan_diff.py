"""What changed between two plans of an export: counts of all, and the first of each kind."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from entrygo.gateway.schemas.plan_views import Timestamp, ValidationMessage


class PlanVersion(TypedDict):
    revision: int
    planHash: str
    planned_at: Timestamp


class FieldChange(TypedDict):
    field: Annotated[str, Field(description="Dotted path, in the names of the planning snapshot")]
    before: Annotated[str | None, Field(description="As text; null where there was nothing")]
    after: Annotated[str | None, Field(description="As text; null where there is nothing")]


class FieldChanges(TypedDict):
    count: int
    first: list[FieldChange]


class DiffItem(TypedDict):
    id: str
    name: Annotated[
        str | None, Field(description="externalId of an order, SKU of a product, name of an importer")
    ]


class ChangedItem(DiffItem):
    changes: FieldChanges


class ItemChanges(TypedDict):
    added_count: int
    removed_count: int
    changed_count: int
    added: list[DiffItem]
    removed: list[DiffItem]
    changed: list[ChangedItem]


class MessageChanges(TypedDict):
    appeared_count: int
    disappeared_count: int
    appeared: list[ValidationMessage]
    disappeared: list[ValidationMessage]


PlanDiffAnswer = TypedDict(
    "PlanDiffAnswer",
    {
        "exportId": str,
        "from": PlanVersion,
        "to": PlanVersion,
        "is_same": Annotated[bool, Field(description="Both plans have the same planHash")],
        "plan": FieldChanges,
        "warehouse": FieldChanges,
        "broker": FieldChanges,
        "importers": ItemChanges,
        "orders": ItemChanges,
        "products": ItemChanges,
        "reference_rows": ItemChanges,
        "messages": MessageChanges,
    },
)
