"""Pages of a list: their size, and the opaque cursors between them."""

import base64
import binascii
from dataclasses import dataclass
from typing import Generic, TypeVar

from entrygo.domain.ids import is_valid_id
from entrygo.requests.issues import Issues, Wrong
from entrygo.requests.texts import check_printable

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

T = TypeVar("T")


class NotACursor(Wrong):
    """A cursor that no page of the list has given."""

    def __init__(self) -> None:
        super().__init__("Expected the nextCursor of an earlier page of this list")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Up to `limit` rows after the id `after`, or only those with this external id, or of this SKU."""

    limit: int
    after: str = ""
    external_id: str | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The rows of one page; the cursor is empty on the last one."""

    rows: list[T]
    next_cursor: str

    @property
    def has_more(self) -> bool:
        """Whether another page follows this one."""
        return bool(self.next_cursor)


def page_request(*, limit: int, cursor: str, external_id: str, sku: str = "") -> PageRequest:
    """Checked; ValidationFailed for a limit out of bounds or a cursor that is not ours."""
    issues = Issues()
    size = page_limit(limit, issues)
    after = issues.optional(_last_id, cursor, "cursor")
    issues.take(check_printable, external_id, "externalId")
    issues.take(check_printable, sku, "sku")
    issues.check()
    return PageRequest(size, after or "", external_id or None, sku or None)


def page_limit(limit: int, issues: Issues) -> int:
    """Rows on a page; 0 means that none were named. An issue where it is out of bounds."""
    if not 0 <= limit <= MAX_LIMIT:
        issues.add("limit", f"Must be between 1 and {MAX_LIMIT}", "too_big" if limit > 0 else "too_small")
    return limit or DEFAULT_LIMIT


def _last_id(cursor: str) -> str:
    last_id = decode_cursor(cursor)
    if not is_valid_id(last_id):
        raise NotACursor
    return last_id


def encode_cursor(place: str) -> str:
    """A place in a list (what comes next follows from it alone) as callers send it back, opaque to them."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The place that `encode_cursor` was given; NotACursor for anything that it does not write."""
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise NotACursor from None
