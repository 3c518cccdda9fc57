"""What a list of exports may be asked, read from the message: everything wrong with it is named at once."""

import base64
from collections.abc import Sequence
from datetime import datetime

import orjson

from entrygo.domain.ids import is_valid_id
from entrygo.domain.lifecycle import State
from entrygo.domain.snapshot import Readiness
from entrygo.domain.time import parse_rfc3339
from entrygo.inspection.store import ExportFilter
from entrygo.proto.inspection.v1 import inspection_pb2
from entrygo.requests.issues import Issues
from entrygo.requests.pages import DEFAULT_LIMIT, MAX_LIMIT


def read_list_request(request: inspection_pb2.ListExportsRequest) -> tuple[int, ExportFilter]:
    """The page size and the filter; ValidationFailed names everything that is wrong at once."""
    issues = Issues()
    if not 0 <= request.limit <= MAX_LIMIT:
        issues.add("limit", f"Must be between 1 and {MAX_LIMIT}", "out_of_range")
    wanted = ExportFilter(
        state=_one_of("state", request.state, tuple(State), issues),
        readiness_state=_one_of("readinessState", request.readiness_state, tuple(Readiness), issues),
        warehouse_id=_identifier("warehouseId", request.warehouse_id, issues),
        broker_id=_identifier("brokerId", request.broker_id, issues),
        created_after=read_instant("createdAfter", request.created_after, issues),
        created_before=read_instant("createdBefore", request.created_before, issues),
        after=_cursor(request.cursor, issues),
    )
    issues.check()
    return request.limit or DEFAULT_LIMIT, wanted


def _one_of(path: str, value: str, allowed: Sequence[str], issues: Issues) -> str | None:
    if value and value not in allowed:
        issues.add(path, "Expected one of " + ", ".join(map(str, allowed)), "invalid_enum_value")
    return value or None


def _identifier(path: str, value: str, issues: Issues) -> str | None:
    if value and not is_valid_id(value):
        issues.add(path, "Expected an id", "invalid_string")
    return value or None


def read_instant(path: str, value: str, issues: Issues) -> datetime | None:
    """The instant of a field of RFC 3339; None, and an issue unless it is empty, for anything else."""
    try:
        return parse_rfc3339(value) if value else None
    except (ValueError, OverflowError):
        issues.add(path, "Expected an RFC 3339 instant with an offset", "invalid_string")
        return None


def write_cursor(last: inspection_pb2.ExportSummary) -> str:
    """Where the next page begins; opaque to callers."""
    return base64.urlsafe_b64encode(orjson.dumps([last.created_at, last.export_id])).decode().rstrip("=")


def _cursor(value: str, issues: Issues) -> tuple[datetime, str] | None:
    if not value:
        return None
    try:
        created_at, export_id = orjson.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
        if not is_valid_id(export_id):
            raise ValueError("not an id")
        return parse_rfc3339(created_at), export_id
    except (ValueError, TypeError, OverflowError):
        issues.add("cursor", "Expected the nextCursor of an earlier page", "invalid_string")
        return None
