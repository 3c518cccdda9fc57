"""The feed of events: what is asked of it, and an event as webhooks and streams have it."""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from entrygo.gateway.schemas.fields import Body, Identifier, LongText, ShortText
from entrygo.gateway.schemas.pages import PageSize

Cursor = Annotated[LongText | None, Field(description="nextCursor of a previous answer")]
Type = Annotated[
    ShortText | None, Field(description="Event types, separated by commas, such as export.executed")
]


class EventQuery(Body):
    limit: Annotated[PageSize | None, Field(description="Events per page; default 50")] = None
    cursor: Cursor = None
    type: Type = None
    export_id: Annotated[Identifier | None, Field(description="Only events of this export")] = None


class StreamQuery(Body):
    cursor: Annotated[
        LongText | None,
        Field(
            description="Same as Last-Event-ID, which takes precedence; without both the stream begins now"
        ),
    ] = None
    type: Type = None


class EventData(TypedDict):
    accountId: str
    mode: Annotated[str, Field(description="live or test")]
    exportId: str
    warehouseId: str | None
    eventId: Annotated[str, Field(description="Same ID as in webhooks and in the timeline")]
    sequence: Annotated[int, Field(description="Number of the event in this export, from 1")]
    state: Annotated[str, Field(description="State of the export when the event was applied")]
    event: Annotated[
        dict[str, Any] | None,
        Field(description="Data of the event, as in the timeline; null if longer than 16,000 characters"),
    ]


class Event(TypedDict):
    type: str
    timestamp: Annotated[str, Field(description="When it happened")]
    data: EventData


class EventPage(TypedDict):
    data: list[Event]
    hasMore: bool
    nextCursor: Annotated[
        str, Field(description="Cursor after this page; use it to continue, even if no events follow yet")
    ]
