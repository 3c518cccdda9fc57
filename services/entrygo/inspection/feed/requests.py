"""What may be asked of a feed, read from the messages: everything wrong with one is named at once."""

from collections.abc import Sequence
from functools import partial

import orjson

from entrygo.domain.principal import Tenant
from entrygo.inspection.feed.records import FeedFilter
from entrygo.messaging.events import EXPORT_EVENTS
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.requests.issues import Issues
from entrygo.requests.pages import NotACursor, decode_cursor, encode_cursor, page_limit
from entrygo.requests.texts import public_id

MAX_POSITION = 2**63 - 1


def read_list(tenant: Tenant, request: inspection_pb2.ListEventsRequest) -> tuple[int, FeedFilter]:
    """The page size and what is asked for; ValidationFailed names everything that is wrong."""
    issues = Issues()
    limit = page_limit(request.limit, issues)
    wanted = _filter(tenant, request.cursor, request.types, request.export_id, issues)
    issues.check()
    return limit, wanted


def read_watch(tenant: Tenant, request: inspection_pb2.WatchEventsRequest) -> FeedFilter:
    """What is asked for; ValidationFailed names everything that is wrong."""
    issues = Issues()
    wanted = _filter(tenant, request.cursor, request.types, request.export_id, issues)
    issues.check()
    return wanted


def write_cursor(tenant: Tenant, position: int) -> str:
    """Goes on after this place in the feed of this account and mode."""
    return encode_cursor(orjson.dumps([tenant.account_id, tenant.mode, position]).decode())


def _filter(tenant: Tenant, cursor: str, types: Sequence[str], export_id: str, issues: Issues) -> FeedFilter:
    if any(each not in EXPORT_EVENTS for each in types):
        issues.add("type", "Expected one of " + ", ".join(EXPORT_EVENTS), "invalid_enum_value")
    issues.optional(public_id, export_id, "exportId")
    after = issues.optional(partial(_position, tenant), cursor, "cursor")
    return FeedFilter(after=after, types=tuple(dict.fromkeys(types)), export_id=export_id)


def _position(tenant: Tenant, cursor: str) -> int:
    """NotACursor also for a cursor of another account's feed, or of the other mode's."""
    try:
        account_id, mode, position = orjson.loads(decode_cursor(cursor))
    except (ValueError, TypeError):
        raise NotACursor from None
    is_place = isinstance(position, int) and 0 <= position <= MAX_POSITION
    if (account_id, mode) != (tenant.account_id, str(tenant.mode)) or not is_place:
        raise NotACursor
    return int(position)
