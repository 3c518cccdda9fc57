"""What a page can be shown without."""

from collections.abc import Awaitable, Set
from typing import TypeVar

from entrygo.domain.errors import EntryGoError, Kind

T = TypeVar("T")

# The service does not answer now.
AWAY = frozenset({Kind.UNAVAILABLE})
# What only adds to a page: its owner may be away, or have it no more.
AWAY_OR_GONE = AWAY | {Kind.NOT_FOUND}


async def or_none(answer: Awaitable[T], excused: Set[Kind] = AWAY) -> T | None:
    """The answer; None where it fails in a way that is excused, so that the rest of a page is shown."""
    try:
        return await answer
    except EntryGoError as error:
        if error.error_kind not in excused:
            raise
        return None
