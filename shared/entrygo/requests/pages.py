"""Pages of a list in the order of its ids: opaque cursors, limits."""

import base64
import binascii
from dataclasses import dataclass
from typing import Generic, TypeVar

from entrygo.domain.ids import is_valid_id
from entrygo.requests.issues import Issues
from entrygo.requests.texts import check_printable

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Up to `limit` rows after the id `after`, or only the one with this external id."""

    limit: int
    after: str = ""
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The rows of one page; the cursor is empty on the last one."""

    rows: list[T]
    next_cursor: str

    @property
    def has_more(self) -> bool:
        return bool(self.next_cursor)


def page_request(*, limit: int, cursor: str, external_id: str) -> PageRequest:
    """Checked; ValidationFailed for a limit out of bounds or a cursor that is not ours."""
    issues = Issues()
    if not 0 <= limit <= MAX_LIMIT:
        issues.add("limit", f"Must be between 1 and {MAX_LIMIT}", "too_big" if limit > 0 else "too_small")
    after = decode_cursor(cursor)
    if after is None:
        issues.add("cursor", "Not a cursor of this list", "invalid_string")
    issues.take(check_printable, external_id, "externalId")
    issues.check()
    return PageRequest(limit or DEFAULT_LIMIT, after or "", external_id or None)


def encode_cursor(last_id: str) -> str:
    return base64.urlsafe_b64encode(last_id.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str | None:
    """The id a page ended with; empty for the first page; None when it is not a cursor."""
    if not cursor:
        return ""
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        last_id = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return last_id if is_valid_id(last_id) else None
