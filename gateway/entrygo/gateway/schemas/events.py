"""The feed of events: what is asked of it, and an event as webhooks and streams have it."""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from entrygo.gateway.schemas.fields import Body, Identifier, LongText, ShortText
from entrygo.gateway.schemas.pages import PageSize

Cursor = Annotated[LongText | None, Field(description="nextCursor of an earlier answer")]
Type = Annotated[
    ShortText | None, Field(description="Types of events, several with commas, such as export.executed")
]


class EventQuery(Body):
    limit: Annotated[PageSize | None, Field(description="Events on a page; 50 by default")] = None
    cursor: Cursor = None
    type: Type = None
    export_id: Annotated[Identifier | None, Field(description="Events of this export alone")] = None


class StreamQuery(Body):
    cursor: Annotated[
        LongText | None,
        Field(description="As Last-Event-ID, which wins; without both the stream begins now"),
    ] = None
    type: Type = None


class EventData(TypedDict):
    accountId: str
    mode: Annotated[str, Field(description="live or test")]
    exportId: str
    warehouseId: str | None
    eventId: Annotated[str, Field(description="The same in a webhook and in the timeline")]
    sequence: Annotated[int, Field(description="1, 2, 3 … of this export")]
    state: Annotated[str, Field(description="Of the export when the event was applied")]
    event: Annotated[
        dict[str, Any] | None,
        Field(description="What the timeline shows of it; null where that is longer than 16,000 characters"),
    ]


class Event(TypedDict):
    type: str
    timestamp: Annotated[str, Field(description="When it happened")]
    data: EventData


class EventPage(TypedDict):
    data: list[Event]
    hasMore: bool
    nextCursor: Annotated[
        str, Field(description="Where the page ends, also when nothing follows yet: ask again with it")
    ]
