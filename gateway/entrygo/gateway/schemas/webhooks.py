"""Webhooks as REST spells them."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, Strict, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from entrygo.gateway.schemas.fields import (
    Body,
    IdempotencyKey,
    Identifier,
    Instant,
    LongText,
    ShortText,
    at_most,
)
from entrygo.gateway.schemas.pages import PageQuery
from entrygo.requests.webhooks import MAX_DESCRIPTION, MAX_OVERLAP_HOURS

DeliveryState = Literal["pending", "delivered", "failed", "held"]

MAX_EVENT_TYPES = 50

Url = Annotated[LongText, Field(min_length=1, description="https://host/path; a 2xx is a receipt")]
EventTypes = Annotated[
    list[ShortText],
    Field(max_length=MAX_EVENT_TYPES, description="Event types, such as export.executed; empty: all"),
    at_most(MAX_EVENT_TYPES),
]
Description = Annotated[ShortText, Field(max_length=MAX_DESCRIPTION, description="For people")]
NotifyEmail = Annotated[
    ShortText,
    Field(description="Address to mail when it is disabled after failures; empty: none"),
]

Hours = Annotated[
    Decimal,
    Strict(),
    Field(max_digits=3, decimal_places=0, ge=0, le=MAX_OVERLAP_HOURS),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_OVERLAP_HOURS}),
]


class CreateWebhookBody(Body):
    account_id: Annotated[Identifier, Field(description="EntryGo account ID")]
    url: Url
    events: EventTypes | None = None
    description: Description | None = None
    notify_email: NotifyEmail | None = None
    idempotency_key: IdempotencyKey | None = None


class PatchWebhookBody(Body):
    """An absent field keeps its value."""

    url: Url | None = None
    events: EventTypes | None = None
    description: Description | None = None
    notify_email: NotifyEmail | None = None
    status: Annotated[
        Literal["enabled", "disabled"] | None,
        Field(description="Events of a disabled webhook are held for a replay"),
    ] = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "PatchWebhookBody":
        if not self.model_fields_set - {"idempotency_key"}:
            raise PydanticCustomError(
                "empty", "Name at least one field: url, events, description, notifyEmail, status"
            )
        return self


class RotateSecretBody(Body):
    overlap_hours: Annotated[
        Hours | None,
        Field(description="Hours for which the old secret also signs; default 24"),
    ] = None
    idempotency_key: IdempotencyKey | None = None


class ReplayBody(Body):
    event_id: Annotated[Identifier | None, Field(description="Only this event")] = None
    queued_from: Annotated[Instant | None, Field(description="Queued at or after this instant")] = None
    queued_until: Annotated[Instant | None, Field(description="Queued before this instant")] = None
    status: Annotated[
        DeliveryState | None, Field(description="Deliveries in this state; default: failed and held")
    ] = None
    idempotency_key: IdempotencyKey | None = None


class DeliveryQuery(PageQuery):
    status: DeliveryState | None = None


class WebhookView(TypedDict):
    id: str
    url: str
    events: Annotated[list[str], Field(description="Empty: all")]
    description: str
    notifyEmail: Annotated[str | None, Field(description="Address to mail when it is disabled")]
    warehouseId: Annotated[str | None, Field(description="null: every warehouse of the account")]
    status: Annotated[str, Field(description="enabled or disabled")]
    disabledReason: str | None
    failingSince: Annotated[str | None, Field(description="Time since which every attempt failed")]
    previousSecretUntil: Annotated[str | None, Field(description="Time until which two secrets sign")]
    createdAt: str
    updatedAt: str


class WebhookWithSecret(WebhookView):
    secret: Annotated[
        str | None, Field(description="whsec_…; shown only here. null: it was rotated in the meantime")
    ]


class WebhookPage(TypedDict):
    data: list[WebhookView]
    hasMore: bool
    nextCursor: str | None


class DeletedWebhook(TypedDict):
    id: str
    deleted: bool


class DeliveryView(TypedDict):
    eventId: Annotated[str, Field(description="The webhook-id of every attempt")]
    type: str
    exportId: Annotated[str | None, Field(description="null for a test event")]
    status: Annotated[str, Field(description="pending, delivered, failed or held")]
    attempts: int
    responseStatus: Annotated[
        int | None, Field(description="HTTP status of the last attempt; null: no answer")
    ]
    error: str | None
    createdAt: str
    attemptedAt: str | None
    deliveredAt: str | None


class DeliveryPage(TypedDict):
    data: list[DeliveryView]
    hasMore: bool
    nextCursor: str | None


class ReplayAnswer(TypedDict):
    queued: Annotated[
        int, Field(description="Number of queued deliveries, at most 10,000 in one call, oldest first")
    ]
