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
    Field(max_length=MAX_EVENT_TYPES, description="Types of events, such as export.executed; empty: all"),
    at_most(MAX_EVENT_TYPES),
]
Description = Annotated[ShortText, Field(max_length=MAX_DESCRIPTION, description="For people")]
NotifyEmail = Annotated[
    ShortText,
    Field(description="Who gets a mail when it is disabled because it takes nothing; empty: nobody"),
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
        Field(description="What happens while it is disabled is held for a replay"),
    ] = None

    @model_validator(mode="after")
    def _changes_something(self) -> "PatchWebhookBody":
        if not self.model_fields_set:
            raise PydanticCustomError(
                "empty", "Name at least one field: url, events, description, notifyEmail, status"
            )
        return self


class RotateSecretBody(Body):
    overlap_hours: Annotated[
        Hours | None,
        Field(description="How long the secret before also signs; 24 by default"),
    ] = None


class ReplayBody(Body):
    event_id: Annotated[Identifier | None, Field(description="This event alone")] = None
    queued_from: Annotated[Instant | None, Field(description="Queued at this instant or later")] = None
    queued_until: Annotated[Instant | None, Field(description="Queued before this instant")] = None
    status: Annotated[
        DeliveryState | None, Field(description="Deliveries in this state; else failed and held ones")
    ] = None


class DeliveryQuery(PageQuery):
    status: DeliveryState | None = None


class WebhookView(TypedDict):
    id: str
    url: str
    events: Annotated[list[str], Field(description="Empty: all")]
    description: str
    notifyEmail: Annotated[str | None, Field(description="Who gets a mail when it is disabled")]
    warehouseId: Annotated[str | None, Field(description="null: every warehouse of the account")]
    status: Annotated[str, Field(description="enabled or disabled")]
    disabledReason: str | None
    failingSince: Annotated[str | None, Field(description="Since when every attempt failed")]
    previousSecretUntil: Annotated[str | None, Field(description="Until when two secrets sign")]
    createdAt: str
    updatedAt: str


class WebhookWithSecret(WebhookView):
    secret: Annotated[str | None, Field(description="whsec_…; shown here alone. null: rotated meanwhile")]


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
    responseStatus: Annotated[int | None, Field(description="Of the last attempt; null: no answer")]
    error: str | None
    createdAt: str
    attemptedAt: str | None
    deliveredAt: str | None


class DeliveryPage(TypedDict):
    data: list[DeliveryView]
    hasMore: bool
    nextCursor: str | None


class ReplayAnswer(TypedDict):
    queued: Annotated[int, Field(description="10,000 at most in one call, oldest first")]
