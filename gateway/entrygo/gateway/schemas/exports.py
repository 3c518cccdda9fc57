"""What is asked about exports: plan, execute, cancel, resend, list."""

from typing import Annotated, Literal

from pydantic import Field

from entrygo.domain.lifecycle import State
from entrygo.gateway.schemas.fields import (
    Body,
    Country,
    Date,
    Flag,
    IdempotencyKey,
    Identifier,
    Instant,
    LongText,
    Reference,
)
from entrygo.gateway.schemas.pages import PageQuery

MAX_PLANNED_ORDERS = 50_000


class PlanBody(Body):
    account_id: Annotated[Identifier, Field(description="EntryGo account ID")]
    warehouse_id: Annotated[Identifier, Field(description="Warehouse in the same account")]
    broker_id: Annotated[Identifier, Field(description="Broker in the same account")]
    order_ids: Annotated[
        list[Identifier],
        Field(min_length=1, max_length=MAX_PLANNED_ORDERS, description="EntryGo order IDs from order sync"),
    ]
    destination_country: Annotated[Country | None, Field(description="Two letters, defaults to US")] = None
    batch_id: Annotated[Identifier | None, Field(description="Existing batch ID to re-plan")] = None
    dry_run: Annotated[Flag | None, Field(description="Compute a plan, store nothing")] = None
    entry_date: Annotated[
        Date | None,
        Field(
            description="Expected arrival (US Eastern); defaults to today plus the warehouse's transit days"
        ),
    ] = None
    on_blocked: Annotated[
        Literal["block", "exclude"] | None,
        Field(description="block: an order with an error blocks the export; exclude: it is left out"),
    ] = None
    idempotency_key: IdempotencyKey | None = None


class ExecuteBody(Body):
    account_id: Annotated[Identifier, Field(description="EntryGo account ID")]
    batch_id: Annotated[Identifier, Field(description="Export batch ID returned by planning")]
    expected_plan_hash: Annotated[
        Reference | None, Field(description="The plan you approved; another one is 409 PLAN_HASH_MISMATCH")
    ] = None
    idempotency_key: IdempotencyKey | None = None


class CancelBody(Body):
    reason: LongText | None = None
    idempotency_key: IdempotencyKey | None = None


class ResubmitBody(Body):
    reason: Annotated[LongText, Field(min_length=1, description="Why the broker gets it again")]
    idempotency_key: IdempotencyKey | None = None


class ExportQuery(PageQuery):
    state: State | None = None
    readiness_state: Literal["READY", "REVIEW_REQUIRED", "BLOCKED"] | None = None
    warehouse_id: Identifier | None = None
    broker_id: Identifier | None = None
    created_after: Instant | None = None
    created_before: Instant | None = None
