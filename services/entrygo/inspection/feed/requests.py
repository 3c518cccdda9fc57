"""What may be asked of a feed, read from the messages: everything wrong with one is named at once."""

import base64
from collections.abc import Sequence

import orjson

from entrygo.domain.ids import is_valid_id
from entrygo.domain.principal import Tenant
from entrygo.inspection.feed.store import FeedFilter
from entrygo.messaging.events import EXPORT_EVENTS
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.requests.issues import Issues
from entrygo.requests.pages import DEFAULT_LIMIT, MAX_LIMIT

MAX_POSITION = 2**63 - 1


def read_list(tenant: Tenant, request: inspection_pb2.ListEventsRequest) -> tuple[int, FeedFilter]:
    """The page size and what is asked for; ValidationFailed names everything that is wrong."""
    issues = Issues()
    if not 0 <= request.limit <= MAX_LIMIT:
        issues.add("limit", f"Must be between 1 and {MAX_LIMIT}", "out_of_range")
    wanted = _filter(tenant, request.cursor, request.types, request.export_id, issues)
    issues.check()
    return request.limit or DEFAULT_LIMIT, wanted


def read_watch(tenant: Tenant, request: inspection_pb2.WatchEventsRequest) -> FeedFilter:
    """What is asked for; ValidationFailed names everything that is wrong."""
    issues = Issues()
    wanted = _filter(tenant, request.cursor, request.types, request.export_id, issues)
    issues.check()
    return wanted


def write_cursor(tenant: Tenant, position: int) -> str:
    """Goes on after this place in the feed of this account and mode; opaque to callers."""
    place = orjson.dumps([tenant.account_id, tenant.mode, position])
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def _filter(tenant: Tenant, cursor: str, types: Sequence[str], export_id: str, issues: Issues) -> FeedFilter:
    if any(each not in EXPORT_EVENTS for each in types):
        issues.add("type", "Expected one of " + ", ".join(EXPORT_EVENTS), "invalid_enum_value")
    if export_id and not is_valid_id(export_id):
        issues.add("exportId", "Expected an id", "invalid_string")
    after = _position(tenant, cursor, issues) if cursor else None
    return FeedFilter(after=after, types=tuple(dict.fromkeys(types)), export_id=export_id)


def _position(tenant: Tenant, cursor: str, issues: Issues) -> int | None:
    try:
        place = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
        account_id, mode, position = place
        if (account_id, mode) != (tenant.account_id, str(tenant.mode)):
            raise ValueError("of another feed")
        if not isinstance(position, int) or not 0 <= position <= MAX_POSITION:
            raise ValueError("not a place")
    except (ValueError, TypeError):
        issues.add("cursor", "Expected the nextCursor of an earlier page of this account", "invalid_string")
        return None
    return position
