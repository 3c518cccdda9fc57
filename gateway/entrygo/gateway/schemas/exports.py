"""What is asked about exports: plan, execute, cancel, resend, list."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator, model_validator
from pydantic_core import PydanticKnownError

from entrygo.domain.lifecycle import State
from entrygo.domain.shipment import MAX_ENTRIES
from entrygo.gateway.schemas.fields import (
    Body,
    Country,
    Date,
    Flag,
    IdempotencyKey,
    Identifier,
    Instant,
    LongText,
    OwnName,
    PlanHash,
    PositiveWholeNumber,
    ShortText,
    at_most,
    either_required,
)
from entrygo.gateway.schemas.pages import PageQuery, PageSize
from entrygo.gateway.schemas.shipment import ShipmentInput, TripInput
from entrygo.records.order import MAX_PLANNED_ORDERS

Included = Annotated[
    list[Literal["issuesByProduct", "entries", "coverage", "savings", "bonds"]],
    Field(max_length=10, description="Additional parts of the answer; not part of the idempotent request"),
    at_most(10),
]


class PlanBody(Body):
    model_config = ConfigDict(json_schema_extra=either_required("orderIds", "externalOrderIds"))

    account_id: Annotated[Identifier, Field(description="EntryGo account ID")]
    warehouse_id: Annotated[Identifier, Field(description="Warehouse in the same account")]
    broker_id: Annotated[Identifier, Field(description="Broker in the same account")]
    # Stands before order_ids, which may be empty where this one is not.
    external_order_ids: Annotated[
        list[OwnName] | None,
        Field(
            max_length=MAX_PLANNED_ORDERS,
            description="Orders by externalId, in addition to or instead of orderIds; planned after those",
        ),
        at_most(MAX_PLANNED_ORDERS),
    ] = None
    order_ids: Annotated[
        list[Identifier],
        Field(max_length=MAX_PLANNED_ORDERS, description="EntryGo order IDs from order sync"),
        at_most(MAX_PLANNED_ORDERS),
    ]
    destination_country: Annotated[Country | None, Field(description="Two letters, defaults to US")] = None
    batch_id: Annotated[Identifier | None, Field(description="Existing batch ID to re-plan")] = None
    dry_run: Annotated[Flag | None, Field(description="Compute a plan; store nothing")] = None
    entry_date: Annotated[
        Date | None,
        Field(
            description="Expected arrival (US Eastern); defaults to today plus the warehouse's transit days"
        ),
    ] = None
    entry_type: Annotated[
        Literal["01", "11", "86"] | None,
        Field(
            description="01: formal; 11: informal, up to the limit; 86 is refused, with the reason."
            " By value unless asked"
        ),
    ] = None
    on_blocked: Annotated[
        Literal["block", "exclude"] | None,
        Field(description="block: an order with an error blocks the export; exclude: the order is left out"),
    ] = None
    include: Included | None = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="before")
    @classmethod
    def _named_by_external_id(cls, body: Any) -> Any:
        """The field stays required, so that a plan without orders is refused like any other missing field."""
        if isinstance(body, dict) and body.get("externalOrderIds") and body.get("orderIds") is None:
            return {**body, "orderIds": []}
        return body

    @field_validator("order_ids")
    @classmethod
    def _has_orders(cls, order_ids: list[str], known: ValidationInfo) -> list[str]:
        if not order_ids and not known.data.get("external_order_ids", True):
            raise PydanticKnownError("too_short", {"field_type": "List", "min_length": 1, "actual_length": 0})
        return order_ids


class ExecuteBody(Body):
    account_id: Annotated[Identifier, Field(description="EntryGo account ID")]
    batch_id: Annotated[Identifier, Field(description="Export batch ID returned by planning")]
    expected_plan_hash: Annotated[
        PlanHash | None,
        Field(description="The plan you approved; for any other the answer is 409 PLAN_HASH_MISMATCH"),
    ] = None
    shipment: Annotated[
        ShipmentInput | None,
        Field(
            description="Facts for the documents, known once the truck is loaded; no effect on the plan, and"
            " what is left out reads as not stated"
        ),
    ] = None
    trip: Annotated[
        TripInput | None,
        Field(description="The truck, and the PAPS number of each entry; for the ACE manifest's data"),
    ] = None
    idempotency_key: IdempotencyKey | None = None


WHICH_SUBMISSION = "Needed where each entry went in a submission of its own: which entry it is about"
EntryPlace = Annotated[
    PositiveWholeNumber,
    Field(le=MAX_ENTRIES),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_ENTRIES}),
]


class EntryNumberInput(Body):
    entry: Annotated[EntryPlace, Field(description="Number of the entry in the plan")]
    entry_number: Annotated[ShortText, Field(description="ABC-1234567-6")]


class CancelBody(Body):
    reason: LongText | None = None
    idempotency_key: IdempotencyKey | None = None


class ResubmitBody(Body):
    reason: Annotated[LongText, Field(min_length=1, description="Why it is sent again")]
    entry: Annotated[EntryPlace | None, Field(description=WHICH_SUBMISSION)] = None
    idempotency_key: IdempotencyKey | None = None


class NoteBrokerAnswerBody(Body):
    outcome: Annotated[
        Literal["arrived", "not_arrived", "acknowledged", "rejected"],
        Field(description="arrived and not_arrived settle a submission in state unknown"),
    ]
    entry_number: Annotated[
        ShortText | None, Field(description="With acknowledged, if known: ABC-1234567-6")
    ] = None
    entry_numbers: Annotated[
        list[EntryNumberInput] | None,
        Field(
            max_length=MAX_ENTRIES,
            description="With acknowledged, by entry; entryNumber alone is the first entry's",
        ),
    ] = None
    entry: Annotated[EntryPlace | None, Field(description=WHICH_SUBMISSION)] = None
    reason: Annotated[ShortText | None, Field(description="With rejected: why the broker cannot file it")] = (
        None
    )
    noted_by: Annotated[ShortText, Field(min_length=1, description="Name of the person who records it")]
    note: Annotated[ShortText, Field(min_length=1, description="Source of the answer: who said it, and when")]
    idempotency_key: IdempotencyKey | None = None


class WithdrawBody(Body):
    reason: Annotated[
        LongText, Field(min_length=1, description="Reason of the withdrawal; the broker reads it")
    ]
    dry_run: Annotated[Flag | None, Field(description="Show what would happen; store nothing")] = None
    idempotency_key: IdempotencyKey | None = None


class AmendBody(Body):
    reason: Annotated[LongText, Field(min_length=1, description="Reason; the broker reads it")]
    leave_out_order_ids: Annotated[
        list[Identifier] | None,
        Field(max_length=MAX_PLANNED_ORDERS, description="Orders of the export to leave out"),
        at_most(MAX_PLANNED_ORDERS),
    ] = None
    add_order_ids: Annotated[
        list[Identifier] | None,
        Field(max_length=MAX_PLANNED_ORDERS, description="Orders to add"),
        at_most(MAX_PLANNED_ORDERS),
    ] = None
    leave_out_external_order_ids: Annotated[
        list[OwnName] | None,
        Field(
            max_length=MAX_PLANNED_ORDERS,
            description="Orders to leave out, by your own ids; combined with leaveOutOrderIds",
        ),
        at_most(MAX_PLANNED_ORDERS),
    ] = None
    add_external_order_ids: Annotated[
        list[OwnName] | None,
        Field(
            max_length=MAX_PLANNED_ORDERS,
            description="Orders to add, by your own ids; combined with addOrderIds",
        ),
        at_most(MAX_PLANNED_ORDERS),
    ] = None
    after_entry: Annotated[
        Flag | None,
        Field(
            description="Required once the broker gave an entry number: corrects that entry, creates no other"
        ),
    ] = None
    entry_date: Annotated[Date | None, Field(description="As in plan")] = None
    on_blocked: Annotated[Literal["block", "exclude"] | None, Field(description="As in plan")] = None
    dry_run: Annotated[Flag | None, Field(description="Compute a plan; store nothing")] = None
    include: Included | None = None
    idempotency_key: IdempotencyKey | None = None


class ExportQuery(PageQuery):
    state: State | None = None
    readiness_state: Literal["READY", "REVIEW_REQUIRED", "BLOCKED"] | None = None
    warehouse_id: Identifier | None = None
    broker_id: Identifier | None = None
    created_after: Instant | None = None
    created_before: Instant | None = None


class DiffQuery(Body):
    from_: Annotated[PlanHash, Field(alias="from", description="Earlier planHash of the export")]
    to: Annotated[PlanHash | None, Field(description="Later planHash; default: the current plan")] = None
    limit: Annotated[PageSize | None, Field(description="Maximum items of each kind; default 100")] = None
