"""What a feed is asked for, and an event of it as it was published."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFilter:
    """What of a feed is asked for: events after a place, of these types or any, of one export or all."""

    after: int | None
    types: Sequence[str] = ()
    export_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEvent:
    """An event in a feed, and its place there."""

    position: int
    event_id: str
    event_type: str
    export_id: str
    body: str
